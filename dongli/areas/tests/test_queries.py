"""Reading places: codes, pickers, search, breadcrumbs, nearness, outlines and gaps, each with its number of queries."""

import json

import pytest
from pytest_django.asserts import assertNumQueries

from dongli.areas import queries
from dongli.areas.models import Area, Boundary, Level
from dongli.common.errors import Invalid, NotFound
from tests.cast import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def test_an_area_or_grid_by_its_code(city: City) -> None:
    assert queries.city() == city.city
    assert queries.area_by_code("430202001001") == city.community
    assert queries.grid_by_code(city.grid.code) == city.grid
    for code in ("", "430202001009", "x' OR 1=1 --", "43\x00", "😀", "9" * 500):
        with pytest.raises(NotFound):
            queries.area_by_code(code)
        with pytest.raises(NotFound):
            queries.grid_by_code(code)


def test_before_any_import_there_is_no_city() -> None:
    with pytest.raises(NotFound) as missing:
        queries.city()
    assert missing.value.code == "no_city"


def test_children_for_a_picker_are_active_and_sorted(city: City) -> None:
    with assertNumQueries(1):
        assert list(queries.children(city.subdistrict)) == [city.community, city.second_community]
    with assertNumQueries(1):
        by_name = list(queries.children(city.city, order="pinyin"))
    assert [area.name for area in by_name] == ["荷塘区", "芦淞区"]
    Area.objects.filter(pk=city.community.pk).update(retired_on="2026-01-01")
    assert list(queries.children(city.subdistrict)) == [city.second_community]


@pytest.mark.parametrize("text", ["荷塘", "hetang", "He Tang Qu", "HTQ", " 荷塘区 "])
def test_search_by_name_pinyin_and_initials(city: City, text: str) -> None:
    with assertNumQueries(1):
        assert city.district in queries.search(text)


def test_search_puts_the_exact_and_the_larger_first_and_keeps_within(city: City) -> None:
    assert [area.name for area in queries.search("甲")][:2] == ["甲社区", "甲苑1期"]
    assert queries.search("1期", within=city.other_district) == [city.compounds[4]]
    assert queries.search("1栋") == []
    assert len(queries.search("1栋", levels=[Level.BUILDING], limit=3)) == 3


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "\\", "'; --", "\x00", "{{", "😀", "查" * 51])
def test_search_takes_odd_text_as_text(city: City, text: str) -> None:
    assert queries.search(text) == []


def test_breadcrumb_is_one_query(city: City) -> None:
    building = Area.objects.get(pk=city.building.pk)
    with assertNumQueries(1):
        found = queries.breadcrumb(building)
    assert [area.level for area in found] == list(Level)
    assert found[-1] == building


def test_code_at_a_level(city: City) -> None:
    assert city.building.code_at(Level.DISTRICT) == city.district.code
    assert city.district.code_at(Level.COMMUNITY) is None


def test_within_is_a_range_that_takes_in_no_neighbour(city: City) -> None:
    assert set(Area.objects.within(city.compound)) == {city.compound, *city.buildings[:2]}
    assert set(Area.objects.within(city.other_district).filter(level=Level.COMMUNITY)) == {city.other_community}


def test_compounds_near_a_point_nearest_first(city: City) -> None:
    where = (city.compound.longitude or 0, city.compound.latitude or 0)
    with assertNumQueries(1):
        found = queries.compounds_near(*where, metres=1200)
    assert found == [city.compound, city.compounds[1]]
    assert queries.compounds_near(*where, metres=10) == [city.compound]
    assert queries.compounds_near(0, 0) == []


def test_grids_of_any_area(city: City) -> None:
    assert set(queries.grids_of(city.city)) == set(city.grids)
    assert set(queries.grids_of(city.district)) == set(city.grids[:4])
    assert set(queries.grids_of(city.community)) == set(queries.grids_of(city.building)) == set(city.grids[:2])


def test_outside_the_city_is_refused_with_what_to_do(city: City) -> None:
    with pytest.raises(Invalid) as outside:
        queries.grid_at(116.39, 39.9)
    assert (outside.value.code, outside.value.field) == ("outside_city", "point")


def test_outlines_are_geojson_in_one_query(city: City) -> None:
    with assertNumQueries(1):
        found = json.loads(queries.outlines("community", city.district))
    assert [feature["properties"]["code"] for feature in found["features"]] == ["430202001001", "430202001002"]
    assert found["features"][0]["geometry"] == Boundary.objects.get(area=city.community).geometry
    grids = json.loads(queries.outlines("grid", city.community))["features"]
    assert {feature["properties"]["level"] for feature in grids} == {"base"}
    assert len(json.loads(queries.outlines("district", city.city))["features"]) == 2


def test_gaps_show_ground_without_a_grid(city: City) -> None:
    assert queries.gaps(city.city) == []
    Boundary.objects.filter(grid=city.grid).delete()
    with assertNumQueries(2):
        (gap,) = queries.gaps(city.city)
    assert (gap.code, round(gap.share, 3)) == ("430202001001", 0.5)
