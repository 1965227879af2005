"""Departments of the eight lines, offices, and somebody for every role; written in bulk, once."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from dongli.areas.models import Area, Grid, Level
from dongli.areas.naming import pinyin_keys
from dongli.areas.seed import CORE_DISTRICTS
from dongli.cases.catalogue import SHIPPED_DEPARTMENTS, read_table
from dongli.common.crypto import keyed_hash
from dongli.operations.seeding.names import person_name
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.models import Grant, Role, RosterEntry, User
from dongli.people.personas import HOME_DISTRICT, OTHER_DISTRICT, ensure_personas

UNMANNED = 0.02
RESIDENTS = 240
_OFFICE = {
    Level.CITY: "网格化服务中心",
    Level.DISTRICT: "网格化服务中心",
    Level.SUBDISTRICT: "办事处",
    Level.COMMUNITY: "居委会",
}


def seed_organisations() -> None:
    """An office at every level of the core districts, and every department at city and district."""
    city = Area.objects.get(level=Level.CITY)
    districts = list(Area.objects.active().filter(level=Level.DISTRICT).order_by("code"))
    offices = [city, *districts]
    for district in districts:
        if district.code in CORE_DISTRICTS:
            below = Area.objects.active().within(district)
            offices += below.filter(level__in=[Level.SUBDISTRICT, Level.COMMUNITY]).order_by("code")
    rows = [_office(area) for area in offices]
    for row in read_table(SHIPPED_DEPARTMENTS):
        rows.append(_department(city, row, row["city_name"]))
        rows += [_department(district, row, row["district_name"]) for district in districts if row["district_name"]]
    Organisation.objects.bulk_create(rows)


def _office(area: Area) -> Organisation:
    suffix = _OFFICE[Level(area.level)]
    name = area.name if area.name.endswith(("居委会", "村委会")) else f"{area.name}{suffix}"
    pinyin, initials = pinyin_keys(name)
    return Organisation(
        code=f"{area.code}-office", name=name, pinyin=pinyin, initials=initials, kind=OrganisationKind.OFFICE, area=area
    )


def _department(area: Area, row: dict[str, str], name: str) -> Organisation:
    whole = f"{area.name if area.level == Level.DISTRICT else '株洲市'}{name}"
    pinyin, initials = pinyin_keys(whole)
    return Organisation(
        code=f"{area.code}-{row['function']}",
        name=whole,
        pinyin=pinyin,
        initials=initials,
        kind=OrganisationKind.DEPARTMENT,
        line=row["line"],
        function=row["function"],
        area=area,
        is_fallback=row["function"] == "urban_management",
    )


def seed_staff(*, seed: int, since: datetime) -> None:
    """The personas, then a person for every post that they leave free."""
    grids = list(Grid.objects.active().select_related("community__parent").order_by("code"))
    ensure_personas(home=_first_grid(grids, HOME_DISTRICT), elsewhere=_first_grid(grids, OTHER_DISTRICT))
    Grant.objects.update(since=since)
    RosterEntry.objects.update(since=since)
    hiring = Hiring(random.Random(f"staff {seed}"), since)  # noqa: S311 (made-up names, not secrets)
    hiring.desks()
    hiring.departments()
    hiring.workers(grids)
    hiring.write()


def _first_grid(grids: Iterable[Grid], district: str) -> Grid:
    """The first grid of the district whose community has compounds."""
    prefix = district[:6]
    with_compounds = set(
        Area.objects.filter(level=Level.COMPOUND, code__startswith=prefix).values_list("parent_id", flat=True)
    )
    return next(grid for grid in grids if grid.code.startswith(prefix) and grid.community_id in with_compounds)


class Hiring:
    """Collects accounts, grants and turns, and writes them at the end."""

    def __init__(self, dice: random.Random, since: datetime) -> None:
        self.dice, self.since = dice, since
        self.users: list[User] = []
        self.grants: list[Grant] = []
        self.turns: list[RosterEntry] = []
        self.held = set(Grant.objects.values_list("role", "area_id"))
        self.served = set(Grant.objects.filter(organisation__isnull=False).values_list("organisation_id", flat=True))

    def hire(self, role: Role, *, area: Area | None = None, organisation: Organisation | None = None) -> User:
        """One new account with one grant."""
        user = User(username=f"staff-{len(self.users) + 1:05d}", name=person_name(self.dice), password="!")  # noqa: S106 (unusable)
        self.users.append(user)
        self.grants.append(Grant(user=user, role=role, area=area, organisation=organisation, since=self.since))
        return user

    def desks(self) -> None:
        """Desks of every level, where no persona sits already."""
        posts = {
            Level.COMMUNITY: (Role.COMMUNITY_DESK, Role.COMMUNITY_SECRETARY),
            Level.SUBDISTRICT: (Role.SUBDISTRICT_DESK, Role.SUBDISTRICT_LEADER),
            Level.DISTRICT: (Role.DISTRICT_DESK,),
            Level.CITY: (Role.CITY_DESK,),
        }
        offices = Organisation.objects.filter(kind=OrganisationKind.OFFICE).select_related("area").order_by("code")
        for office in offices:
            for role in posts[Level(office.area.level)]:
                if (role, office.area_id) not in self.held:
                    self.hire(role, area=office.area)

    def departments(self) -> None:
        """An officer for every department that has none."""
        for organisation in Organisation.objects.filter(kind=OrganisationKind.DEPARTMENT).order_by("code"):
            if organisation.id not in self.served:
                self.hire(Role.DEPARTMENT_OFFICER, organisation=organisation)

    def workers(self, grids: list[Grid]) -> None:
        """A worker for each grid, the neighbour grid's worker as second; a few grids have nobody: a visible gap."""
        taken = set(RosterEntry.objects.filter(grid__isnull=False).values_list("grid_id", flat=True))
        team: dict[object, list[tuple[Grid, User]]] = defaultdict(list)
        for grid in grids:
            if grid.id not in taken and self.dice.random() >= UNMANNED:
                team[grid.community_id].append((grid, self.hire(Role.GRID_WORKER, area=grid.community)))
        for members in team.values():
            for place, (grid, user) in enumerate(members):
                self.turns.append(RosterEntry(user=user, grid=grid, rank=1, since=self.since))
                second = members[(place + 1) % len(members)][1]
                if second is not user:
                    self.turns.append(RosterEntry(user=second, grid=grid, rank=2, since=self.since))

    def write(self) -> None:
        User.objects.bulk_create(self.users, 2000)
        Grant.objects.bulk_create(self.grants, 2000)
        RosterEntry.objects.bulk_create(self.turns, 2000)


def seed_residents(*, seed: int) -> list[User]:
    """Residents with accounts; their numbers belong to nobody (138 0000 xxxx)."""
    dice = random.Random(f"residents {seed}")  # noqa: S311 (made-up names, not secrets)
    users = []
    for number in range(1, RESIDENTS + 1):
        phone = f"1380000{number + 1000:04d}"
        users.append(
            User(name=person_name(dice), phone=phone, phone_hash=keyed_hash(phone), phone_verified=True, password="!")  # noqa: S106 (unusable)
        )
    return User.objects.bulk_create(users)
