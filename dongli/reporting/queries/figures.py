"""Indicators of an area on a day, and the records behind one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.people.viewer import Viewer
from dongli.reporting import access
from dongli.reporting.facts import midnight
from dongli.reporting.indicators import INDICATORS, Indicator
from dongli.reporting.sql import fetched

PAGE, COMPOUND_DIGITS = 50, 16
_COUNT = "SELECT '{key}', (SELECT count(*) FROM ({records}) counted)"
_LIST = (
    "SELECT id, code, name, path, what, since, 1 FROM ({records}) listed"
    " WHERE (path, id) > (%(path)s, %(id)s) ORDER BY path, id LIMIT %(most)s"
)
_PLACES = (
    "SELECT NULL::uuid, code, name, path, '', NULL::date, count(*) FROM ({records}) listed"
    " WHERE path > %(path)s GROUP BY code, name, path ORDER BY path LIMIT %(most)s"
)
_NOTHING = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Record:
    """One thing behind a figure: where it is (and what that is part of), what, since when; or a place with `count`."""

    code: str
    name: str
    parent: str
    what: str
    since: date | None
    count: int

    @property
    def place(self) -> str:
        """The code of the compound of a building, else the place's own: where its coverage is looked at."""
        return self.code[:COMPOUND_DIGITS]


@dataclass(frozen=True)
class Page:
    """A page of records; `next` is the key of the following one."""

    rows: list[Record]
    next: str = ""


def indicator(key: str) -> Indicator:
    """The indicator called so; raises `NotFound`."""
    if key not in INDICATORS:
        raise NotFound("no_such_figure", _("There is no such figure."))
    return INDICATORS[key]


def figures(viewer: Viewer, area: Area, on: date) -> dict[str, int]:
    """Every indicator of an area on a day; raises `NotFound` for an area the viewer does not see. One statement."""
    access.check(viewer, area)
    asked = " UNION ALL ".join(_COUNT.format(key=key, records=one.records) for key, one in INDICATORS.items())
    counted: dict[str, int] = dict(map(tuple, fetched(asked, _params(area, on))))
    return counted


def records(viewer: Viewer, one: Indicator, area: Area, on: date, after: str = "") -> Page:
    """The records behind a figure, by place. A forged key starts at the top. Two statements."""
    access.check(viewer, area)
    path, _dot, key = after.partition(":")
    params = _params(area, on)
    start = {"path": path[:120], "id": str(parse_id(key) or _NOTHING), "most": PAGE + 1}
    rows = fetched((_PLACES if one.by_place else _LIST).format(records=one.records), {**params, **start})
    names = _parents(row[3] for row in rows)
    found = [
        Record(code, name, names.get(_parent(path), ""), what, since, count)
        for _id, code, name, path, what, since, count in rows[:PAGE]
    ]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(found, f"{last[3]}:{last[0] or ''}" if last is not None else "")


def _params(area: Area, on: date) -> dict[str, Any]:
    return {"low": area.path, "high": area.path_end, "day": on, "end": midnight(on + timedelta(days=1))}


def _parent(path: str) -> str:
    """The code of what the place of a path is part of; "" for the city."""
    return "/".join(path.split("/")[-3:-2])


def _parents(paths: Iterable[str]) -> dict[str, str]:
    codes = {_parent(path) for path in paths} - {""}
    return dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
