"""The door through which a worker's phone sends steps by itself: once each, and from nobody but who made them."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from PIL import Image

from dongli.cases.actions import handling, verifying
from dongli.cases.models import Case, Kind, Patrol, Photo, Step
from dongli.cases.tests.conftest import Stage
from dongli.cases.views import outbox
from dongli.cases.views.casefile import MAY_WAIT
from dongli.common.ids import new_id
from dongli.people import offline
from tests.cast import log_in

JSON = {"Accept": "application/json"}
PAGES = ("work_queue", "work_no_signal")


class Phone:
    """A worker's phone: pages as a person opens them, steps as the service worker sends them."""

    def __init__(self, stage: Stage, name: str, *, checks_csrf: bool = False) -> None:
        self.user = stage.city.person(name)
        self.client = Client(enforce_csrf_checks=checks_csrf)
        log_in(self.client, self.user)

    def send(self, task_id: UUID, verb: str, key: UUID, *, headers: Any = None, **fields: Any) -> Any:
        url = reverse("work_step", args=[task_id, verb])
        sent = {**JSON, "X-Made-By": offline.owner(self.user.pk), "X-Background": "1", **(headers or {})}
        return self.client.post(url, {"idempotency_key": str(key), **fields}, headers=sent)


@pytest.fixture
def phone(stage: Stage) -> Phone:
    return Phone(stage, "worker")


def photo() -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG")
    return SimpleUploadedFile("现场.jpg", data.getvalue(), "image/jpeg")


def steps(case: Case, verb: str) -> int:
    return Step.objects.filter(case=case, verb=verb).count()


# Once


def test_a_step_sent_twice_is_one_step_and_says_the_same_both_times(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    task, key = stage.lead(case), new_id()
    first = phone.send(task.id, "answer", key, words="已清理", photos=[photo()])
    assert first.status_code == 200
    assert first.json()["taken"] is True
    again = phone.send(task.id, "answer", key, words="已清理", photos=[photo()])
    assert (again.status_code, again.json()["said"]) == (200, first.json()["said"])
    assert steps(case, "answer") == 1
    assert Photo.objects.count() == 1, "the photos of a repeat are not even read"


def test_a_repeat_is_acknowledged_although_the_step_took_the_case_out_of_sight(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    task, key = stage.lead(case), new_id()
    fields = {"reason": "wrong_grid", "words": "不在本网格"}
    first = phone.send(task.id, "return", key, **fields)
    assert first.status_code == 200, first.content.decode()
    assert phone.client.get(reverse("work_task", args=[task.id])).status_code == 404
    assert phone.send(task.id, "return", key, **fields).json()["taken"] is True
    assert steps(case, "return") == 1


def test_a_key_used_for_something_else_is_a_conflict(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    task, key = stage.lead(case), new_id()
    phone.send(task.id, "contact", key, how="phone")
    answer = phone.send(task.id, "answer", key, words="好了")
    assert (answer.status_code, answer.json()["code"]) == (409, "key_in_use")


# What the phone is told


def test_a_case_that_ended_meanwhile_is_a_conflict_in_words(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    handling.answer(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), words="已办")
    answer = phone.send(task.id, "answer", new_id(), words="我也办了")
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]
    assert steps(case, "answer") == 1


def test_a_task_taken_away_is_a_conflict_to_who_had_it_and_nothing_to_a_stranger(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    handling.return_task(
        viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), reason="wrong_grid", words="不在本网格"
    )
    answer = phone.send(task.id, "answer", new_id(), words="好了")
    assert (answer.status_code, answer.json()["code"]) == (409, "state_moved")
    stranger = Phone(stage, "stranger-worker").send(task.id, "answer", new_id(), words="好了")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "no_such_task")


def test_what_has_to_be_mended_is_named_by_field(stage: Stage, phone: Phone) -> None:
    task = stage.lead(stage.accepted())
    answer = phone.send(task.id, "answer", new_id(), words="")
    assert answer.status_code == 422
    assert [field["name"] for field in answer.json()["fields"]] == ["words"]
    assert answer.json()["fields"][0]["label"]


def test_nobody_signed_in_is_told_so_and_a_page_still_gets_the_log_in(stage: Stage) -> None:
    task = stage.lead(stage.accepted())
    url = reverse("work_step", args=[task.id, "answer"])
    answer = Client().post(url, {"idempotency_key": str(new_id()), "words": "好了"}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (401, "log_in")
    assert Client().get(reverse("work_hello"), headers=JSON).status_code == 401
    assert Client().get(url).status_code == 302


def test_a_session_left_alone_too_long_is_no_log_in(stage: Stage, phone: Phone) -> None:
    task = stage.lead(stage.accepted())
    session = phone.client.session
    session["staff_seen"] = 0
    session.save()
    assert phone.send(task.id, "answer", new_id(), words="好了").status_code == 401
    assert Step.objects.filter(verb="answer").count() == 0


def test_a_step_is_taken_from_nobody_but_who_made_it(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    made_by = offline.owner(stage.city.person("worker-2").pk)
    answer = phone.send(stage.lead(case).id, "answer", new_id(), words="好了", headers={"X-Made-By": made_by})
    assert (answer.status_code, answer.json()["code"]) == (409, "made_by_other")
    assert steps(case, "answer") == 0


def test_the_token_comes_with_the_greeting(stage: Stage) -> None:
    phone = Phone(stage, "worker", checks_csrf=True)
    task = stage.lead(stage.accepted())
    refused = phone.send(task.id, "answer", new_id(), words="好了")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    hello = phone.client.get(reverse("work_hello"), headers=JSON)
    assert hello.json()["owner"] == offline.owner(phone.user.pk)
    assert "no-store" in hello.headers["Cache-Control"]
    taken = phone.send(task.id, "answer", new_id(), words="好了", headers={"X-CSRFToken": hello.json()["token"]})
    assert taken.status_code == 200


def test_what_was_done_is_said_on_the_next_page_only_to_who_pressed_the_button(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    phone.send(task.id, "contact", new_id(), how="phone")
    assert "data-said" not in phone.client.get(reverse("work_today")).content.decode()
    phone.send(task.id, "contact", new_id(), how="visit", headers={"X-Background": "0"})
    kept = phone.client.get(reverse("work_today"), headers={"X-Background": "1"}).content.decode()
    assert "data-said" not in kept, "a page fetched to be kept leaves the message for the page that is looked at"
    assert "data-said" in phone.client.get(reverse("work_today")).content.decode()


# Pages that may be kept


def test_only_the_holders_own_open_pages_may_be_kept(stage: Stage, phone: Phone) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    owner = offline.owner(phone.user.pk)
    kept = [reverse("work_task", args=[task.id]), *outbox.pages()]
    assert [phone.client.get(url).headers.get(offline.KEPT_FOR) for url in kept] == [owner] * len(kept)
    community = Phone(stage, "community")
    assert offline.KEPT_FOR not in community.client.get(reverse("work_task", args=[task.id])).headers
    not_kept = [reverse("desk_case", args=[case.number]), reverse("work_map"), reverse("people:me")]
    assert [url for url in not_kept if offline.KEPT_FOR in phone.client.get(url).headers] == []
    opened = phone.client.post(reverse("case_open_contact", args=[case.id]), {"room": "work"})
    assert offline.KEPT_FOR not in opened.headers
    phone.send(task.id, "answer", new_id(), words="好了")
    assert offline.KEPT_FOR not in phone.client.get(reverse("work_task", args=[task.id])).headers


def test_todays_list_names_what_to_keep_most_urgent_first(stage: Stage, phone: Phone, settings: Any) -> None:
    for _turn in range(3):
        stage.accepted()
    settings.OFFLINE_TASKS = 2
    keep = phone.client.get(reverse("work_today")).context["keep"]
    assert len(keep["tasks"]) == 2
    before = {task["id"]: task["stamp"] for task in keep["tasks"]}
    phone.send(UUID(keep["tasks"][0]["id"]), "contact", new_id(), how="phone")
    after = phone.client.get(reverse("work_today")).context["keep"]["tasks"]
    assert [task["stamp"] != before[task["id"]] for task in after] == [True, False]


@pytest.mark.parametrize("verb", sorted(outbox.BLANKS))
def test_an_empty_form_asks_what_the_tasks_own_form_asks(stage: Stage, phone: Phone, verb: str) -> None:
    task = stage.lead(stage.accepted())
    blank = phone.client.get(reverse("work_blank", args=[verb])).context["form"]
    own = phone.client.get(reverse("work_step", args=[task.id, verb])).context["form"]
    assert list(blank.fields) == list(own.fields)
    assert {name: getattr(field, "choices", None) for name, field in blank.fields.items()} == {
        name: getattr(field, "choices", None) for name, field in own.fields.items()
    }


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_for_workers(stage: Stage, phone: Phone, name: str) -> None:
    assert Client().get(reverse(name)).status_code == 302
    assert Phone(stage, "resident").client.get(reverse(name)).status_code == 403
    with CaptureQueriesContext(connection) as used:
        assert phone.client.get(reverse(name)).status_code == 200
    assert len(used) <= 6


def test_verbs_that_may_not_wait_have_no_door(stage: Stage, phone: Phone) -> None:
    task = stage.lead(stage.accepted())
    for verb in ("release", "grant-extension", "nothing"):
        assert phone.send(task.id, verb, new_id()).status_code == 404
    assert phone.client.get(reverse("work_blank", args=["accept"])).status_code == 404
    for verb in MAY_WAIT:
        assert resolve(reverse(f"task_{verb}", args=[task.id])).func is not None


# A look on site


def test_a_look_on_site_may_wait_too_and_is_one_step(stage: Stage, phone: Phone) -> None:
    case = stage.file()
    verifying.ask_verify(
        viewer=stage.viewer("community"),
        case_id=case.id,
        key=new_id(),
        words="是否占道",
        worker=stage.city.person("worker").id,
    )
    page = phone.client.get(reverse("work_look", args=[case.id]))
    assert page.headers[offline.KEPT_FOR] == offline.owner(phone.user.pk)
    keep = phone.client.get(reverse("work_today")).context["keep"]
    assert [row["url"] for row in keep["tasks"]] == [reverse("work_look", args=[case.id])]
    sent = {"idempotency_key": str(new_id()), "finding": "found", "words": "确实占道", "photos": [photo()]}
    for _turn in range(2):
        answer = phone.client.post(reverse("work_look", args=[case.id]), sent, headers=JSON)
        assert answer.json()["taken"] is True
    assert (steps(case, "verify"), Photo.objects.count()) == (1, 1)
    stranger = Phone(stage, "stranger-worker").client
    assert stranger.get(reverse("work_look", args=[case.id])).status_code == 404
    assert stranger.post(reverse("work_look", args=[case.id]), sent, headers=JSON).status_code == 404


# A round


def test_a_round_made_without_a_signal_counts_its_findings_whatever_the_session_remembers(
    stage: Stage, phone: Phone
) -> None:
    grid, keys, end = stage.city.grid, [new_id(), new_id()], new_id()
    fields = {"grid": str(grid.id), "category": "0101", "area": stage.city.compound.code}
    for key in keys:
        what = {"idempotency_key": str(key), "what": "消防通道被堵", **fields}
        for _turn in range(2):
            answer = phone.client.post(reverse("work_patrol"), what, headers=JSON)
            assert answer.status_code == 200, answer.content.decode()
    log_in(phone.client, phone.user)  # a new session knows nothing of the round
    finish = {"grid": str(grid.id), "idempotency_key": str(end), "finding": [str(key) for key in keys]}
    for _turn in range(2):
        assert phone.client.post(reverse("work_patrol_finish"), finish, headers=JSON).json()["taken"] is True
    assert Case.objects.filter(kind=Kind.FINDING).count() == 2
    assert [patrol.findings for patrol in Patrol.objects.all()] == [2]


def test_findings_of_others_do_not_count(stage: Stage, phone: Phone) -> None:
    case = stage.file()
    data = {"grid": str(stage.city.grid.id), "idempotency_key": str(new_id()), "finding": [str(case.id), "x"]}
    phone.client.post(reverse("work_patrol_finish"), data, headers=JSON)
    assert Patrol.objects.get().findings == 0


# The service worker


@pytest.mark.django_db
def test_the_service_worker_watches_its_room_only_and_is_asked_for_anew(client: Client) -> None:
    answer = client.get("/work/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers
    script = answer.content.decode()
    assert f"{settings.STATIC_URL}js/service.js" in script or "js/service." in script
    assert f'"hours": {settings.OFFLINE_HOURS}' in script
