"""A tiny city with everybody in it: two districts, three communities, six grids, departments, and one person per role.

    city = make_city()
    city.person("worker"), city.viewer("stranger"), city.grid, city.department("housing", "district")
    log_in(client, city.person("subdistrict"))

Everything lies within 113.10–113.16 E, 27.80–27.86 N. The home district is the western half: its first community is
the south, its second the north; each community is cut into a western and an eastern grid.
"""

from dataclasses import dataclass
from time import time

from django.db import transaction
from django.test import Client

from dongli.areas.actions.stamp import bump_map
from dongli.areas.models import Area, Boundary, Grid, Level
from dongli.areas.naming import pinyin_keys, set_name
from dongli.organisations.models import Organisation, OrganisationKind, UnitKind
from dongli.people.models import User
from dongli.people.personas import ensure_personas
from dongli.people.viewer import Viewer

FUNCTIONS = {
    "urban_management": ("城市管理和综合执法局", "urban_management"),
    "housing": ("住房和城乡建设局", "urban_management"),
    "public_security": ("公安局", "safety"),
    "civil_affairs": ("民政局", "civil_affairs"),
    "petitions": ("信访局", "petitions"),
    "market": ("市场监督管理局", "market"),
    "health": ("卫生健康局", "health"),
    "emergency": ("应急管理局", "emergency"),
    "social_work": ("委社会工作部", "party"),
}
CITY_ONLY = {"bus": ("公共交通集团", "urban_management")}
Box = tuple[float, float, float, float]
WEST, MIDDLE, EAST, SOUTH, HALF, NORTH = 113.10, 113.13, 113.16, 27.80, 27.83, 27.86


@dataclass
class City:
    """What `make_city` made. `person("worker")` is the persona demo-worker."""

    city: Area
    district: Area
    other_district: Area
    subdistrict: Area
    other_subdistrict: Area
    community: Area
    second_community: Area
    other_community: Area
    compounds: list[Area]
    buildings: list[Area]
    grids: list[Grid]
    people: dict[str, User]

    @property
    def unit(self) -> Organisation:
        """The school of the home community, a linked unit: demo-unit is its officer."""
        return Organisation.objects.select_related("area").get(area=self.community, function="school")

    @property
    def compound(self) -> Area:
        return self.compounds[0]

    @property
    def building(self) -> Area:
        return self.buildings[0]

    @property
    def grid(self) -> Grid:
        """The home grid: demo-worker is on duty, demo-worker-2 next."""
        return self.grids[0]

    @property
    def unmanned_grid(self) -> Grid:
        """A grid of the home community with nobody on its roster."""
        return self.grids[1]

    @property
    def other_grid(self) -> Grid:
        """The stranger's grid, in the other district."""
        return self.grids[4]

    def person(self, name: str) -> User:
        return self.people[f"demo-{name}"]

    def viewer(self, name: str) -> Viewer:
        """The persona as a viewer with the second factor passed."""
        return Viewer.of(self.person(name))

    def department(self, function: str, level: str = "district") -> Organisation:
        """The department of `function` at level "district" (home), "other" (the other district) or "city"."""
        area = {"district": self.district, "other": self.other_district, "city": self.city}[level]
        return Organisation.objects.get(area=area, function=function)

    def point_in(self, grid: Grid) -> tuple[float, float]:
        """Longitude and latitude of the middle of a grid."""
        west, south, east, north = _box_of_grid(self.grids.index(grid))
        return (west + east) / 2, (south + north) / 2


@transaction.atomic
def make_city() -> City:
    """Make the city in the test's database. About forty statements."""
    bump_map()
    city = _area("430200000000", Level.CITY, "株洲市", None, (WEST, SOUTH, EAST, NORTH))
    district = _area("430202000000", Level.DISTRICT, "荷塘区", city, (WEST, SOUTH, MIDDLE, NORTH))
    other = _area("430203000000", Level.DISTRICT, "芦淞区", city, (MIDDLE, SOUTH, EAST, NORTH))
    street = _area("430202001000", Level.SUBDISTRICT, "月塘街道", district, (WEST, SOUTH, MIDDLE, NORTH))
    other_street = _area("430203001000", Level.SUBDISTRICT, "贺家土街道", other, (MIDDLE, SOUTH, EAST, NORTH))
    communities = [
        _area("430202001001", Level.COMMUNITY, "甲社区", street, (WEST, SOUTH, MIDDLE, HALF)),
        _area("430202001002", Level.COMMUNITY, "乙社区", street, (WEST, HALF, MIDDLE, NORTH)),
        _area("430203001001", Level.COMMUNITY, "丙社区", other_street, (MIDDLE, SOUTH, EAST, NORTH)),
    ]
    compounds = [_compound(community, number) for community in communities for number in (1, 2)]
    buildings = [_building(compound, number) for compound in compounds for number in (1, 2)]
    grids = [_grid(community, index, index % 2 + 1) for index, community in enumerate(_twice(communities))]
    _organisations(city, [district, other], [city, district, other, street, other_street, *communities])
    return City(
        city=city,
        district=district,
        other_district=other,
        subdistrict=street,
        other_subdistrict=other_street,
        community=communities[0],
        second_community=communities[1],
        other_community=communities[2],
        compounds=compounds,
        buildings=buildings,
        grids=grids,
        people=ensure_personas(home=grids[0], elsewhere=grids[4]),
    )


def log_in(client: Client, user: User) -> None:
    """Log `user` in with password and second factor passed, without going through the pages."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time()},
        {"method": "mfa", "type": "totp", "at": time()},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def _twice(communities: list[Area]) -> list[Area]:
    return [community for community in communities for _ in range(2)]


def _area(code: str, level: Level, name: str, parent: Area | None, box: Box) -> Area:
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    path = f"{parent.path if parent else ''}{code}/"
    area = Area(code=code, level=level, parent=parent, path=path, longitude=middle[0], latitude=middle[1])
    set_name(area, name)
    area.save(force_insert=True)
    if box[0] < box[2]:
        Boundary.objects.create(area=area, geometry=_square(box))
    return area


def _compound(community: Area, number: int) -> Area:
    longitude = (community.longitude or 0) + (-0.005 if number == 1 else 0.005)
    point = (longitude, community.latitude or 0)
    return _area(
        f"{community.code}C00{number}", Level.COMPOUND, f"{community.name[0]}苑{number}期", community, point * 2
    )


def _building(compound: Area, number: int) -> Area:
    point = (compound.longitude or 0, compound.latitude or 0)
    return _area(f"{compound.code}B00{number}", Level.BUILDING, f"{number}栋", compound, point * 2)


def _grid(community: Area, index: int, number: int) -> Grid:
    grid = Grid.objects.create(
        code=f"{community.code}00{number}", community=community, name=f"第{number}网格", households=300
    )
    Boundary.objects.create(grid=grid, geometry=_square(_box_of_grid(index)))
    return grid


def _box_of_grid(index: int) -> Box:
    west = WEST if index < 4 else MIDDLE
    south = HALF if index in (2, 3) else SOUTH
    north = HALF if index in (0, 1) else NORTH
    half = west + 0.015
    return (west, south, half, north) if index % 2 == 0 else (half, south, west + 0.03, north)


def _square(box: Box) -> dict[str, object]:
    west, south, east, north = (round(number, 6) for number in box)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _organisations(city: Area, districts: list[Area], offices: list[Area]) -> None:
    rows = [
        Organisation(code=f"{area.code}-office", name=f"{area.name}", kind=OrganisationKind.OFFICE, area=area)
        for area in offices
    ]
    for area in [city, *districts]:
        functions = FUNCTIONS | (CITY_ONLY if area is city else {})
        rows += [
            Organisation(
                code=f"{area.code}-{function}",
                name=f"{area.name}{name}",
                pinyin=pinyin_keys(f"{area.name}{name}")[0],
                initials=pinyin_keys(f"{area.name}{name}")[1],
                kind=OrganisationKind.DEPARTMENT,
                function=function,
                line=line,
                area=area,
                is_fallback=function == "urban_management",
            )
            for function, (name, line) in functions.items()
        ]
    rows.append(_school(offices[5]))
    Organisation.objects.bulk_create(rows)


def _school(community: Area) -> Organisation:
    name = f"{community.name}实验学校"
    pinyin, initials = pinyin_keys(name)
    return Organisation(
        code=f"{community.code}-school",
        name=name,
        pinyin=pinyin,
        initials=initials,
        kind=OrganisationKind.LINKED_UNIT,
        unit_kind=UnitKind.PUBLIC_INSTITUTION,
        function="school",
        area=community,
    )
