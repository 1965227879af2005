"""The synthetic fabric: it tiles, it repeats by seed, and loading it again adds nothing."""

import json

import pytest
import shapely
from django.db.models import Count
from shapely.geometry.base import BaseGeometry

from dongli.areas import queries
from dongli.areas.models import Area, Boundary, Grid, Level, Settlement
from dongli.areas.outlines import overlaps, to_metres
from dongli.areas.seed import DATA, seed_areas
from dongli.areas.synthetic import SIZES, CommunityPlan, CommunitySeed, plan_district

SEEDS = [CommunitySeed(f"43020200{s}{c:03d}", Settlement.URBAN) for s in (1, 2) for c in range(1, 13)] + [
    CommunitySeed(f"430202100{c}", Settlement.of_code(f"430202100{c}")) for c in (201, 202, 203, 401)
]


def outline() -> BaseGeometry:
    features = json.loads((DATA / "zhuzhou_counties.geojson").read_text())["features"]
    return shapely.geometry.shape(features[0]["geometry"])


def plan(seed: str) -> list[CommunityPlan]:
    return plan_district(outline(), SEEDS, density=SIZES["small"], seed=seed, taken=set())


def test_the_same_seed_gives_the_same_places() -> None:
    assert plan("1") == plan("1")
    assert plan("1") != plan("2")


def test_communities_tile_the_district_and_grids_tile_communities() -> None:
    plans = plan("1")
    assert [each.code for each in plans] == sorted(seed.code for seed in SEEDS)
    whole = to_metres(outline()).area
    parts = sum(to_metres(each.shape, latitude=27.9).area for each in plans)
    assert parts == pytest.approx(whole, rel=1e-3)
    assert overlaps([(each.code, each.shape) for each in plans]) == []
    for each in plans:
        assert each.shape.is_valid
        assert shapely.contains_xy(each.shape, *each.point)
        assert 2 <= len(each.grids) <= 4
        assert overlaps([(str(grid.number), grid.shape) for grid in each.grids]) == []
        union = shapely.union_all([grid.shape for grid in each.grids])
        assert to_metres(union.symmetric_difference(each.shape)).area < 1e-4 * to_metres(each.shape).area


def test_compounds_lie_in_their_community_under_names_of_their_own() -> None:
    plans = plan("1")
    names = [compound.name for each in plans for compound in each.compounds]
    assert len(set(names)) == len(names)
    for each in plans:
        for compound in each.compounds:
            for point in (compound.point, *(building.point for building in compound.buildings)):
                assert shapely.contains_xy(each.shape, *point)


def test_a_park_has_dedicated_grids() -> None:
    park = plan("1")[-1]
    assert park.code == "430202100401"
    assert {grid.kind for grid in park.grids} == {"dedicated"}


@pytest.mark.slow
@pytest.mark.django_db
def test_seeding_the_city_twice_adds_nothing() -> None:
    seed_areas()
    counts = dict(Area.objects.order_by().values_list("level").annotate(Count("id")))
    assert (counts[Level.COMMUNITY], counts[Level.DISTRICT]) == (1400, 9)
    assert 800 < counts[Level.COMPOUND] < 1500
    assert 3000 < counts[Level.BUILDING] < 6000
    assert Grid.objects.values("community").distinct().count() == 311
    assert not Area.objects.filter(level__in=(Level.COMPOUND, Level.BUILDING), synthetic=False).exists()
    assert not Grid.objects.filter(synthetic=False).exists()
    assert set(Boundary.objects.filter(synthetic=False).values_list("area__level", flat=True)) == {Level.DISTRICT}
    assert queries.gaps(queries.city()) == []
    before = (set(Area.objects.values_list("id", "name")), set(Boundary.objects.values_list("id", flat=True)))
    seed_areas()
    assert before == (set(Area.objects.values_list("id", "name")), set(Boundary.objects.values_list("id", flat=True)))


@pytest.mark.slow
@pytest.mark.django_db
def test_every_compound_is_in_a_grid_of_its_own_community() -> None:
    seed_areas()
    for compound in Area.objects.filter(level=Level.COMPOUND).select_related("parent")[::20]:
        found = queries.grid_at(compound.longitude or 0, compound.latitude or 0)
        assert found.community_id == compound.parent_id
        assert found.grid_id is not None
