"""Wishes at the desk: the list, raising one, one with who claimed it, ending it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dongli.common.clock import today
from dongli.common.errors import NotAllowed
from dongli.people.guards import viewer_from
from dongli.people.viewer import Viewer
from dongli.volunteering import access, wording
from dongli.volunteering.actions import wishing
from dongli.volunteering.forms import WishForm
from dongli.volunteering.models import Wish
from dongli.volunteering.queries import members, offers, wishes
from dongli.volunteering.queries import service as records
from dongli.volunteering.views.helping import key_of
from dongli.volunteering.views.taking import form_view, serving_required, status, take

LABELS: dict[str, str | Promise] = {
    "open": gettext_lazy("Helpers wanted"),
    "taken": gettext_lazy("All places taken"),
    "done": gettext_lazy("Fulfilled"),
    "cancelled": gettext_lazy("Taken back"),
}


def _check(viewer: Viewer) -> None:
    if not access.raising_paths(viewer):
        raise NotAllowed("raisers_only", _("Wishes are raised by the compound's secretary, captain or desk."))


@serving_required
@require_safe
def wish_list(request: HttpRequest) -> HttpResponse:
    """The wishes of my compounds or building."""
    viewer = viewer_from(request)
    _check(viewer)
    asked = request.GET.get("filter", "open")
    name = asked if asked in wishes.FILTERS else "open"
    counts = wishes.counts(viewer)
    context = {
        "page": wishes.desk_wishes(viewer, name, request.GET.get("after", "")),
        "saved": [(one, label, counts.get(one, 0), one == name) for one, label in LABELS.items()],
        "names": offers.names(),
        "looks": wording.WISH_LOOKS,
        "waiting": records.waiting(viewer) if access.is_keeper(viewer) else 0,
        "is_keeper": access.is_keeper(viewer),
        "today": today(),
    }
    return render(request, "volunteering/desk/wishes.html", context)


@serving_required
@form_view
def new_wish(request: HttpRequest) -> HttpResponse:
    """Raise a wish."""
    viewer = viewer_from(request)
    _check(viewer)
    places, kinds = members.raising_places(viewer), offers.on_offer()
    form = WishForm(request.POST or None, places=places, offers=kinds)
    if take(request, form, lambda: wishing.raise_wish(viewer=viewer, key=form.key, wanted=form.wanted)):
        messages.success(request, _("Published to the members. Those whom it fits have been told."))
        return HttpResponseRedirect(reverse("desk_wishes"))
    return render(request, "volunteering/desk/new_wish.html", {"form": form}, status=status(form))


@serving_required
@require_safe
def one_wish(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """One wish: who claimed it (masked), its course, ending it."""
    viewer = viewer_from(request)
    found = wishes.desk_wish(viewer, wish_id)
    context = {
        "wish": found,
        "look": wording.WISH_LOOKS[found.state],
        "kind": offers.names().get(found.kind, found.kind),
        "helpers": wishes.helpers_of(viewer, found),
        "steps": wording.lines(wishes.history(found)),
        "is_over": found.is_live and found.until < today(),
    }
    return render(request, "volunteering/desk/wish.html", context)


def _end(request: HttpRequest, wish_id: UUID, act: Callable[..., Wish], said: str) -> HttpResponse:
    act(viewer=viewer_from(request), wish_id=wish_id, key=key_of(request))
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk_wishes"))


@serving_required
@require_POST
def finish(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Note that it is fulfilled."""
    return _end(request, wish_id, wishing.finish_wish, _("Fulfilled. Its contact has been removed."))


@serving_required
@require_POST
def cancel(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Take it back."""
    return _end(request, wish_id, wishing.cancel_wish, _("Taken back. Whoever had claimed it has been told."))
