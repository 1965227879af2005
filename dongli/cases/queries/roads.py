"""Roads to the cases a viewer may see: each with an index of its own, so that no list walks the whole table.

`access.visible` says the same as one condition; it fits where a case is named, but over a million rows its “or” between
places, tasks and persons leaves the database no index to follow. Here what belongs together is looked up first (the
desks of a subtree, which roads lead anywhere at all: one statement each, kept for the request), and each road is
then a condition over the ids themselves. Lists take the first rows of every road and merge them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from dongli.areas.models import Area, Grid, Level
from dongli.cases import access
from dongli.cases.models import Case
from dongli.cases.workflow import LIVE_TASK_STATES
from dongli.people.models import Role
from dongli.people.viewer import Viewer

DESK_LEVELS = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)
_LIVE = sorted(LIVE_TASK_STATES)
# Which roads lead anywhere for this person: six looks into an index.
_LEADING = """SELECT
    EXISTS (SELECT FROM cases_case WHERE resident_id = %(user)s),
    EXISTS (SELECT FROM cases_case WHERE filed_by_id = %(user)s),
    EXISTS (SELECT FROM cases_case WHERE verifier_id = %(user)s),
    EXISTS (SELECT FROM cases_task WHERE worker_id = %(user)s AND state = ANY(%(live)s)),
    EXISTS (SELECT FROM cases_task WHERE organisation_id = ANY(%(units)s) AND state = ANY(%(live)s)),
    EXISTS (SELECT FROM cases_task WHERE grid_id = ANY(%(grids)s) AND worker_id IS NULL AND organisation_id IS NULL
            AND state = ANY(%(live)s))"""


@dataclass(frozen=True)
class Desks:
    """The desks a viewer watches: ids, or everything in the city; `few` those whose dangerous cases are open too."""

    watched: tuple[UUID, ...]
    few: tuple[UUID, ...]
    watches_city: bool
    few_city: bool

    @property
    def condition(self) -> Q | None:
        """Cases of these desks; None when there is no desk."""
        if self.few_city:
            return Q()
        if not (self.watches_city or self.watched):
            return None
        safe = Q(danger="") | Q(desk__in=self.few) if self.few else Q(danger="")
        if self.watches_city:
            return safe
        if self.watched == self.few:
            return Q(desk__in=self.watched)
        return Q(desk__in=self.watched) & safe


def roads(viewer: Viewer) -> list[QuerySet[Case]]:
    """Every road to cases this viewer may see; together they are `access.visible`. Two statements at most, once."""
    found: list[Q] = [Q(pk__in=viewer.links)] if viewer.links else []
    if viewer.user is None:
        return [Case.objects.filter(one) for one in found]
    desks = desks_of(viewer)
    if desks.condition is not None:
        found.insert(0, desks.condition)
    if not desks.few_city:
        found += _others(viewer)
    open_to_them = Case.objects.exclude(hidden_from__contains=[viewer.user.id])
    return [open_to_them.filter(one).distinct() if "tasks__" in str(one) else open_to_them.filter(one) for one in found]


def desks_of(viewer: Viewer) -> Desks:
    """The desks of the viewer's subtrees. One statement, kept for the request."""
    kept = viewer.memo.get("desks")
    if isinstance(kept, Desks):
        return kept
    watched, few = viewer.paths(*access.WATCHING_ROLES), viewer.paths(*access.FEW_ROLES)
    few_city, watches_city = _has_city(few), _has_city(watched)
    rows = [] if few_city or not watched else list(_desks_under(watched))
    desks = Desks(
        watched=() if watches_city else tuple(key for key, _path in rows),
        few=tuple(key for key, path in rows if path.startswith(tuple(few))) if few else (),
        watches_city=watches_city,
        few_city=few_city,
    )
    viewer.memo["desks"] = desks
    return desks


def _has_city(paths: Iterable[str]) -> bool:
    """Whether one of the paths is the city's own: it holds every desk."""
    return any(path.count("/") == 1 for path in paths)


def _desks_under(paths: list[str]) -> QuerySet[Area, tuple[UUID, str]]:
    inside = Q(pk__in=[])
    for path in paths:
        inside |= Q(path__gte=path, path__lt=f"{path[:-1]}0")
    return Area.objects.filter(inside, level__in=DESK_LEVELS).order_by("path").values_list("id", "path")


def pool_grids(viewer: Viewer) -> list[UUID]:
    """The grids whose unclaimed work the viewer may take. One statement at most, kept for the request."""
    kept = viewer.memo.get("grids")
    if isinstance(kept, list):
        return kept
    paths = viewer.paths(*access.POOL_ROLES)
    found = list(Grid.objects.filter(access.under("community", paths)).values_list("id", flat=True)) if paths else []
    viewer.memo["grids"] = found
    return found


def _others(viewer: Viewer) -> list[Q]:
    """The roads beside the desk's: one's own cases and one's own work. A task's conditions stand in one `filter`."""
    units, grids = list(viewer.organisations(Role.DEPARTMENT_OFFICER)), pool_grids(viewer)
    found = [
        Q(resident=viewer.user),
        Q(filed_by=viewer.user),
        Q(verifier=viewer.user),
        Q(tasks__worker=viewer.user, tasks__state__in=_LIVE),
        Q(tasks__organisation__in=units, tasks__state__in=_LIVE),
        Q(tasks__grid__in=grids, tasks__worker=None, tasks__organisation=None, tasks__state__in=_LIVE, danger=""),
    ]
    return [one for one, leads in zip(found, _leading(viewer, units, grids), strict=True) if leads]


def _leading(viewer: Viewer, units: list[UUID], grids: list[UUID]) -> tuple[bool, ...]:
    kept = viewer.memo.get("leading")
    if isinstance(kept, tuple):
        return kept
    with connection.cursor() as cursor:
        cursor.execute(_LEADING, {"user": viewer.known.id, "live": _LIVE, "units": units, "grids": grids})
        row = cursor.fetchone()
    found = viewer.memo["leading"] = tuple(row or ())
    return found
