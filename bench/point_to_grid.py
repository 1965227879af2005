"""How fast a point finds its grid among 20,000 polygons, against two other ways in the same run.

    DATABASE_URL=postgresql://… python bench/point_to_grid.py [--polygons 20000] [--seconds 5]

Compared on the same points and polygons: our index; shapely asked polygon by polygon; and SQL with an index on
bounding boxes followed by shapely on what it returns, over one kept connection. All three must name the same grid.
The SQL table is temporary.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")

import django

django.setup()

import shapely
from django.conf import settings
from django.db import connection, transaction
from shapely.geometry.base import BaseGeometry

from dongli.areas.index import MapIndex, Place
from dongli.operations import embedded

WEST, SOUTH, EAST, NORTH = 112.95, 26.0, 114.1, 28.0  # about the city's bounds
VERTICES = 25
ROUNDS = 5  # taken in turn, so that what else the machine does falls on all; the median counts
Locate = Callable[[float, float], str]


def polygons(count: int, chance: random.Random) -> list[BaseGeometry]:
    """`count` cells of a Voronoi diagram that tile the city's bounds, each edge cut up to some 25 vertices."""
    centres = [(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _ in range(count)]
    bounds = shapely.box(WEST, SOUTH, EAST, NORTH)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=bounds, ordered=True)
    clipped = [cell.intersection(bounds) for cell in cells.geoms]
    return [cell.segmentize(cell.length / VERTICES) for cell in clipped]


def places(shapes: list[BaseGeometry]) -> dict[str, list[Place]]:
    """One district, a community to every four polygons, and each polygon a grid."""
    communities = [Place(uuid4(), f"4302{number:08d}") for number in range((len(shapes) + 3) // 4)]
    grids = [
        Place(uuid4(), f"{communities[number // 4].code}{number % 4 + 1:03d}", shape)
        for number, shape in enumerate(shapes)
    ]
    codes = {community.code[:6] for community in communities}
    return {
        "districts": [Place(uuid4(), f"{code}000000") for code in sorted(codes)],
        "communities": communities,
        "grids": grids,
    }


def by_loop(grids: list[Place]) -> Locate:
    """Prepared polygons asked one after the other."""
    for grid in grids:
        shapely.prepare(grid.shape)

    def locate(longitude: float, latitude: float) -> str:
        hits = (grid for grid in grids if grid.shape and shapely.intersects_xy(grid.shape, longitude, latitude))
        return next(hits).code

    return locate


def by_sql(grids: list[Place]) -> Locate:
    """A GiST index on bounding boxes, then shapely on the candidates."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_grid (code text, bounds box, outline bytea) ON COMMIT DROP")
        cursor.executemany(
            "INSERT INTO bench_grid VALUES (%s, box(point(%s, %s), point(%s, %s)), %s)",
            [(grid.code, *grid.shape.bounds, grid.shape.wkb) for grid in grids if grid.shape],
        )
        cursor.execute("CREATE INDEX ON bench_grid USING gist (bounds)")
        cursor.execute("ANALYZE bench_grid")
    query = "SELECT code, outline FROM bench_grid WHERE bounds @> box(point(%s, %s), point(%s, %s)) ORDER BY code"

    def locate(longitude: float, latitude: float) -> str:
        with connection.cursor() as cursor:
            cursor.execute(query, [longitude, latitude] * 2)
            rows = cursor.fetchall()
        shapes = ((code, shapely.from_wkb(bytes(wkb))) for code, wkb in rows)
        return str(next(code for code, shape in shapes if shapely.intersects_xy(shape, longitude, latitude)))

    return locate


def rate(locate: Locate, points: list[tuple[float, float]], seconds: float) -> float:
    """Look-ups a second, one at a time, for about `seconds`."""
    done, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds:
        for point in points[done % len(points) :][:20]:
            locate(*point)
            done += 1
    return done / spent


def main() -> None:
    """Build, check that all agree, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polygons", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    args = parser.parse_args()
    chance = random.Random(1)
    resident = resident_megabytes()
    fabric = places(polygons(args.polygons, chance))
    points = [(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _ in range(20_000)]
    started = time.perf_counter()
    index = MapIndex(**fabric)
    built = time.perf_counter() - started
    resident = resident_megabytes() - resident

    def by_index(longitude: float, latitude: float) -> str:
        return str(index.locate(longitude, latitude).grid_code)

    with ExitStack() as stack:
        if not settings.DATABASE_URL:
            stack.enter_context(embedded.session(settings.VAR))
        stack.callback(connection.close)
        stack.enter_context(transaction.atomic())
        ways = {"index in memory": by_index, "shapely, polygon by polygon": by_loop(fabric["grids"])}
        ways["SQL bounding boxes + shapely"] = by_sql(fabric["grids"])
        for point in points[:200]:
            if len({locate(*point) for locate in ways.values()}) != 1:
                raise SystemExit(f"the ways disagree at {point}")
        rounds = [
            {name: rate(locate, points, args.seconds / ROUNDS) for name, locate in ways.items()} for _ in range(ROUNDS)
        ]
        rates = {name: statistics.median(each[name] for each in rounds) for name in ways}
    vertices = sum(shapely.get_num_coordinates(grid.shape) for grid in fabric["grids"]) / args.polygons
    print(f"{args.polygons} polygons of {vertices:.0f} vertices on average; 200 points checked, no mismatch")
    print(f"build {built * 1000:.0f} ms; {resident:.0f} MB resident for the outlines, their making and the index")
    print(f"{'way':32}{'look-ups/s':>12}{'index is':>12}")
    for name, each in rates.items():
        print(f"{name:32}{each:12,.0f}{rates['index in memory'] / each:11.1f}×")


def resident_megabytes() -> float:
    """The process's resident memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
