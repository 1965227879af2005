"""The facts of coverage, one row a compound, as SQL that every query of this app begins with.

Computed from records at each look, never stored (why, and what it costs: `docs/adr/0018-coverage-is-computed.md`).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from dongli.areas import index, work
from dongli.areas.models import Area, Level
from dongli.common.clock import CITY_ZONE, now, today
from dongli.common.errors import Invalid
from dongli.organisations.models import OrganisationKind
from dongli.people.models import Post
from dongli.reporting.policies import work_days
from dongli.reporting.sql import fetched

BRANCHES = (OrganisationKind.BRANCH, OrganisationKind.GENERAL_BRANCH)
COMMITTEES = (OrganisationKind.OWNERS_COMMITTEE, OrganisationKind.MANAGEMENT_COMMITTEE)
SECRETARIES = (Post.COMPOUND_SECRETARY, Post.FIRST_SECRETARY)

# Somebody is on duty on a grid exactly when `people.queries.duty` names somebody: a test holds the two together.
_FACTS = """
compound AS MATERIALIZED (
    SELECT place.id, place.code, place.name, place.path, rtrim(place.path, '/') || '0' AS path_end, place.parent_id,
           place.longitude, place.latitude, ground.grid_id
    FROM areas_area place
    LEFT JOIN unnest(%(grounds)s::uuid[], %(grids)s::uuid[]) ground (compound_id, grid_id)
        ON ground.compound_id = place.id
    WHERE place.level = 'compound' AND place.path >= %(low)s AND place.path < %(high)s
      AND (place.retired_on IS NULL OR place.retired_on > %(day)s) {narrowed}
), standing AS (
    SELECT unit.id, unit.area_id, unit.kind FROM organisations_organisation unit
    WHERE unit.kind = ANY(%(kinds)s) AND (unit.founded_on IS NULL OR unit.founded_on <= %(day)s)
      AND (unit.dissolved_on IS NULL OR unit.dissolved_on > %(day)s)
), branch AS (
    SELECT compound.id AS compound_id, unit.id AS unit_id, 'own' AS manner
    FROM compound JOIN standing unit ON unit.area_id = compound.id AND unit.kind = ANY(%(branches)s)
    UNION ALL
    SELECT compound.id, unit.id, 'joint'
    FROM compound JOIN organisations_ground ground ON ground.area_id = compound.id AND ground.kind = ANY(%(branches)s)
        AND ground.since <= %(day)s AND (ground.until IS NULL OR ground.until > %(day)s)
    JOIN standing unit ON unit.id = ground.organisation_id
), tenure AS (
    SELECT held.area_id, held.organisation_id, held.post FROM people_tenure held
    WHERE held.post = ANY(%(posts)s) AND held.since <= %(day)s AND (held.until IS NULL OR held.until > %(day)s)
), holder AS (
    SELECT compound_id, bool_or(post = 'compound_secretary') AS secretary,
           bool_or(post = 'first_secretary') AS first_secretary
    FROM (
        SELECT compound.id, tenure.post FROM compound JOIN tenure ON tenure.area_id = compound.id
        UNION ALL
        SELECT branch.compound_id, tenure.post FROM branch JOIN tenure ON tenure.organisation_id = branch.unit_id
    ) held (compound_id, post) GROUP BY compound_id
), building AS (
    SELECT compound.id AS compound_id, count(*) AS buildings, count(captain.area_id) AS captains
    FROM compound JOIN areas_area house ON house.parent_id = compound.id AND house.level = 'building'
        AND (house.retired_on IS NULL OR house.retired_on > %(day)s)
    LEFT JOIN people_tenure captain ON captain.area_id = house.id AND captain.post = 'captain'
        AND captain.since <= %(day)s AND (captain.until IS NULL OR captain.until > %(day)s)
    GROUP BY compound.id
), firm AS (
    SELECT DISTINCT ground.area_id AS compound_id
    FROM organisations_ground ground JOIN standing unit ON unit.id = ground.organisation_id
    WHERE ground.kind = 'property_firm' AND ground.since <= %(day)s AND (ground.until IS NULL OR ground.until > %(day)s)
), away AS (
    SELECT user_id, deputy_id FROM people_absence WHERE since <= %(at)s AND until > %(at)s
), present AS NOT MATERIALIZED (
    SELECT id FROM people_user WHERE is_active AND (left_at IS NULL OR left_at > %(now)s)
), manned AS (
    SELECT DISTINCT turn.grid_id
    FROM people_rosterentry turn JOIN present ON present.id = turn.user_id
    LEFT JOIN away ON away.user_id = turn.user_id
    LEFT JOIN present deputy ON deputy.id = away.deputy_id
    LEFT JOIN away also ON also.user_id = away.deputy_id
    WHERE turn.grid_id IS NOT NULL AND turn.since <= %(at)s AND (turn.until IS NULL OR turn.until > %(at)s)
      AND (away.user_id IS NULL OR (deputy.id IS NOT NULL AND also.user_id IS NULL))
), facts AS (
    SELECT compound.*, joined.manner AS branch, coalesce(holder.secretary, false) AS secretary,
           coalesce(holder.first_secretary, false) AS first_secretary,
           coalesce(building.buildings, 0) AS buildings, coalesce(building.captains, 0) AS captains,
           committee.kind AS committee, firm.compound_id IS NOT NULL AS property_firm,
           manned.grid_id IS NOT NULL AS grid_worker, ({work}) AS work
    FROM compound
    LEFT JOIN (SELECT compound_id, max(manner) AS manner FROM branch GROUP BY compound_id) joined
        ON joined.compound_id = compound.id
    LEFT JOIN holder ON holder.compound_id = compound.id
    LEFT JOIN building ON building.compound_id = compound.id
    LEFT JOIN (SELECT area_id, max(kind) AS kind FROM standing WHERE kind = ANY(%(committees)s) GROUP BY area_id)
        committee ON committee.area_id = compound.id
    LEFT JOIN firm ON firm.compound_id = compound.id
    LEFT JOIN manned ON manned.grid_id = compound.grid_id
)
"""


@dataclass(frozen=True)
class Facts:
    """`WITH` and what it defines up to `facts`, for the compounds of an area on a day, with its parameters."""

    sql: str
    params: Mapping[str, Any] = field(repr=False)

    def rows(self, rest: str, **more: Any) -> list[tuple[Any, ...]]:
        """The answer to `rest`, which selects from `facts`, or begins with a comma and defines more first."""
        return fetched(f"WITH {self.sql}{rest}", {**self.params, **more})


Span = tuple[str, str]
"""A stretch of places: the first path in it, and the first path after it."""
CHUNKS = (64, 512)


def spans(area: Area, start: str = "") -> Iterator[Span]:
    """The compounds of `area` from the path `start` on, in growing stretches: a page is mostly filled by the first.

    One statement for each but the last.
    """
    low = max(start, area.path)
    rows = Area.objects.filter(level=Level.COMPOUND, path__lt=area.path_end).order_by("path")
    for size in CHUNKS:
        edge = rows.filter(path__gte=low).values_list("path", flat=True)[size : size + 1].first()
        yield low, edge or area.path_end
        if edge is None:
            return
        low = edge
    yield low, area.path_end


def facts(area: Area, on: date | None = None, *, narrowed: str = "", span: Span | None = None) -> Facts:
    """The facts of the compounds in `area` on a day (today, as of this moment). One statement to know the map's stamp.

    `narrowed`: a further condition over the row `place` (an area), beginning with AND. `span`: only of this stretch.
    """
    day = on or today()
    moment = now()
    at = moment if day == today() else midnight(day + timedelta(days=1)) - timedelta(seconds=1)
    low, high = span or (area.path, area.path_end)
    grounds, grids = _within(index.current_token(), low, high)
    params: dict[str, Any] = {
        "low": low,
        "high": high,
        "day": day,
        "at": at,
        "now": moment,
        "grounds": grounds,
        "grids": grids,
        "kinds": [str(kind) for kind in (*BRANCHES, *COMMITTEES, OrganisationKind.PROPERTY_FIRM)],
        "branches": [str(kind) for kind in BRANCHES],
        "committees": [str(kind) for kind in COMMITTEES],
        "posts": [str(post) for post in SECRETARIES],
        **period(area, day),
    }
    done = " OR ".join(f"EXISTS (SELECT {kind.clause})" for kind in work.kinds()) or "false"
    return Facts(_FACTS.format(work=done, narrowed=narrowed), params)


def period(area: Area, on: date) -> dict[str, datetime]:
    """The moments between which work counts for coverage on a day: `since`, and `until`, which is not included."""
    first = on - timedelta(days=work_days(area, on) - 1)
    return {"since": midnight(first), "until": midnight(on + timedelta(days=1))}


def midnight(day: date) -> datetime:
    """The moment at which a day begins in the city."""
    return datetime.combine(day, time(), CITY_ZONE)


@lru_cache(maxsize=64)
def _within(token: UUID | None, low: str, high: str) -> tuple[str, str]:
    """The compounds of a stretch that lie in a grid, and those grids, as PostgreSQL writes arrays."""
    every = _grounds(token)
    first, last = (bisect_left(every, path, key=lambda row: row[0]) for path in (low, high))
    found = every[first:last]
    return _array(ground for _path, ground, _grid in found), _array(grid for _path, _ground, grid in found)


def _array(ids: Iterable[UUID]) -> str:
    return f"{{{','.join(map(str, ids))}}}"


@lru_cache(maxsize=1)
def _grounds(token: UUID | None) -> list[tuple[str, UUID, UUID]]:
    """Path, compound and grid of every compound whose point lies in a grid, by path; kept until the map changes."""
    index.expire()
    rows = Area.objects.filter(level=Level.COMPOUND, longitude__isnull=False).order_by("path")
    found = []
    for path, compound, longitude, latitude in rows.values_list("path", "id", "longitude", "latitude"):
        try:
            location = index.locate(longitude or 0.0, latitude or 0.0)
        except Invalid:
            continue  # a point outside the city lies on no grid
        if location.grid_id is not None:
            found.append((path, compound, location.grid_id))
    return found
