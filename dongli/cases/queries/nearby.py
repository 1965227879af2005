"""What was reported before: open cases of the same line of business nearby, and mass events that cover a place.

Bounded whatever the city holds: cells of an index are probed, each for its newest rows, then those few are looked at.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet

from dongli.areas import index
from dongli.areas.models import Area, Level
from dongli.areas.outlines import METRES_PER_DEGREE
from dongli.areas.queries import compounds_near
from dongli.cases import access, level_policies, policy
from dongli.cases.models import Case, Category, MassEvent
from dongli.cases.models.case import CELLS_PER_DEGREE
from dongli.cases.queries.resident import suggestions
from dongli.cases.workflow import ENDED_CASE_STATES, CaseState
from dongli.common.clock import now, today
from dongli.common.errors import Invalid
from dongli.people.viewer import Viewer

OF_A_CELL, OF_A_PLACE, MOST_PLACES, MOST_OFFERED = 40, 10, 300, 3
MOST_LISTED, MOST_COUNTED = 20, 1000
SMALL = 3
LEADING = tuple(state for state in CaseState if state not in ENDED_CASE_STATES | {CaseState.MERGED})
"""States in which a case may lead others."""

# What a filing asks, hence one statement, written out: ids of running events about the same, of cases in the cells
# around a point, and of cases at the places of a compound.
_ALIKE = """
    SELECT true, e.id FROM cases_massevent e
        JOIN cases_case l ON l.id = e.lead_case_id JOIN cases_category k ON k.id = e.category_id
    WHERE l.state = ANY(%(leading)s) AND (k.code = ANY(%(classes)s) OR e.whole_line AND k.line = %(line)s)
    UNION ALL
    SELECT false, near.id FROM unnest(%(rows)s::float8[], %(columns)s::float8[]) AS cell (y, x), LATERAL (
        SELECT c.id FROM cases_case c
        WHERE floor(c.latitude * %(cells)s) = cell.y AND floor(c.longitude * %(cells)s) = cell.x
          AND c.latitude IS NOT NULL AND c.filed_at >= %(since)s AND c.closed_at IS NULL AND c.refused_at IS NULL
          AND c.withdrawn_at IS NULL AND c.spam_at IS NULL AND c.merged_at IS NULL AND c.category_id IS NOT NULL
        ORDER BY c.filed_at DESC LIMIT %(of_a_cell)s
    ) near
    UNION ALL
    SELECT false, near.id FROM unnest(%(places)s::uuid[]) AS place (id), LATERAL (
        SELECT c.id FROM cases_case c
        WHERE c.place_id = place.id AND c.filed_at >= %(since)s AND c.closed_at IS NULL AND c.refused_at IS NULL
          AND c.withdrawn_at IS NULL AND c.spam_at IS NULL AND c.merged_at IS NULL AND c.category_id IS NOT NULL
        ORDER BY c.filed_at DESC LIMIT %(of_a_place)s
    ) near
"""


class Placed(Protocol):
    """What has a place, a point, or both."""

    @property
    def longitude(self) -> float | None: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def place(self) -> Area | None: ...


@dataclass(frozen=True)
class Spot:
    """Where something is: a point (degrees, WGS-84), a place, or both; and what it is about.

    `classes`: the codes of its class, or of those its words speak for.
    """

    line: str
    classes: tuple[str, ...] = ()
    longitude: float | None = None
    latitude: float | None = None
    place: Area | None = None

    @classmethod
    def of(cls, case: Case) -> "Spot":
        """A case's own."""
        return cls.about([case.category] if case.category is not None else [], case)

    @classmethod
    def about(cls, classes: Sequence[Category], at: "Placed") -> "Spot":
        """What is about one of `classes` (the likeliest first), at a place."""
        line = classes[0].line if classes else ""
        return cls(line, tuple(row.code for row in classes), at.longitude, at.latitude, at.place)

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, when both are known."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude

    @property
    def compound(self) -> str:
        """The code of the compound the place is or lies in; "" when it is wider than that."""
        return (self.place.code_at(Level.COMPOUND) or "") if self.place is not None else ""

    @cached_property
    def path(self) -> str:
        """The path of the lowest area known to hold it: the place's, or for a point that of its community."""
        placed = self.place.path if self.place is not None else ""
        if self.point is None or (self.place is not None and self.place.depth >= Level.COMMUNITY.depth):
            return placed
        try:
            located = index.locate(*self.point)
        except Invalid:
            return placed
        around = index.chain(located.community_id or located.district_id)
        return around[-1].path if around else placed

    @cached_property
    def reach(self) -> tuple[int, int]:
        """How many days back and how many metres around something counts as reported before, there."""
        return level_policies.nearby(self.path)


def classes_of(chosen: Category | None, words: str) -> list[Category]:
    """The class that was chosen, or else those the words speak for, the likeliest first."""
    return [chosen] if chosen is not None else suggestions(words, policy.catalogue(today()))


@dataclass(frozen=True)
class Near:
    """An open case nearby. `metres` is None when one of the two has no point: they are in the same compound."""

    case: Case
    metres: int | None


def cases_near(spot: Spot, *, viewer: Viewer, besides: UUID) -> list[Near]:
    """Open cases near `spot` of its line that this viewer may see: at most 20, of its class first, then the nearest
    (four statements)."""
    seen = _candidates(spot, _alike(spot).cases).filter(access.visible(viewer), state__in=LEADING).exclude(pk=besides)
    return _near(spot, seen)[:MOST_LISTED]


def _candidates(spot: Spot, ids: Iterable[UUID]) -> QuerySet[Case]:
    """Those of the cases `ids` that may be about the same."""
    found = Case.objects.filter(pk__in=ids, category__line=spot.line, danger="", about="", hidden_from=[])
    return found.select_related("category", "place", "text")


@dataclass(frozen=True)
class Alike:
    """Ids of what may be the same trouble: cases at hand, and running events wherever they are."""

    cases: Sequence[UUID] = ()
    events: Sequence[UUID] = ()


def _alike(spot: Spot) -> Alike:
    """What may be the same trouble as at `spot`. One statement, two where a compound's buildings are asked for."""
    if not spot.line:
        return Alike()
    rows, columns = _cells_around(spot)
    arguments: dict[str, Any] = {
        "leading": list(LEADING), "classes": list(spot.classes), "line": spot.line, "since": since(spot),
        "rows": rows, "columns": columns, "cells": CELLS_PER_DEGREE, "of_a_cell": OF_A_CELL,
        "places": _places_at(spot), "of_a_place": OF_A_PLACE,
    }  # fmt: skip
    cases, events = list[UUID](), list[UUID]()
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, arguments)
        for is_event, found in cursor.fetchall():
            (events if is_event else cases).append(found)
    return Alike(cases, events)


def _cells_around(spot: Spot) -> tuple[list[float], list[float]]:
    """Rows and columns, pair by pair, of the index' cells around the point."""
    if spot.point is None:
        return [], []
    longitude, latitude = spot.point
    high = spot.reach[1] / METRES_PER_DEGREE
    wide = high / math.cos(math.radians(latitude))
    cells = [(y, x) for y in _cells(latitude, high) for x in _cells(longitude, wide)]
    return [float(y) for y, _x in cells], [float(x) for _y, x in cells]


def _cells(middle: float, reach: float) -> range:
    first, last = (math.floor(edge * CELLS_PER_DEGREE) for edge in (middle - reach, middle + reach))
    return range(first, last + 1)


def _places_at(spot: Spot) -> list[UUID]:
    """The compound and its parts: for what has no point there, and when `spot` has none, whatever is there."""
    if not spot.compound:
        return []
    parts = Area.objects.active().filter(Q(code=spot.compound) | Q(parent__code=spot.compound))
    return list(parts.values_list("pk", flat=True)[:MOST_PLACES])


def since(spot: Spot) -> datetime:
    """What was filed before this moment is not the same trouble."""
    return now() - timedelta(days=spot.reach[0])


def _near(spot: Spot, cases: QuerySet[Case]) -> list[Near]:
    measured = [Near(case, how_far(spot, Spot.of(case))) for case in cases]
    kept = [near for near in measured if near.metres is None or near.metres <= spot.reach[1]]
    return sorted(kept, key=lambda near: (*_unlike(spot, near), near.case.filed_at))


def _unlike(spot: Spot, near: Near) -> tuple[bool, bool, int]:
    """What makes a case less likely the same trouble: another class, no measured distance, a longer one."""
    category = near.case.category
    return category is None or category.code not in spot.classes, near.metres is None, near.metres or 0


def how_far(one: Spot, other: Spot) -> int | None:
    """Metres between two spots; None when they have not both a point."""
    if one.point is None or other.point is None:
        return None
    (west, south), (east, north) = one.point, other.point
    across = (east - west) * METRES_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    return round(math.hypot(across, (north - south) * METRES_PER_DEGREE))


@dataclass(frozen=True)
class Family:
    """The case that leads another one, or those that follow it: how many (1,000 at most), and the first of them."""

    lead: Case | None
    followers: list[Case]
    count: int
    event: MassEvent | None = None


def family(viewer: Viewer, case: Case) -> Family:
    """What a case is merged with, as far as this viewer may see it; the count is everybody's at the case."""
    leading = case.lead_case_id or case.id
    event = MassEvent.objects.filter(lead_case=leading).first()
    if case.lead_case_id is not None:
        lead = Case.objects.filter(access.visible(viewer), pk=case.lead_case_id).select_related("category", "place")
        return Family(lead.first(), [], 0, event)
    followers = Case.objects.filter(lead_case=case)
    count = followers[:MOST_COUNTED].count()
    if not count:
        return Family(None, [], 0, event)
    seen = followers.filter(access.visible(viewer)).select_related("category", "place", "text").order_by("pk")
    return Family(None, list(seen[:MOST_LISTED]), count, event)


def waiting_with(case: Case) -> int:
    """How many cases wait with this one, and are closed with it."""
    return Case.objects.filter(lead_case=case, state=CaseState.MERGED).count()


# What a filer is told


@dataclass(frozen=True)
class Known:
    """Something already reported, as a filer may read it: no words, no photos, nobody's name.

    `metres` is rounded to ten. `others`: how many have joined it; None below three.
    """

    lead: Case
    event: MassEvent | None = None
    metres: int | None = None
    others: int | None = None


def known(spot: Spot) -> list[Known]:
    """What is offered to whoever files at `spot`: running events first, then open cases nearby; at most three."""
    alike = _alike(spot)
    found = [Known(event.lead_case, event) for event in _covering(spot, alike.events)]
    if alike.cases and spot.line in settings.NEARBY_LINES and len(found) < MOST_OFFERED:
        of_events = {one.lead.id for one in found}
        cases = _candidates(spot, alike.cases).filter(state__in=LEADING, event=None)
        found += [
            Known(
                near.case,
                metres=None if near.metres is None else max(10, round(near.metres, -1)),
                others=near.case.others if near.case.others >= SMALL else None,  # type: ignore[attr-defined]  # annotated
            )
            for near in _near(spot, cases.annotate(others=Count("followers")))
            if near.case.id not in of_events
        ]
    return found[:MOST_OFFERED]


def may_join(spot: Spot, lead_id: UUID) -> bool:
    """Whether what is filed at `spot` may join this lead: it is among what is offered there now."""
    return any(one.lead.id == lead_id for one in known(spot))


# Mass events


def running() -> QuerySet[MassEvent]:
    """Events whose lead case is open."""
    return MassEvent.objects.filter(lead_case__state__in=LEADING).select_related("lead_case", "category")


def _covering(spot: Spot, events: Sequence[UUID]) -> list[MassEvent]:
    """Those of the running events `events` that cover the spot, the newest first."""
    if not events or not (codes := _codes(spot)):
        return []
    covering = running().filter(pk__in=events, areas__code__in=codes)
    return list(covering.distinct().order_by("-id")[:MOST_OFFERED])


def events_of(area: Area) -> list[MassEvent]:
    """The running events that cover an area, for everybody to read. One statement."""
    covering = running().filter(areas__code__in=area.path.rstrip("/").split("/"))
    return list(covering.distinct().order_by("-id")[:MOST_OFFERED])


def _codes(spot: Spot) -> Sequence[str]:
    """The codes of the areas around the spot; for a point alone, of its community and the compounds at hand."""
    if spot.place is not None and (spot.point is None or spot.place.depth > Level.COMMUNITY.depth):
        return spot.place.path.rstrip("/").split("/")
    if spot.point is None or not spot.path:
        return []
    around = spot.path.rstrip("/").split("/")
    return [*around, *(area.code for area in compounds_near(*spot.point, metres=spot.reach[1], limit=3))]
