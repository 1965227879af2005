"""Policies by level: resolution against brute force, dated changes, who may set what, and the pages."""

import operator
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from dongli.areas.models import Area
from dongli.cases.actions import closing
from dongli.cases.actions.policy import load_policy
from dongli.cases.queries import nearby
from dongli.cases.queries.resident import answer_until
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.people import policies
from dongli.people.actions.policies import set_policy, withdraw_policy
from dongli.people.models import LevelPolicy
from dongli.people.policies import Policy, ValueKind, kept, resolve
from tests.cast import City, log_in, make_city

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def stage(city: City) -> Stage:
    return Stage(city)


@pytest.fixture
def city(db: None, clock: time_machine.Traveller) -> City:
    load_policy()
    return make_city()


def put(city: City, who: str, area: Area, value: object, key: str = "nearby_days", **more: Any) -> LevelPolicy:
    asked = {"viewer": city.viewer(who), "area": area, "key": new_id(), "policy": key, "value": value, **more}
    return set_policy(**asked)


# Resolving, pure

WORDS = st.lists(
    st.one_of(st.none(), st.builds(SimpleNamespace, value=st.integers(1, 9), binding=st.booleans())), max_size=4
)


FITS: dict[str, Callable[[int, int], bool]] = {"": operator.eq, "lower": operator.le, "higher": operator.ge}


def policy_of(stricter: str, *, only: bool = False) -> Policy:
    return Policy("k", "K", ValueKind.INTEGER, lambda on: 5, "", stricter=stricter, only_stricter=only)


@given(said=WORDS, stricter=st.sampled_from(["", "lower", "higher"]), only=st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_nearest_level_counts_unless_a_binding_word_above_forbids_it(
    said: list[Any], stricter: str, only: bool
) -> None:
    """Brute force: from the bottom up, the first word that every binding word that counts above it allows."""
    levels = [one for one in said if one is not None]

    def allowed(at: int) -> bool:
        caps = [levels[above] for above in range(at) if (levels[above].binding or only) and allowed(above)]
        return all(FITS[stricter](levels[at].value, cap.value) for cap in caps)

    expected = next((levels[at].value for at in reversed(range(len(levels))) if allowed(at)), 5)
    found = resolve(policy_of(stricter, only=only), 5, levels)
    assert found.value == expected
    assert len(found.held_down) == sum(not allowed(at) for at in range(len(levels)))
    assert found.source is None or found.source.value == expected


# Dated changes


@given(changes=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 60)), min_size=1, max_size=6))
@settings(max_examples=8, deadline=None)
def test_as_of_any_day_equals_replaying_what_was_set(django_db_blocker: Any, changes: list[tuple[int, int]]) -> None:
    """Each change, made today for a day to come, replaces what was planned from that day on."""
    with django_db_blocker.unblock(), time_machine.travel(MONDAY, tick=False), transaction.atomic():
        city, first = make_city(), today()
        calendar = dict.fromkeys(range(25), 14)
        for offset, value in changes:
            day = first + timedelta(days=offset)
            rows = LevelPolicy.objects.filter(area=city.district, key="nearby_days").exclude(until__lte=day)
            seen = next((row.id for row in rows if row.until is None or row.until > max(day, row.since)), None)
            put(city, "district", city.district, value, since=day, seen=seen)
            calendar |= dict.fromkeys(range(offset, 25), value)
        for at, value in calendar.items():
            assert policies.value("nearby_days", city.compound, first + timedelta(days=at)) == value
            assert policies.value("nearby_days", city.other_community, first + timedelta(days=at)) == 14
        transaction.set_rollback(True)
        policies.forget()


def test_nearest_level_then_withdrawn(city: City, clock: time_machine.Traveller) -> None:
    put(city, "city", city.city, 20)
    near = put(city, "secretary", city.community, 7, reason="旧小区多")
    assert [policies.value("nearby_days", place) for place in (city.building, city.second_community)] == [7, 20]
    assert policies.holding("nearby_days", city.building).source == near
    clock.shift(timedelta(days=3))
    withdraw_policy(viewer=city.viewer("secretary"), row_id=near.id)
    ended = withdraw_policy(viewer=city.viewer("secretary"), row_id=near.id)
    assert ended.until == today()
    assert policies.value("nearby_days", city.building) == 20
    assert policies.value("nearby_days", city.building, date(2026, 11, 24)) == 7


def test_decimals_stay_exact_and_months_stand_beside_each_other(city: City) -> None:
    put(city, "city", city.city, "1.5", key="points_per_hour")
    assert policies.value("points_per_hour", city.community) == Decimal("1.5")
    put(city, "city", city.city, "冬日送暖", key="monthly_theme", since=date(2026, 12, 9))
    put(city, "city", city.city, "消防月", key="monthly_theme")
    days = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [policies.value("monthly_theme", city.compound, day) for day in days] == [
        "消防月",
        "冬日送暖",
        "冬日送暖",
        "",
    ]


def test_a_binding_value_cannot_be_loosened_below(city: City) -> None:
    put(city, "city", city.city, "1.5", key="points_most_hours", binding=True)
    with pytest.raises(Invalid, match=r"1\.5") as refused:
        put(city, "district", city.district, "2", key="points_most_hours")
    assert refused.value.field == "value"
    put(city, "district", city.district, "1", key="points_most_hours")
    assert policies.value("points_most_hours", city.community) == 1


@pytest.mark.freshness
def test_a_change_is_seen_by_a_process_that_has_read_before(
    city: City, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert policies.value("nearby_days", city.city) == 14
    with django_assert_num_queries(0):
        assert policies.value("nearby_days", city.building) == 14
    LevelPolicy.objects.create(
        key="nearby_days", area=city.city, value=3, since=today(), set_by=city.person("city")
    )  # another process: this one is told by the stamp alone
    later = monotonic() + 2
    monkeypatch.setattr(kept, "monotonic", lambda: later)
    with django_assert_num_queries(2):
        assert policies.value("nearby_days", city.building) == 3
    with django_assert_num_queries(0):
        assert policies.value("nearby_days", city.building) == 3


# What is refused


@pytest.mark.parametrize("who", ["resident", "worker", "stranger", "community", "admin"])
def test_only_the_desk_of_the_level_sets(city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        put(city, who, city.community, 7)
    row = put(city, "secretary", city.community, 7)
    with pytest.raises(NotFound):
        withdraw_policy(viewer=city.viewer(who), row_id=row.id)


@pytest.mark.parametrize("value", ["", "0", "91", "7.5", "-1", "sieben", "\x00", "9" * 300, "٧"])
def test_what_is_no_value_is_refused_with_its_field(city: City, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        put(city, "secretary", city.community, value)
    assert refused.value.field == "value"


def test_no_past_no_blind_overwriting_no_second_of_the_same(city: City) -> None:
    with pytest.raises(Invalid, match=r".+"):
        put(city, "secretary", city.community, 7, since=today() - timedelta(days=1))
    key = new_id()
    asked: dict[str, Any] = {"viewer": city.viewer("secretary"), "area": city.community, "policy": "nearby_days"}
    first = set_policy(**asked, key=key, value=7)
    assert set_policy(**asked, key=key, value=7) == first
    with pytest.raises(Conflict):
        set_policy(**asked, key=new_id(), value=9)
    assert set_policy(**asked, key=new_id(), value=9, seen=first.id).value == 9
    assert policies.value("nearby_days", city.community) == 9


@pytest.mark.parametrize("statement", ["UPDATE people_levelpolicy SET value = '1'", "DELETE FROM people_levelpolicy"])
def test_rows_are_ended_never_edited_or_deleted(city: City, statement: str) -> None:
    from django.db import connection

    put(city, "secretary", city.community, 7)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# Pages


def test_the_page_says_what_holds_who_set_it_and_since_when(
    client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    put(city, "district", city.district, 21, reason="试点")
    log_in(client, city.person("secretary"))
    client.get("/desk/policies/")
    with django_assert_max_num_queries(10):
        page = client.get("/desk/policies/", {"area": city.community.code, "policy": "nearby_days"})
    text = page.content.decode()
    for words in ("21", city.district.name, city.person("district").name, "2026-11-23", "试点", "/desk/rules/?place="):
        assert words in text


def test_setting_after_seeing_what_changes(client: Client, city: City) -> None:
    put(city, "secretary", city.community, 7)
    log_in(client, city.person("district"))
    address = f"/desk/policies/nearby_days/set/?area={city.district.code}"
    form = {"value": "5", "since": "2026-11-23", "binding": "on", "idempotency_key": str(new_id()), "do": "preview"}
    text = client.post(address, form).content.decode()
    assert city.second_community.name in text
    assert LevelPolicy.objects.count() == 1
    bad = client.post(address, {**form, "value": "9999", "do": ""})
    assert (bad.status_code, 'value="9999"' in bad.content.decode()) == (422, True)
    assert client.post(address, {**form, "do": ""}).status_code == 302
    assert policies.holding("nearby_days", city.community).value == 5
    assert policies.holding("nearby_days", city.community).held_down


@pytest.mark.parametrize(("who", "status"), [("stranger", 403), ("resident", 403), ("worker", 403), ("", 302)])
def test_the_stranger_sets_nothing(client: Client, city: City, who: str, status: int) -> None:
    row = put(city, "secretary", city.community, 7)
    if who:
        log_in(client, city.person(who))
    assert client.get(f"/desk/policies/nearby_days/set/?area={city.community.code}").status_code == status
    refused = client.post(f"/desk/policies/rows/{row.id}/withdraw/").status_code
    assert refused == (404 if who == "stranger" else status)
    assert client.get("/desk/policies/").status_code == (200 if who == "stranger" else status)


def test_no_such_policy_place_or_month(client: Client, city: City) -> None:
    log_in(client, city.person("city"))
    code = city.city.code
    for address in ("/desk/policies/?area=nowhere", f"/desk/policies/none/set/?area={code}", "/desk/policies/x/set/"):
        assert client.get(address).status_code == 404, address
    for odd in ("2026-13", "x", "1999-01", "9999-12"):
        assert client.get("/desk/policies/monthly_theme/set/", {"area": code, "month": odd}).status_code == 200


# Cases read them


@pytest.mark.parametrize(("days", "late"), [(3, True), (30, False)])
def test_how_long_a_closing_may_be_rated_is_as_the_level_said_when_it_closed(
    stage: Stage, clock: time_machine.Traveller, days: int, late: bool
) -> None:
    put(stage.city, "secretary", stage.city.community, days, key="rating_window")
    case = stage.closed()
    clock.shift(timedelta(days=10))
    own = policies.rows_of("rating_window", stage.city.community.code)[0]
    put(stage.city, "secretary", stage.city.community, 60, key="rating_window", seen=own.id)
    until = answer_until(case)
    assert until is not None
    assert (until < now()) == late
    words = {"contacted": True, "solved": True, "satisfaction": "satisfied"}
    asked: Any = {"viewer": stage.viewer("resident"), "case_id": case.id, "key": new_id(), **words}
    if late:
        with pytest.raises(Conflict):
            closing.rate(**asked)
    else:
        assert closing.rate(**asked).rated_at == now()


def test_what_counts_as_near_is_as_the_level_says(stage: Stage) -> None:
    put(stage.city, "secretary", stage.city.community, 60, key="nearby_metres")
    put(stage.city, "district", stage.city.district, 30)
    west = nearby.Spot("urban_management", (), *stage.city.point_in(stage.city.grid))
    east = nearby.Spot("urban_management", (), *stage.city.point_in(stage.city.other_grid))
    assert (west.reach, east.reach) == ((30, 60), (14, 150))
