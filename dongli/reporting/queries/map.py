"""Compounds on the coverage map by the number of their gaps, and the list that says the same."""

from dataclasses import dataclass
from typing import Any

from dongli.areas.models import Area, Level
from dongli.cases.queries.clusters import MOST, Box
from dongli.people.viewer import Viewer
from dongli.reporting import access
from dongli.reporting.coverage import GAPS
from dongli.reporting.facts import facts, spans

PAGE = 50
MANY = 3
"""From so many gaps on, a compound is shown as one of the worst."""
_SELECT = """
, counted AS (SELECT code, name, path, longitude, latitude, {gaps} AS gaps FROM facts)
"""
_COUNTED = _SELECT.format(gaps=GAPS)
_GATHER = """
SELECT count(*), avg(longitude), avg(latitude), sum(gaps), min(code), min(name) FROM counted
GROUP BY floor(longitude * %(cells)s), floor(latitude * %(cells)s) ORDER BY 1 DESC LIMIT %(most)s"""
_IN_BOX = "AND place.longitude BETWEEN %(west)s AND %(east)s AND place.latitude BETWEEN %(south)s AND %(north)s"
_LIST = "SELECT code, name, path, gaps FROM counted WHERE gaps > 0 AND path > %(after)s ORDER BY path LIMIT %(most)s"


@dataclass(frozen=True)
class Spot:
    """Compounds of one cell: how many, where, their gaps; `code` and `name` of a single one."""

    count: int
    longitude: float
    latitude: float
    gaps: int
    code: str
    name: str


@dataclass(frozen=True)
class Row:
    """A compound with gaps, as the list beside the map shows it."""

    code: str
    name: str
    community: str
    gaps: int


@dataclass(frozen=True)
class Page:
    """A page of compounds; `next` is the code of its last one."""

    rows: list[Row]
    next: str = ""


def tone(gaps: int) -> str:
    """The tone of a compound with so many gaps."""
    if not gaps:
        return "good"
    return "bad" if gaps >= MANY else "warn"


def spots(viewer: Viewer, area: Area, box: Box) -> list[Spot]:
    """The compounds of `area` within the box, gathered into cells; raises `NotFound`. Two statements."""
    access.check(viewer, area)
    edges = {"west": box.west, "east": box.east, "south": box.south, "north": box.north}
    seen = facts(area, narrowed=_IN_BOX)
    return [Spot(*row) for row in seen.rows(_COUNTED + _GATHER, cells=box.cells_per_degree, most=MOST, **edges)]


def listed(viewer: Viewer, area: Area, after: str = "") -> Page:
    """The compounds of `area` that have gaps, by place; raises `NotFound`. At most nine statements."""
    access.check(viewer, area)
    last = Area.objects.filter(level=Level.COMPOUND, code=after[:20]).values_list("path", flat=True).first()
    rows: list[tuple[Any, ...]] = []
    for span in spans(area, last or ""):
        rows += facts(area, span=span).rows(_COUNTED + _LIST, after=last or "", most=PAGE + 1 - len(rows))
        if len(rows) > PAGE:
            break
    codes = {path.split("/")[3] for _code, _name, path, _gaps in rows}
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    found = [Row(code, name, names.get(path.split("/")[3], ""), gaps) for code, name, path, gaps in rows[:PAGE]]
    return Page(found, found[-1].code if len(rows) > PAGE else "")
