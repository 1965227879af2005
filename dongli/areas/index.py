"""Point → district, community and grid, from memory.

Each process holds one `MapIndex`, built from the database and replaced when the map stamp has changed, which it checks
at most once a second. Look-ups never wait for another thread's rebuild: the old index serves until the new is ready.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db.models import FloatField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from dongli.areas.models import Area, Grid, Level, MapStamp
from dongli.areas.outlines import to_metres
from dongli.common.errors import Invalid

CHECK_EVERY = 1.0  # seconds; a change is seen within this and the time to build
_COMMUNITY, _DISTRICT = 12, 6  # digits of a code that name the community, the district


@dataclass(frozen=True, slots=True)
class Place:
    """Something with a code and, mostly, an outline; a community may have only a point (degrees, WGS-84)."""

    id: UUID
    code: str
    shape: BaseGeometry | None = None
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Where a point is. `community_id` is None where the district has no community with an outline or a point.

    `nearest`: the point is in no grid, so it falls to the pool of the community it is in or, failing that, nearest to.
    """

    district_id: UUID
    district_code: str
    community_id: UUID | None
    community_code: str | None
    grid_id: UUID | None
    grid_code: str | None
    nearest: bool


class _Layer:
    """Outlines in order of their codes, so that the first hit is the lowest code."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places: list[Place] = sorted(
            (place for place in places if place.shape is not None), key=lambda place: place.code
        )
        self.shapes = np.array([place.shape for place in self.places], dtype=object)
        self.tree = shapely.STRtree(self.shapes)
        self.tree.query(shapely.Point(0, 0))  # GEOS builds the tree at the first query: not while threads share it
        shapely.prepare(self.shapes)

    def covering(self, longitude: float, latitude: float) -> Place | None:
        """The place of the lowest code whose outline holds the point or has it on its edge."""
        near = self.tree.query(shapely.Point(longitude, latitude))
        near.sort()
        for position in map(int, near):
            if shapely.intersects_xy(self.shapes[position], longitude, latitude):
                return self.places[position]
        return None


class MapIndex:
    """The outlines of one city at one moment."""

    def __init__(self, *, districts: Sequence[Place], communities: Sequence[Place], grids: Sequence[Place]) -> None:
        """All grids' communities must be among `communities`, and theirs among `districts`; codes tell which."""
        self._districts_by_code = {place.code[:_DISTRICT]: place for place in districts}
        self._communities_by_code = {place.code: place for place in communities}
        self._districts, self._communities, self._grids = _Layer(districts), _Layer(communities), _Layer(grids)
        self._grounds: dict[str, list[tuple[Place, BaseGeometry]]] = {}

    def locate(self, longitude: float, latitude: float) -> Location:
        """Where the point (degrees, WGS-84) is; raises `Invalid` `bad_point` or `outside_city`."""
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise Invalid("bad_point", _("A point needs a longitude and a latitude in degrees."), field="point")
        grid = self._grids.covering(longitude, latitude)
        if grid is not None:
            return self._location(self._communities_by_code[grid.code[:_COMMUNITY]], grid)
        community = self._communities.covering(longitude, latitude)
        if community is not None:
            return self._location(community, None)
        district = self._districts.covering(longitude, latitude)
        if district is None:
            raise Invalid(
                "outside_city",
                _(
                    "This point is outside the city. Please move the pin, or choose the place from the list; "
                    "for a place in another city, please turn to that city's hotline, 12345 with its area code."
                ),
                field="point",
            )
        nearest = self._nearest(district, longitude, latitude)
        if nearest is not None:
            return self._location(nearest, None)
        return Location(district.id, district.code, None, None, None, None, nearest=True)

    def _location(self, community: Place, grid: Place | None) -> Location:
        district = self._districts_by_code[community.code[:_DISTRICT]]
        return Location(
            district_id=district.id,
            district_code=district.code,
            community_id=community.id,
            community_code=community.code,
            grid_id=grid.id if grid else None,
            grid_code=grid.code if grid else None,
            nearest=grid is None,
        )

    def _nearest(self, district: Place, longitude: float, latitude: float) -> Place | None:
        """The district's community nearest in metres, the lowest code of several; outlines count before points."""
        grounds = self._grounds_of(district)
        if not grounds:
            return None
        point = _flat(shapely.Point(longitude, latitude), district)
        distances = shapely.distance(np.array([shape for _place, shape in grounds], dtype=object), point)
        return grounds[int(np.argmin(distances))][0]

    def _grounds_of(self, district: Place) -> list[tuple[Place, BaseGeometry]]:
        """The district's communities by code, flat in metres: their outlines or, where none has one, their points."""
        if district.code not in self._grounds:
            members = sorted(
                (
                    place
                    for code, place in self._communities_by_code.items()
                    if code[:_DISTRICT] == district.code[:_DISTRICT]
                ),
                key=lambda place: place.code,
            )
            outlined = [(place, place.shape) for place in members if place.shape is not None]
            pointed = [(place, shapely.Point(place.point)) for place in members if place.point is not None]
            self._grounds[district.code] = [(place, _flat(shape, district)) for place, shape in outlined or pointed]
        return self._grounds[district.code]


def _flat(shape: BaseGeometry, district: Place) -> BaseGeometry:
    """`shape` in metres, measured at the latitude of `district`."""
    return to_metres(shape, latitude=district.shape.centroid.y if district.shape is not None else None)


class _Holder:
    """This process's index and what it knows of its freshness."""

    def __init__(self) -> None:
        self.index: MapIndex | None = None
        self.token: UUID | None = None
        self.checked_at = float("-inf")
        self.building = threading.Lock()

    def current(self) -> MapIndex:
        if self.index is None:
            with self.building:  # whoever waited here finds it built; looking once more costs one small query
                return self._refresh()
        if time.monotonic() - self.checked_at >= CHECK_EVERY and self.building.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self.building.release()
        return self.index

    def _refresh(self) -> MapIndex:
        checked_at = time.monotonic()
        token = current_token()
        if self.index is None or token != self.token:
            self.index, self.token = load(), token
        self.checked_at = checked_at
        return self.index

    def expire(self) -> None:
        self.checked_at = float("-inf")


_holder = _Holder()


def locate(longitude: float, latitude: float) -> Location:
    """Where the point (degrees, WGS-84) is in the city as it now is; raises `Invalid` `bad_point` or `outside_city`."""
    return _holder.current().locate(longitude, latitude)


def chain(area_id: UUID) -> tuple[Area, ...]:
    """The area and all that enclose it, the city first, as fresh as the map; not to be changed. Mostly no query.

    Empty when there is no such area (any more).
    """
    _holder.current()
    return _chain(_holder.token, area_id)


def grid(grid_id: UUID) -> Grid | None:
    """The grid, as fresh as the map; not to be changed. Mostly no query."""
    _holder.current()
    return _grid(_holder.token, grid_id)


@lru_cache(maxsize=4096)
def _chain(token: UUID | None, area_id: UUID) -> tuple[Area, ...]:
    area = Area.objects.filter(pk=area_id).first()
    codes = area.path.rstrip("/").split("/") if area is not None else []
    return tuple(Area.objects.filter(code__in=codes).order_by("path"))


@lru_cache(maxsize=4096)
def _grid(token: UUID | None, grid_id: UUID) -> Grid | None:
    return Grid.objects.filter(pk=grid_id).first()


def expire() -> None:
    """Look at the map stamp again before the next look-up in this process."""
    _holder.expire()


def current_token() -> UUID | None:
    """The stamp of the map; None before it was ever changed."""
    return MapStamp.objects.values_list("token", flat=True).first()


def load() -> MapIndex:
    """An index of all active districts, communities and grids, in three queries."""
    areas = Area.objects.active()
    communities = areas.filter(level=Level.COMMUNITY, parent__parent__retired_on=None)
    grids = Grid.objects.active().filter(community__retired_on=None, community__parent__parent__retired_on=None)
    return MapIndex(
        districts=_places(areas.filter(level=Level.DISTRICT)),
        communities=_places(communities),
        grids=_places(grids.annotate(longitude=Value(None, FloatField()), latitude=Value(None, FloatField()))),
    )


def _places(rows: QuerySet[Any]) -> list[Place]:
    geometry = Cast("boundary__geometry", TextField())
    values = list(rows.order_by().values_list("id", "code", "longitude", "latitude", geometry))
    shapes = shapely.from_geojson(np.array([value[4] for value in values], dtype=object))
    return [
        Place(id, code, shape, None if longitude is None else (longitude, latitude))
        for (id, code, longitude, latitude, _text), shape in zip(values, shapes, strict=True)
    ]
