"""Joint meetings: the lists, planning one, changing it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid
from dongli.organisations.models import COMMITTEE_KINDS, Mechanism, Organisation
from dongli.partnerships import access, actions, wording
from dongli.partnerships.forms import MeetingForm, SeriesForm
from dongli.partnerships.meeting_work import check_keeps
from dongli.partnerships.models import Meeting
from dongli.partnerships.queries import meetings as queries
from dongli.partnerships.queries import units
from dongli.partnerships.views.links import axis_of, choose, explain
from dongli.people.guards import desk_required, viewer_from

LABELS: dict[str, str | Promise] = {
    "planned": gettext_lazy("Meetings to come"),
    "minutes": gettext_lazy("Record and minutes due"),
    "held": gettext_lazy("Minutes filed"),
    "cancelled": gettext_lazy("Called off"),
}


@desk_required
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings of my organisations, of my area, and those my unit is invited to."""
    viewer = viewer_from(request)
    asked = request.GET.get("filter", "planned")
    name = asked if asked in queries.FILTERS else "planned"
    context = {
        "page": queries.meetings(viewer, name, after=request.GET.get("after", "")),
        "saved": [(one, label, one == name) for one, label in LABELS.items()],
        "looks": wording.STATE_LOOKS,
        "may_convene": viewer.has(*access.WIDE_ROLES) or any(viewer.has(*roles) for roles in access.DESKS.values()),
        "now": now(),
    }
    return render(request, "partnerships/meetings.html", context)


@desk_required
@require_safe
def choose_convenor(request: HttpRequest) -> HttpResponse:
    """Which organisation of mine convenes; with only one, the form at once."""
    return choose(request, "meeting_new_for", _("New meeting"), access.CONVENING_KINDS)


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_meeting(request: HttpRequest, convenor_id: UUID) -> HttpResponse:
    """Plan one meeting or a series, and invite."""
    convenor = axis_of(request, convenor_id)
    offered = units.invitable(convenor)
    form = SeriesForm(request.POST or None, offered=offered, initial=_beginning(request, convenor))
    if request.method == "POST" and form.is_valid():
        try:
            planned = actions.plan_meeting(
                viewer=viewer_from(request),
                key=form.key,
                convenor_id=convenor.id,
                plan=form.wanted,
                repeat=form.repeat,
            )
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Planned. Those invited have been told."))
            return HttpResponseRedirect(reverse("meeting", args=[planned[0].id]))
    context = {"convenor": convenor, "form": form, "offered": offered}
    return render(request, "partnerships/new_meeting.html", context, status=422 if form.errors else 200)


def _beginning(request: HttpRequest, convenor: Organisation) -> dict[str, object]:
    """What the form starts from: a committee meets as one; from the page of a link, its mechanism and unit."""
    start: dict[str, object] = {"mechanism": Mechanism.JOINT_MEETING}
    if convenor.kind in COMMITTEE_KINDS:
        start["mechanism"] = Mechanism.JOINT_COMMITTEE
    if request.GET.get("how") in Mechanism.values:
        start["mechanism"] = request.GET["how"]
    if unit := request.GET.get("unit", ""):
        start["invited"] = [unit]
    return start


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Change title, time, place or agenda."""
    viewer = viewer_from(request)
    found = queries.meeting(viewer, meeting_id)
    check_keeps(viewer, found)
    form = MeetingForm(request.POST or None, initial=_as_it_is(found))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_meeting(
                viewer=viewer,
                meeting_id=meeting_id,
                key=form.key,
                plan=form.plan(found.mechanism),
                seen=form.cleaned_data["seen"] or 0,
            )
        except Invalid as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Kept."))
            return HttpResponseRedirect(reverse("meeting", args=[meeting_id]))
    context = {"meeting": found, "form": form}
    return render(request, "partnerships/change_meeting.html", context, status=422 if form.errors else 200)


def _as_it_is(found: Meeting) -> dict[str, object]:
    return {
        "seen": found.steps_count,
        "title": found.title,
        "starts_at": found.starts_at,
        "lasts": found.lasts,
        "place": found.place,
        "agenda": "\n".join(item.words for item in found.agenda.all()),
    }
