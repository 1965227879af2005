"""The desk: queue and case in a split view, the map, and opening a contact. What shows follows from the viewer."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from dongli.areas.models import Area, Level
from dongli.areas.queries import children
from dongli.cases import access, wording
from dongli.cases.models import SavedView
from dongli.cases.queries import clusters as gather
from dongli.cases.queries import detail, lists
from dongli.cases.queries.search import places as matching_places
from dongli.cases.views.casefile import room_of, sheet
from dongli.cases.views.live import live_answer
from dongli.cases.views.rows import rows
from dongli.cases.views.sieve import Scope, kept, offered, sieve_of
from dongli.cases.views.steps import is_panel, panel
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.common.errors import NotAllowed, NotFound
from dongli.common.text import strip_controls
from dongli.people.actions import open_record
from dongli.people.guards import desk_required, viewer_from, worker_required
from dongli.people.models import Role
from dongli.people.viewer import Viewer

LABELS: dict[str, str | Promise] = {
    "to_accept": gettext_lazy("To accept"),
    "in_hand": gettext_lazy("In hand"),
    "own_late": gettext_lazy("Overdue"),
    "urgent": gettext_lazy("Urgent"),
    "new": gettext_lazy("To register"),
    "unplaced": gettext_lazy("Place unknown"),
    "verifying": gettext_lazy("Being verified"),
    "ownerless": gettext_lazy("No clear owner"),
    "reviewing": gettext_lazy("To review"),
    "supervised": gettext_lazy("Supervised"),
    "excluded": gettext_lazy("Left out"),
    "dispatch": gettext_lazy("To dispatch"),
    "arbitration": gettext_lazy("In arbitration"),
    "under_way": gettext_lazy("Under way"),
    "late": gettext_lazy("Late"),
    "check": gettext_lazy("To check"),
    "closed": gettext_lazy("Closed cases"),
    "refused": gettext_lazy("Refused or withdrawn"),
    "spam": gettext_lazy("Spam"),
    "all": gettext_lazy("All"),
}
DESK_FILTERS = (
    "urgent", "new", "verifying", "dispatch", "arbitration", "check", "reviewing", "late", "supervised", "under_way",
    "ownerless", "excluded", "closed", "refused", "spam", "all",
)  # fmt: skip
PLACING_FILTERS = ("unplaced", *DESK_FILTERS)
OWN_FILTERS = ("to_accept", "in_hand", "own_late", "all")
WATCHING_FILTERS = ("urgent", "late", "under_way", "check", "closed", "refused", "all")
# Shown only while there are any: most desks have none most of the time.
RARE = frozenset({"verifying", "reviewing", "supervised", "ownerless", "excluded"})
# What waits for the desk itself: the count beside “Queue”.
WAITING = ("to_accept", "new", "unplaced", "dispatch", "check")
PLACING_ROLES = (Role.DISTRICT_DESK, Role.CITY_DESK)
LIVE_SECONDS = 10
STAMP_MINUTES = 5


@dataclass(frozen=True)
class Saved:
    """A saved filter as a link, with its count."""

    name: str
    label: str | Promise
    url: str
    count: int
    current: bool


@desk_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The queue, with the case that is named beside it."""
    viewer = viewer_from(request)
    scope = scope_of(viewer)
    sieve = sieve_from(request, scope)
    context = _list_context(request, viewer, scope, sieve)
    number = strip_controls(request.GET.get("case", ""))[:20]
    context |= {
        "sheet": _chosen(viewer, number),
        "chosen": number,
        "places": matching_places(sieve.words) if sieve.words else [],
        "query": urlencode(kept(request.GET)),
        "live_url": f"{reverse('desk_queue_live')}?{request.GET.urlencode()}",
        "live_seconds": LIVE_SECONDS,
        "tag": _tag(str(context["stamp"])),
    }
    return render(request, "cases/desk/queue.html", context | offered(request.GET, scope))


@desk_required
@require_GET
def queue_live(request: HttpRequest) -> HttpResponse:
    """The list again if it has changed since the tag the browser holds; 304 otherwise."""
    viewer = viewer_from(request)
    scope = scope_of(viewer)
    sieve = sieve_from(request, scope)
    tag = _tag(lists.stamp(viewer, sieve, request.GET.get("after", "")))
    chosen = {"chosen": strip_controls(request.GET.get("case", ""))[:20]}
    return live_answer(
        request,
        "cases/desk/_list.html",
        tag=tag,
        context=lambda: _list_context(request, viewer, scope, sieve) | chosen,
    )


def _tag(stamp: str) -> str:
    """What the page shows and its latest changes, and five minutes of the clock, since time alone makes a case late."""
    return f'"{stamp}-{int(now().timestamp()) // (60 * STAMP_MINUTES)}"'


def scope_of(viewer: Viewer) -> Scope:
    """Which filters and areas fit the viewer's roles."""
    names: tuple[str, ...]
    if viewer.has(*PLACING_ROLES):
        names = PLACING_FILTERS
    elif viewer.has(*access.DESK_ROLES):
        names = DESK_FILTERS
    else:
        names = OWN_FILTERS if viewer.has(Role.DEPARTMENT_OFFICER) else WATCHING_FILTERS
    path = min(viewer.paths(*access.WATCHING_ROLES), key=len, default="")
    widest = Area.objects.filter(path=path).first() if path else None
    has_parts = widest is not None and widest.depth < Level.COMPOUND.depth
    return Scope(names, list(children(widest)) if widest is not None and has_parts else [], widest)


def sieve_from(request: HttpRequest, scope: Scope) -> lists.Sieve:
    """What the address asks for."""
    return sieve_of(request.GET, scope)


def _list_context(
    request: HttpRequest, viewer: Viewer, scope: Scope, sieve: lists.Sieve, *, page: str = "desk_queue"
) -> dict[str, object]:
    """The list, its saved filters as links to `page`, and the count for the side bar."""
    listed = lists.queue(viewer, sieve, request.GET.get("after", ""))
    found = lists.counts(viewer, scope.filters)
    return {
        "rows": rows(viewer, listed.rows),
        "next": listed.next,
        "stamp": listed.stamp,
        "views": _views(request, viewer, scope) if page == "desk_queue" else [],
        "saved": [
            _saved(request, name, found.get(name, 0), sieve.filter, page)
            for name in scope.filters
            if name not in RARE or found.get(name, 0) or name == sieve.filter
        ],
        "sieve": sieve,
        "nav_counts": {"queue": sum(found.get(name, 0) for name in WAITING)},
    }


def _views(request: HttpRequest, viewer: Viewer, scope: Scope) -> list[Saved]:
    """The viewer's own saved views, with their counts (two statements, and one for each far place they name)."""
    mine = list(SavedView.objects.filter(user=viewer.known))
    found = lists.counted(viewer, [sieve_of(QueryDict(view.query), scope) for view in mine])
    asked = urlencode(sorted(kept(request.GET).items()))
    return [
        Saved(str(view.id), view.name, f"{reverse('desk_queue')}?{view.query}", count, view.query == asked)
        for view, count in zip(mine, found, strict=True)
    ]


def _saved(request: HttpRequest, name: str, count: int, current: str, page: str) -> Saved:
    url = f"{reverse(page)}?{urlencode({'filter': name, **kept(request.GET, without=('filter', 'q'))})}"
    return Saved(name, LABELS[name], url, count, name == current)


def _chosen(viewer: Viewer, number: str) -> object:
    """The case named in the address, if there is one to see."""
    if not number:
        return None
    try:
        case = detail.case_by_number(viewer, number)
    except NotFound:
        return None
    return sheet(viewer, detail.case_file(viewer, case), room="desk")


@worker_required
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case: a page of its own, or the panel of the split view."""
    viewer = viewer_from(request)
    found = detail.case_by_number(viewer, number)
    if is_panel(request):
        return panel(request, viewer, found)
    context = {"sheet": sheet(viewer, detail.case_file(viewer, found), room="desk"), "whole": True}
    return render(request, "cases/desk/case.html", context)


@worker_required
@never_cache
@require_POST
def open_contact(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show name and phone once, to whoever handles the case; who looked is recorded first."""
    viewer = viewer_from(request)
    found = detail.case_by_id(viewer, case_id)
    tasks = list(found.tasks.all())
    contact = getattr(found, "contact", None)
    if contact is None:
        raise NotFound("no_contact", _("This case was filed without a contact."))
    if not access.may_see_contact(viewer, found, tasks):
        raise NotAllowed("not_handling", _("Only whoever handles the case may see the contact."))
    phone = open_record(
        viewer=viewer,
        kind="case",
        subject=found.id,
        field="contact",
        value=contact.phone,
        person=found.resident,
        area=found.desk,
        called=found.number,
    )
    room = room_of(request, viewer)
    mine = next((task for task in tasks if access.holds(viewer, found, task)), None)
    context = {"case": found, "name": contact.name, "phone": phone, "room": room, "task": mine}
    template = "cases/worker/contact.html" if room == "work" else "cases/desk/contact.html"
    return render(request, "cases/desk/_contact.html" if is_panel(request) else template, context)


@desk_required
@require_safe
def desk_map(request: HttpRequest) -> HttpResponse:
    """Cases as dots by state, and a list that says the same."""
    viewer = viewer_from(request)
    scope = scope_of(viewer)
    sieve = sieve_from(request, scope)
    context = _list_context(request, viewer, scope, sieve, page="desk_map")
    context |= {
        "scope": scope,
        "points_url": f"{reverse('desk_map_points')}?{request.GET.urlencode()}",
        "outlines": outlines_of(viewer),
        "looks": [look for state, look in wording.CASE_LOOKS.items() if state != CaseState.SPAM],
    }
    return render(request, "cases/desk/map.html", context)


def outlines_of(viewer: Viewer) -> str:
    """The outlines that fit the viewer's ground: districts for the city, communities or grids below."""
    path = min(viewer.paths(*access.WATCHING_ROLES, Role.GRID_WORKER), key=len, default="")
    code = path.rstrip("/").split("/")[-1]
    if not code:
        return ""
    level = {1: "district", 2: "community", 3: "community"}.get(path.count("/"), "grid")
    return reverse("areas:outlines", args=[level, code[:12]])


@desk_required
@require_GET
def map_points(request: HttpRequest) -> JsonResponse:
    """What of the map is seen (`west`, `south`, `east`, `north` in degrees, `zoom`), gathered: dots and clusters."""
    viewer = viewer_from(request)
    found = gather.clusters(viewer, sieve_from(request, scope_of(viewer)), _box(request))
    return JsonResponse({"clusters": [_cluster_json(one) for one in found.clusters], "capped": found.capped})


def _box(request: HttpRequest) -> gather.Box:
    """The box in the address; whatever is no number there counts as not said."""
    said = {}
    for name in ("west", "south", "east", "north", "zoom"):
        with suppress(ValueError):
            number = float(request.GET.get(name, ""))
            if -180 <= number <= 180:
                said[name] = number if name != "zoom" else min(max(number, 0.0), 22.0)
    return gather.Box(**said)


def _cluster_json(one: gather.Cluster) -> dict[str, object]:
    """A cluster as map.js reads it; one case is a point."""
    if one.count == 1:
        single = lists.Point(one.number, one.state, one.urgent > 0, one.longitude, one.latitude)
        return point_json(single, reverse("desk_case", args=[one.number]))
    return {"lon": one.longitude, "lat": one.latitude, "count": one.count, "tone": "bad" if one.urgent else ""}


def point_json(one: lists.Point, url: str) -> dict[str, object]:
    """A point as map.js reads it."""
    word, _icon, tone = wording.CASE_LOOKS.get(one.state) or wording.TASK_LOOKS[one.state]
    label = f"{word} · {one.number}"
    return {
        "lon": one.longitude,
        "lat": one.latitude,
        "tone": "bad" if one.urgent else tone,
        "label": label,
        "url": url,
    }
