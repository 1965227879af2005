"""Counting attempts: limits, windows, all keys or none, and many at the same moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import RequestFactory
from pytest_django import Settings

from dongli.common.errors import TooMany
from dongli.people.models import RateCount
from dongli.people.ratelimits import LIMITS, Limit, RateKey, client_address, forgive, hit, purge
from tests.racing import race

START = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def _rules() -> Iterator[None]:
    LIMITS["test"] = (Limit(3, timedelta(hours=1)), Limit(4, timedelta(days=1)))
    LIMITS["test_two"] = (Limit(10, timedelta(hours=1)),)
    yield
    del LIMITS["test"], LIMITS["test_two"]


pytestmark = pytest.mark.usefixtures("_rules")


@pytest.mark.django_db
def test_limits_and_windows() -> None:
    key = RateKey("test", "13800000001")
    with time_machine.travel(START, tick=False) as clock:
        for _number in range(3):
            hit(key)
        with pytest.raises(TooMany):
            hit(key)
        hit(RateKey("test", "another"))
        clock.shift(timedelta(hours=1))
        hit(key)
        with pytest.raises(TooMany):
            hit(key)
        clock.shift(timedelta(days=1))
        hit(key)


@pytest.mark.django_db
def test_a_refused_attempt_counts_for_nobody() -> None:
    tired, fresh = RateKey("test", "tired"), RateKey("test_two", "victim")
    for _number in range(3):
        hit(tired)
    for _number in range(20):
        with pytest.raises(TooMany):
            hit(tired, fresh)
    for _number in range(10):
        hit(fresh)


@pytest.mark.django_db
def test_forgive_empty_values_and_unknown_rules() -> None:
    key = RateKey("test", "value")
    for _number in range(9):
        hit(key)
        forgive(key)
    hit(RateKey("test", ""))
    with pytest.raises(KeyError):
        hit(RateKey("no such rule", "value"))


@pytest.mark.django_db
def test_purge_and_that_the_table_names_nobody() -> None:
    with time_machine.travel(START, tick=False) as clock:
        hit(RateKey("test", "13800000001"))
        assert all("13800000001" not in row.key for row in RateCount.objects.all())
        clock.shift(timedelta(hours=2))
        assert purge() == 1
        clock.shift(timedelta(days=2))
        assert purge() == 1


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_get_exactly_three() -> None:
    results = race(*[lambda: hit(RateKey("test", "phone"), RateKey("test_two", "address"))] * 12)
    assert [one for one in results if one is None] == [None] * 3, results
    assert all(one is None or isinstance(one, TooMany) for one in results), results


@pytest.mark.django_db(transaction=True)
def test_keys_in_any_order_do_not_deadlock() -> None:
    one, two = RateKey("test_two", "a"), RateKey("test_two", "b")
    results = race(*[lambda: hit(one, two), lambda: hit(two, one)] * 4)
    assert results == [None] * 8


def test_client_address(rf: RequestFactory, settings: Settings) -> None:
    request = rf.get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2")
    settings.BEHIND_PROXY = False
    assert client_address(request) == "10.0.0.9"
    settings.BEHIND_PROXY = True
    assert client_address(request) == "2.2.2.2"
