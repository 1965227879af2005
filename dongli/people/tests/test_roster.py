"""Turns and absences: who may, what is refused, and races with real transactions."""

from datetime import timedelta

import pytest

from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.people import actions, queries
from dongli.people.models import Absence, RosterEntry
from tests.cast import City, make_city
from tests.racing import race


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_the_desk_puts_somebody_on_a_grid(city: City) -> None:
    viewer, worker = city.viewer("secretary"), city.person("worker")
    turn = actions.put_on_roster(viewer=viewer, user=worker, grid=city.unmanned_grid)
    assert actions.put_on_roster(viewer=viewer, user=worker, grid=city.unmanned_grid) == turn
    duty = queries.on_duty(city.unmanned_grid, now())
    assert duty is not None
    assert duty.user == worker
    actions.end_turn(viewer=viewer, entry_id=turn.pk)
    actions.end_turn(viewer=viewer, entry_id=turn.pk)
    assert queries.on_duty(city.unmanned_grid, now()) is None


@pytest.mark.parametrize("name", ["resident", "worker", "urban", "viewer", "hotline", "stranger"])
def test_others_may_not(city: City, name: str) -> None:
    viewer = city.viewer(name)
    with pytest.raises(NotAllowed):
        actions.put_on_roster(viewer=viewer, user=city.person("worker"), grid=city.unmanned_grid)
    with pytest.raises(NotAllowed):
        actions.end_turn(viewer=viewer, entry_id=RosterEntry.objects.get(grid=city.grid, rank=1).pk)


def test_what_is_refused(city: City) -> None:
    viewer, worker = city.viewer("secretary"), city.person("worker")
    with pytest.raises(Conflict):
        actions.put_on_roster(viewer=viewer, user=city.person("worker-2"), grid=city.grid, rank=1)
    with pytest.raises(Conflict):
        actions.put_on_roster(viewer=viewer, user=city.person("stranger-worker"), grid=city.unmanned_grid)
    with pytest.raises(Invalid):
        actions.put_on_roster(viewer=viewer, user=worker, grid=city.unmanned_grid, rank=10)
    with pytest.raises(Invalid):
        actions.put_on_roster(viewer=viewer, user=worker)
    with pytest.raises(Invalid):
        actions.put_on_roster(viewer=viewer, user=worker, grid=city.unmanned_grid, until=now() - timedelta(days=1))
    with pytest.raises(NotFound):
        actions.end_turn(viewer=viewer, entry_id=new_id())


def test_desk_roster(city: City) -> None:
    actions.put_on_roster(viewer=city.viewer("subdistrict"), user=city.person("secretary"), area=city.community)
    assert queries.desk_duty(city.community, now()) == [city.person("secretary")]
    with pytest.raises(Conflict):
        actions.put_on_roster(viewer=city.viewer("subdistrict"), user=city.person("worker"), area=city.community)


def test_absence_by_oneself_or_the_desk(city: City) -> None:
    since, until = now() - timedelta(minutes=1), now() + timedelta(days=2)
    worker, deputy = city.person("worker"), city.person("secretary")
    one = actions.record_absence(viewer=city.viewer("worker"), user=worker, since=since, until=until, deputy=deputy)
    two = actions.record_absence(viewer=city.viewer("community"), user=worker, since=since, until=until, deputy=deputy)
    assert one == two
    with pytest.raises(Conflict):
        actions.record_absence(viewer=city.viewer("worker"), user=worker, since=since, until=until)
    actions.end_absence(viewer=city.viewer("worker"), absence_id=one.pk)
    duty = queries.on_duty(city.grid, now())
    assert duty is not None
    assert duty.user == worker


@pytest.mark.parametrize("name", ["resident", "worker-2", "urban", "stranger", "viewer"])
def test_absence_of_others(city: City, name: str) -> None:
    with pytest.raises(NotAllowed):
        actions.record_absence(
            viewer=city.viewer(name), user=city.person("worker"), since=now(), until=now() + timedelta(days=1)
        )


def test_bad_absences(city: City) -> None:
    viewer, worker = city.viewer("worker"), city.person("worker")
    since, until = now(), now() + timedelta(days=1)
    for deputy in (worker, city.person("resident")):
        with pytest.raises(Invalid):
            actions.record_absence(viewer=viewer, user=worker, since=since, until=until, deputy=deputy)
    with pytest.raises(Invalid):
        actions.record_absence(viewer=viewer, user=worker, since=until, until=since)


@pytest.mark.django_db(transaction=True)
def test_race_two_people_for_one_rank() -> None:
    city = make_city()
    viewer = city.viewer("secretary")
    results = race(
        lambda: actions.put_on_roster(viewer=viewer, user=city.person("worker"), grid=city.unmanned_grid),
        lambda: actions.put_on_roster(viewer=viewer, user=city.person("worker-2"), grid=city.unmanned_grid),
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "RosterEntry"], results
    assert RosterEntry.objects.filter(grid=city.unmanned_grid).count() == 1


@pytest.mark.django_db(transaction=True)
def test_race_one_absence_recorded_twice() -> None:
    city = make_city()
    viewer, since = city.viewer("worker"), now()
    results = race(
        *[
            lambda: actions.record_absence(
                viewer=viewer, user=city.person("worker"), since=since, until=since + timedelta(days=1)
            )
        ]
        * 3
    )
    assert {type(one) for one in results} == {Absence}, results
    assert Absence.objects.count() == 1
