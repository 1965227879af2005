"""One compound: each item with what there is, or with the reason and the duty of its gap; the work done there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.areas import queries as places
from dongli.areas import work
from dongli.areas.models import Area, Grid, Level
from dongli.areas.work import WorkKind
from dongli.common.clock import now, today
from dongli.common.errors import Invalid, NotFound
from dongli.duties import access as duty_access
from dongli.duties.models import Duty
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people import queries as people
from dongli.people.models import Post, Tenure
from dongli.people.viewer import Viewer
from dongli.reporting import access
from dongli.reporting.coverage import ITEMS, Item
from dongli.reporting.facts import BRANCHES, COMMITTEES, facts, period
from dongli.reporting.models import GapDuty, GivenReason
from dongli.reporting.policies import work_days
from dongli.reporting.sql import fetched

SOURCE = "gap"
"""The `source_kind` of duties that came from a gap."""
_ROW = "SELECT buildings, captains, {states} FROM facts"
_GAP = "SELECT FROM facts WHERE {missing}"
_ALONE = """WITH compound AS (
    SELECT id, path, rtrim(path, '/') || '0' AS path_end FROM areas_area WHERE id = %(compound)s
) """
_RECORDS = """
SELECT found.what, found.at FROM compound
CROSS JOIN LATERAL (SELECT {what} AS what, {at} AS at {clause}) found ORDER BY found.at DESC LIMIT %(most)s"""
MOST = 200
_DONE = "SELECT %(key{at})s, (SELECT count(*) {clause}) FROM compound"


@dataclass(frozen=True)
class Line:
    """One item of a compound. `state`: "covered", "missing" or "none" (does not apply); `what` says what there is."""

    item: Item
    state: str
    what: list[str] = field(default_factory=list)
    reason: GivenReason | None = None
    duty: Duty | None = None

    @property
    def is_gap(self) -> bool:
        return self.state == "missing"


@dataclass(frozen=True)
class Done:
    """How much work of one kind was done within the period."""

    kind: WorkKind
    count: int


@dataclass(frozen=True)
class Sheet:
    """A compound with its lines and its work since the day `since`."""

    compound: Area
    lines: list[Line]
    work: list[Done]
    since: date
    days: int

    @property
    def gaps(self) -> int:
        return sum(line.is_gap for line in self.lines)

    def line(self, key: str) -> Line:
        """The line of an item; raises `NotFound`."""
        found = next((line for line in self.lines if line.item.key == key), None)
        if found is None:
            raise NotFound("no_such_item", _("There is no such item of coverage."))
        return found


def compound_of(viewer: Viewer, code: str) -> Area:
    """The compound of this code whose coverage the viewer may see, also for a duty of theirs; raises `NotFound`."""
    found = Area.objects.filter(code=code[:20], level=Level.COMPOUND).first()
    if found is None or not (access.reads(viewer, found) or _carries_there(viewer, found)):
        raise NotFound("no_coverage", _("There is no coverage here that you may see."))
    return found


def _carries_there(viewer: Viewer, compound: Area) -> bool:
    if viewer.user is None:
        return False
    mine = Duty.objects.filter(duty_access.mine(viewer), source_kind=SOURCE, area=compound)
    return mine.exists()


def sheet(compound: Area) -> Sheet:
    """Everything on a compound's page. About twelve statements."""
    row = _facts(compound)
    day = today()
    reasons = {one.item: one for one in reasons_of(compound, day)}
    duties = {one.item: one.duty for one in _duties(compound)}
    there = _there(compound, row)
    lines = [
        Line(
            item,
            state := _state(row, item),
            there.get(item.key, []),
            reasons.get(item.key) if state == "missing" else None,
            duties.get(item.key),
        )
        for item in ITEMS.values()
    ]
    days = work_days(compound, day)
    return Sheet(compound, lines, _work(compound, day), day - timedelta(days=days - 1), days)


def is_missing(compound: Area, item: str) -> bool:
    """Whether the compound has this gap now; one that is no more has none. Two statements."""
    return bool(facts(compound).rows(_GAP.format(missing=ITEMS[item].missing)))


def reasons_of(compound: Area, day: date) -> list[GivenReason]:
    """The reasons that hold on a day. One query."""
    rows = GivenReason.objects.filter(compound=compound, withdrawn_at=None, since__lte=day, until__gt=day)
    return list(rows.select_related("reason", "given_by"))


def _duties(compound: Area) -> Iterable[GapDuty]:
    rows = GapDuty.objects.filter(compound=compound, current=True)
    return rows.select_related("duty__owner", "duty__organisation", "duty__area")


def _facts(compound: Area) -> dict[str, Any]:
    """The compound's row of facts, with whether each item is missing and applies."""
    states = [condition for item in ITEMS.values() for condition in (item.missing, item.applies)]
    names = [f"{name}_{key}" for key in ITEMS for name in ("missing", "applies")]
    rows = facts(compound).rows(_ROW.format(states=", ".join(f"({one})" for one in states)))
    if not rows:
        raise NotFound("no_coverage", _("There is no coverage here that you may see."))
    return dict(zip(["buildings", "captains", *names], rows[0], strict=True))


def _state(row: dict[str, Any], item: Item) -> str:
    if row[f"missing_{item.key}"]:
        return "missing"
    return "covered" if row[f"applies_{item.key}"] else "none"


def _there(compound: Area, row: dict[str, Any]) -> dict[str, list[str]]:
    """What there is of each item, in words."""
    units = _units(compound)
    held = _held(compound, [unit.id for unit in units if unit.kind in BRANCHES])
    return {
        "branch": [_unit(unit, compound) for unit in units if unit.kind in BRANCHES],
        "secretary": [_holder(one) for one in held if one.post == Post.COMPOUND_SECRETARY],
        "first_secretary": [_holder(one) for one in held if one.post == Post.FIRST_SECRETARY],
        "captains": _captains(compound, row),
        "owners_committee": [unit.name for unit in units if unit.kind in COMMITTEES],
        "property_firm": [unit.name for unit in units if unit.kind == OrganisationKind.PROPERTY_FIRM],
        "grid_worker": _on_duty(compound),
    }


def _units(compound: Area) -> list[Organisation]:
    """The branches, committees and property firm of the compound today. One query."""
    day = today()
    standing = (Q(founded_on=None) | Q(founded_on__lte=day)) & (Q(dissolved_on=None) | Q(dissolved_on__gt=day))
    serving = Q(grounds__area=compound, grounds__since__lte=day) & (Q(grounds__until=None) | Q(grounds__until__gt=day))
    at_home = Q(area=compound, kind__in=[*BRANCHES, *COMMITTEES])
    abroad = serving & Q(kind__in=[*BRANCHES, OrganisationKind.PROPERTY_FIRM])
    return list(Organisation.objects.filter(standing, at_home | abroad).distinct().order_by("code"))


def _held(compound: Area, branches: list[UUID]) -> list[Tenure]:
    day = today()
    rows = Tenure.objects.filter(
        Q(area=compound) | Q(organisation__in=branches),
        Q(until=None) | Q(until__gt=day),
        since__lte=day,
        post__in=[Post.COMPOUND_SECRETARY, Post.FIRST_SECRETARY],
    )
    return list(rows.select_related("person", "seconded_from").order_by("since", "id"))


def _unit(unit: Organisation, compound: Area) -> str:
    if unit.area_id == compound.id:
        return unit.name
    return _("%(name)s (joint)") % {"name": unit.name}


def _holder(tenure: Tenure) -> str:
    words = {"name": tenure.person.name, "day": tenure.since.isoformat()}
    if tenure.seconded_from is not None:
        return _("%(name)s, from %(unit)s, since %(day)s") % {**words, "unit": tenure.seconded_from.name}
    return _("%(name)s, since %(day)s") % words


def _captains(compound: Area, row: dict[str, Any]) -> list[str]:
    """How many buildings have a captain, and the names of those without."""
    if not row["buildings"]:
        return [_("No buildings are recorded.")]
    said = [_("%(have)s of %(all)s buildings") % {"have": row["captains"], "all": row["buildings"]}]
    if row["captains"] < row["buildings"]:
        day = today()
        held = Tenure.objects.filter(Q(until=None) | Q(until__gt=day), post=Post.CAPTAIN, since__lte=day)
        without = Area.objects.active().filter(parent=compound, level=Level.BUILDING)
        names = without.exclude(pk__in=held.filter(area__parent=compound).values("area")).order_by("code")
        said.append(_("without: %(names)s") % {"names": _("、").join(names.values_list("name", flat=True)[:30])})
    return said


def _on_duty(compound: Area) -> list[str]:
    """The compound's grid, and who is on duty there."""
    grid = grid_of(compound)
    if grid is None:
        return [_("The compound's point lies on no grid.")]
    duty = people.on_duty(grid, now())
    return [f"{grid.name} · {duty.user.name}" if duty is not None else grid.name]


def grid_of(compound: Area) -> Grid | None:
    """The grid on which the compound's point lies."""
    if compound.longitude is None or compound.latitude is None:
        return None
    try:
        found = places.grid_at(compound.longitude, compound.latitude)
    except Invalid:
        return None
    return Grid.objects.filter(pk=found.grid_id).first() if found.grid_id is not None else None


def _work(compound: Area, day: date) -> list[Done]:
    """How much of each kind was done. One statement."""
    kinds = work.kinds()
    counted = " UNION ALL ".join(_DONE.format(at=at, clause=kind.clause) for at, kind in enumerate(kinds))
    keys = {f"key{at}": kind.key for at, kind in enumerate(kinds)}
    rows = fetched(_ALONE + counted, {"compound": compound.id, **keys, **period(compound, day)})
    found = {str(key): int(count) for key, count in rows}
    return [Done(kind, found[kind.key]) for kind in kinds]


def work_done(compound: Area, kind: WorkKind) -> list[tuple[str, Any]]:
    """Words and moment (or day) of what was done of one kind within the period, the newest `MOST` of it."""
    asked = _RECORDS.format(what=kind.what, at=kind.at, clause=kind.clause)
    params = {"compound": compound.id, "most": MOST, **period(compound, today())}
    return [(what, at) for what, at in fetched(_ALONE + asked, params)]


def kind_of(key: str) -> WorkKind:
    """The kind of work called so; raises `NotFound`."""
    found = next((kind for kind in work.kinds() if kind.key == key), None)
    if found is None:
        raise NotFound("no_such_work", _("There is no such kind of work."))
    return found


def address(compound: Area) -> str:
    """The address of a compound's page."""
    return reverse("coverage_place", args=[compound.code])
