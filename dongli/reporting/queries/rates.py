"""Coverage of an area and of its parts: how many compounds an item applies to, and how many have it."""

from collections.abc import Mapping
from dataclasses import dataclass

from dongli.areas.models import Area, Level
from dongli.duties.models import OPEN_DUTY_STATES
from dongli.people.viewer import Viewer
from dongli.reporting import access, listed
from dongli.reporting.coverage import DOUBLE, ITEMS
from dongli.reporting.facts import facts


@dataclass(frozen=True)
class Rate:
    """`have` of `of` compounds; `share` in per cent, None where there is nothing to cover."""

    have: int
    of: int

    @property
    def missing(self) -> int:
        return self.of - self.have

    @property
    def share(self) -> float | None:
        return round(self.have * 100 / self.of, 1) if self.of else None


@dataclass(frozen=True)
class Part:
    """An area with its compounds, the rate of each item, of double coverage, and what is done about its gaps."""

    area: Area
    compounds: int
    rates: Mapping[str, Rate]
    double: Rate
    gaps: int
    explained: int
    assigned: int


@dataclass(frozen=True)
class Coverage:
    """An area and its parts one level below (compounds for a community)."""

    whole: Part
    parts: list[Part]


_COUNTED = ", ".join(
    f"count(*) FILTER (WHERE {item.applies}), count(*) FILTER (WHERE ({item.applies}) AND ({item.covered}))"
    for item in ITEMS.values()
)
_SELECT = """
SELECT split_part(path, '/', %(depth)s), grouping(split_part(path, '/', %(depth)s)), count(*),
       count(*) FILTER (WHERE {double}), {counted}, sum(gaps), sum(explained), sum(assigned)
FROM noted GROUP BY ROLLUP (split_part(path, '/', %(depth)s))"""
_RATES = _SELECT.format(double=DOUBLE, counted=_COUNTED)


def coverage(viewer: Viewer, area: Area) -> Coverage:
    """The coverage of an area that the viewer sees, and of its parts by code; raises `NotFound`. Four statements."""
    access.check(viewer, area)
    rows = facts(area).rows(listed.NOTED + _RATES, depth=area.depth + 2, open=sorted(OPEN_DUTY_STATES))
    counted = {row[0]: row for row in rows if not row[1]}
    whole = next((row for row in rows if row[1]), None)
    below = Area.objects.active().filter(parent=area).order_by("code")
    parts = [_part(one, counted.get(one.code)) for one in below if one.level != Level.BUILDING]
    return Coverage(_part(area, whole), [part for part in parts if part.compounds])


def _part(area: Area, row: tuple[int, ...] | None) -> Part:
    if row is None:
        row = (0,) * (4 + 2 * len(ITEMS) + 3)
    pairs = row[4 : 4 + 2 * len(ITEMS)]
    rates = {key: Rate(have=pairs[2 * at + 1], of=pairs[2 * at]) for at, key in enumerate(ITEMS)}
    gaps, explained, assigned = (int(number or 0) for number in row[-3:])
    return Part(area, row[2], rates, Rate(row[3], row[2]), gaps, explained, assigned)
