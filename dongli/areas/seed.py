"""The demonstration city's places: real divisions and districts, synthetic below. Run again, it adds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from dongli.areas.actions import bump_map, import_boundaries, import_divisions
from dongli.areas.models import Area, Boundary, Grid, Level, Settlement
from dongli.areas.naming import set_name
from dongli.areas.synthetic import SIZES, Building, CommunityPlan, CommunitySeed, Compound, GridPlan, plan_district

DATA = Path(__file__).parent / "data"
CORE_DISTRICTS = ("430202000000", "430203000000", "430204000000", "430211000000")
DISTRICT_SOURCE = "Tianditu"
_BATCH = 2000


@transaction.atomic
def seed_areas(*, size: str = "small", seed: int = 1) -> None:
    """Zhuzhou's divisions and districts; in the four core districts synthetic outlines, grids, compounds and buildings.

    `size`: a key of `synthetic.SIZES`. The same seed gives the same rows but for their ids. Written in bulk.
    """
    bump_map()
    _load_real()
    taken: set[str] = set()
    for code in CORE_DISTRICTS:
        district = Area.objects.select_related("boundary").get(code=code)
        parts = Area.objects.within(district).active()
        communities = {area.code: area for area in parts.filter(level=Level.COMMUNITY)}
        seeds = [CommunitySeed(area.code, Settlement(area.settlement)) for area in communities.values()]
        outline = shapely.geometry.shape(district.boundary.geometry)
        plans = plan_district(outline, seeds, density=SIZES[size], seed=f"{seed}:{code}", taken=taken)
        _write_outlines(plans, communities)
        _write_grids(plans, communities)
        _write_compounds(plans, communities)
        _write_subdistrict_points(plans, parts.filter(level=Level.SUBDISTRICT))
    _write_city_point()


def _load_real() -> None:
    divisions = import_divisions(content=(DATA / "zhuzhou_divisions.csv").read_bytes())
    outlines = (DATA / "zhuzhou_counties.geojson").read_bytes()
    if Boundary.objects.filter(area__level=Level.DISTRICT).count() < Area.objects.filter(level=Level.DISTRICT).count():
        boundaries = import_boundaries(content=outlines, kind="area", source=DISTRICT_SOURCE)
        if boundaries.faults:
            raise ValueError(str(boundaries.faults[0]))
    if divisions.faults:
        raise ValueError(str(divisions.faults[0]))


def _write_outlines(plans: Iterable[CommunityPlan], communities: dict[str, Area]) -> None:
    stored = set(Boundary.objects.filter(area__in=communities.values()).values_list("area__code", flat=True))
    fresh = [plan for plan in plans if plan.code not in stored]
    Boundary.objects.bulk_create(
        [Boundary(area=communities[plan.code], geometry=_geojson(plan.shape), synthetic=True) for plan in fresh], _BATCH
    )
    _set_points((communities[plan.code], plan.point) for plan in fresh)


def _write_grids(plans: Iterable[CommunityPlan], communities: dict[str, Area]) -> None:
    stored = set(Grid.objects.filter(community__in=communities.values()).values_list("code", flat=True))
    grids, boundaries = [], []
    for plan in plans:
        for part in plan.grids:
            grid = _grid(communities[plan.code], part)
            if grid.code not in stored:
                grids.append(grid)
                boundaries.append(Boundary(grid=grid, geometry=_geojson(part.shape), synthetic=True))
    Grid.objects.bulk_create(grids, _BATCH)
    Boundary.objects.bulk_create(boundaries, _BATCH)


def _grid(community: Area, part: GridPlan) -> Grid:
    return Grid(
        code=f"{community.code}{part.number:03d}",
        community=community,
        kind=part.kind,
        name=f"{_short_name(community.name)}第{part.number}网格",
        households=part.households,
        synthetic=True,
    )


def _short_name(name: str) -> str:
    """文化路社区居委会 → 文化路社区."""
    for suffix in ("居委会", "村民委员会", "委会"):
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def _write_compounds(plans: Iterable[CommunityPlan], communities: dict[str, Area]) -> None:
    below = Area.objects.filter(level=Level.COMPOUND, parent__in=communities.values())
    stored = {area.code: area for area in below}
    buildings = Area.objects.filter(level=Level.BUILDING, parent__in=stored.values())
    known = set(stored) | set(buildings.values_list("code", flat=True))
    fresh: list[Area] = []
    for plan in plans:
        for number, compound in enumerate(plan.compounds, start=1):
            code = f"{plan.code}C{number:03d}"
            parent = stored.get(code) or _place(communities[plan.code], code, Level.COMPOUND, compound)
            fresh.append(parent)
            fresh += [
                _place(parent, f"{code}B{building_number:03d}", Level.BUILDING, building)
                for building_number, building in enumerate(compound.buildings, start=1)
            ]
    Area.objects.bulk_create([area for area in fresh if area.code not in known], _BATCH)


def _place(parent: Area, code: str, level: Level, plan: Compound | Building) -> Area:
    longitude, latitude = plan.point
    area = Area(
        code=code,
        level=level,
        parent=parent,
        path=f"{parent.path}{code}/",
        longitude=longitude,
        latitude=latitude,
        synthetic=True,
    )
    set_name(area, plan.name)
    return area


def _write_subdistrict_points(plans: list[CommunityPlan], subdistricts: Iterable[Area]) -> None:
    points = []
    for area in subdistricts:
        shapes = [plan.shape for plan in plans if plan.code.startswith(area.code[:9])]
        if area.longitude is None and shapes:
            point = shapely.union_all(shapes).representative_point()
            points.append((area, (round(point.x, 6), round(point.y, 6))))
    _set_points(points)


def _write_city_point() -> None:
    city = Area.objects.get(level=Level.CITY)
    if city.longitude is None:
        _set_points([(city, (113.134, 27.828))])


def _set_points(points: Iterable[tuple[Area, tuple[float, float]]]) -> None:
    areas = []
    for area, (longitude, latitude) in points:
        area.longitude, area.latitude = longitude, latitude
        areas.append(area)
    Area.objects.bulk_update(areas, ["longitude", "latitude"], batch_size=_BATCH)


def _geojson(shape: BaseGeometry) -> dict[str, Any]:
    return dict(json.loads(shapely.to_geojson(shape)))
