"""The worker's phone through HTTP: today, a task and its steps, photos, patrol, map."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from dongli.cases.actions import whistling
from dongli.cases.models import Case, Kind, Patrol, Photo, Source, Step, Task, Whistle
from dongli.cases.queries import lists
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import UNDECODED, Desk, state, statements
from dongli.cases.workflow import CaseState, TaskState
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import AccessRecord
from tests.cast import log_in

PAGES = ("work_today", "work_map", "work_map_points", "work_patrol")


@pytest.fixture
def worker(stage: Stage) -> Desk:
    return Desk(stage, "worker")


def photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


# Who may


@pytest.mark.parametrize("name", PAGES)
def test_the_phone_is_for_workers_and_desks(stage: Stage, worker: Desk, name: str) -> None:
    assert Client().get(reverse(name)).status_code == 302
    assert Desk(stage, "resident").get(name).status_code == 403
    assert worker.get(name).status_code == 200


def test_a_stranger_finds_neither_task_nor_step(stage: Stage) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    stranger = Desk(stage, "stranger-worker")
    assert case.number not in stranger.get("work_today").content.decode()
    assert stranger.get("work_task", task.id).status_code == 404
    assert stranger.post("task_answer", task.id, words="好了").status_code == 404
    assert stranger.post("case_open_contact", case.id).status_code == 404
    assert not AccessRecord.objects.exists()


def test_another_worker_of_the_community_cannot_answer_in_the_holders_place(stage: Stage) -> None:
    task = stage.lead(stage.accepted())
    assert Desk(stage, "worker-2").post("task_answer", task.id, words="好了").status_code in {403, 404}
    assert Task.objects.get(pk=task.pk).state == TaskState.ACCEPTED


# The steps


def test_accept_contact_answer_with_photos_of_before_and_after(stage: Stage, worker: Desk) -> None:
    case = stage.file(category="0101", name="刘芳", phone="13800000001")
    task = stage.lead(case)
    today = worker.get("work_today").content.decode()
    assert reverse("task_accept", args=[task.id]) in today
    assert "13800000001" not in today
    answer = worker.post("task_accept", task.id, room="work", next=reverse("work_today"))
    assert answer.headers["Location"] == reverse("work_today")
    page = worker.get("work_task", task.id).content.decode()
    assert reverse("task_contact", args=[task.id]) in page
    assert "tel:13800000001" in worker.post("case_open_contact", case.id, room="work").content.decode()
    assert AccessRecord.objects.filter(subject_id=case.id).count() == 1
    worker.post("task_contact", task.id, how="phone", words="约好下午", room="work")
    assert Task.objects.get(pk=task.pk).contacted_at is not None
    answer = worker.post(
        "task_answer", task.id, words="已清理", room="work", before=[photo()], photos=[photo(), photo()]
    )
    assert answer.headers["Location"] == reverse("work_task", args=[task.id])
    assert state(case) == CaseState.ANSWERED
    assert sorted(Photo.objects.filter(case=case).values_list("phase", flat=True)) == ["after", "after", "before"]


def test_photos_are_kept_when_another_field_is_wrong(stage: Stage, worker: Desk) -> None:
    task = stage.lead(stage.accepted())
    key = str(new_id())
    wrong = worker.post("task_answer", task.id, words="", room="work", idempotency_key=key, photos=[photo()])
    assert wrong.status_code == 422
    kept = Photo.objects.get(case=None)
    assert f'name="kept_photos" value="{kept.id}"' in wrong.content.decode()
    right = worker.post(
        "task_answer", task.id, words="好了", room="work", idempotency_key=key, kept_photos=[str(kept.id), "forged"]
    )
    assert right.status_code == 302
    kept.refresh_from_db()
    assert (kept.case_id, kept.phase) == (task.case_id, "after")


def test_what_is_no_photo_is_named_and_somebody_elses_draft_is_not_taken(stage: Stage, worker: Desk) -> None:
    task = stage.lead(stage.accepted())
    fake = SimpleUploadedFile("病毒.jpg", b"not a photo", "image/jpeg")
    answer = worker.post("task_answer", task.id, words="好了", room="work", photos=[fake])
    assert answer.status_code == 422
    assert "病毒.jpg" in answer.content.decode()
    other = Photo.objects.create(draft_key="x", file="x.jpg", width=1, height=1, size=1)
    worker.post("task_answer", task.id, words="好了", room="work", kept_photos=[str(other.id)])
    other.refresh_from_db()
    assert other.case is None


def test_a_worker_returns_and_whistles(stage: Stage, worker: Desk) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    form = worker.client.get(reverse("case_blow", args=[case.id]), {"room": "work", "task": str(task.id)})
    assert form.status_code == 200
    assert reverse("work_task", args=[task.id]) in form.content.decode()
    housing = str(stage.city.department("housing").id)
    answer = worker.post(
        "case_blow", case.id, kind="emergency", departments=[housing], place="楼下", why="漏电", room="work"
    )
    assert answer.status_code == 302
    whistle = Whistle.objects.get(case=case)
    assert (whistle.wanted_at - whistle.blown_at).total_seconds() == pytest.approx(1800, abs=60)
    assert worker.post("task_return", task.id, reason="outside_duty", words="x", room="work").status_code == 409
    other = stage.lead(stage.accepted())
    gone = worker.post("task_return", other.id, reason="outside_duty", words="超出权限", room="work")
    assert gone.headers["Location"] == reverse("work_today")


def test_the_holder_of_a_whistles_task_reports_in_by_one_press(stage: Stage) -> None:
    case = stage.whistled("housing")
    whistle = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    task = Task.objects.get(whistle=whistle)
    officer = Desk(stage, "housing")
    assert reverse("task_report_in", args=[task.id]) in officer.get("work_today").content.decode()
    assert officer.post("task_report_in", task.id, room="work").status_code == 302
    assert officer.post("task_accept", task.id, room="work").status_code == 409


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("task_contact", {"how": "forged"}),
        ("task_contact", {"how": "phone", "words": UNDECODED}),
        ("task_answer", {"words": ""}),
        ("task_answer", {"words": UNDECODED}),
        ("task_return", {"reason": "", "words": "x"}),
        ("task_return", {"reason": "\x00", "words": "x"}),
        ("task_return", {"reason": "outside_duty", "words": ""}),
    ],
)
def test_bad_input_is_said_on_the_form_and_changes_nothing(
    stage: Stage, worker: Desk, verb: str, fields: dict[str, str]
) -> None:
    case = stage.accepted()
    answer = worker.post(verb, stage.lead(case).id, room="work", **fields)
    assert answer.status_code == 422
    assert "data-error-summary" in answer.content.decode()
    assert state(case) == CaseState.WORKING


# Patrol


def test_a_round_with_findings(stage: Stage, worker: Desk) -> None:
    grid = stage.city.grid
    assert worker.get("work_patrol").status_code == 200
    longitude, latitude = stage.city.point_in(grid)
    first = worker.post(
        "work_patrol", grid=str(grid.id), what="井盖缺失", longitude=str(longitude), latitude=str(latitude),
        category="0101", photos=[photo()],
    )  # fmt: skip
    assert first.status_code == 302
    second = worker.post("work_patrol", grid=str(grid.id), what="墙皮脱落", area=stage.city.community.code)
    assert second.status_code == 302
    cases = list(Case.objects.order_by("id"))
    assert {(case.kind, case.source) for case in cases} == {(Kind.FINDING, Source.PATROL)}
    assert cases[0].grid == grid
    assert cases[0].photos.count() == 1
    page = worker.get("work_patrol").content.decode()
    assert cases[0].number in page
    assert cases[1].number in page
    key = page.split('action="/work/patrol/finish/"')[1].split('name="idempotency_key" value="')[1].split('"')[0]
    for _turn in range(2):
        worker.post("work_patrol_finish", grid=str(grid.id), idempotency_key=key)
    assert [patrol.findings for patrol in Patrol.objects.all()] == [2]
    assert cases[0].number not in worker.get("work_patrol").content.decode()


def test_nothing_found_is_one_press(stage: Stage, worker: Desk) -> None:
    assert worker.post("work_patrol_finish", grid=str(stage.city.grid.id)).status_code == 302
    assert Patrol.objects.get().findings == 0


def test_rounds_elsewhere_and_bad_findings_are_refused(stage: Stage, worker: Desk) -> None:
    other = stage.city.other_grid
    assert worker.post("work_patrol_finish", grid=str(other.id)).status_code == 403
    for grid in ("", "forged", "\x00", str(new_id())):
        assert worker.post("work_patrol_finish", grid=grid).status_code == 422
    grid = str(stage.city.grid.id)
    for wrong in (
        {"what": ""},
        {"what": UNDECODED},
        {"area": stage.city.other_community.code},
        {"category": "forged"},
        {"longitude": "2.35", "latitude": "48.85"},
        {"address": "很" * 999},
    ):
        assert worker.post("work_patrol", grid=grid, **{"what": "井盖缺失", **wrong}).status_code == 422
    assert not Case.objects.exists()
    assert not Patrol.objects.exists()
    assert Desk(stage, "urban").get("work_patrol").status_code == 403


# The map and statements


def test_the_map_and_its_list_say_the_same(stage: Stage, worker: Desk) -> None:
    case = stage.file(category="0101")
    assert [point["label"].split(" · ")[1] for point in worker.get("work_map_points").json()] == [case.number]
    assert reverse("work_task", args=[stage.lead(case).id]) in worker.get("work_map").content.decode()


@pytest.mark.parametrize(("name", "most"), [("work_today", 8), ("work_map", 6)])
def test_today_takes_as_many_statements_for_forty_tasks_as_for_ten(
    stage: Stage, worker: Desk, name: str, most: int
) -> None:
    for _number in range(10):
        stage.file(category="0101")
    few = statements(worker, name)
    for _number in range(30):
        stage.file(category="0101")
    assert statements(worker, name) == few <= most


def test_a_task_takes_few_statements(stage: Stage, worker: Desk) -> None:
    task = stage.lead(stage.accepted())
    with CaptureQueriesContext(connection) as captured:
        worker.get("work_task", task.id)
    assert len(captured) <= 14
    assert Step.objects.filter(task=task).exists()


def test_what_is_less_urgent_follows_on_further_pages(
    stage: Stage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    made = [stage.lead(stage.dispatch(stage.register(stage.file()))) for _turn in range(7)]
    moment = now()
    for nth, task in enumerate(made):
        Task.objects.filter(pk=task.pk).update(
            due_at=moment + timedelta(hours=nth // 2), tier="leaders" if nth == 4 else "immediate"
        )
    Case.objects.filter(pk__in=[made[2].case_id, made[3].case_id]).update(urgent=True)
    viewer, found, after = stage.viewer("worker"), [], ""
    for _turn in range(4):
        page = lists.today(viewer, after)
        found.append({task.id for task in (*page.late, *page.today, *page.later)})
        after = page.next
    order = ((2, 3), (4, 0), (1, 5), (6,))
    assert (found, after) == ([{made[nth].id for nth in of_page} for of_page in order], "")
    assert lists.today(viewer, str(new_id())).next
    log_in(client, stage.city.person("worker"))
    page_of_today = client.get("/work/today/")
    assert f"?after={made[3].id}" in page_of_today.content.decode()
    assert str(made[0].id) in client.get(f"/work/today/?after={made[4].id}").content.decode()
