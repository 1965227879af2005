"""Reads of mass events: the list, one with its members by compound, and the cases that seem to belong to it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.cases import access
from dongli.cases.models import Case, Grouping, MassEvent
from dongli.cases.models.case import MAY_LEAD
from dongli.cases.queries.nearby import LEADING
from dongli.cases.workflow import MERGEABLE
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.people.viewer import Viewer

PAGE = 30
MEMBERS = 50
MOST_MATCHING = 2000
MOST_POINTS = 500


@dataclass(frozen=True)
class EventPage:
    """A page of events; `next` is the key of the following page, empty at the end."""

    rows: Sequence[MassEvent]
    next: str


def _seen(viewer: Viewer) -> QuerySet[MassEvent]:
    """Events that touch what the viewer watches over: one of their areas lies within it, or around it."""
    paths = viewer.paths(*access.WATCHING_ROLES)
    around = [code for path in paths for code in path.rstrip("/").split("/")]
    inside = access.under("areas", paths) | Q(areas__code__in=around)
    return MassEvent.objects.filter(inside).distinct().select_related("lead_case", "category", "opened_by")


def events(viewer: Viewer, *, is_running: bool, after: str = "") -> EventPage:
    """Events, the newest first, with how many cases each leads (`members`)."""
    rows = _seen(viewer)
    rows = rows.filter(lead_case__state__in=LEADING) if is_running else rows.exclude(lead_case__state__in=LEADING)
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    cut = list(rows.order_by("-pk").values_list("pk", flat=True)[: PAGE + 1])
    found = list(
        MassEvent.objects.filter(pk__in=cut[:PAGE])
        .select_related("lead_case", "category")
        .prefetch_related("areas")
        .annotate(members=Count("lead_case__followers"))
        .order_by("-pk")
    )
    return EventPage(found, str(cut[PAGE - 1]) if len(cut) > PAGE else "")


def event(viewer: Viewer, event_id: UUID) -> MassEvent:
    """One event; raises `NotFound` when there is none that this viewer may see."""
    found = _seen(viewer).filter(pk=event_id).first()
    if found is None:
        raise NotFound("no_event", _("There is no such event."))
    return found


def matching(viewer: Viewer, event: MassEvent) -> list[UUID]:
    """Open cases of the event's class (or line) in its areas, filed since it began, that the viewer's desk may merge:
    the newest 2,000. One statement."""
    about = Q(category__line=event.category.line) if event.whole_line else Q(category__code=event.category.code)
    within = access.under("place", [area.path for area in event.areas.all()])
    rows = Case.objects.filter(MAY_LEAD, about, within, access.desked(viewer), danger="", about="", hidden_from=[])
    rows = rows.filter(filed_at__gte=event.starts_at, state__in=MERGEABLE, event=None)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_MATCHING])


def members(viewer: Viewer, event: MassEvent, after: str = "") -> tuple[list[Case], str]:
    """A page of the viewer's cases that follow the event's lead, the newest first, and the key of the next."""
    rows = Case.objects.filter(access.visible(viewer), lead_case=event.lead_case_id)
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows.select_related("text", "place", "category").order_by("-pk")[: MEMBERS + 1])
    return found[:MEMBERS], str(found[MEMBERS - 1].pk) if len(found) > MEMBERS else ""


def cases(ids: Sequence[UUID]) -> list[Case]:
    """These cases (a page of them) as the list of proposals shows them."""
    return list(Case.objects.filter(pk__in=ids).select_related("text", "place", "category").order_by("-pk"))


@dataclass(frozen=True)
class Tally:
    """An event in numbers: how many follow, how they stand, and in which compounds they lie."""

    total: int
    states: dict[str, int]
    places: list[tuple[str, int]]
    most: int


def tally(event: MassEvent) -> Tally:
    """Members by state and by compound (or the place itself where it is wider). Three statements."""
    rows = Case.objects.filter(lead_case=event.lead_case_id).order_by()
    states = dict(rows.values_list("state").annotate(count=Count("pk")))
    codes: Counter[str] = Counter()
    for path, count in rows.values_list("place__path").annotate(count=Count("pk")):
        parts = (path or "").rstrip("/").split("/")
        codes[parts[min(Level.COMPOUND.depth, len(parts) - 1)]] += count
    names = dict(Area.objects.filter(code__in=list(codes)).values_list("code", "name"))
    places = [(names.get(code, _("Place unknown")), count) for code, count in codes.most_common()]
    return Tally(sum(states.values()), states, places, max(codes.values(), default=0))


def points(viewer: Viewer, event: MassEvent) -> list[dict[str, object]]:
    """The viewer's members that have a point, for the map: 500 at most."""
    rows = Case.objects.filter(access.visible(viewer), lead_case=event.lead_case_id, longitude__isnull=False)
    values = rows.order_by("-pk").values_list("longitude", "latitude", "number")[:MOST_POINTS]
    return [{"lon": lon, "lat": lat, "tone": "info", "label": number} for lon, lat, number in values]


def last_grouping(event: MassEvent) -> Grouping | None:
    """The newest grouping, for its progress."""
    return Grouping.objects.filter(event=event).first()


def grounds(viewer: Viewer) -> list[Area]:
    """The areas over which the viewer may open events: where they hold an upper desk."""
    paths = viewer.paths(*access.UPPER_DESK_ROLES)
    return list(Area.objects.filter(path__in=paths).order_by("path"))
