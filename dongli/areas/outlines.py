"""Reading and checking outlines in GeoJSON. Pure; `actions.boundaries` loads what it gives."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from dongli.areas.coordinates import Point, gcj02_to_wgs84
from dongli.areas.divisions import decode

METRES_PER_DEGREE = 111_320.0  # of latitude; of longitude, times the cosine of the latitude
LEAST_OVERLAP = 50.0  # m²: what rounding to 6 decimals makes of a shared edge
OVERLAP_SHARE = 0.001  # of the smaller of two grids
LEAST_GAP_SHARE = 0.001  # of the community

Geometry = dict[str, Any]  # a GeoJSON Polygon or MultiPolygon object


class Crs(StrEnum):
    """What the coordinates of a file mean."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True)
class FeatureFault:
    """A feature that cannot be loaded, named by code and name as far as it has them, and why."""

    code: str
    name: str
    message: str

    def __str__(self) -> str:
        return _("%(code)s %(name)s: %(message)s") % {"code": self.code, "name": self.name, "message": self.message}


@dataclass(frozen=True, slots=True)
class Outline:
    """A good feature: `code` as in the file, its `geometry` in WGS-84 and the same as a `shape`."""

    code: str
    name: str
    geometry: Geometry
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground of a community that no grid covers: share of its area (0–1), m², and a point in the largest piece."""

    code: str
    share: float
    square_metres: float
    longitude: float
    latitude: float


@dataclass(slots=True)
class OutlineFile:
    """What a file held: good features and bad ones."""

    outlines: list[Outline] = field(default_factory=list)
    faults: list[FeatureFault] = field(default_factory=list)


class _Bad(Exception):
    """Why a feature is refused."""


def read_outlines(content: bytes, *, crs: Crs) -> OutlineFile:
    """Sort the features of a GeoJSON FeatureCollection into good and bad, turning GCJ-02 into WGS-84."""
    result = OutlineFile()
    try:
        features = _features(content)
    except _Bad as bad:
        result.faults.append(FeatureFault("", "", str(bad)))
        return result
    seen: set[str] = set()
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        properties = properties if isinstance(properties, dict) else {}
        code, name = (_shown(properties.get(key)) for key in ("code", "name"))
        try:
            if not code:
                raise _Bad(_("it has no properties.code."))
            if code in seen:
                raise _Bad(_("its code comes twice in the file."))
            seen.add(code)
            geometry, shape = check_geometry(feature.get("geometry"), crs=crs)
            result.outlines.append(Outline(code, name, geometry, shape))
        except ValueError as error:
            result.faults.append(FeatureFault(code, name, str(error)))
        except _Bad as bad:
            result.faults.append(FeatureFault(code or _("feature %(number)d") % {"number": number}, name, str(bad)))
    return result


def check_geometry(geometry: object, *, crs: Crs = Crs.WGS84) -> tuple[Geometry, BaseGeometry]:
    """A GeoJSON Polygon or MultiPolygon, closed, in range and valid, in WGS-84, with its shape.

    Raises `ValueError`, in words for the person who made the file, when it is not that.
    """
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise ValueError(_("its geometry is neither a Polygon nor a MultiPolygon."))
    parts = geometry.get("coordinates")
    polygons = [parts] if geometry["type"] == "Polygon" else parts
    if not isinstance(polygons, list) or not polygons:
        raise ValueError(_("its geometry has no coordinates."))
    turned = [_polygon(polygon, gcj02_to_wgs84 if crs is Crs.GCJ02 else None) for polygon in polygons]
    shape = shapely.MultiPolygon([(rings[0], rings[1:]) for rings in turned])
    if not shape.is_valid:
        raise ValueError(_("its outline is not valid: %(reason)s.") % {"reason": shapely.is_valid_reason(shape)})
    if shape.area == 0:
        raise ValueError(_("its outline encloses nothing."))
    coordinates = turned if geometry["type"] == "MultiPolygon" else turned[0]
    return {"type": geometry["type"], "coordinates": coordinates}, shape


def overlaps(shapes: Sequence[tuple[str, BaseGeometry]]) -> list[tuple[str, str, float]]:
    """Pairs of codes whose shapes share more ground than rounding explains, with the m² they share."""
    latitude = shapely.union_all([shapely.box(*shape.bounds) for _code, shape in shapes]).centroid.y if shapes else 0.0
    flat = [(code, to_metres(shape, latitude=latitude)) for code, shape in shapes]
    found = []
    for position, (code, shape) in enumerate(flat):
        for other_code, other in flat[position + 1 :]:
            shared = shape.intersection(other).area
            if shared > max(LEAST_OVERLAP, OVERLAP_SHARE * min(shape.area, other.area)):
                found.append((code, other_code, shared))
    return found


def gap_of(code: str, community: BaseGeometry, grids: Iterable[BaseGeometry]) -> Gap | None:
    """What of `community` none of `grids` covers; None when it is less than rounding explains."""
    left = community.difference(shapely.union_all(list(grids)))
    whole, uncovered = to_metres(community).area, to_metres(left).area
    if whole == 0 or uncovered / whole < LEAST_GAP_SHARE:
        return None
    largest = max(getattr(left, "geoms", [left]), key=lambda piece: piece.area)
    point = largest.representative_point()
    return Gap(code, uncovered / whole, uncovered, point.x, point.y)


def to_metres(shape: BaseGeometry, *, latitude: float | None = None) -> BaseGeometry:
    """`shape` from degrees to metres, measured at `latitude` or its own middle; true enough within a city.

    Shapes that are to be compared with each other need one `latitude`.
    """
    if latitude is None:
        latitude = 0.0 if shape.is_empty else (shape.bounds[1] + shape.bounds[3]) / 2
    east = METRES_PER_DEGREE * math.cos(math.radians(latitude))
    return shapely.transform(shape, lambda points: points * (east, METRES_PER_DEGREE))


def _features(content: bytes) -> list[Any]:
    try:
        data = json.loads(decode(content))
    except RecursionError as error:
        raise _Bad(_("the file is nested too deeply to be a map.")) from error
    except ValueError as error:
        raise _Bad(_("the file is not GeoJSON: %(error)s") % {"error": error}) from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        raise _Bad(_("the file is not a FeatureCollection with features."))
    return features


def _polygon(rings: object, turn: Callable[[float, float], Point] | None) -> list[list[Point]]:
    if not isinstance(rings, list) or not rings:
        raise ValueError(_("one of its polygons is empty."))
    return [_ring(ring, turn) for ring in rings]


def _ring(ring: object, turn: Callable[[float, float], Point] | None) -> list[Point]:
    if not isinstance(ring, list) or len(ring) < 4:
        raise ValueError(_("one of its rings has fewer than four points."))
    points = [_position(position) for position in ring]
    if points[0] != points[-1]:
        raise ValueError(_("one of its rings is not closed."))
    return [turn(*point) for point in points] if turn else points


def _position(position: object) -> Point:
    if (
        not isinstance(position, list)
        or len(position) < 2
        or not all(type(part) in {int, float} for part in position[:2])
    ):
        raise ValueError(_("one of its positions is not two numbers."))
    longitude, latitude = position[:2]
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(
            _("%(longitude)s, %(latitude)s is not a longitude and latitude in degrees.")
            % {"longitude": _shown(longitude), "latitude": _shown(latitude)}
        )
    return float(longitude), float(latitude)


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, str | int | float) else ""
    return "".join(character for character in text[:40] if character.isprintable())
