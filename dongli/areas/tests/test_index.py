"""Point → place: against brute force, at edges and corners, outside, and after changes."""

import threading
from uuid import uuid4

import numpy as np
import pytest
import shapely
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from dongli.areas import index
from dongli.areas.actions import bump_map, set_boundaries
from dongli.areas.index import Location, MapIndex, Place
from dongli.areas.models import Area, Boundary, Grid
from dongli.areas.outlines import to_metres
from dongli.common.errors import Invalid
from tests.cast import make_city

STEP = 0.01  # degrees between the lattice's lines
ORIGIN = (113.0, 27.0)


def at(column: float, row: float) -> tuple[float, float]:
    """A point of the lattice; shapes and points share its numbers, so that points fall on edges and corners."""
    return ORIGIN[0] + column * STEP, ORIGIN[1] + row * STEP


def rectangle(west: int, south: int, width: int, height: int) -> BaseGeometry:
    corners = [at(west, south), at(west + width, south), at(west + width, south + height), at(west, south + height)]
    return shapely.Polygon(corners)


def triangle(corners: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]) -> BaseGeometry:
    return shapely.Polygon([at(*corner) for corner in corners])


lattice = st.integers(min_value=0, max_value=8)
rectangles = st.builds(rectangle, lattice, lattice, st.integers(1, 4), st.integers(1, 4))
triangles = st.tuples(*[st.tuples(lattice, lattice)] * 3).map(triangle).filter(lambda shape: shape.area > 0)
shapes = rectangles | triangles
halves = st.integers(min_value=-2, max_value=26).map(lambda number: number / 2)
points = st.tuples(halves, halves).map(lambda point: at(*point)) | st.tuples(
    st.floats(min_value=112.98, max_value=113.14), st.floats(min_value=26.98, max_value=27.14)
)


def city(community_shapes: list[BaseGeometry], grid_shapes: list[BaseGeometry]) -> dict[str, list[Place]]:
    """One district over columns 0–10; communities 430202001001 and on, grids dealt to them in turn; backwards."""
    communities = [Place(uuid4(), f"430202001{i:03d}", shape) for i, shape in enumerate(community_shapes, start=1)]
    grids = [
        Place(uuid4(), f"430202001{i % len(communities) + 1:03d}{i + 1:03d}", shape)
        for i, shape in enumerate(grid_shapes)
    ]
    district = Place(uuid4(), "430202000000", rectangle(0, 0, 10, 10))
    return {"districts": [district], "communities": communities[::-1], "grids": grids[::-1]}


def brute_force(places: dict[str, list[Place]], point: tuple[float, float]) -> tuple[str | None, str | None] | None:
    """(community, grid) by trying every outline; None outside."""
    spot = shapely.Point(point)
    hits = {
        layer: sorted(place.code for place in each if place.shape is not None and place.shape.intersects(spot))
        for layer, each in places.items()
    }
    if hits["grids"]:
        return hits["grids"][0][:12], hits["grids"][0]
    if hits["communities"]:
        return hits["communities"][0], None
    if not hits["districts"]:
        return None
    shape = places["districts"][0].shape
    assert shape is not None
    middle = shape.centroid.y
    flat = to_metres(spot, latitude=middle)
    distances = [
        (to_metres(place.shape, latitude=middle).distance(flat), place.code)
        for place in places["communities"]
        if place.shape is not None
    ]
    return min(distances)[1], None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(shapes, min_size=1, max_size=6), st.lists(shapes, max_size=10), st.lists(points, min_size=1, max_size=20)
)
def test_same_as_brute_force(
    community_shapes: list[BaseGeometry], grid_shapes: list[BaseGeometry], where: list[tuple[float, float]]
) -> None:
    places = city(community_shapes, grid_shapes)
    built = MapIndex(**places)
    for point in where:
        expected = brute_force(places, point)
        if expected is None:
            with pytest.raises(Invalid) as outside:
                built.locate(*point)
            assert (outside.value.code, outside.value.field) == ("outside_city", "point")
            continue
        found = built.locate(*point)
        assert (found.community_code, found.grid_code) == expected
        assert found.nearest is (found.grid_id is None)
        assert found.district_code == "430202000000"


def test_on_a_shared_edge_and_corner_the_lowest_code_wins() -> None:
    squares = [rectangle(0, 0, 5, 5), rectangle(5, 0, 5, 5), rectangle(0, 5, 5, 5), rectangle(5, 5, 5, 5)]
    built = MapIndex(**city([rectangle(0, 0, 10, 10)], squares))
    assert built.locate(*at(5, 5)).grid_code == "430202001001001"
    assert built.locate(*at(5, 7)).grid_code == "430202001001003"
    assert built.locate(*at(7, 5)).grid_code == "430202001001002"


def test_without_outlines_points_decide_and_without_points_the_district_alone() -> None:
    places = city([], [])
    near, far = ((113.02, 27.02), (113.08, 27.08))
    places["communities"] = [Place(uuid4(), "430202001002", None, far), Place(uuid4(), "430202001001", None, near)]
    assert MapIndex(**places).locate(113.03, 27.03).community_code == "430202001001"
    places["communities"] = [Place(uuid4(), "430202001001")]
    alone = MapIndex(**places).locate(113.03, 27.03)
    assert (alone.community_id, alone.grid_id, alone.nearest) == (None, None, True)


@pytest.mark.parametrize("point", [(float("nan"), 27.0), (113.0, float("inf")), (181.0, 0.0), (0.0, -91.0)])
def test_what_is_no_point_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(Invalid) as bad:
        MapIndex(districts=[], communities=[], grids=[]).locate(*point)
    assert bad.value.code == "bad_point"


def test_an_empty_map_refuses_every_point() -> None:
    with pytest.raises(Invalid) as outside:
        MapIndex(districts=[], communities=[], grids=[]).locate(113.0, 27.0)
    assert outside.value.code == "outside_city"


def test_threads_share_one_index() -> None:
    built = MapIndex(**city([rectangle(0, 0, 10, 10)], [rectangle(x, y, 1, 1) for x in range(10) for y in range(10)]))
    where = [at(x + 0.5, y + 0.5) for x in range(10) for y in range(10)]
    expected = [built.locate(*point) for point in where]
    results: list[list[Location]] = []
    threads = [
        threading.Thread(target=lambda: results.append([built.locate(*point) for point in where])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


@pytest.mark.django_db
def test_the_index_follows_the_database() -> None:
    made = make_city()
    assert index.locate(*made.point_in(made.grid)).grid_id == made.grid.id
    with transaction.atomic():
        bump_map()
        Boundary.objects.filter(grid=made.grid).delete()
    found = index.locate(*made.point_in(made.grid))
    assert (found.community_id, found.grid_id, found.nearest) == (made.community.id, None, True)
    Area.objects.filter(pk=made.community.pk).update(retired_on="2026-01-01")
    with transaction.atomic():
        bump_map()
    found = index.locate(*made.point_in(made.grid))
    assert (found.community_id, found.nearest) == (made.second_community.id, True)


@pytest.mark.django_db
@pytest.mark.freshness
def test_a_look_up_asks_the_database_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_city()
    moment = [1000.0]
    monkeypatch.setattr("dongli.areas.index.time.monotonic", lambda: moment[0])
    index.expire()
    index.locate(*made.point_in(made.grid))
    with CaptureQueriesContext(connection) as queries:
        for _ in range(50):
            index.locate(*made.point_in(made.grid))
        moment[0] += 0.9
        index.locate(*made.point_in(made.grid))
    assert len(queries) == 0
    with CaptureQueriesContext(connection) as queries:
        moment[0] += 0.2
        index.locate(*made.point_in(made.grid))
        index.locate(*made.point_in(made.grid))
    assert len(queries) == 1


@pytest.mark.django_db
def test_while_one_rebuilds_others_are_served_by_the_old_index(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_city()
    point = made.point_in(made.grid)
    index.locate(*point)
    index.expire()
    with index._holder.building, CaptureQueriesContext(connection) as queries:
        assert index.locate(*point).grid_id == made.grid.id
    assert len(queries) == 0


@pytest.mark.django_db
@pytest.mark.freshness
def test_another_process_sees_a_change_within_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [1000.0]
    monkeypatch.setattr("dongli.areas.index.time.monotonic", lambda: moment[0])
    made = make_city()
    point = made.point_in(made.grid)
    other = index._Holder()  # what another process has: nobody tells it
    assert other.current().locate(*point).grid_id == made.grid.id
    Grid.objects.filter(pk=made.grid.pk).update(retired_on="2026-01-01")
    set_boundaries(outlines={made.unmanned_grid: made.grid.boundary.geometry})
    moment[0] += 1.9
    assert other.current().locate(*point).grid_id == made.unmanned_grid.id


def test_hits_do_not_depend_on_the_order_of_the_tree() -> None:
    rng = np.random.default_rng(7)
    overlapping = [rectangle(int(x), int(y), 3, 3) for x, y in rng.integers(0, 7, size=(60, 2))]
    places = city([rectangle(0, 0, 10, 10)], overlapping)
    built = MapIndex(**places)
    for x, y in rng.integers(0, 10, size=(200, 2)):
        expected = brute_force(places, at(int(x), int(y)))
        found = built.locate(*at(int(x), int(y)))
        assert (found.community_code, found.grid_code) == expected
