"""Notification pages and the trace: each sees their own, only the city's administrator sees deliveries."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dongli.common.ids import new_id
from dongli.notices import actions, kinds
from dongli.notices.models import Channel, Delivery, DeliveryState, Notification
from dongli.people import actions as people
from dongli.people.models import User
from tests.cast import City, log_in, make_city

kinds.register("tests.hello", "Home", "Case %(number)s")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def tell(city: City, name: str = "resident", times: int = 1) -> list[Notification]:
    found = []
    for number in range(times):
        found += actions.notify(
            users=[city.person(name)], kind="tests.hello", params={"number": f"HT-{number}"}, url="/me/"
        )
    return found


@pytest.mark.parametrize("name", ["resident", "worker", "secretary"])
def test_each_room_has_its_inbox(client: Client, city: City, name: str) -> None:
    tell(city, name)
    log_in(client, city.person(name))
    assert "HT-0" in client.get("/notices/").content.decode()
    log_in(client, city.person("stranger"))
    assert "HT-0" not in client.get("/notices/").content.decode()
    assert Client().get("/notices/").status_code == 302


def test_paging_and_mangled_cursors(client: Client, city: City) -> None:
    tell(city, times=35)
    log_in(client, city.person("resident"))
    first = client.get("/notices/")
    assert first.content.decode().count("HT-") == 30
    second = client.get("/notices/", {"after": first.context["next_cursor"]})
    assert second.content.decode().count("HT-") == 5
    for cursor in ("x", "~", "2026-01-01~x", f"2026-01-01~{new_id()}", "9" * 500, "2026-01-01T00:00:00+00:00~1"):
        assert client.get("/notices/", {"after": cursor}).status_code == 200


def test_reading_leads_to_what_it_is_about(client: Client, city: City) -> None:
    (note,) = tell(city)
    log_in(client, city.person("stranger"))
    assert client.post(f"/notices/{note.pk}/read/").status_code == 404
    log_in(client, city.person("resident"))
    assert client.post(f"/notices/{note.pk}/read/").headers["Location"] == "/me/"
    Notification.objects.filter(pk=note.pk).update(url="//evil.example/")
    assert client.post(f"/notices/{note.pk}/read/").headers["Location"] == "/notices/"
    assert client.get(f"/notices/{note.pk}/read/").status_code == 405
    assert client.post("/notices/read/").status_code == 302


def test_bell(client: Client, city: City, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/notices/bell/").content.strip() == b""
    tell(city, times=3)
    log_in(client, city.person("resident"))
    with django_assert_num_queries(4):  # session, user, grants, count
        answer = client.get("/notices/bell/")
    assert b"3" in answer.content
    assert client.get("/notices/bell/", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_inbox_statements(client: Client, city: City, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tell(city, times=30)
    log_in(client, city.person("resident"))
    with django_assert_num_queries(5):
        client.get("/notices/")


def test_trace_is_for_the_citys_administrator(client: Client, city: City) -> None:
    (note,) = tell(city)
    sent = Delivery.objects.create(
        notification=note,
        channel=Channel.SMS,
        kind="tests.hello",
        address="13800000001",
        state=DeliveryState.FAILED,
        attempts=1,
        history=[{"at": "2026-11-22T08:00:00+00:00", "error": "answered 404"}],
    )
    Delivery.objects.create(channel=Channel.EMAIL, kind="tests.hello", address="someone@example.org")
    district, _password = people.create_administrator(area=city.district, username="district-admin", name="王")
    User.objects.filter(pk=district.pk).update(must_change_password=False)
    pages = [f"/desk/deliveries/{part}" for part in ("", f"{sent.pk}/", f"of/{note.pk}/")]
    for person in (city.person("secretary"), city.person("resident"), city.person("stranger"), district):
        log_in(client, person)
        assert [client.get(page).status_code for page in pages] == [403] * 3
        assert client.post(f"/desk/deliveries/{sent.pk}/retry/").status_code == 403
    log_in(client, city.person("admin"))
    texts = [client.get(page).content.decode() for page in pages]
    assert "138****0001" in texts[0]
    assert "someone@" not in texts[0]
    assert "answered 404" in texts[1]
    assert all("13800000001" not in text for text in texts)
    assert client.get("/desk/deliveries/?state=failed&after=x").status_code == 200
    assert client.get(f"/desk/deliveries/{new_id()}/").status_code == 404
    assert client.get(f"/desk/deliveries/of/{new_id()}/").status_code == 404
    assert client.post(f"/desk/deliveries/{sent.pk}/retry/").status_code == 302
    assert Delivery.objects.get(pk=sent.pk).state == DeliveryState.QUEUED
