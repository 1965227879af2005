"""Loading a file of administrative divisions: adds, renames, retires and revives; never gives an area a new key."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from dongli.areas.actions.stamp import bump_map
from dongli.areas.divisions import Division, DivisionFile, Fault, read_divisions
from dongli.areas.models import Area, Grid, Level, Settlement
from dongli.areas.naming import set_name
from dongli.common import clock

_BATCH = 1000
_OFFICIAL = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)


@dataclass(slots=True)
class DivisionSummary:
    """What a load did (or, when `loaded` is false, would have done): numbers of areas, and the rows refused."""

    added: int = 0
    renamed: int = 0
    retired: int = 0
    revived: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    loaded: bool = False


@dataclass(slots=True)
class _Plan:
    """The difference between a file and the tables."""

    add: list[Division] = field(default_factory=list)
    rename: list[tuple[Area, str]] = field(default_factory=list)
    retire: list[Area] = field(default_factory=list)
    revive: list[Area] = field(default_factory=list)
    unchanged: int = 0


@transaction.atomic
def import_divisions(*, content: bytes, skip_bad: bool = False, dry_run: bool = False) -> DivisionSummary:
    """Load a CSV of `code,name,level,parent` (UTF-8 or GB18030), codes of 12 digits from the city down.

    With any bad row nothing is loaded unless `skip_bad`. What lies within the file's topmost areas but is not in it is
    retired, with everything below; a code that only a bad row mentions is left alone. What comes back is revived.
    """
    bump_map()
    stored = {area.code: area for area in Area.objects.filter(level__in=_OFFICIAL)}
    read = read_divisions(content, known={code: Level(area.level) for code, area in stored.items()})
    plan = _plan(read, stored)
    summary = DivisionSummary(
        added=len(plan.add),
        renamed=len(plan.rename),
        retired=len(plan.retire),
        revived=len(plan.revive),
        unchanged=plan.unchanged,
        faults=read.faults,
    )
    summary.loaded = not dry_run and bool(read.divisions) and (skip_bad or not read.faults)
    if summary.loaded:
        _revive(plan.revive)
        _rename(plan.rename)
        _add(plan.add, stored)
        _retire(plan.retire)
    else:
        transaction.set_rollback(True)
    return summary


def _plan(read: DivisionFile, stored: dict[str, Area]) -> _Plan:
    plan = _Plan()
    for division in read.divisions:
        area = stored.get(division.code)
        if area is None:
            plan.add.append(division)
            continue
        if area.retired_on is not None:
            plan.revive.append(area)
        if area.name != division.name:
            plan.rename.append((area, division.name))
        elif area.retired_on is None:
            plan.unchanged += 1
    tops = _topmost(read.divisions, stored)
    plan.retire = [
        area
        for area in stored.values()
        if area.retired_on is None and area.code not in read.codes and area.path.startswith(tops)
    ]
    return plan


def _topmost(divisions: list[Division], stored: dict[str, Area]) -> tuple[str, ...]:
    """The paths of the stored areas that the file speaks for: those it names without naming their parent."""
    named = {division.code for division in divisions}
    tops = (division.code for division in divisions if division.parent not in named)
    return tuple(stored[code].path for code in tops if code in stored)


def _add(divisions: list[Division], stored: dict[str, Area]) -> None:
    known = dict(stored)
    fresh = []
    for division in divisions:
        parent = known[division.parent] if division.parent else None
        area = Area(
            code=division.code,
            level=division.level,
            parent=parent,
            path=f"{parent.path if parent else ''}{division.code}/",
            settlement=Settlement.of_code(division.code) if division.level is Level.COMMUNITY else "",
        )
        set_name(area, division.name)
        known[area.code] = area
        fresh.append(area)
    Area.objects.bulk_create(fresh, batch_size=_BATCH)


def _rename(renames: list[tuple[Area, str]]) -> None:
    for area, name in renames:
        set_name(area, name)
    Area.objects.bulk_update([area for area, _ in renames], ["name", "pinyin", "initials"], batch_size=_BATCH)


def _retire(areas: list[Area]) -> None:
    """Retire `areas` with their compounds, buildings and grids; what was retired before keeps its date."""
    for area in areas:
        Area.objects.within(area).active().update(retired_on=clock.today())
        Grid.objects.within(area).active().update(retired_on=clock.today())


def _revive(areas: list[Area]) -> None:
    """Bring `areas` back; a community with the compounds, buildings and grids that were retired on the same day."""
    for area in areas:
        if area.level != Level.COMMUNITY:
            continue
        Area.objects.within(area).filter(retired_on=area.retired_on).update(retired_on=None)
        Grid.objects.filter(community=area, retired_on=area.retired_on).update(retired_on=None)
    Area.objects.filter(pk__in=[area.pk for area in areas]).update(retired_on=None)
