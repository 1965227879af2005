"""Every read of areas and grids. Places are public: nothing here depends on the viewer."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

import shapely
from django.db.models import Case, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Length
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from dongli.areas import index
from dongli.areas.index import Location
from dongli.areas.models import Area, AreaQuerySet, Boundary, Grid, GridQuerySet, Level
from dongli.areas.outlines import METRES_PER_DEGREE, Gap, gap_of
from dongli.common.errors import NotFound
from dongli.common.text import strip_controls

Order = Literal["code", "pinyin"]
OutlineLevel = Literal["district", "community", "grid"]
LONGEST_SEARCH = 50


def city() -> Area:
    """The city that this installation serves; raises `NotFound` before its divisions are imported."""
    found = Area.objects.filter(level=Level.CITY).first()
    if found is None:
        raise NotFound("no_city", _("No divisions have been imported yet: run “dongli import-divisions”."))
    return found


def area_by_code(code: str) -> Area:
    """The area, active or retired, with this code; raises `NotFound`."""
    found = Area.objects.filter(code=strip_controls(code)).select_related("parent").first()
    if found is None:
        raise NotFound("no_area", _("There is no place with this code. Please choose it from the list."))
    return found


def grid_by_code(code: str) -> Grid:
    """The grid, active or retired, with this code, its community at hand; raises `NotFound`."""
    found = Grid.objects.filter(code=strip_controls(code)).select_related("community").first()
    if found is None:
        raise NotFound("no_grid", _("There is no grid with this code."))
    return found


def children(area: Area, *, order: Order = "code") -> AreaQuerySet:
    """The active areas one level below `area`, as a picker lists them."""
    parts = Area.objects.active().filter(parent=area)
    return parts.by_name() if order == "pinyin" else parts.order_by("code")


def search(
    text: str, *, within: Area | None = None, levels: Sequence[Level] = tuple(Level)[:-1], limit: int = 20
) -> list[Area]:
    """Active areas whose name holds `text`, or whose pinyin or initials start with it; nearest match first.

    Buildings are left out unless `levels` names them. An empty or overlong text finds nothing.
    """
    wanted = strip_controls(text).strip()
    if not wanted or len(wanted) > LONGEST_SEARCH:
        return []
    keys = "".join(wanted.lower().split())
    areas = Area.objects.within(within) if within else Area.objects.all()
    rank = Case(
        When(name=wanted, then=Value(0)),
        When(name__startswith=wanted, then=Value(1)),
        When(name__contains=wanted, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    matches = Q(name__contains=wanted) | Q(pinyin__startswith=keys) | Q(initials__startswith=keys)
    found = areas.active().filter(matches, level__in=levels).annotate(rank=rank).select_related("parent")
    return list(found.order_by("rank", Length("path"), "pinyin", "code")[:limit])


def breadcrumb(area: Area) -> list[Area]:
    """The areas from the city down to `area` itself, in one query."""
    return list(Area.objects.filter(code__in=area.path.rstrip("/").split("/")).order_by("path"))


def compounds_near(longitude: float, latitude: float, *, metres: float = 500, limit: int = 10) -> list[Area]:
    """Active compounds whose point lies within `metres` of the point (degrees, WGS-84), nearest first."""
    east = METRES_PER_DEGREE * math.cos(math.radians(latitude))
    high, wide = metres / METRES_PER_DEGREE, metres / east
    boxed = Area.objects.active().filter(
        level=Level.COMPOUND,
        latitude__range=(latitude - high, latitude + high),
        longitude__range=(longitude - wide, longitude + wide),
    )
    measured = [
        (
            math.hypot((area.longitude - longitude) * east, (area.latitude - latitude) * METRES_PER_DEGREE),
            area.code,
            area,
        )
        for area in boxed.select_related("parent")
        if area.longitude is not None and area.latitude is not None
    ]
    return [area for distance, _code, area in sorted(measured, key=lambda each: each[:2]) if distance <= metres][:limit]


def grid_at(longitude: float, latitude: float) -> Location:
    """The district, community and grid at the point (degrees, WGS-84), from memory.

    Raises `Invalid` with code `outside_city` or `bad_point` and field `point`.
    """
    return index.locate(longitude, latitude)


def grids_of(area: Area) -> GridQuerySet:
    """The active grids of all communities in `area`; of the community around it for a compound or building."""
    return Grid.objects.within(area).active().order_by("code")


def map_token() -> str:
    """What changes with every change of the map; "" before the first. For ETags."""
    token = index.current_token()
    return token.hex if token else ""


def outlines(level: OutlineLevel, area: Area) -> bytes:
    """The districts, communities or grids in `area` as a GeoJSON FeatureCollection (WGS-84), UTF-8, lowest code first.

    Properties: code, name, level, synthetic, source; for grids kind too.
    """
    if level == "grid":
        rows = _features(_grid_boundaries(area), "grid", "grid__kind")
    else:
        rows = _features(_area_boundaries(area, Level(level)), "area", "area__level")
    return b'{"type":"FeatureCollection","features":[' + b",".join(rows) + b"]}"


def gaps(area: Area) -> list[Gap]:
    """The communities in `area` with ground that no active grid covers, largest share first; outlined ones only."""
    grounds = _shapes(_area_boundaries(area, Level.COMMUNITY).values_list("area__code", _geometry()))
    grids = _shapes(_grid_boundaries(area).values_list("grid__code", _geometry()))
    members: dict[str, list[BaseGeometry]] = defaultdict(list)
    for code, shape in grids:
        members[code[:12]].append(shape)
    found = [gap_of(code, shape, members[code]) for code, shape in grounds]
    return sorted((gap for gap in found if gap is not None), key=lambda gap: (-gap.share, gap.code))


def _area_boundaries(area: Area, level: Level) -> QuerySet[Boundary]:
    """Plain joins by key, here and below: they stay fast when the planner knows nothing yet of rows just loaded."""
    return Boundary.objects.filter(
        area__path__gte=area.path, area__path__lt=area.path_end, area__retired_on=None, area__level=level
    )


def _grid_boundaries(area: Area) -> QuerySet[Boundary]:
    if area.depth > Level.COMMUNITY.depth:
        inside = Q(grid__community__code=area.code_at(Level.COMMUNITY))
    else:
        inside = Q(grid__community__path__gte=area.path, grid__community__path__lt=area.path_end)
    return Boundary.objects.filter(inside, grid__retired_on=None, grid__isnull=False)


def _geometry() -> Cast:
    return Cast("geometry", TextField())


def _features(boundaries: QuerySet[Boundary], owner: str, kind: str) -> list[bytes]:
    columns = (f"{owner}__code", f"{owner}__name", kind, "synthetic", "source", _geometry())
    return [
        b'{"type":"Feature","properties":%s,"geometry":%s}'
        % (
            json.dumps(
                {"code": code, "name": name, "level": level, "synthetic": synthetic, "source": source},
                ensure_ascii=False,
            ).encode(),
            geometry.encode(),
        )
        for code, name, level, synthetic, source, geometry in boundaries.order_by(f"{owner}__code").values_list(
            *columns
        )
    ]


def _shapes(rows: Iterable[tuple[str, str]]) -> list[tuple[str, BaseGeometry]]:
    return [(code, shapely.from_geojson(text)) for code, text in rows]
