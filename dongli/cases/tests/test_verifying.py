"""A look on site before registering: asked of a worker of the place, answered with what is there, never handling."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from dongli.cases.actions import clocks, dispatching, filing, leaving, verifying
from dongli.cases.models import Case, Step, Task, Verification
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from tests.cast import log_in

WORDS = "请看看是不是主管道堵了"


@pytest.fixture
def filed(stage: Stage) -> Case:
    """A case that waits to be registered."""
    return stage.file()


def ask(stage: Stage, case: Case, name: str = "community", **fields: Any) -> Case:
    return verifying.ask_verify(viewer=stage.viewer(name), case_id=case.id, key=new_id(), words=WORDS, **fields)


def look(stage: Stage, case: Case, name: str = "worker", finding: str = "found") -> Case:
    return verifying.verify(
        viewer=stage.viewer(name), case_id=case.id, key=new_id(), finding=finding, words="主管道堵了"
    )


def test_whoever_is_on_duty_is_asked_and_it_is_no_handling(stage: Stage, filed: Case) -> None:
    case = ask(stage, filed)
    assert (case.state, case.verifier) == (CaseState.FILED, stage.city.person("worker"))
    assert case.verify_due_at == case.alarm_at
    assert not Task.objects.filter(case=case).exists()
    assert Notification.objects.get(kind="cases.ask_verify").user == stage.city.person("worker")
    case = look(stage, case, finding="elsewhere")
    assert (case.state, case.verifier, case.verify_due_at) == (CaseState.FILED, None, None)
    assert (case.site_finding, case.alarm_at) == ("elsewhere", None)
    row = Verification.objects.get(case=case)
    assert row.step is not None
    assert (row.finding, row.step.verb, row.step.text.words) == ("elsewhere", "verify", "主管道堵了")
    case = dispatching.register(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), category="0101")
    assert case.state == CaseState.REGISTERED


def test_only_the_desk_asks_and_only_whoever_was_asked_answers(stage: Stage, filed: Case) -> None:
    for name in ("worker", "stranger", "resident", "viewer", "housing"):
        with pytest.raises((NotAllowed, NotFound)):
            ask(stage, filed, name)
    ask(stage, filed)
    for name in ("worker-2", "community", "stranger-worker", "resident", "viewer"):
        with pytest.raises((NotAllowed, NotFound)):
            look(stage, filed, name)
    with pytest.raises(Invalid) as refused:
        look(stage, filed, finding="pigeon")
    assert refused.value.field == "finding"
    key, worker = new_id(), stage.viewer("worker")
    for _ in range(2):
        verifying.verify(viewer=worker, case_id=filed.id, key=key, finding="found", words="有")
    assert Step.objects.filter(case=filed, verb="verify").count() == 1
    with pytest.raises(NotFound):
        look(stage, filed)


@pytest.mark.parametrize("name", ["stranger-worker", "resident", "housing"])
def test_who_does_not_serve_the_place_cannot_be_asked(stage: Stage, filed: Case, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(stage, filed, worker=stage.city.person(name).id)
    assert refused.value.field == "worker"


def test_nobody_on_duty_means_somebody_must_be_named(stage: Stage) -> None:
    case = stage.file(where=Where(*stage.city.point_in(stage.city.unmanned_grid)))
    with pytest.raises(Invalid):
        ask(stage, case)
    assert ask(stage, case, worker=stage.city.person("worker-2").id).verifier == stage.city.person("worker-2")


def test_a_complaint_about_the_worker_is_not_looked_at_by_the_worker(stage: Stage) -> None:
    case = stage.file(what="网格员态度恶劣", about="worker")
    with pytest.raises(Invalid):
        ask(stage, case, "subdistrict", worker=stage.city.person("worker").id)


def test_asking_another_ends_the_first_request(stage: Stage, filed: Case) -> None:
    ask(stage, filed)
    case = ask(stage, filed, worker=stage.city.person("worker-2").id)
    assert case.verifier == stage.city.person("worker-2")
    with pytest.raises((NotFound, NotAllowed)):
        look(stage, case)
    assert Verification.objects.filter(case=case, ended_at=None).count() == 1


@pytest.mark.parametrize("verb", ["register", "refuse", "withdraw", "mark_spam"])
def test_the_desk_need_not_wait(stage: Stage, filed: Case, verb: str) -> None:
    ask(stage, filed)
    desk = stage.viewer("community")
    if verb == "register":
        stage.register(filed)
    elif verb == "refuse":
        dispatching.refuse(viewer=desk, case_id=filed.id, key=new_id(), reason="not_found_on_site", words="现场未发现")
    elif verb == "withdraw":
        filing.withdraw(viewer=stage.viewer("resident"), case_id=filed.id, key=new_id())
    else:
        dispatching.mark_spam(viewer=desk, case_id=filed.id, key=new_id())
    filed.refresh_from_db()
    assert (filed.verifier, filed.alarm_at) == (None, None)
    assert Verification.objects.get(case=filed).ended_at is not None
    with pytest.raises((NotFound, NotAllowed, Conflict)):
        look(stage, filed)


def test_a_look_that_is_overdue_rings_once_at_the_desk(stage: Stage, filed: Case) -> None:
    case = ask(stage, filed)
    assert case.verify_due_at is not None
    with time_machine.travel(case.verify_due_at + timedelta(minutes=1), tick=False):
        assert clocks.sweep()["escalated"] == 1
        assert clocks.sweep()["escalated"] == 0
    step = Step.objects.get(case=case, verb="escalate")
    assert step.data["late_for"] == "verify"
    told = Notification.objects.filter(kind="cases.late_verify").values_list("user__username", flat=True)
    assert set(told) & {"demo-community", "demo-secretary"}
    case.refresh_from_db()
    assert (case.alarm_at, case.verifier) == (None, stage.city.person("worker"))
    with time_machine.travel(case.filed_at + timedelta(days=9)):
        look(stage, case)
    assert Step.objects.get(case=case, verb="verify").data == {"finding": "found", "late": True}


def picture() -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (40, 30), "#8a7a5a").save(made, "JPEG")
    return SimpleUploadedFile("site.jpg", made.getvalue(), content_type="image/jpeg")


def test_the_look_on_the_pages(stage: Stage, filed: Case, client: Client) -> None:
    log_in(client, stage.city.person("community"))
    url = reverse("case_ask_verify", args=[filed.id])
    assert url in client.get(reverse("desk_case", args=[filed.number])).content.decode()
    form = client.get(url).context["form"]
    assert form.initial["worker"] == str(stage.city.person("worker").id)
    sent = {"worker": form.initial["worker"], "idempotency_key": str(new_id())}
    assert client.post(url, {**sent, "words": ""}).status_code == 422
    assert client.post(url, {**sent, "words": WORDS}).status_code == 302
    assert filed.number in client.get(reverse("desk_queue") + "?filter=verifying").content.decode()

    log_in(client, stage.city.person("worker"))
    look_url = reverse("work_look", args=[filed.id])
    today = client.get(reverse("work_today"))
    assert look_url in today.content.decode()
    page = client.get(look_url).content.decode()
    assert WORDS in page
    assert "污水流了一地" in page
    found = {"finding": "not_found", "words": "现场没有污水", "idempotency_key": str(new_id()), "room": "work"}
    assert client.post(look_url, {**found, "finding": ""}).status_code == 422
    done = client.post(look_url, {**found, "photos": [picture()]})
    assert (done.status_code, done.headers["Location"]) == (302, reverse("work_today"))
    assert look_url not in client.get(reverse("work_today")).content.decode()
    assert client.get(look_url).status_code == 404

    log_in(client, stage.city.person("community"))
    for name in ("case_refuse", "case_register"):
        page = client.get(reverse(name, args=[filed.id])).content.decode()
        assert "现场没有污水" in page
        assert "/photo" in page


@pytest.mark.parametrize("name", ["stranger", "stranger-worker", "resident-2", "worker-2"])
def test_strangers_find_no_look(stage: Stage, filed: Case, client: Client, name: str) -> None:
    ask(stage, filed)
    log_in(client, stage.city.person(name))
    for url in (reverse("case_verify", args=[filed.id]), reverse("case_ask_verify", args=[filed.id])):
        assert client.get(url).status_code in {403, 404, 409}
        sent = {"finding": "found", "words": "有", "worker": "", "idempotency_key": str(new_id())}
        assert client.post(url, sent).status_code in {403, 404, 422}
    assert Step.objects.filter(case=filed, verb="verify").count() == 0


def test_the_resident_reads_that_somebody_goes_to_look_but_not_the_words(
    stage: Stage, filed: Case, client: Client
) -> None:
    ask(stage, filed)
    log_in(client, stage.city.person("resident"))
    page = client.get(reverse("my_case", args=[filed.number])).content.decode()
    assert WORDS not in page
    assert stage.city.person("worker").name not in page


def test_who_leaves_is_asked_no_more_and_the_desk_hears_of_it(stage: Stage, filed: Case) -> None:
    case = ask(stage, filed)
    leaving.pass_on(stage.city.person("worker"))
    case.refresh_from_db()
    assert (case.verifier, case.alarm_at) == (None, None)
    assert Step.objects.get(case=case, verb="escalate").data["late_for"] == "verifier_left"
    assert Notification.objects.filter(kind="cases.late_verify").exists()


def test_more_looks_cost_no_more_statements(stage: Stage, client: Client) -> None:
    def statements(name: str, url: str) -> int:
        log_in(client, stage.city.person(name))
        client.get(url)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(url).status_code == 200
        return len(counted)

    ask(stage, stage.file())
    pages = [("worker", reverse("work_today")), ("community", reverse("desk_queue") + "?filter=verifying")]
    before = [statements(*page) for page in pages]
    for _ in range(4):
        ask(stage, stage.file())
    after = [statements(*page) for page in pages]
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
