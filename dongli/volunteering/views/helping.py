"""The member's wishes and service: one wish, claiming it, its contact; logging service and following it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dongli.common.errors import Invalid, NotFound
from dongli.common.ids import parse_id
from dongli.people.guards import login_required, viewer_from
from dongli.volunteering import wording
from dongli.volunteering.actions import claiming, serving, wishing
from dongli.volunteering.forms import DisputeForm, ServiceForm
from dongli.volunteering.models import WishContact
from dongli.volunteering.queries import members, offers, service, wishes
from dongli.volunteering.views.taking import form_view, status, take


def key_of(request: HttpRequest) -> UUID:
    """The key of a form that is one button. Raises `Invalid` for a mangled one."""
    key = parse_id(request.POST.get("idempotency_key", ""))
    if key is None:
        raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
    return key


@login_required
@require_safe
def wish(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """One wish, and what I can do about it."""
    return _wish(request, wish_id)


def _wish(request: HttpRequest, wish_id: UUID, contact: WishContact | None = None) -> HttpResponse:
    found, _row, claim = wishes.wish_for_member(viewer_from(request), wish_id)
    context: dict[str, Any] = {
        "wish": found,
        "claim": claim,
        "look": wording.WISH_LOOKS[found.state],
        "kind": offers.names().get(found.kind, found.kind),
        "has_contact": claim is not None and found.is_live and wishes.has_contact(found),
        "contact": contact,
        "left": found.helpers - found.claimed,
    }
    return render(request, "volunteering/member/wish.html", context)


@login_required
@require_POST
def claim(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Claim it."""
    claiming.claim(viewer=viewer_from(request), wish_id=wish_id, key=key_of(request))
    messages.success(request, _("It is yours. Afterwards, log what you did."))
    return HttpResponseRedirect(reverse("member_wish", args=[wish_id]))


@login_required
@require_POST
def give_back(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Give it back."""
    claiming.give_back(viewer=viewer_from(request), wish_id=wish_id, key=key_of(request))
    messages.success(request, _("Given back, for another member."))
    return HttpResponseRedirect(reverse("member_home"))


@login_required
@never_cache
@require_POST
def contact(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Show how to reach whoever it is for; the look is recorded."""
    return _wish(request, wish_id, wishing.open_contact(viewer=viewer_from(request), wish_id=wish_id))


@login_required
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """My service, with the hours confirmed."""
    viewer = viewer_from(request)
    context = {
        "page": service.mine(viewer, request.GET.get("after", "")),
        "hours": service.hours(viewer),
        "looks": wording.SERVICE_LOOKS,
        "names": offers.names(),
        "row": members.mine(viewer),
    }
    return render(request, "volunteering/member/services.html", context)


@login_required
@form_view
def log(request: HttpRequest) -> HttpResponse:
    """Log what I did, for a wish or otherwise."""
    viewer = viewer_from(request)
    row = members.mine(viewer)
    if row is None or row.state != "confirmed":
        raise NotFound("not_reported_in", _("Service is logged by members whom their compound has confirmed."))
    data = request.POST if request.method == "POST" else request.GET
    wish_id = parse_id(data.get("wish", ""))
    found = wishes.wish_for_member(viewer, wish_id)[0] if wish_id is not None else None
    initial = {"wish": str(found.pk), "minutes": found.minutes} if found is not None else {}
    form = ServiceForm(request.POST or None, offers=offers.on_offer(), for_wish=found is not None, initial=initial)
    if take(request, form, lambda: serving.log_service(viewer=viewer, key=form.key, done=form.done)):
        messages.success(request, _("Logged. Your compound confirms it, and you are told."))
        return HttpResponseRedirect(reverse("member_services"))
    return render(request, "volunteering/member/log.html", {"form": form, "wish": found}, status=status(form))


@login_required
@form_view
def one_service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One record of mine: what the compound said; asking for a correction, once."""
    viewer = viewer_from(request)
    found = service.my_service(viewer, service_id)
    form = DisputeForm(request.POST or None)

    def act() -> object:
        words = form.cleaned_data["words"]
        return serving.ask_correction(viewer=viewer, service_id=service_id, key=form.key, words=words)

    if take(request, form, act):
        messages.success(request, _("Asked for. The compound looks at it once more."))
        return HttpResponseRedirect(reverse("member_service", args=[service_id]))
    context = {
        "service": found,
        "look": wording.SERVICE_LOOKS[found.state],
        "kind": offers.names().get(found.kind, found.kind),
        "steps": wording.lines(service.history(found)),
        "form": form if found.state in ("confirmed", "declined") and found.disputed_at is None else None,
    }
    return render(request, "volunteering/member/service.html", context, status=status(form))
