"""Organisations along the axis, units, owners' committees, property firms, committees with members, and some history.

All made up and marked so. `make_organisations` makes any number more, to measure with.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import transaction

from dongli.areas.models import Area, Level
from dongli.areas.naming import pinyin_keys
from dongli.areas.seed import CORE_DISTRICTS
from dongli.common.clock import city_date
from dongli.common.errors import Invalid
from dongli.common.ids import new_id
from dongli.organisations.models import Ground, Membership, Organisation, OrganisationKind, UnitKind
from dongli.people.actions import organising, reorganising
from dongli.people.actions.organising import Basis, Founding
from dongli.people.models import ActKind, OrganisationAct, User
from dongli.people.personas import HOME_DISTRICT
from dongli.people.viewer import Viewer

Kind = OrganisationKind
_COMMITTEE = {Level.CITY: "委", Level.DISTRICT: "委", Level.SUBDISTRICT: "党工委", Level.COMMUNITY: "党总支"}
_UNITS: tuple[tuple[str, UnitKind], ...] = (
    ("第一小学", UnitKind.PUBLIC_INSTITUTION),
    ("供电所", UnitKind.STATE_OWNED),
    ("步行街", UnitKind.BUSINESS_DISTRICT),
    ("创业园", UnitKind.PARK),
    ("快递站", UnitKind.TWO_NEW),
    ("助老服务社", UnitKind.SOCIAL),
)
_FIRMS = ("和顺物业", "安居物业", "湘江物业", "天鸿物业", "金轮物业", "万家物业")
_BULK = ("第二支部", "联合支部", "便民超市", "修理铺", "幼儿园", "药房", "文化站", "合作社", "家政公司", "志愿者协会")
OWN_BRANCH, JOINT_BRANCH, WITH_OWNERS, WITH_FIRM = 0.82, 0.93, 0.5, 0.7


def seed_axis(*, seed: int, as_of: datetime) -> int:
    """The axis of the core districts with all that stands beside it; answers how many organisations it has made."""
    if Organisation.objects.filter(kind=Kind.PARTY_COMMITTEE).exists():
        return 0
    axis = _Axis(random.Random(f"organisations {seed}"), city_date(as_of))  # noqa: S311 (made-up facts, not secrets)
    axis.committees()
    axis.compounds()
    axis.firms()
    axis.units()
    axis.write()
    _history(axis)
    return len(axis.rows)


class _Axis:
    """Collects organisations, grounds, memberships and their acts, and writes them at the end."""

    def __init__(self, dice: random.Random, today: date) -> None:
        self.dice, self.today = dice, today
        self.rows: list[Organisation] = []
        self.grounds: list[Ground] = []
        self.members: list[Membership] = []
        self.party: dict[UUID, Organisation] = {}
        core = Area.objects.active().filter(path__regex="^[0-9]+/(" + "|".join(sorted(CORE_DISTRICTS)) + ")/")
        upper = Area.objects.active().filter(level__in=[Level.CITY, Level.DISTRICT])
        lower = core.filter(level__in=[Level.SUBDISTRICT, Level.COMMUNITY, Level.COMPOUND])
        self.areas = list((upper | lower).distinct().order_by("path"))

    def add(self, area: Area, word: str, kind: Kind, founded: date, **facts: object) -> Organisation:
        """One organisation of the area's name and `word`."""
        pinyin, initials = _keys(word)
        made = Organisation(
            code=f"{area.code}-{kind}-{len(self.rows):05d}", name=f"{area.name}{word}"[:120], kind=kind, area=area,
            pinyin=f"{area.pinyin}{pinyin}"[:400], initials=f"{area.initials}{initials}"[:120],
            founded_on=founded, synthetic=True, **facts,
        )  # fmt: skip
        self.rows.append(made)
        return made

    def committees(self) -> None:
        """A party organisation at every level down to the community, each under the one above."""
        for area in self.areas:
            if area.level == Level.COMPOUND:
                continue
            kind = Kind.GENERAL_BRANCH if area.level == Level.COMMUNITY else Kind.PARTY_COMMITTEE
            above = self.party.get(area.parent_id) if area.parent_id else None
            founded = date(1951 + 15 * area.depth, 7, 1)
            self.party[area.pk] = self.add(area, _COMMITTEE[Level(area.level)], kind, founded, parent=above)

    def compounds(self) -> None:
        """Most compounds have a branch, some share a neighbour's, a few none; half have an owners' committee."""
        neighbour: Organisation | None = None
        for area in self._of(Level.COMPOUND):
            parent = self.party.get(area.parent_id) if area.parent_id else None
            chance = self.dice.random()
            if chance < OWN_BRANCH:
                founded = date(2012, 1, 1) + timedelta(days=self.dice.randrange(4500))
                neighbour = self.add(area, "党支部", Kind.BRANCH, founded, parent=parent)
            elif chance < JOINT_BRANCH and neighbour is not None and neighbour.area.parent_id == area.parent_id:
                self._ground(neighbour, area, date(2024, 3, 1))
            if self.dice.random() < WITH_OWNERS:
                founded = date(2020, 1, 1) + timedelta(days=self.dice.randrange(1900))
                self.add(area, "业主委员会", Kind.OWNERS_COMMITTEE, founded)

    def firms(self) -> None:
        """Property firms of each district, with a contract for most compounds; their industry has a committee."""
        for district in self._of(Level.DISTRICT):
            if district.code not in CORE_DISTRICTS:
                continue
            firms = [self.add(district, name, Kind.PROPERTY_FIRM, date(2008, 5, 1)) for name in _FIRMS]
            parent = self.party[district.pk]
            committee = self.add(
                district, "物业行业党委", Kind.INDUSTRY_COMMITTEE, date(2022, 6, 1), parent=parent, sector="物业服务"
            )
            self.members += [Membership(committee=committee, member=one, since=date(2022, 6, 1)) for one in firms]
            for compound in self._of(Level.COMPOUND):
                if compound.path.startswith(district.path) and self.dice.random() < WITH_FIRM:
                    since = date(2021, 1, 1) + timedelta(days=self.dice.randrange(1500))
                    self._ground(self.dice.choice(firms), compound, since)

    def units(self) -> None:
        """Two units in each community, of the five kinds and social organisations; a chain's committee with members."""
        made: list[Organisation] = []
        for number, area in enumerate(self._of(Level.COMMUNITY)):
            for word, unit_kind in (_UNITS[number % 6], _UNITS[(number + 3) % 6]):
                made.append(self.add(area, word, Kind.LINKED_UNIT, date(2010, 9, 1), unit_kind=unit_kind))
        city = self.areas[0]
        committee = self.add(
            city, "先进硬质材料产业链联合党委", Kind.SUPPLY_CHAIN_COMMITTEE, date(2023, 4, 1),
            parent=self.party[city.pk], sector="先进硬质材料",
        )  # fmt: skip
        members = [one for one in made if one.unit_kind in (UnitKind.STATE_OWNED, UnitKind.PARK)][:8]
        self.members += [Membership(committee=committee, member=one, since=date(2023, 4, 1)) for one in members]

    def write(self) -> None:
        """Everything, in as few statements as may be, with the act of each founding."""
        Organisation.objects.bulk_create(self.rows, batch_size=1000)
        Ground.objects.bulk_create(self.grounds, batch_size=1000)
        Membership.objects.bulk_create(self.members)
        _found(self.rows)

    def _of(self, level: Level) -> Iterable[Area]:
        return (area for area in self.areas if area.level == level)

    def _ground(self, one: Organisation, area: Area, since: date) -> None:
        self.grounds.append(Ground(organisation=one, kind=one.kind, area=area, since=since))


@cache
def _keys(word: str) -> tuple[str, str]:
    return pinyin_keys(word)


def _found(rows: Sequence[Organisation]) -> None:
    acts = (
        OrganisationAct(
            organisation=one, number=1, kind=ActKind.FOUNDED, on=one.founded_on or date(2000, 1, 1),
            document="演示数据", other=one.parent, new_name=one.name,
        )
        for one in rows
    )  # fmt: skip
    OrganisationAct.objects.bulk_create(acts, batch_size=1000)


def _history(axis: _Axis) -> None:
    """In the personas' district: a branch renamed, two merged, a bureau merged into another, a unit that left."""
    viewer = Viewer.of(User.objects.get(username="demo-admin"))
    district = next(area for area in axis.areas if area.code == HOME_DISTRICT)
    branches = [one for one in axis.rows if one.kind == Kind.BRANCH and one.area.path.startswith(district.path)]

    def basis(year: int, month: int, number: int, words: str = "") -> Basis:
        return Basis(new_id(), date(year, month, 15), f"荷组发〔{year}〕{number}号", words)

    old = [one for one in branches if one.founded_on is not None and one.founded_on < date(2024, 1, 1)]
    if len(old) > 1:
        organising.rename(
            viewer=viewer, organisation_id=old[0].pk, name=f"{old[0].area.name}第一党支部", basis=basis(2025, 3, 12)
        )
        alike = next((one for one in old[1:] if one.area.parent_id == old[0].area.parent_id), None)
        if alike is not None:
            reorganising.merge(
                viewer=viewer, organisation_id=alike.pk, into_id=old[0].pk,
                basis=basis(2025, 9, 31, "党员不足三人，联合建立"),
            )  # fmt: skip
    urban = Organisation.objects.filter(area=district, function="urban_management", dissolved_on=None).first()
    if urban is not None:
        founding = Founding(
            Kind.DEPARTMENT, f"{district.name}公用事业局", function="utilities", line="urban_management"
        )
        bureau = organising.found(viewer=viewer, area=district, founding=founding, basis=basis(2018, 5, 3))
        reorganising.merge(
            viewer=viewer, organisation_id=bureau.pk, into_id=urban.pk, basis=basis(2024, 4, 8, "机构改革")
        )


@transaction.atomic
def make_organisations(count: int, *, seed: int = 1) -> int:
    """Make `count` more organisations, branches and units mostly, spread over all communities and compounds.

    Ten thousand take a few seconds. Raises `Invalid` where no place has been imported.
    """
    dice = random.Random(f"many organisations {seed}")  # noqa: S311 (made-up facts, not secrets)
    levels = [Level.SUBDISTRICT, Level.COMMUNITY, Level.COMPOUND]
    places = list(Area.objects.active().filter(level__in=levels).order_by("code"))
    if not places:
        raise Invalid("no_places", "There are no places yet.")
    first = Organisation.objects.filter(code__startswith="bulk-").count()
    rows = [_one(places[dice.randrange(len(places))], first + number, dice) for number in range(count)]
    Organisation.objects.bulk_create(rows, batch_size=2000)
    _found(rows)
    return len(rows)


def _one(area: Area, number: int, dice: random.Random) -> Organisation:
    word = _BULK[number % len(_BULK)]
    branch = word.endswith("支部")
    pinyin, initials = _keys(word)
    return Organisation(
        code=f"bulk-{number:07d}",
        name=f"{area.name}{word}{number}"[:120],
        pinyin=f"{area.pinyin}{pinyin}{number}"[:400],
        initials=f"{area.initials}{initials}{number}"[:120],
        kind=Kind.BRANCH if branch else Kind.LINKED_UNIT,
        unit_kind="" if branch else dice.choice(UnitKind.values),
        area=area,
        founded_on=date(2010, 1, 1) + timedelta(days=dice.randrange(5000)),
        synthetic=True,
    )
