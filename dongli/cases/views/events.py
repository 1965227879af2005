"""Mass events at the desk: the list, opening one, one with its members, grouping what matches, its notice."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from dongli.areas.models import Area, Level
from dongli.areas.queries import children
from dongli.cases import access, wording
from dongli.cases.actions import events as actions
from dongli.cases.forms.events import EventForm, NoticeForm
from dongli.cases.forms.staff import VerbForm
from dongli.cases.models import Grouping, MassEvent
from dongli.cases.models.merging import GroupingState
from dongli.cases.queries import events as queries
from dongli.cases.queries.nearby import LEADING
from dongli.cases.views.live import live_answer
from dongli.common.clock import now
from dongli.common.errors import Invalid, NotAllowed
from dongli.common.ids import new_id, parse_id
from dongli.people.guards import desk_required, viewer_from

LIVE_SECONDS = 2
PROPOSED = 50


@desk_required
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Events that touch what the viewer watches over: those that run, or those that are over."""
    viewer = viewer_from(request)
    is_running = request.GET.get("over") != "1"
    page = queries.events(viewer, is_running=is_running, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "is_running": is_running,
        "looks": wording.CASE_LOOKS,
        "may_open": viewer.has(*access.UPPER_DESK_ROLES),
    }
    return render(request, "cases/desk/events.html", context)


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_event(request: HttpRequest) -> HttpResponse:
    """Open an event; `?in=` is the area whose parts are offered."""
    viewer = viewer_from(request)
    grounds = queries.grounds(viewer)
    if not grounds:
        raise NotAllowed("not_your_ground", _("An event is opened by the subdistrict's desk, or one above all of it."))
    form = EventForm(request.POST if request.method == "POST" else None, initial={"starts_at": now()})
    if form.is_bound and form.is_valid():
        try:
            event = actions.open_event(viewer=viewer, event_id=form.key, event=form.event)
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, _("The event is open. Residents who report it are told, and may join."))
            return HttpResponseRedirect(reverse("desk_event", args=[event.id]))
    context = {"form": form, "ticked": set(form.areas), **_offered_areas(request, grounds)}
    return render(request, "cases/desk/event_new.html", context, status=422 if form.errors else 200)


def _offered_areas(request: HttpRequest, grounds: list[Area]) -> dict[str, Any]:
    """The area that is looked into, its parts and theirs: three statements."""
    code = request.GET.get("in", "")[:20]
    asked = Area.objects.active().filter(code=code).first() if code else None
    top = asked if asked is not None and any(ground.contains(asked) for ground in grounds) else grounds[0]
    parts = list(children(top)) if top.depth < Level.COMPOUND.depth else []
    below: dict[UUID, list[Area]] = {}
    for area in Area.objects.active().filter(parent__in=parts, level__in=list(Level)[: Level.BUILDING.depth]):
        below.setdefault(area.parent_id, []).append(area)  # type: ignore[arg-type]  # each has a parent here
    return {
        "top": top,
        "grounds": grounds,
        "parts": [(part, below.get(part.id, [])) for part in parts],
        "goes_deeper": top.depth < Level.SUBDISTRICT.depth,
    }


@desk_required
@require_safe
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One event: its notice, how its members stand and where, what seems to belong to it."""
    return _page(request, queries.event(viewer_from(request), event_id))


def _page(request: HttpRequest, found: MassEvent, notice: NoticeForm | None = None) -> HttpResponse:
    viewer = viewer_from(request)
    is_running = found.lead_case.state in LEADING
    leads = is_running and viewer.covers(access.UPPER_DESK_ROLES, found.lead_case.desk)
    proposed = queries.matching(viewer, found) if leads else []
    members, after = queries.members(viewer, found, request.GET.get("after", ""))
    context = {
        "event": found,
        "look": wording.CASE_LOOKS[found.lead_case.state],
        "looks": wording.CASE_LOOKS,
        "is_running": is_running,
        "leads": leads,
        "proposed": queries.cases(proposed[:PROPOSED]),
        "matching": len(proposed),
        "tally": queries.tally(found),
        "points": queries.points(viewer, found),
        "members": members,
        "next": after,
        "notice": notice or (NoticeForm(initial={"notice": found.notice, "ends_at": found.ends_at}) if leads else None),
        "key": new_id(),
        **_progress(found),
    }
    return render(request, "cases/desk/event.html", context, status=422 if notice else 200)


def _progress(found: MassEvent) -> dict[str, Any]:
    grouping = queries.last_grouping(found)
    under_way = grouping is not None and grouping.state != GroupingState.DONE
    return {
        "grouping": grouping,
        "is_under_way": under_way,
        "total": len(grouping.cases) if grouping is not None else 0,
        "live_seconds": LIVE_SECONDS,
        "tag": _tag(grouping),
    }


def _tag(grouping: Grouping | None) -> str:
    return f'"{grouping.id}-{grouping.state}-{grouping.done}-{grouping.passed_over}"' if grouping is not None else '""'


@desk_required
@require_GET
def live(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """How far the grouping is, when it has moved on."""
    found = queries.event(viewer_from(request), event_id)
    progress = _progress(found)
    return live_answer(
        request, "cases/desk/_grouping.html", tag=progress["tag"], context=lambda: {"event": found, **progress}
    )


@desk_required
@require_POST
def group(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Group the cases ticked, or all that match."""
    form = VerbForm(request.POST)
    if not form.is_valid():
        raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
    ticked = [one for one in map(parse_id, request.POST.getlist("cases")[:PROPOSED]) if one is not None]
    every = request.POST.get("do") == "all"
    actions.ask_grouping(viewer=viewer_from(request), event_id=event_id, key=form.key, cases=None if every else ticked)
    return HttpResponseRedirect(reverse("desk_event", args=[event_id]))


@desk_required
@require_POST
def notice(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Say the notice anew."""
    viewer = viewer_from(request)
    found = queries.event(viewer, event_id)
    form = NoticeForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_notice(viewer=viewer, event_id=event_id, notice=data["notice"], ends_at=data["ends_at"])
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, _("The notice is public."))
            return HttpResponseRedirect(reverse("desk_event", args=[event_id]))
    return _page(request, found, form)
