"""Compounds, buildings and grids get the next free local number, two at once included."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dongli.areas.actions import add_building, add_compound, add_grid, import_divisions
from dongli.areas.models import Area, Grid, GridKind
from dongli.common.errors import Conflict, Invalid

from .test_divisions import SMALL


@pytest.fixture
def community(db: None) -> Area:
    import_divisions(content=SMALL.encode())
    return Area.objects.get(code="430202001001")


def test_local_codes_count_up(community: Area) -> None:
    compounds = [add_compound(community=community, name=name) for name in ("甲苑", "乙苑")]
    building = add_building(compound=compounds[1], name="1栋", longitude=113.1, latitude=27.8)
    assert [compound.code for compound in compounds] == ["430202001001C001", "430202001001C002"]
    assert building.code == "430202001001C002B001"
    assert building.path == f"{compounds[1].path}430202001001C002B001/"
    assert list(Area.objects.within(compounds[1])) == [compounds[1], building]


def test_a_number_is_not_used_again_after_retirement(community: Area) -> None:
    add_compound(community=community, name="甲苑")
    Area.objects.filter(code="430202001001C001").update(retired_on="2020-01-01")
    assert add_compound(community=community, name="乙苑").code.endswith("C002")


def test_grids_count_up_under_the_community(community: Area) -> None:
    assert add_grid(community=community, name="一网格").code == "430202001001001"
    grid = add_grid(community=community, name="商场", kind=GridKind.DEDICATED, households=0)
    assert grid.code == "430202001001002"
    assert list(Grid.objects.within(add_compound(community=community, name="甲苑"))) == list(
        Grid.objects.order_by("code")
    )


def test_what_is_refused(community: Area) -> None:
    with pytest.raises(Invalid):
        add_compound(community=community, name=" \x00 ")
    with pytest.raises(Invalid) as wrong:
        add_building(compound=community, name="1栋")
    assert wrong.value.code == "wrong_level"
    for longitude, latitude in ((113.0, None), (None, 27.0), (float("nan"), 27.0), (181.0, 0.0)):
        with pytest.raises(Invalid) as bad_point:
            add_compound(community=community, name="苑", longitude=longitude, latitude=latitude)
        assert bad_point.value.code == "bad_point"
    with pytest.raises(Invalid):
        add_grid(community=community, name="苑", households=-1)


def test_a_full_or_retired_community_says_so(community: Area) -> None:
    add_compound(community=community, name="苑")
    code = "430202001001C999"
    Area.objects.filter(level="compound").update(code=code, path=f"{community.path}{code}/")
    with pytest.raises(Conflict) as full:
        add_compound(community=community, name="苑")
    assert full.value.code == "full"
    Area.objects.filter(pk=community.pk).update(retired_on="2020-01-01")
    with pytest.raises(Conflict) as retired:
        add_compound(community=community, name="苑")
    assert retired.value.code == "retired"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_different_codes() -> None:
    import_divisions(content=SMALL.encode())
    community = Area.objects.get(code="430202001001")

    def add(number: int) -> str:
        try:
            return (
                add_compound(community=community, name=f"{number}苑").code
                + add_grid(community=community, name="网格").code
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(add, range(24)))
    assert len({code[:16] for code in codes}) == len({code[16:] for code in codes}) == 24
