"""The desk of a compound: report-ins to confirm, members by what they can do, service to confirm."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dongli.common.errors import NotAllowed
from dongli.people.guards import viewer_from
from dongli.people.viewer import Viewer
from dongli.volunteering import access, wording
from dongli.volunteering.actions import confirming, serving
from dongli.volunteering.forms import ConfirmServiceForm, ReasonForm, StepForm
from dongli.volunteering.models import Times
from dongli.volunteering.queries import members, offers, service
from dongli.volunteering.views.helping import key_of
from dongli.volunteering.views.taking import serving_required, status, take

LABELS: dict[str, str | Promise] = {
    "asked": gettext_lazy("To confirm"),
    "confirmed": gettext_lazy("Reported in"),
    "declined": gettext_lazy("Not accepted"),
    "ended": gettext_lazy("Ended"),
}
SERVICE_LABELS: dict[str, str | Promise] = {
    "waiting": gettext_lazy("To confirm"),
    "decided": gettext_lazy("Confirmed or declined"),
}


def check_keeper(viewer: Viewer) -> None:
    """Raises `NotAllowed` for whoever keeps no compound's members."""
    if not access.is_keeper(viewer):
        raise NotAllowed("keepers_only", _("Members are kept by the compound's secretary and the community's desk."))


@serving_required
@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """Report-ins of my compounds: to confirm, reported in (by what they can do), declined, ended."""
    viewer = viewer_from(request)
    check_keeper(viewer)
    asked = request.GET.get("filter", "asked")
    name = asked if asked in members.FILTERS else "asked"
    offer, compound = request.GET.get("offer", "")[:30], request.GET.get("compound", "")[:20]
    context = {
        "page": members.members(viewer, name, offer=offer, compound=compound, after=request.GET.get("after", "")),
        "saved": [(one, label, one == name) for one, label in LABELS.items()],
        "waiting": members.waiting(viewer),
        "name": name,
        "offer": offer,
        "compound": compound,
        "names": offers.names(),
        "offers": [(one.code, one.name) for one in offers.on_offer()],
        "compounds": [(one.code, one.name) for one in members.kept_compounds(viewer)],
        "looks": wording.REPORT_LOOKS,
    }
    return render(request, "volunteering/desk/members.html", context)


@serving_required
@require_safe
def member_sheet(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """One report-in: confirm it or decline it with a reason; call the member."""
    return _sheet(request, report_in_id)


def _sheet(
    request: HttpRequest, report_in_id: UUID, form: ReasonForm | None = None, contact: tuple[str, str] | None = None
) -> HttpResponse:
    viewer = viewer_from(request)
    found = members.member(viewer, report_in_id)
    names = offers.names()
    context = {
        "member": found,
        "row": found.row,
        "look": wording.REPORT_LOOKS[found.row.state],
        "offers": [names.get(code, code) for code in found.row.offers],
        "times": [Times(time).label for time in found.row.times],
        "text": getattr(found.row, "text", None),
        "steps": wording.lines(members.history(found.row)),
        "form": form or ReasonForm(),
        "contact": contact,
        "is_own": found.row.person_id == viewer.known.pk,
        "may_open": found.row.is_current and contact is None and viewer.is_staff_member,
    }
    return render(request, "volunteering/desk/member.html", context, status=status(form))


@serving_required
@require_POST
def confirm(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """Confirm a report-in."""
    confirming.confirm(viewer=viewer_from(request), report_in_id=report_in_id, key=key_of(request))
    messages.success(request, _("Confirmed. The member sees the wishes of the compound now."))
    return HttpResponseRedirect(reverse("desk_members"))


@serving_required
@require_POST
def decline(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """Decline a report-in, with the reason."""
    viewer, form = viewer_from(request), ReasonForm(request.POST)

    def act() -> object:
        reason = form.cleaned_data["reason"]
        return confirming.decline(viewer=viewer, report_in_id=report_in_id, key=form.key, reason=reason)

    if take(request, form, act):
        messages.success(request, _("Declined. The member reads your reason."))
        return HttpResponseRedirect(reverse("desk_members"))
    return _sheet(request, report_in_id, form)


@serving_required
@never_cache
@require_POST
def contact(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """Show a member's name and phone; the look is recorded."""
    opened = confirming.open_contact(viewer=viewer_from(request), report_in_id=report_in_id)
    return _sheet(request, report_in_id, contact=opened)


@serving_required
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Service to confirm, and what was decided."""
    viewer = viewer_from(request)
    check_keeper(viewer)
    asked = request.GET.get("filter", "waiting")
    name = asked if asked in service.FILTERS else "waiting"
    context = {
        "page": service.desk_services(viewer, name, request.GET.get("after", "")),
        "saved": [(one, label, one == name) for one, label in SERVICE_LABELS.items()],
        "waiting": service.waiting(viewer),
        "names": offers.names(),
        "looks": wording.SERVICE_LOOKS,
    }
    return render(request, "volunteering/desk/services.html", context)


@serving_required
@require_safe
def one_service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One record of service: confirm, correct, decline."""
    return _service(request, service_id, {})


def _service(request: HttpRequest, service_id: UUID, bound: dict[str, StepForm]) -> HttpResponse:
    viewer = viewer_from(request)
    found = service.desk_service(viewer, service_id)
    record = found.service
    forms: dict[str, StepForm] = {}
    if record.state in service.WAITING and record.report_in.person_id != viewer.known.pk:
        forms["confirm"] = ConfirmServiceForm(initial={"minutes": record.minutes}, auto_id="confirm-%s")
        forms["decline"] = ReasonForm(auto_id="decline-%s")
    context = {
        "served": found,
        "service": record,
        "look": wording.SERVICE_LOOKS[record.state],
        "kind": offers.names().get(record.kind, record.kind),
        "steps": wording.lines(service.history(record)),
        "forms": forms | bound,
        "bound": next(iter(bound.values()), None),
    }
    return render(request, "volunteering/desk/service.html", context, status=422 if bound else 200)


@serving_required
@require_POST
def confirm_service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Confirm service, corrected or as logged."""
    viewer, form = viewer_from(request), ConfirmServiceForm(request.POST, auto_id="confirm-%s")

    def act() -> object:
        data = form.cleaned_data
        return serving.confirm_service(
            viewer=viewer, service_id=service_id, key=form.key, minutes=data["minutes"], reason=data["reason"]
        )

    if take(request, form, act):
        messages.success(request, _("Confirmed. The member is told."))
        return HttpResponseRedirect(reverse("desk_services"))
    return _service(request, service_id, {"confirm": form})


@serving_required
@require_POST
def decline_service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Do not confirm it, with the reason."""
    viewer, form = viewer_from(request), ReasonForm(request.POST, auto_id="decline-%s")

    def act() -> object:
        reason = form.cleaned_data["reason"]
        return serving.decline_service(viewer=viewer, service_id=service_id, key=form.key, reason=reason)

    if take(request, form, act):
        messages.success(request, _("Declined. The member reads your reason."))
        return HttpResponseRedirect(reverse("desk_services"))
    return _service(request, service_id, {"decline": form})
