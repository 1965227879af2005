"""Who is on duty: ranks, absence, deputies, gaps, desks."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from dongli.common.clock import now
from dongli.people import queries
from dongli.people.models import Absence, RosterEntry, User
from tests.cast import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def away(user: User, deputy: User | None = None) -> Absence:
    moment = now()
    return Absence.objects.create(
        user=user, deputy=deputy, since=moment - timedelta(hours=1), until=moment + timedelta(hours=1)
    )


def test_first_rank_is_on_duty(city: City) -> None:
    duty = queries.on_duty(city.grid, now())
    assert duty is not None
    assert (duty.user, duty.why_code, duty.params) == (city.person("worker"), "first", {})


def test_deputy_stands_in_before_the_next_rank(city: City) -> None:
    away(city.person("worker"), deputy=city.person("secretary"))
    duty = queries.on_duty(city.grid, now())
    assert duty is not None
    assert (duty.user, duty.why_code) == (city.person("secretary"), "deputy")
    assert duty.params == {"absent": city.person("worker").name}


def test_next_rank_when_no_deputy_or_the_deputy_is_away_too(city: City) -> None:
    away(city.person("worker"), deputy=city.person("secretary"))
    away(city.person("secretary"))
    duty = queries.on_duty(city.grid, now())
    assert duty is not None
    assert (duty.user, duty.why_code) == (city.person("worker-2"), "next")


def test_absence_holds_only_in_its_time(city: City) -> None:
    absence = away(city.person("worker"))
    for at, name in ((absence.until, "worker"), (absence.until - timedelta(seconds=1), "worker-2")):
        duty = queries.on_duty(city.grid, at)
        assert duty is not None
        assert duty.user == city.person(name)


def test_leavers_are_skipped_and_a_gap_is_none(city: City) -> None:
    User.objects.filter(username__startswith="demo-worker").update(is_active=False)
    assert queries.on_duty(city.grid, now()) is None
    assert queries.on_duty(city.unmanned_grid, now()) is None


def test_many_grids_cost_two_queries(city: City, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    away(city.person("worker"))
    with django_assert_num_queries(2):
        found = queries.on_duty_many(city.grids, now())
    assert {city.grid.id: "demo-worker-2", city.other_grid.id: "demo-stranger-worker"} == {
        grid: duty.user.username for grid, duty in found.items()
    }


def test_gaps_are_the_grids_with_nobody(city: City) -> None:
    assert queries.gaps(city.community) == [city.unmanned_grid]
    assert len(queries.gaps(city.city)) == 4
    assert [counts[1:] for counts in queries.gap_counts(city.city)] == [(4, 3), (2, 1)]


def test_desk_duty_is_the_roster_else_the_roles(city: City) -> None:
    moment = now()
    assert queries.desk_duty(city.community, moment) == [city.person("community"), city.person("secretary")]
    RosterEntry.objects.create(user=city.person("secretary"), area=city.community, since=moment)
    assert queries.desk_duty(city.community, now()) == [city.person("secretary")]
    away(city.person("secretary"), deputy=city.person("subdistrict"))
    assert queries.desk_duty(city.community, now()) == [city.person("subdistrict")]
    assert queries.desk_duty(city.second_community, moment) == []


def test_desk_duty_falls_back_when_everybody_on_the_roster_is_away(city: City) -> None:
    RosterEntry.objects.create(user=city.person("secretary"), area=city.community)
    away(city.person("secretary"))
    assert queries.desk_duty(city.community, now()) == [city.person("community")]


def test_holders_and_officers(city: City) -> None:
    assert queries.holders(["subdistrict_leader"], city.community) == [city.person("leader")]
    assert queries.holders(["subdistrict_leader"], city.community, exact=True) == []
    assert queries.holds_role_over(city.person("leader"), ["subdistrict_leader"], city.community)
    assert not queries.holds_role_over(city.person("stranger"), ["subdistrict_desk"], city.community)
    housing = city.department("housing")
    assert queries.officers_of([housing.id, city.department("market").id]) == {housing.id: [city.person("housing")]}


def test_workers_of(city: City) -> None:
    workers = [city.person("worker").id, city.person("worker-2").id]
    assert queries.workers_of(city.grid, city.community) == workers
    assert set(queries.workers_of(None, city.community)) == set(workers)
    assert queries.workers_of(None, None) == []
