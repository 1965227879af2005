"""The desk through HTTP: who may, each verb, what bad input does, and how many statements pages take."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.cases.actions import whistling
from dongli.cases.models import CalendarDay, Case, CaseContact, Rating, Step, Task, Whistle
from dongli.cases.queries import lists
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.urls import staff as addresses
from dongli.cases.workflow import CaseState, TaskState, WhistleState
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import AccessRecord
from tests.cast import log_in

DESK_PAGES = ("desk_queue", "desk_queue_live", "desk_board", "desk_board_live", "desk_map", "desk_map_points",
              "workflow", "catalogue", "calendar")  # fmt: skip
UNDECODED = "\x00<script>{{ 7|add:7 }}</script>𠮷👵" + "很" * 5000


class Desk:
    """A logged-in member of the cast, and short ways to press buttons."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.client = Client()
        log_in(self.client, stage.city.person(name))

    def get(self, name: str, *args: object, **query: str) -> Any:
        return self.client.get(reverse(name, args=args), query)

    def post(self, name: str | None, *args: object, **fields: Any) -> Any:
        return self.client.post(reverse(name, args=args), {"idempotency_key": str(new_id()), **fields})

    def post_from_panel(self, name: str, *args: object, **fields: Any) -> Any:
        """As htmx posts a form inside the split view."""
        data = {"idempotency_key": str(new_id()), **fields}
        return self.client.post(reverse(name, args=args), data, headers={"HX-Request": "true"})


@pytest.fixture
def community(stage: Stage) -> Desk:
    return Desk(stage, "community")


@pytest.fixture
def leader(stage: Stage) -> Desk:
    return Desk(stage, "leader")


def state(case: Case) -> str:
    return Case.objects.values_list("state", flat=True).get(pk=case.pk)


# Who may


@pytest.mark.parametrize("name", DESK_PAGES)
def test_the_desk_is_closed_to_residents_and_workers_and_open_to_desks(stage: Stage, name: str) -> None:
    stage.file()
    assert Client().get(reverse(name)).status_code == 302
    assert Desk(stage, "resident").get(name).status_code == 403
    assert Desk(stage, "worker").get(name).status_code == 403
    for role in ("community", "leader", "city", "viewer", "urban", "admin", "stranger"):
        assert Desk(stage, role).get(name).status_code == 200


def test_a_stranger_sees_no_row_no_case_and_takes_no_step(stage: Stage) -> None:
    case = stage.file()
    stranger = Desk(stage, "stranger")
    assert case.number not in stranger.get("desk_queue").content.decode()
    assert stranger.get("desk_map_points").json() == {"clusters": [], "capped": False}
    assert stranger.get("desk_case", case.number).status_code == 404
    for route in addresses.case_verbs:
        assert stranger.post(route.name, case.id).status_code == 404
        assert stranger.client.get(reverse(route.name, args=[case.id])).status_code in {404, 405}
    assert Step.objects.filter(case=case).count() == case.steps_count


def test_tasks_and_whistles_of_others_are_not_found(stage: Stage) -> None:
    case = stage.whistled()
    stranger = Desk(stage, "stranger")
    task, whistle = stage.lead(case), Whistle.objects.get(case=case)
    for route in addresses.task_verbs:
        assert stranger.post(route.name, task.id).status_code == 404
    for route in addresses.whistle_verbs:
        assert stranger.post(route.name, whistle.id).status_code == 404


@pytest.mark.parametrize("role", ["resident", "viewer", "urban", "worker-2"])
def test_a_wrong_role_changes_nothing(stage: Stage, role: str) -> None:
    case = stage.file()
    answer = Desk(stage, role).post("case_refuse", case.id, reason="abusive", words="不")
    assert answer.status_code in {403, 404}
    assert state(case) == CaseState.FILED


# Each verb


def test_place_classify_register_and_dispatch_through_their_pages(stage: Stage, community: Desk) -> None:
    case = stage.file(where=Where(address="泰山路口"))
    desk = Desk(stage, "city")
    assert case.number in desk.get("desk_queue", filter="unplaced").content.decode()
    found = desk.get("case_place", case.id, place=stage.city.compound.name)
    assert stage.city.compound.code in found.content.decode()
    assert desk.post("case_place", case.id, area=stage.city.compound.code).status_code == 302
    assert community.get("case_classify", case.id).status_code == 200
    assert community.post("case_classify", case.id, category="0104").status_code == 302
    assert community.post("case_register", case.id, category="0104").status_code == 302
    assert state(case) == CaseState.REGISTERED
    housing, urban = stage.city.department("housing"), stage.city.department("urban_management")
    page = community.get("case_dispatch", case.id).content.decode()
    assert f'value="organisation:{urban.id}" selected' in page
    answer = community.post(
        "case_dispatch", case.id, lead=f"organisation:{urban.id}", cohandlers=[str(housing.id)], words="请先到场"
    )
    assert answer.status_code == 302
    assert state(case) == CaseState.DISPATCHED
    assert {task.organisation_id for task in Task.objects.filter(case=case)} == {urban.id, housing.id}


def test_dispatch_to_the_worker_and_to_the_pool(stage: Stage, community: Desk) -> None:
    case = stage.register(stage.file())
    worker = stage.city.person("worker")
    assert community.post("case_dispatch", case.id, lead=f"worker:{worker.id}").status_code == 302
    assert stage.lead(case).worker == worker
    pooled = stage.register(stage.file())
    assert community.post("case_dispatch", pooled.id, lead="pool").status_code == 302
    assert stage.lead(pooled).worker is None


def test_refuse_spam_and_back(stage: Stage, community: Desk) -> None:
    case = stage.file()
    assert community.post("case_mark_spam", case.id).status_code == 302
    assert state(case) == CaseState.SPAM
    assert community.post("case_unmark_spam", case.id).status_code == 302
    assert community.post("case_refuse", case.id, reason="private_dispute", words="可向法院起诉").status_code == 302
    assert state(case) == CaseState.REFUSED


def test_cohandler_whistle_sign_call_release(stage: Stage, community: Desk, leader: Desk) -> None:
    case = stage.accepted()
    petitions, housing, police = (stage.city.department(one) for one in ("petitions", "housing", "public_security"))
    assert community.post("case_add_cohandler", case.id, organisation=str(petitions.id)).status_code == 302
    fields = {"kind": "joint", "departments": [str(housing.id)], "place": "三栋楼下", "why": "社区没有执法权"}
    assert community.get("case_blow", case.id).status_code == 200
    assert community.post("case_blow", case.id, **fields).status_code == 302
    whistle = Whistle.objects.get(case=case)
    assert timedelta(minutes=100) < whistle.wanted_at - now() < timedelta(minutes=121)
    board = leader.get("desk_board").content.decode()
    assert reverse("whistle_sign", args=[whistle.id]) in board
    answer = leader.post("whistle_sign", whistle.id, next=reverse("desk_board"))
    assert answer.headers["Location"] == reverse("desk_board")
    task = Task.objects.get(whistle=whistle)
    Desk(stage, "housing").post("task_return", task.id, reason="wrong_department", words="不归我们管")
    page = leader.get("whistle_call", whistle.id).content.decode()
    assert str(task.id) in page
    assert (
        leader.post("whistle_call", whistle.id, organisation=str(police.id), instead_of=str(task.id)).status_code == 302
    )
    called = Task.objects.get(whistle=whistle, organisation=police)
    assert leader.post("task_release", called.id, reason="not_needed", words="不用来了").status_code == 302
    whistle.refresh_from_db()
    assert whistle.state == WhistleState.DONE


def test_decline_leaves_the_place_to_go_on(stage: Stage, leader: Desk) -> None:
    case = stage.whistled()
    whistle = Whistle.objects.get(case=case)
    assert leader.get("whistle_decline", whistle.id).status_code == 200
    assert leader.post("whistle_decline", whistle.id, words="社区可以自己解决").status_code == 302
    assert state(case) == CaseState.WORKING


def test_check_fail_and_close(stage: Stage, community: Desk) -> None:
    case = stage.answered()
    assert community.post("case_fail_check", case.id, words="还在漏").status_code == 302
    assert state(case) == CaseState.DISPATCHED
    other = stage.answered()
    assert community.post("case_check", other.id, words="看过了").status_code == 302
    page = community.get("case_close", other.id).content.decode()
    assert "已疏通，请您看看" in page
    assert community.post("case_close", other.id, words="已疏通").status_code == 302
    assert state(other) == CaseState.CLOSED


def test_a_department_reports_in_and_answers_from_its_queue(stage: Stage, leader: Desk) -> None:
    case = stage.whistled("housing")
    whistle = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    task = Task.objects.get(whistle=whistle)
    housing = Desk(stage, "housing")
    assert case.number in housing.get("desk_queue", filter="to_accept").content.decode()
    page = housing.get("desk_case", case.number).content.decode()
    assert reverse("task_report_in", args=[task.id]) in page
    assert housing.post("task_report_in", task.id).status_code == 302
    assert case.number in housing.get("desk_queue", filter="in_hand").content.decode()
    assert housing.post("task_answer", task.id, words="已修").status_code == 302
    assert Task.objects.get(pk=task.pk).state == TaskState.ANSWERED


def test_a_step_sent_twice_is_taken_once_and_a_late_one_is_refused(stage: Stage, community: Desk) -> None:
    case = stage.file()
    key = str(new_id())
    for _turn in range(2):
        assert community.post("case_mark_spam", case.id, idempotency_key=key).status_code == 302
    assert Step.objects.filter(case=case, verb="mark_spam").count() == 1
    assert community.post("case_mark_spam", case.id).status_code == 409
    assert community.get("case_register", case.id).status_code == 409


# The split view


def test_a_panel_answers_with_the_case_its_row_and_a_word(stage: Stage, community: Desk) -> None:
    case = stage.file()
    answer = community.post_from_panel("case_mark_spam", case.id)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert 'hx-swap-oob="true"' in body
    assert "<html" not in body
    assert case.number in answer.headers["HX-Trigger"]
    form = community.client.get(reverse("case_unmark_spam", args=[case.id]))
    assert form.status_code == 405


def test_a_panel_that_is_wrong_goes_back_into_the_panel(stage: Stage, community: Desk) -> None:
    case = stage.file()
    answer = community.post_from_panel("case_refuse", case.id, reason="private_dispute", words="")
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#detail"
    assert "data-error-summary" in answer.content.decode()


def test_the_list_is_sent_again_only_when_it_has_changed(stage: Stage, community: Desk) -> None:
    first = community.get("desk_queue_live")
    again = community.client.get(reverse("desk_queue_live"), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    stage.file()
    after = community.client.get(reverse("desk_queue_live"), headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    board = community.get("desk_board_live")
    again = community.client.get(reverse("desk_board_live"), headers={"If-None-Match": board.headers["ETag"]})
    assert again.status_code == 304


def test_filters_narrow_and_forged_ones_do_not(stage: Stage, community: Desk) -> None:
    case, other = stage.file(what="井盖松动了"), stage.register(stage.file(what="楼道堆物"), "0101")
    page = community.get("desk_queue", filter="new").content.decode()
    assert case.number in page
    assert other.number not in page
    assert other.number in community.get("desk_queue", line="urban_management").content.decode()
    assert case.number in community.get("desk_queue", q="井盖").content.decode()
    assert other.number not in community.get("desk_queue", q="井盖").content.decode()
    forged = community.get("desk_queue", filter="x", line="x", area="x", source="x", after="x", case="x", q="x" * 999)
    assert forged.status_code == 200


def test_a_case_named_in_the_address_opens_beside_the_list(stage: Stage, community: Desk) -> None:
    case = stage.file()
    page = community.get("desk_queue", case=case.number).content.decode()
    assert 'id="case-title"' in page
    assert f'data-id="{case.number}" class="is-current"' in page


# What is shown to whom


def test_opening_a_contact_is_recorded_and_only_for_who_handles_the_case(stage: Stage, community: Desk) -> None:
    case = stage.file(name="刘芳", phone="13800000001")
    page = community.get("desk_case", case.number).content.decode()
    assert "13800000001" not in page
    assert "138****0001" in page
    answer = community.post("case_open_contact", case.id)
    assert "13800000001" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    record = AccessRecord.objects.get(subject_id=case.id)
    assert record.viewer == stage.city.person("community")
    assert Desk(stage, "viewer").post("case_open_contact", case.id).status_code == 403
    anonymous = stage.file(name="", phone="")
    CaseContact.objects.filter(case=anonymous).delete()
    assert community.post("case_open_contact", anonymous.id).status_code == 404


def test_words_of_a_rating_are_for_supervision_only(stage: Stage) -> None:
    from dongli.cases.actions import closing

    case = stage.closed()
    closing.rate(
        viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), contacted=True, solved=False,
        satisfaction="dissatisfied", words="敷衍了事",
    )  # fmt: skip
    assert Rating.objects.filter(case=case).exists()
    assert "敷衍了事" in Desk(stage, "subdistrict").get("desk_case", case.number).content.decode()
    assert "敷衍了事" not in Desk(stage, "worker").get("desk_case", case.number).content.decode()
    assert "敷衍了事" not in Desk(stage, "community").get("desk_case", case.number).content.decode()


def test_the_timeline_says_why_it_was_routed(stage: Stage, community: Desk) -> None:
    case = stage.file(category="0101")
    page = community.get("desk_case", case.number).content.decode()
    assert stage.city.grid.name in page
    assert "周敏" in page


# Bad input


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("case_refuse", {"reason": "forged", "words": "x"}),
        ("case_refuse", {"reason": "private_dispute", "words": UNDECODED}),
        ("case_classify", {"category": "9999"}),
        ("case_classify", {"category": "\x00"}),
        ("case_register", {"category": ""}),
        ("case_place", {"area": "999999999999"}),
        ("case_place", {"area": "\x00" * 50}),
        ("case_place", {"longitude": "abc", "latitude": "27"}),
        ("case_place", {"longitude": "1e999", "latitude": "27"}),
        ("case_place", {"longitude": "2.35", "latitude": "48.85"}),
        ("case_place", {}),
    ],
)
def test_bad_input_about_a_filed_case_is_said_and_changes_nothing(
    stage: Stage, community: Desk, verb: str, fields: dict[str, object]
) -> None:
    case = stage.file()
    answer = community.post(verb, case.id, **fields)
    assert answer.status_code == 422
    assert state(case) == CaseState.FILED
    assert Step.objects.filter(case=case).count() == case.steps_count


@pytest.mark.parametrize(
    "fields",
    [
        {"lead": ""},
        {"lead": f"worker:{new_id()}"},
        {"lead": "organisation:x"},
        {"lead": "pool", "cohandlers": [str(new_id())]},
        {"lead": "pool", "words": UNDECODED},
    ],
)
def test_bad_dispatches(stage: Stage, community: Desk, fields: dict[str, object]) -> None:
    case = stage.register(stage.file())
    answer = community.post("case_dispatch", case.id, **fields)
    assert answer.status_code == 422
    assert state(case) == CaseState.REGISTERED


def test_bad_whistles_keep_what_was_typed(stage: Stage, community: Desk) -> None:
    case = stage.accepted()
    housing = str(stage.city.department("housing").id)
    good = {"kind": "daily", "departments": [housing], "place": "楼下", "why": "没有设备"}
    mistakes: tuple[dict[str, Any], ...] = (
        {"kind": "forged"},
        {"departments": [str(new_id())]},
        {"departments": []},
        {"wanted_at": "not a time"},
        {"wanted_at": "1999-01-01T00:00"},
        {"why": ""},
        {"place": "很" * 999},
    )
    for wrong in mistakes:
        answer = community.post("case_blow", case.id, **{**good, **wrong})
        assert answer.status_code == 422
        assert "没有设备" in answer.content.decode() or "why" in wrong
    assert not Whistle.objects.filter(case=case).exists()


def test_a_form_without_its_key_asks_to_be_opened_again(stage: Stage, community: Desk) -> None:
    case = stage.file()
    for key in ("", "forged", "\x00"):
        assert community.post("case_mark_spam", case.id, idempotency_key=key).status_code == 422
        assert community.post("case_refuse", case.id, idempotency_key=key, reason="abusive").status_code == 422
    away = community.post("case_mark_spam", case.id, next="https://elsewhere.example/")
    assert away.headers["Location"] == reverse("desk_case", args=[case.number])


def test_unknown_ids_are_not_found(stage: Stage, community: Desk) -> None:
    for route in [*addresses.case_verbs, *addresses.task_verbs, *addresses.whistle_verbs]:
        assert community.post(route.name, new_id()).status_code == 404
    assert community.get("desk_case", "20260101-XXXXXX").status_code == 404


# Rules


def test_an_administrator_says_what_a_day_is_and_takes_it_back(stage: Stage) -> None:
    admin, other = Desk(stage, "admin"), Desk(stage, "city")
    fields = {"date": "2026-12-25", "is_working": "0", "note": "停电"}
    assert other.post("calendar", **fields).status_code == 403
    assert admin.post("calendar", **fields).status_code == 302
    assert CalendarDay.objects.get().note == "停电"
    assert admin.post("calendar_clear", date="2026-12-25").status_code == 302
    assert not CalendarDay.objects.exists()
    assert admin.post("calendar_clear", date="2026-12-25").status_code == 404
    for wrong in ({"date": "x"}, {"date": "1900-01-01"}, {"is_working": "7"}, {"note": "很" * 99}):
        assert admin.post("calendar", **{**fields, **wrong}).status_code == 422
    assert admin.post("calendar_clear", date="\x00").status_code == 422


def test_the_catalogue_and_the_workflow_say_the_rules(stage: Stage, community: Desk) -> None:
    assert "暴露垃圾与保洁不到位" in community.get("catalogue", q="0101").content.decode()
    assert community.get("catalogue", line="forged", q="nothing like this").status_code == 200
    page = community.get("workflow").content.decode()
    assert page.count("<svg viewBox") == 3


# Statements


def statements(desk: Desk, name: str, *args: object) -> int:
    desk.get(name, *args)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(name, *args).status_code == 200
    return len(captured)


@pytest.mark.parametrize(("name", "most"), [("desk_queue", 17), ("desk_queue_live", 15), ("desk_map", 15)])
def test_the_queue_takes_as_many_statements_for_forty_cases_as_for_ten(
    stage: Stage, community: Desk, name: str, most: int
) -> None:
    for _number in range(10):
        stage.file(category="0101")
    few = statements(community, name)
    for _number in range(30):
        stage.file(category="0101")
    assert statements(community, name) == few <= most


def test_the_board_takes_as_many_statements_for_twelve_whistles_as_for_four(stage: Stage, leader: Desk) -> None:
    def one_in_each_column() -> None:
        stage.whistled("housing", "urban_management")
        for column in ("reporting_in", "on_site", "done"):
            one = Whistle.objects.get(case=stage.whistled("housing", "urban_management"))
            whistling.sign(viewer=stage.viewer("leader"), whistle_id=one.id, key=new_id())
            if column != "reporting_in":
                one.tasks.update(state="reported_in", reported_in_at=now())
            if column == "done":
                one.tasks.update(state="answered", answered_at=now(), ended_at=now())
                Whistle.objects.filter(pk=one.pk).update(state="done", ended_at=now())

    one_in_each_column()
    few = statements(leader, "desk_board")
    for _number in range(2):
        one_in_each_column()
    shown = lists.board(stage.viewer("leader"))
    assert [len(column) for column in (shown.blown, shown.reporting_in, shown.on_site, shown.done)] == [3, 3, 3, 3]
    assert statements(leader, "desk_board") == few <= 8


def test_a_case_takes_few_statements_however_long_its_history(stage: Stage, community: Desk) -> None:
    short = statements(community, "desk_case", stage.file(category="0101").number)
    assert statements(community, "desk_case", stage.closed().number) <= short <= 14


def test_what_the_board_cannot_hold_follows_on_the_next_page(
    stage: Stage, leader: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "BOARD_PAGE", 2)
    blown = [Whistle.objects.get(case=stage.whistled()) for _turn in range(3)]
    page = lists.board(stage.viewer("leader"))
    assert [one.id for one in page.blown] == [blown[2].id, blown[1].id]
    rest = lists.board(stage.viewer("leader"), page.next)
    assert ([one.id for one in rest.blown], rest.next) == ([blown[0].id], "")
    assert f"?after={page.next}" in leader.get("desk_board").content.decode()
