"""Which department serves which area, whom a whistle may name, and writes that are safe to repeat."""

import pytest
from pytest_django import DjangoAssertNumQueries

from dongli.common.errors import Conflict, Invalid
from dongli.common.ids import new_id
from dongli.organisations import actions, queries
from dongli.organisations.models import Line, OrganisationKind
from tests.cast import City, make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_the_districts_department_before_the_citys(city: City) -> None:
    assert queries.department("housing", city.community) == city.department("housing", "district")
    assert queries.department("housing", city.compound) == city.department("housing", "district")
    assert queries.department("housing", city.other_community) == city.department("housing", "other")
    assert queries.department("housing", city.city) == city.department("housing", "city")
    assert queries.department("bus", city.community) == city.department("bus", "city")
    assert queries.department("no such function", city.community) is None
    assert queries.department("", city.community) is None


def test_a_dissolved_department_gives_way_to_the_citys(city: City) -> None:
    actions.dissolve(organisation=city.department("housing"))
    assert queries.department("housing", city.community) == city.department("housing", "city")


def test_several_functions_in_one_query(city: City, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        found = queries.departments(["housing", "bus", "", "none"], city.community)
    assert found == {"housing": city.department("housing"), "bus": city.department("bus", "city")}


def test_fallback_and_office(city: City) -> None:
    assert queries.fallback(city.community) == city.department("urban_management")
    office = queries.office(city.subdistrict)
    assert office is not None
    assert office.area == city.subdistrict
    assert queries.office(city.compound) is None


def test_in_reach_is_the_whole_city_nearest_first(city: City) -> None:
    found = queries.in_reach(city.community)
    assert {one.area for one in found[:9]} == {city.district}
    assert {one.area for one in found[9:19]} == {city.city}
    assert {one.area for one in found[19:]} == {city.other_district}
    assert all(one.kind == OrganisationKind.DEPARTMENT for one in found)


def test_standing_drops_forged_ids_and_offices(city: City) -> None:
    office = queries.office(city.district)
    assert office is not None
    wanted = city.department("housing")
    assert queries.standing([wanted.id, office.id, new_id()]) == [wanted]


def test_adding_is_safe_to_repeat(city: City) -> None:
    def add(name: str = "园林局") -> object:
        return actions.add_organisation(
            area=city.district,
            name=name,
            kind=OrganisationKind.DEPARTMENT,
            function="parks",
            line=Line.URBAN_MANAGEMENT,
        )

    assert add() == add()
    with pytest.raises(Conflict):
        add("另一个局")
    with pytest.raises(Conflict):
        actions.add_organisation(area=city.district, name="二办", kind=OrganisationKind.OFFICE, code="second-office")
    with pytest.raises(Invalid):
        actions.add_organisation(area=city.district, name="无职能局", kind=OrganisationKind.DEPARTMENT)
    with pytest.raises(Invalid):
        actions.add_organisation(area=city.district, name="  ", kind=OrganisationKind.BRANCH)


def test_rename_and_dissolve(city: City) -> None:
    housing = city.department("housing")
    assert actions.rename(organisation=housing, name="住建局").name == "住建局"
    gone = actions.dissolve(organisation=housing)
    assert actions.dissolve(organisation=housing).dissolved_on == gone.dissolved_on
    with pytest.raises(Invalid):
        actions.rename(organisation=housing, name="")
