"""A made-up fabric for the demonstration city: outlines of communities and grids, compounds and buildings.

Real: districts' outlines and the names and codes of communities. What is made here is marked synthetic when written.
Pure, and the same for the same seed. Coordinates are (longitude, latitude) in degrees, WGS-84, to 6 decimals (0.1 m).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from dongli.areas.models import GridKind, Settlement

Point = tuple[float, float]
PRECISION = 1e-6  # degrees
CENTRE = (113.134, 27.828)  # communities are small near it, large far from it
_DENSE_RADIUS = 0.045  # degrees
_SPARSEST = 0.12  # chance of a community far out, where it is 1 in the centre
_LEVELLING_ROUNDS = 2
_ROW = 0.004  # degrees of latitude that count as one row when grids are numbered

_FIRST = """
    桂花 湘银 荷风 银杏 翠竹 香樟 梧桐 玉兰 紫荆 丹桂 金桂 芙蓉 海棠 石榴 枫林 柳岸 滨江 湘江 江景 江畔 湖畔 云山 青山
    天鹅 白鹭 凤凰 锦绣 锦山 金色 金域 银座 建设 建宁 红旗 新华 长江 黄河 泰山 庐山 中天 东方 阳光 晨曦 朝阳 春晓 春藤
    四季 长虹 友谊 和平 和谐 幸福 安居 康乐 福寿 家和 学府 书香 翰林 文苑 科技 机车 铁路 车辆厂 冶炼厂 玻璃厂 建材 麻纺
    化工 百货 粮食 供销 水厂
"""
_LAST = """
    花园 家园 苑 小区 新村 雅苑 名苑 佳苑 华庭 豪庭 公馆 名邸 府 里 城 新城 湾 院 宿舍 家属院 公寓 华府 嘉园
"""
_VILLAGE_LAST = "安置小区 新村 家园 农民公寓"


@dataclass(frozen=True, slots=True)
class CommunitySeed:
    """A real community: 12-digit code; `settlement` decides how much is built there."""

    code: str
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class Density:
    """How many of each, lowest and highest: compounds per urban community and per other, buildings per compound."""

    compounds: tuple[int, int]
    compounds_elsewhere: tuple[int, int]
    buildings: tuple[int, int]


SIZES = {
    "small": Density(compounds=(3, 6), compounds_elsewhere=(1, 2), buildings=(3, 5)),
    "full": Density(compounds=(8, 14), compounds_elsewhere=(2, 4), buildings=(4, 16)),
}


@dataclass(frozen=True, slots=True)
class Building:
    """A building: its name within the compound and its point."""

    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound with its point and buildings."""

    name: str
    point: Point
    buildings: tuple[Building, ...]


@dataclass(frozen=True, slots=True)
class GridPlan:
    """A grid: the last three digits of its code, outline, kind and households."""

    number: int
    shape: BaseGeometry
    kind: GridKind
    households: int


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """What is made for one community. The grids tile `shape`, which with its neighbours tiles the district."""

    code: str
    shape: BaseGeometry
    point: Point
    grids: tuple[GridPlan, ...] = field(default=())
    compounds: tuple[Compound, ...] = field(default=())


def plan_district(
    outline: BaseGeometry, communities: Sequence[CommunitySeed], *, density: Density, seed: str, taken: set[str]
) -> list[CommunityPlan]:
    """Communities, grids, compounds and buildings for one district, in order of the communities' codes.

    `taken` collects the compounds' names, so that no two in the city are alike as long as names last.
    """
    chance = random.Random(seed)  # noqa: S311 (a repeatable demonstration, nothing secret)
    centres = _level(outline, _scatter(outline, len(communities), chance))
    ordered = _share_out(centres, sorted(communities, key=lambda each: each.code))
    cells = _tile(outline, [centre for _community, centre in ordered])
    plans = [
        _plan_community(community, cell, density, chance, taken)
        for (community, _centre), cell in zip(ordered, cells, strict=True)
    ]
    return sorted(plans, key=lambda plan: plan.code)


def _plan_community(
    community: CommunitySeed, shape: BaseGeometry, density: Density, chance: random.Random, taken: set[str]
) -> CommunityPlan:
    urban = community.settlement == Settlement.URBAN
    kind = GridKind.DEDICATED if community.settlement == Settlement.OTHER else GridKind.BASE
    centres = _level(shape, _scatter(shape, chance.randint(2, 4), chance, dense=False))
    parts = sorted(_tile(shape, centres), key=_reading_order)
    grids = tuple(
        GridPlan(number, part, kind, chance.randint(240, 560) if urban else chance.randint(90, 260))
        for number, part in enumerate(parts, start=1)
    )
    count = chance.randint(*(density.compounds if urban else density.compounds_elsewhere))
    points = _scatter(shape, count, chance, dense=False)
    compounds = tuple(_plan_compound(shape, point, urban, density, chance, taken) for point in points)
    return CommunityPlan(community.code, shape, _inside(shape), grids, compounds)


def _plan_compound(
    shape: BaseGeometry, point: Point, urban: bool, density: Density, chance: random.Random, taken: set[str]
) -> Compound:
    count = chance.randint(*density.buildings)
    buildings = tuple(Building(f"{number}栋", _beside(shape, point, number, chance)) for number in range(1, count + 1))
    return Compound(_name(urban, chance, taken), point, buildings)


def _name(urban: bool, chance: random.Random, taken: set[str]) -> str:
    name = ""
    for _attempt in range(50):
        name = chance.choice(_FIRST.split()) + chance.choice((_LAST if urban else _VILLAGE_LAST).split())
        if name not in taken:
            break
    taken.add(name)
    return name


def _beside(shape: BaseGeometry, point: Point, number: int, chance: random.Random) -> Point:
    """A point some 40 to 110 m from the compound's, within the community where there is room."""
    for _attempt in range(5):
        angle, away = chance.uniform(0, 2 * math.pi), 0.0004 + 0.0001 * (number % 7)
        candidate = (round(point[0] + away * math.cos(angle), 6), round(point[1] + away * math.sin(angle), 6))
        if shapely.contains_xy(shape, *candidate):
            return candidate
    return point


def _scatter(shape: BaseGeometry, count: int, chance: random.Random, *, dense: bool = True) -> list[Point]:
    """`count` distinct points inside `shape`; when `dense`, mostly near the city's centre."""
    west, south, east, north = shape.bounds
    shapely.prepare(shape)
    points: dict[Point, None] = {}
    while len(points) < count:
        point = (round(chance.uniform(west, east), 6), round(chance.uniform(south, north), 6))
        away = math.dist(point, CENTRE) / _DENSE_RADIUS
        if dense and chance.random() > _SPARSEST / 8 + math.exp(-away):
            continue
        if shapely.contains_xy(shape, *point):
            points[point] = None
    return list(points)


def _level(shape: BaseGeometry, points: list[Point]) -> list[Point]:
    """Move points towards the middle of their cells, so that no cell is a splinter."""
    for _round in range(_LEVELLING_ROUNDS):
        points = [_inside(cell) for cell in _tile(shape, points)]
    return points


def _tile(shape: BaseGeometry, centres: list[Point]) -> list[BaseGeometry]:
    """`shape` cut up so that each part is what lies nearest to its centre; in the order of `centres`."""
    if len(centres) == 1:
        return [shapely.set_precision(shape, PRECISION)]
    cells = shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=shape, ordered=True)
    return [_polygonal(shapely.set_precision(cell.intersection(shape), PRECISION)) for cell in cells.geoms]


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of `shape`, without the stray lines that cutting can leave."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    return shapely.union_all(
        [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    )


def _inside(shape: BaseGeometry) -> Point:
    """The centroid where it lies inside, else another point that does."""
    point = shape.centroid
    if not shape.contains(point):
        point = shape.representative_point()
    return round(point.x, 6), round(point.y, 6)


def _reading_order(shape: BaseGeometry) -> tuple[float, float]:
    """West to east, north to south, in rows."""
    point = shape.centroid
    return -(point.y // _ROW), point.x


def _share_out(centres: list[Point], communities: list[CommunitySeed]) -> list[tuple[CommunitySeed, Point]]:
    """Give each community a centre so that a subdistrict's lie together; the streets are nearest the city's middle."""
    streets = [community for community in communities if community.code[6:9] < "100"]
    towns = [community for community in communities if community.code[6:9] >= "100"]
    inward = sorted(centres, key=lambda point: (math.dist(point, CENTRE), point))
    return [
        *_halve(inward[: len(streets)], _by_subdistrict(streets)),
        *_halve(inward[len(streets) :], _by_subdistrict(towns)),
    ]


def _by_subdistrict(communities: list[CommunitySeed]) -> list[list[CommunitySeed]]:
    groups: dict[str, list[CommunitySeed]] = {}
    for community in communities:
        groups.setdefault(community.code[:9], []).append(community)
    return list(groups.values())


def _halve(centres: list[Point], groups: list[list[CommunitySeed]]) -> Iterator[tuple[CommunitySeed, Point]]:
    """Split points and groups together along the longer side until each group has its own points."""
    if not groups:
        return
    if len(groups) == 1:
        yield from zip(groups[0], sorted(centres, key=lambda point: (-(point[1] // _ROW), point[0])), strict=True)
        return
    spread = [max(values) - min(values) for values in zip(*centres, strict=True)]
    axis = 0 if spread[0] > spread[1] else 1
    along = sorted(centres, key=lambda point: (point[axis], point))
    middle = len(groups) // 2
    size = sum(len(group) for group in groups[:middle])
    yield from _halve(along[:size], groups[:middle])
    yield from _halve(along[size:], groups[middle:])
