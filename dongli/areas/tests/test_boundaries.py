"""Outlines from GeoJSON: what loads, and what is refused by name."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from django.utils import translation

from dongli.areas.actions import import_boundaries, import_divisions, set_boundaries
from dongli.areas.coordinates import wgs84_to_gcj02
from dongli.areas.models import Area, Boundary, Grid, MapStamp
from dongli.areas.outlines import Crs
from dongli.areas.seed import DATA
from dongli.common.errors import Invalid
from tests.cast import City, make_city

Ring = list[list[float]]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city() -> City:
    made = make_city()
    Boundary.objects.filter(grid__isnull=False).delete()
    return made


def box(west: float, south: float, east: float, north: float) -> Ring:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code: object, ring: Any, name: str = "名", kind: str = "Polygon") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": kind, "coordinates": [ring] if kind == "Polygon" else ring},
    }


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


WEST_HALF = box(113.10, 27.80, 113.115, 27.83)
EAST_HALF = box(113.115, 27.80, 113.13, 27.83)
FIRST, SECOND = "430202001001001", "430202001001002"


def test_the_real_counties_load_and_get_points() -> None:
    import_divisions(content=(DATA / "zhuzhou_divisions.csv").read_bytes())
    summary = import_boundaries(
        content=(DATA / "zhuzhou_counties.geojson").read_bytes(), kind="area", source="Tianditu"
    )
    assert (summary.loaded, summary.added, summary.faults) == (True, 9, [])
    for district in Area.objects.filter(level="district").select_related("boundary"):
        outline = shapely.geometry.shape(district.boundary.geometry)
        assert shapely.contains_xy(outline, district.longitude or 0, district.latitude or 0)


def test_a_second_run_replaces(city: City) -> None:
    content = collection(feature(FIRST, WEST_HALF), feature(SECOND, EAST_HALF))
    assert import_boundaries(content=content, kind="grid").added == 2
    keys = set(Boundary.objects.values_list("id", flat=True))
    summary = import_boundaries(content=content, kind="grid", source="survey")
    assert (summary.added, summary.replaced, summary.loaded) == (0, 2, True)
    assert set(Boundary.objects.values_list("id", flat=True)) == keys
    assert Boundary.objects.get(grid__code=FIRST).source == "survey"


def test_gcj02_is_turned_into_wgs84(city: City) -> None:
    ring = [list(wgs84_to_gcj02(*point)) for point in WEST_HALF]
    assert import_boundaries(content=collection(feature(FIRST, ring)), kind="grid", crs=Crs.GCJ02).loaded
    stored = Boundary.objects.get(grid__code=FIRST).geometry["coordinates"][0]
    assert all(math.dist(*pair) < 1e-8 for pair in zip(stored, WEST_HALF, strict=True))


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (feature(SECOND, EAST_HALF[:-1]), "not closed"),
        (
            feature(SECOND, [[113.115, 27.8], [113.13, 27.83], [113.13, 27.8], [113.115, 27.83], [113.115, 27.8]]),
            "valid",
        ),
        (feature(SECOND, box(113.115, 95.0, 113.13, 96.0)), "degrees"),
        (feature(SECOND, box(27.80, 113.10, 27.83, 113.13)), "degrees"),
        (feature(SECOND, [[113.115, float("nan")], *EAST_HALF[1:]]), "degrees"),
        (feature(SECOND, [[113.115, float("inf")], *EAST_HALF[1:]]), "degrees"),
        (feature(SECOND, [["113.115", 27.8], *EAST_HALF[1:]]), "two numbers"),
        (feature(SECOND, [[True, 27.8], *EAST_HALF[1:]]), "two numbers"),
        (feature(SECOND, [None, *EAST_HALF[1:]]), "two numbers"),
        (feature(SECOND, [[1.0, 2.0]]), "four points"),
        (feature(SECOND, [[113.1, 27.8]] * 5), "valid"),
        (feature(SECOND, "x"), "four points"),
        (feature(SECOND, [], kind="MultiPolygon"), "no coordinates"),
        (feature(SECOND, [[]], kind="MultiPolygon"), "empty"),
        (feature(SECOND, [113.1, 27.8], kind="Point"), "neither a Polygon"),
        ({"type": "Feature", "properties": {"code": SECOND, "name": "名"}, "geometry": None}, "neither a Polygon"),
        (feature("430202001001009", EAST_HALF), "no such grid"),
        (feature(FIRST, EAST_HALF), "twice"),
        (feature(SECOND, box(113.11, 27.80, 113.13, 27.83)), "overlaps"),
        (feature(SECOND, WEST_HALF), "overlaps"),
        (feature(None, EAST_HALF), "no properties.code"),
        ({"type": "Feature"}, "no properties.code"),
        ("x", "no properties.code"),
        (None, "no properties.code"),
        (feature({"a": 1}, EAST_HALF), "no properties.code"),
    ],
)
def test_a_bad_feature_is_named_and_nothing_is_loaded(city: City, bad: object, word: str) -> None:
    before = MapStamp.objects.get().token
    summary = import_boundaries(content=collection(feature(FIRST, WEST_HALF), bad), kind="grid")
    assert not summary.loaded
    assert len(summary.faults) == 1
    assert word in str(summary.faults[0])
    code = bad.get("properties", {}).get("code") if isinstance(bad, dict) else None
    assert not isinstance(code, str) or code in str(summary.faults[0]) or word == "overlaps"
    assert not Boundary.objects.filter(grid__isnull=False).exists()
    assert MapStamp.objects.get().token == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\x00",
        b'{"features": []}',
        b'{"features": {"a": 1}}',
        b"[" * 100_000,
        b"\x89PNG\r\n\xff\xff",
        b"<html></html>",
    ],
    ids=["empty", "object", "list", "null", "nul", "none", "wrong", "deep", "png", "html"],
)
def test_a_file_that_is_no_map_is_refused_in_words(content: bytes) -> None:
    summary = import_boundaries(content=content, kind="area")
    assert (summary.loaded, len(summary.faults)) == (False, 1)


def test_an_overlap_with_a_stored_grid_is_refused_too(city: City) -> None:
    assert import_boundaries(content=collection(feature(FIRST, WEST_HALF)), kind="grid").loaded
    summary = import_boundaries(content=collection(feature(SECOND, box(113.11, 27.8, 113.13, 27.83))), kind="grid")
    assert [fault.code for fault in summary.faults] == [SECOND]
    assert FIRST in summary.faults[0].message


def test_a_rounded_shared_edge_is_no_overlap(city: City) -> None:
    east = box(113.114999, 27.80, 113.13, 27.83)
    assert import_boundaries(content=collection(feature(FIRST, WEST_HALF), feature(SECOND, east)), kind="grid").loaded


def test_gaps_are_reported_and_do_not_hinder(city: City) -> None:
    summary = import_boundaries(content=collection(feature(FIRST, WEST_HALF)), kind="grid")
    assert summary.loaded
    (gap,) = summary.gaps
    assert gap.code == "430202001001"
    assert gap.share == pytest.approx(0.5, abs=0.001)
    assert 113.115 < gap.longitude < 113.13
    full = collection(feature(FIRST, WEST_HALF), feature(SECOND, EAST_HALF))
    assert import_boundaries(content=full, kind="grid").gaps == []


def test_a_dry_run_changes_nothing(city: City) -> None:
    summary = import_boundaries(content=collection(feature(FIRST, WEST_HALF)), kind="grid", dry_run=True)
    assert (summary.added, summary.loaded, summary.faults) == (1, False, [])
    assert not Boundary.objects.filter(grid__isnull=False).exists()


def test_codes_of_areas_may_leave_out_closing_zeros_but_not_come_twice(city: City) -> None:
    ring = box(113.10, 27.80, 113.13, 27.86)
    assert import_boundaries(content=collection(feature(430202, ring)), kind="area").replaced == 1
    summary = import_boundaries(content=collection(feature("430202", ring), feature("430202000000", ring)), kind="area")
    assert [fault.code for fault in summary.faults] == ["430202000000"]


def test_set_boundaries_refuses_what_import_would(city: City) -> None:
    with pytest.raises(Invalid) as bad:
        set_boundaries(outlines={city.grid: {"type": "Polygon", "coordinates": [WEST_HALF[:-1]]}})
    assert FIRST in str(bad.value)
    set_boundaries(outlines={city.grid: {"type": "Polygon", "coordinates": [WEST_HALF]}}, synthetic=True)
    assert Grid.objects.get(pk=city.grid.pk).boundary.synthetic
