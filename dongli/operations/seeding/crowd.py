"""Where made cases happen and who acts there: every grid with its places, its worker, its desk; the departments."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from dongli.areas.models import Area, Grid, Level
from dongli.cases import policy
from dongli.cases.models import Category
from dongli.common.clock import now, today
from dongli.common.crypto import encrypt, keyed_hash
from dongli.common.errors import Invalid
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.models import Grant, Role, RosterEntry, User
from dongli.people.queries.duty import in_force

PHONES = 500
RESIDENTS = 500
Holders = dict[tuple[str, UUID | None], UUID]
"""Who holds a role first, by the role and the area or organisation it is held in."""
Spot = tuple[UUID, float, float]
"""A place and its point: longitude, latitude in degrees (WGS-84)."""


@dataclass(frozen=True)
class Ground:
    """A grid and its surroundings. `worker` None: its work goes to the pool; `district`: code; `officer`: at desk."""

    grid: UUID
    community: UUID
    subdistrict: UUID
    district: str
    district_desk: UUID
    spots: tuple[Spot, ...]
    worker: UUID | None
    officer: UUID | None


@dataclass(frozen=True)
class Department:
    """A department and one who answers for it."""

    id: UUID
    officer: UUID | None


@dataclass(frozen=True)
class Crowd:
    """All that made cases refer to. `departments` by function and district code; `contacts`: phones sealed, hashed."""

    grounds: list[Ground]
    categories: list[Category]
    departments: dict[tuple[str, str], Department]
    residents: list[UUID]
    contacts: list[tuple[str, str]]


def gather(chance: random.Random) -> Crowd:
    """Read the city that is there: eight statements, however large it is. Raises `Invalid` where none is."""
    holders: Holders = {}
    grants = Grant.objects.filter(in_force(now())).order_by("since", "id")
    for grant in grants:
        holders.setdefault((grant.role, grant.area_id or grant.organisation_id), grant.user_id)
    grounds = _grounds(holders)
    if not grounds:
        raise Invalid("no_city", "There is no community with a desk: seed a city first.")
    people = User.objects.filter(grants=None, is_active=True, username=None).order_by("id")
    return Crowd(
        grounds=grounds,
        categories=[row for row in policy.catalogue(today()) if not row.staff_only],
        departments=_departments(holders),
        residents=list(people.values_list("id", flat=True)[:RESIDENTS]),
        contacts=[_contact(chance) for _ in range(PHONES)],
    )


def _contact(chance: random.Random) -> tuple[str, str]:
    phone = f"139{chance.randrange(10**8):08d}"
    return encrypt(phone), keyed_hash(phone)


def _departments(holders: Holders) -> dict[tuple[str, str], Department]:
    found = Organisation.objects.filter(kind=OrganisationKind.DEPARTMENT, dissolved_on=None).select_related("area")
    return {
        (one.function, one.area.code): Department(one.id, holders.get((Role.DEPARTMENT_OFFICER, one.id)))
        for one in found
    }


def _grounds(holders: Holders) -> list[Ground]:
    """The grids of all communities that have a desk, in the order of their codes."""
    grids = Grid.objects.active().select_related("community__parent__parent").order_by("code")
    manned = [grid for grid in grids if _officer(holders, grid.community_id) is not None]
    spots = _spots({grid.community for grid in manned})
    turns = RosterEntry.objects.filter(in_force(now()), grid__isnull=False).order_by("-rank")
    workers = dict(turns.values_list("grid_id", "user_id"))
    return [_ground(grid, spots[grid.community_id], workers.get(grid.id), holders) for grid in manned]


def _officer(holders: Holders, community: UUID) -> UUID | None:
    return holders.get((Role.COMMUNITY_DESK, community)) or holders.get((Role.COMMUNITY_SECRETARY, community))


def _ground(grid: Grid, spots: list[Spot], worker: UUID | None, holders: Holders) -> Ground:
    street = grid.community.parent
    district = street.parent if street is not None else None
    if street is None or district is None:
        raise Invalid("no_city", f"{grid.community.code} has no subdistrict or district above it.")
    return Ground(
        grid=grid.id,
        community=grid.community_id,
        subdistrict=street.id,
        district=district.code,
        district_desk=district.id,
        spots=tuple(spots),
        worker=worker,
        officer=_officer(holders, grid.community_id),
    )


def _spots(communities: Iterable[Area]) -> dict[UUID, list[Spot]]:
    """Each community's compounds and buildings with points; the community itself where it has none."""
    by_path = {one.path: one for one in communities}
    inside = Area.objects.active().filter(level__in=[Level.COMPOUND, Level.BUILDING], longitude__isnull=False)
    found: dict[UUID, list[Spot]] = defaultdict(list)
    for key, path, longitude, latitude in inside.order_by("code").values_list("id", "path", "longitude", "latitude"):
        community = by_path.get("".join(f"{code}/" for code in path.split("/")[: Level.COMMUNITY.depth + 1]))
        if community is not None:
            found[community.id].append((key, longitude or 0.0, latitude or 0.0))
    for one in by_path.values():
        found[one.id] = found[one.id] or [(one.id, one.longitude or 0.0, one.latitude or 0.0)]
    return found
