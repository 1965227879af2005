"""WGS-84 ↔ GCJ-02 ↔ BD-09. Everything inside Dongli is WGS-84; Chinese maps' coordinates are turned at the edges.

All functions take and give (longitude, latitude) in degrees. GCJ-02 is the offset Chinese maps must use (about 0.6 km
in Zhuzhou), BD-09 is Baidu's on top of it. The formulas are the commonly published ones; the tests hold them against
npm `gcoord`. Points outside China's bounding box are left as they are.
"""

import math
from collections.abc import Callable

Point = tuple[float, float]

_SEMI_MAJOR_AXIS = 6378245.0  # Krasovsky 1940, metres
_ECCENTRICITY_SQUARED = 0.006693421622965823
_BAIDU_PI = math.pi * 3000.0 / 180.0
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
_PRECISION = 1e-9  # degrees, about 0.1 mm
_MOST_STEPS = 30


def wgs84_to_gcj02(longitude: float, latitude: float) -> Point:
    """A GPS position as Gaode, Tencent and other Chinese maps draw it."""
    if not _in_china(longitude, latitude):
        return longitude, latitude
    east, north = _offset_metres(longitude - 105.0, latitude - 35.0)
    radians = math.radians(latitude)
    curve = 1 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian = _SEMI_MAJOR_AXIS * (1 - _ECCENTRICITY_SQUARED) / (curve * math.sqrt(curve))
    parallel = _SEMI_MAJOR_AXIS / math.sqrt(curve) * math.cos(radians)
    return longitude + math.degrees(east / parallel), latitude + math.degrees(north / meridian)


def gcj02_to_wgs84(longitude: float, latitude: float) -> Point:
    """The GPS position that a Chinese map draws at this point, to better than a millimetre."""
    if not _in_china(longitude, latitude):
        return longitude, latitude
    return _inverse(wgs84_to_gcj02, longitude, latitude)


def gcj02_to_bd09(longitude: float, latitude: float) -> Point:
    """A GCJ-02 position as Baidu draws it."""
    radius = math.hypot(longitude, latitude) + 0.00002 * math.sin(latitude * _BAIDU_PI)
    angle = math.atan2(latitude, longitude) + 0.000003 * math.cos(longitude * _BAIDU_PI)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def bd09_to_gcj02(longitude: float, latitude: float) -> Point:
    """The GCJ-02 position that Baidu draws at this point."""
    return _inverse(gcj02_to_bd09, longitude, latitude)


def wgs84_to_bd09(longitude: float, latitude: float) -> Point:
    """A GPS position as Baidu draws it."""
    return gcj02_to_bd09(*wgs84_to_gcj02(longitude, latitude))


def bd09_to_wgs84(longitude: float, latitude: float) -> Point:
    """The GPS position that Baidu draws at this point."""
    return gcj02_to_wgs84(*bd09_to_gcj02(longitude, latitude))


def _in_china(longitude: float, latitude: float) -> bool:
    return _WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH


def _inverse(forward: Callable[[float, float], Point], longitude: float, latitude: float) -> Point:
    """The point that `forward` takes to this one, by stepping back over the remaining error until there is none."""
    guess_x, guess_y = longitude, latitude
    for _ in range(_MOST_STEPS):
        x, y = forward(guess_x, guess_y)
        guess_x, guess_y = guess_x + longitude - x, guess_y + latitude - y
        if abs(longitude - x) < _PRECISION and abs(latitude - y) < _PRECISION:
            break
    return guess_x, guess_y


def _offset_metres(x: float, y: float) -> Point:
    """GCJ-02's distortion, metres east and north, at `x`, `y` degrees from 105° E, 35° N."""
    root = 0.1 * math.sqrt(abs(x))
    shared = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 2.0 * root
    north += (shared + _waves(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + root
    east += (shared + _waves(x, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))) * 2.0 / 3.0
    return east, north


def _waves(value: float, *terms: tuple[float, float]) -> float:
    return sum(height * math.sin(value * math.pi / length) for height, length in terms)
