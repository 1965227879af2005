"""From notification to provider: words, retries, nothing lost, nothing sent twice."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from dongli.common.clock import now
from dongli.common.errors import NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices import actions, channels, kinds, queries
from dongli.notices.models import Channel, Delivery, DeliveryState, Notification, Webhook
from dongli.notices.tasks import deliver, sweep_deliveries
from dongli.people.models import User
from tests.cast import City, make_city
from tests.racing import race

kinds.register("tests.hello", "Home", "Case %(number)s")


@pytest.fixture(autouse=True)
def _fresh_webhooks() -> Iterator[None]:
    actions.webhooks_changed()
    yield
    actions.webhooks_changed()


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def provider() -> Iterator[HTTPServer]:
    """A provider on this machine; `answers` are the statuses it gives, `calls` what it heard."""
    server = HTTPServer(("127.0.0.1", 0), Provider)
    server.answers, server.calls = [], []  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class Provider(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.calls.append((dict(self.headers), body))
        status = server.answers.pop(0) if server.answers else 200
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b'{"id": "provider-7"}')

    def log_message(self, *_args: object) -> None:
        """Quiet."""


def url_of(server: HTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/hook?x=1"


def jobs() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'dongli.notices.tasks.deliver' ORDER BY id"
        )
        return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]


def tell(users: list[User], **more: Any) -> list[Notification]:
    return actions.notify(users=users, kind="tests.hello", params={"number": "HT-1"}, url="/my/", **more)


def test_everybody_once_and_leavers_not(city: City) -> None:
    leaver = city.person("captain")
    leaver.is_active = False
    notes = tell([city.person("worker"), city.person("secretary"), city.person("worker"), leaver])
    assert {note.user for note in notes} == {city.person("worker"), city.person("secretary")}
    assert queries.unread_count(city.viewer("worker")) == 1
    assert jobs() == []


def test_what_is_rolled_back_was_never_told(city: City) -> None:
    def tell_and_fail() -> None:
        with transaction.atomic(), override_settings(EMAIL_URL="smtp://mail"):
            User.objects.filter(username="demo-worker").update(email="w@example.org")
            tell([User.objects.get(username="demo-worker")])
            assert jobs()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()
    assert not Notification.objects.exists()
    assert jobs() == []


def test_one_job_however_many_people(
    city: City, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    people = list(city.people.values())
    for number, person in enumerate(people):
        person.email = f"p{number}@example.org"
    with django_assert_num_queries(3):  # notifications, deliveries, job
        tell(people)
    assert len(jobs()) == 1
    assert len(jobs()[0]["ids"]) == len(people)


def test_e_mail_in_the_readers_language(city: City, settings: Settings) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    worker = city.person("worker")
    worker.email, worker.language = "w@example.org", "en"
    worker.save()
    with translation.override("zh-hans"):
        tell([worker])
        deliver(**jobs()[0])
    (message,) = mail.outbox
    assert message.subject == "Home"
    assert message.body == f"Case HT-1\n\n{settings.BASE_URL}/my/"
    sent = Delivery.objects.get()
    assert (sent.state, sent.attempts) == (DeliveryState.SENT, 1)
    assert str(sent.pk) in str(message.extra_headers["Message-ID"])
    deliver(**jobs()[0])
    assert len(mail.outbox) == 1


def test_code_goes_to_the_log_in_the_demonstration(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="dongli.messages"):
        sent = actions.send_code(phone="13911112222", code="123456")
        assert Delivery.objects.get().state == DeliveryState.QUEUED
        deliver(ids=[str(sent.pk)])
    assert "123456" in caplog.text
    sent.refresh_from_db()
    assert (sent.state, sent.body) == (DeliveryState.SENT, "")


def test_without_gateway_outside_the_demonstration_it_fails_for_good(db: None, settings: Settings) -> None:
    settings.DEMO = False
    sent = actions.send_link(phone="13911112222", url="/c/1/2/")
    deliver(ids=[str(sent.pk)])
    sent.refresh_from_db()
    assert (sent.state, sent.last_error, sent.body) == (DeliveryState.FAILED, "no SMS gateway is set up", "")


def test_gateway_with_retries(db: None, settings: Settings, provider: HTTPServer) -> None:
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = url_of(provider), "token"
    provider.answers[:] = [503, 429]  # type: ignore[attr-defined]
    with time_machine.travel(now(), tick=False) as clock:
        sent = actions.send_link(phone="13911112222", url="https://example.org/c/1/2/")
        ids = [str(sent.pk)]
        deliver(ids=ids)
        sent.refresh_from_db()
        assert (sent.state, sent.attempts, sent.last_error) == (DeliveryState.QUEUED, 1, "answered 503")
        assert jobs()[-1] == {"ids": ids}
        deliver(ids=ids)
        assert len(provider.calls) == 1, "not before its time"  # type: ignore[attr-defined]
        clock.shift(timedelta(seconds=11))
        deliver(ids=ids)
        clock.shift(timedelta(seconds=31))
        deliver(ids=ids)
        deliver(ids=ids)
    sent.refresh_from_db()
    assert (sent.state, sent.attempts, sent.provider_id) == (DeliveryState.SENT, 3, "provider-7")
    assert [entry["error"] for entry in sent.history] == ["answered 503", "answered 429", ""]
    headers, body = provider.calls[-1]  # type: ignore[attr-defined]
    assert headers["Authorization"] == "Bearer token"
    assert headers["Idempotency-Key"] == str(sent.pk)
    assert "https://example.org/c/1/2/" in json.loads(body)["text"]
    assert len(provider.calls) == 3  # type: ignore[attr-defined]


def test_a_code_is_not_sent_after_its_life(db: None) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        sent = actions.send_code(phone="13911112222", code="123456")
        clock.shift(timedelta(minutes=11))
        deliver(ids=[str(sent.pk)])
    sent.refresh_from_db()
    assert (sent.state, sent.last_error) == (DeliveryState.FAILED, "the code has expired")


def test_given_up_after_the_last_wait_and_tried_again_by_hand(city: City, settings: Settings) -> None:
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/none"
    worker = city.person("worker")
    note = Notification.objects.create(user=worker, kind="tests.hello")
    failing = Delivery.objects.create(notification=note, channel=Channel.SMS, kind="tests.hello", address="1")
    with time_machine.travel(now(), tick=False) as clock:
        for _number in range(len(actions.BACK_OFF) + 3):
            deliver(ids=[str(failing.pk)])
            clock.shift(timedelta(hours=7))
    failing.refresh_from_db()
    assert (failing.state, failing.attempts) == (DeliveryState.FAILED, len(actions.BACK_OFF) + 1)
    with pytest.raises(NotAllowed):
        actions.retry(viewer=city.viewer("secretary"), delivery_id=failing.pk)
    assert actions.retry(viewer=city.viewer("admin"), delivery_id=failing.pk).state == DeliveryState.QUEUED


def test_the_sweep_finds_what_its_job_left(db: None) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        sent = actions.send_link(phone="13911112222", url="/c/1/2/")
        sweep_deliveries(timestamp=0)
        sent.refresh_from_db()
        assert sent.state == DeliveryState.QUEUED
        clock.shift(timedelta(minutes=6))
        sweep_deliveries(timestamp=0)
    sent.refresh_from_db()
    assert sent.state == DeliveryState.SENT


def test_webhooks_hear_their_area_signed(city: City, provider: HTTPServer) -> None:
    near = Webhook.objects.create(name="near", url=url_of(provider), secret="s3cret", area=city.district)
    Webhook.objects.create(name="far", url=url_of(provider), secret="x", area=city.other_district)
    Webhook.objects.create(name="shut", url=url_of(provider), secret="x", area=city.city, is_active=False)
    tell([], area=city.community)
    deliver(**jobs()[0])
    ((headers, body),) = provider.calls  # type: ignore[attr-defined]
    expected = hmac.new(b"s3cret", headers["X-Dongli-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Dongli-Signature"] == f"sha256={expected}"
    told = json.loads(body)
    assert (told["event"], told["area"], told["data"]["number"]) == ("tests.hello", city.community.code, "HT-1")
    assert Delivery.objects.get().webhook == near
    actions.announce(area=city.other_community, event="tests.other", payload={})
    assert Delivery.objects.filter(kind="tests.other").count() == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://user:secret@example.org/",
        "https:///x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ],
)
def test_webhook_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(channels.Permanent):
        channels.safe_address(url)


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "https://169.254.169.254/", "https://[fd00::1]/", "https://127.0.0.1/"]
)
def test_the_own_network_is_closed_to_webhooks(url: str, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(channels.Permanent):
        channels.safe_address(url)
    settings.WEBHOOK_HOSTS = ["10.0.0.1"]
    assert channels.safe_address("https://10.0.0.1/a?b=c") == ("https://10.0.0.1:443/a?b=c", "10.0.0.1")


def test_words_survive_missing_parameters_and_old_kinds() -> None:
    with translation.override("en"):
        assert kinds.word("tests.hello", {"number": 1}).body == "Case 1"
        assert kinds.word("tests.hello", {}).body == "Case %(number)s"
        assert kinds.word("gone.kind", {}).title == "gone.kind"


def test_reading(city: City) -> None:
    (note,) = tell([city.person("worker")])
    with pytest.raises(NotFound):
        actions.mark_read(viewer=city.viewer("stranger"), notification_id=note.pk)
    with pytest.raises(NotFound):
        actions.mark_read(viewer=city.viewer("worker"), notification_id=new_id())
    first = actions.mark_read(viewer=city.viewer("worker"), notification_id=note.pk).read_at
    assert actions.mark_read(viewer=city.viewer("worker"), notification_id=note.pk).read_at == first
    tell([city.person("worker")])
    assert actions.mark_all_read(viewer=city.viewer("worker")) == 1
    assert queries.unread_count(city.viewer("worker")) == 0


def test_old_things_are_forgotten(city: City) -> None:
    with time_machine.travel(now() - timedelta(days=400), tick=False):
        old = actions.send_link(phone="13911112222", url="/c/1/2/")
        deliver(ids=[str(old.pk)])
        tell([city.person("worker")])
        actions.mark_all_read(viewer=city.viewer("worker"))
    actions.forget_old()
    assert not Delivery.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_race_two_workers_send_it_once(settings: Settings, provider: HTTPServer) -> None:
    settings.SMS_GATEWAY_URL = url_of(provider)
    sent = actions.send_link(phone="13911112222", url="/c/1/2/")
    results = race(*[lambda: actions.attempt(sent.pk)] * 4)
    assert not [one for one in results if isinstance(one, Exception)], results
    assert len(provider.calls) == 1  # type: ignore[attr-defined]
    assert Delivery.objects.get().attempts == 1
