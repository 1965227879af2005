"""What was promised first stays in sight; returns over the whole case; alarms of arbitration and of supervision."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dongli.cases import disputes, policy
from dongli.cases.actions import (
    arbitrating,
    clocks,
    closing,
    extending,
    handling,
    holding,
    overseeing,
    transferring,
)
from dongli.cases.models import Case, Limit, Step, Task
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.clock import city_date, now
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.models import Grant, Role
from tests.cast import log_in


def send_back(stage: Stage, case: Case, name: str) -> Case:
    lead = stage.lead(case)
    return handling.return_task(
        viewer=stage.viewer(name), task_id=lead.id, key=new_id(), reason="wrong_department", words="不属于本单位职责"
    )


def given(stage: Stage, case: Case, function: str) -> Case:
    return stage.dispatch(case, to=stage.city.department(function).id)


def handled(stage: Stage, case: Case, name: str) -> Case:
    lead, viewer = stage.lead(case), stage.viewer(name)
    handling.accept(viewer=viewer, task_id=lead.id, key=new_id())
    return handling.answer(viewer=viewer, task_id=lead.id, key=new_id(), words="已处理")


def failed(stage: Stage, case: Case) -> Case:
    return closing.fail_check(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words="没有解决")


def told(kind: str) -> set[str | None]:
    return set(Notification.objects.filter(kind=f"cases.{kind}").values_list("user__username", flat=True))


def rule(key: str, amount: int) -> None:
    Limit.objects.filter(key=key).update(amount=amount)
    policy.changed()


# Returns, over the whole case


@pytest.fixture
def twice(stage: Stage) -> Case:
    """Sent back once in the first handling and once in the second, by different departments."""
    case = send_back(stage, given(stage, stage.register(stage.file()), "public_security"), "police")
    assert case.state == CaseState.REGISTERED
    case = failed(stage, handled(stage, given(stage, case, "housing"), "housing"))
    return send_back(stage, case, "housing")


def test_the_second_return_counts_over_all_rounds(stage: Stage, twice: Case) -> None:
    assert (twice.state, twice.round) == (CaseState.ARBITRATION, 2)
    assert disputes.returns(Task.objects.filter(case=twice)) == 2


def test_a_third_return_is_impossible_whoever_gets_the_work(stage: Stage, twice: Case) -> None:
    case = arbitrating.arbitrate(viewer=stage.viewer("subdistrict"), case_id=twice.id, key=new_id(), words="先办后议")
    assert stage.lead(case).final
    case = failed(stage, handled(stage, case, "urban"))
    with pytest.raises(Conflict) as refused:
        send_back(stage, case, "urban")
    assert refused.value.code == "final"
    department = stage.city.department("urban_management")
    handled(stage, case, "urban")
    department.dissolved_on = date(2026, 1, 1)
    department.save()
    case = failed(stage, case)
    assert case.state == CaseState.REGISTERED
    case = given(stage, case, "housing")
    with pytest.raises(Conflict):
        send_back(stage, case, "housing")


def test_how_many_returns_a_case_bears_is_a_rule(stage: Stage) -> None:
    rule("returns_most", 1)
    case = send_back(stage, given(stage, stage.register(stage.file()), "housing"), "housing")
    assert case.state == CaseState.ARBITRATION
    rule("returns_most", 5)
    case.refresh_from_db()
    assert (case.state, case.disputed_at is not None) == (CaseState.ARBITRATION, True), "what was decided stays"
    case = arbitrating.arbitrate(viewer=stage.viewer("leader"), case_id=case.id, key=new_id(), words="先办后议")
    assert (case.state, case.disputed_at, case.arbitrate_due_at) == (CaseState.DISPATCHED, None, None)


def test_what_co_handlers_send_back_does_not_count(stage: Stage) -> None:
    case = stage.dispatch(stage.register(stage.file()), stage.city.department("housing").id)
    helper = Task.objects.get(case=case, kind="cohandler")
    rule("returns_most", 1)
    handling.return_task(
        viewer=stage.viewer("housing"), task_id=helper.id, key=new_id(), reason="wrong_department", words="不是我们的"
    )
    case.refresh_from_db()
    assert (case.state, case.disputed_at) == (CaseState.DISPATCHED, None)


# Arbitration's own clock


def test_arbitration_has_a_limit_and_rings_at_the_desk_above(stage: Stage, twice: Case, client: Client) -> None:
    assert twice.arbitrate_due_at is not None
    assert twice.alarm_at == twice.arbitrate_due_at
    log_in(client, stage.city.person("subdistrict"))
    assert twice.number not in client.get(reverse("desk_queue") + "?filter=late").content.decode()
    with time_machine.travel(twice.arbitrate_due_at + timedelta(minutes=1), tick=False):
        assert clocks.sweep()["escalated"] == 1
        assert clocks.sweep()["escalated"] == 0
        assert "demo-subdistrict" in told("late_arbitrate") or "demo-leader" in told("late_arbitrate")
        log_in(client, stage.city.person("subdistrict"))
        assert twice.number in client.get(reverse("desk_queue") + "?filter=late").content.decode()
        assert (
            reverse("case_supervise", args=[twice.id])
            in client.get(reverse("desk_case", args=[twice.number])).content.decode()
        )
        arbitrating.arbitrate(viewer=stage.viewer("leader"), case_id=twice.id, key=new_id(), words="先办后议")
    assert Step.objects.get(case=twice, verb="arbitrate").data["late"] is True
    twice.refresh_from_db()
    assert twice.alarm_at is None


# Transfers and what was promised


def move(stage: Stage, case: Case, **options: Any) -> Case:
    lon, lat = stage.city.point_in(stage.city.grids[2])
    return transferring.transfer(
        viewer=stage.viewer("community"), case_id=case.id, key=new_id(), where=Where(lon, lat), words="在马路对面",
        **options,
    )  # fmt: skip


def test_a_transfer_does_not_start_the_limit_again(stage: Stage) -> None:
    case = stage.accepted()
    promised = stage.lead(case).due_at
    with time_machine.travel(now() + timedelta(hours=5)):
        case = move(stage, case)
    task = stage.lead(case)
    assert (task.due_at, task.next_escalation_at, case.due_at) == (promised, promised, promised)
    assert (case.promised_due_at, case.carried_due_at, task.original_due_at) == (promised, None, None)


def test_a_fresh_limit_is_the_desk_s_word_and_the_first_promise_stays_in_sight(stage: Stage, client: Client) -> None:
    case = stage.accepted()
    promised = stage.lead(case).due_at
    with time_machine.travel(now() + timedelta(days=7), tick=False):
        case = move(stage, case, fresh_limit=True)
        task = stage.lead(case)
        assert task.due_at > promised
        assert (task.original_due_at, case.promised_due_at) == (promised, promised)
        assert Step.objects.get(case=case, verb="transfer").data["fresh_limit"] is True
        log_in(client, stage.city.person("resident"))
        page = client.get(reverse("my_case", args=[case.number])).content.decode()
        assert promised.isoformat()[:16] in page or "原定" in page


def test_a_limit_that_was_moved_goes_on_as_it_was_moved(stage: Stage) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    extending.ask_extension(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), amount=1, words="等配件")
    extending.endorse_extension(viewer=stage.viewer("secretary"), task_id=task.id, key=new_id())
    extending.grant_extension(viewer=stage.viewer("subdistrict"), task_id=task.id, key=new_id())
    moved = stage.lead(case).due_at
    there = stage.lead(move(stage, case))
    assert (there.due_at, there.original_due_at) == (moved, task.due_at)


def test_a_department_that_gets_what_another_sent_back_has_its_time_beside_the_first_promise(stage: Stage) -> None:
    case = given(stage, stage.register(stage.file()), "housing")
    promised = stage.lead(case).due_at
    with time_machine.travel(now() + timedelta(days=7)):
        task = stage.lead(given(stage, send_back(stage, case, "housing"), "public_security"))
    assert task.due_at > promised
    assert task.original_due_at == promised
    case.refresh_from_db()
    assert case.promised_due_at == promised


def test_a_new_handling_is_a_new_promise(stage: Stage) -> None:
    case = failed(stage, stage.answered())
    task = stage.lead(case)
    assert (case.promised_due_at, task.original_due_at) == (task.due_at, None)


def test_the_fresh_limit_is_asked_on_the_page(stage: Stage, client: Client) -> None:
    case = stage.accepted()
    log_in(client, stage.city.person("community"))
    url = reverse("case_transfer", args=[case.id])
    assert 'name="fresh_limit"' in client.get(url + "?place=乙社区").content.decode()
    sent = {"area": stage.city.second_community.code, "words": "属乙社区，需重新核实", "fresh_limit": "on"}
    assert client.post(url, {**sent, "idempotency_key": str(new_id())}).status_code == 302
    assert Step.objects.get(case=case, verb="transfer").data["fresh_limit"] is True


# More time in a house of one


@pytest.fixture
def asked(stage: Stage) -> Task:
    """The housing department's only officer asks for more time."""
    case = given(stage, stage.register(stage.file()), "housing")
    task = stage.lead(case)
    handling.accept(viewer=stage.viewer("housing"), task_id=task.id, key=new_id())
    extending.ask_extension(viewer=stage.viewer("housing"), task_id=task.id, key=new_id(), amount=1, words="等配件")
    return task


def test_a_desk_above_endorses_for_a_house_of_one_and_somebody_else_grants(
    stage: Stage, asked: Task, client: Client
) -> None:
    assert told("ask_extension") & {"demo-subdistrict", "demo-leader"}
    with pytest.raises(Conflict):
        extending.grant_extension(viewer=stage.viewer("district"), task_id=asked.id, key=new_id())
    log_in(client, stage.city.person("subdistrict"))
    url = reverse("task_endorse_extension", args=[asked.id])
    assert url in client.get(reverse("desk_case", args=[asked.case.number])).content.decode()
    assert client.post(url, {"idempotency_key": str(new_id())}).status_code == 302
    assert Step.objects.get(case=asked.case, verb="endorse_extension").data["in_stead"] is True
    with pytest.raises(NotAllowed):
        extending.grant_extension(viewer=stage.viewer("subdistrict"), task_id=asked.id, key=new_id())
    extending.grant_extension(viewer=stage.viewer("leader"), task_id=asked.id, key=new_id())
    asked.refresh_from_db()
    assert asked.original_due_at is not None


def test_where_the_house_has_another_the_desk_does_not_endorse(stage: Stage, asked: Task, client: Client) -> None:
    housing = stage.city.department("housing")
    Grant.objects.create(user=stage.city.person("police"), role=Role.DEPARTMENT_OFFICER, organisation=housing)
    with pytest.raises(NotAllowed):
        extending.endorse_extension(viewer=stage.viewer("subdistrict"), task_id=asked.id, key=new_id())
    log_in(client, stage.city.person("subdistrict"))
    page = client.get(reverse("desk_case", args=[asked.case.number])).content.decode()
    assert reverse("task_endorse_extension", args=[asked.id]) not in page


def test_how_often_and_how_long_are_rules(stage: Stage) -> None:
    case = stage.accepted()
    task, worker = stage.lead(case), stage.viewer("worker")
    rule("extensions_most", 0)
    with pytest.raises(Conflict) as refused:
        extending.ask_extension(viewer=worker, task_id=task.id, key=new_id(), amount=1, words="等配件")
    assert refused.value.code == "no_more_time"
    rule("hold_longest", 10)
    until = city_date(now()) + timedelta(days=11)
    with pytest.raises(Invalid):
        holding.ask_hold(viewer=worker, task_id=task.id, key=new_id(), until=until, words="等雨季")
    holding.ask_hold(viewer=worker, task_id=task.id, key=new_id(), until=until - timedelta(days=1), words="等雨季")


# Supervision by level


def demand(stage: Stage, case: Case, name: str, days: int = 1) -> Case:
    by = city_date(now()) + timedelta(days=days)
    return overseeing.supervise(
        viewer=stage.viewer(name), case_id=case.id, key=new_id(), demanded_by=by, words="请办结"
    )


def test_supervision_goes_up_by_level_and_each_is_shown(stage: Stage, client: Client) -> None:
    case = stage.accepted()
    start = stage.lead(case).due_at + timedelta(hours=1)
    with time_machine.travel(start, tick=False):
        clocks.sweep()
        demand(stage, case, "subdistrict")
        with pytest.raises(Conflict) as running:
            demand(stage, case, "leader")
        assert running.value.code == "demanded_already"
    with time_machine.travel(start + timedelta(days=2), tick=False):
        clocks.sweep()
        assert Step.objects.filter(case=case, verb="escalate", data__late_for="demand").count() == 1
        assert clocks.sweep()["escalated"] == 0
        assert "demo-district" in told("late_demand")
        demand(stage, case, "district", days=3)
        for name in ("subdistrict", "leader"):
            with pytest.raises(Conflict) as above:
                demand(stage, case, name)
            assert above.value.code == "supervised_above"
    with time_machine.travel(start + timedelta(days=7), tick=False):
        clocks.sweep()
        assert "demo-city" in told("late_demand")
        case = demand(stage, case, "city", days=2)
        log_in(client, stage.city.person("city"))
        page = client.get(reverse("desk_case", args=[case.number]))
        shown = [(one.by, one.passed) for one in page.context["sheet"].demands]
        assert [passed for _by, passed in shown] == [True, True, False]
        assert case.number in client.get(reverse("desk_queue") + "?filter=supervised").content.decode()
        assert reverse("case_supervise", args=[case.id]) not in page.content.decode()
    assert case.demanded_level == "city"


def test_a_demand_ends_with_the_handling(stage: Stage) -> None:
    case = stage.accepted()
    with time_machine.travel(stage.lead(case).due_at + timedelta(hours=1)):
        case = demand(stage, case, "subdistrict")
        task = stage.lead(case)
        case = handling.answer(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), words="已疏通")
        assert case.alarm_at is None
        case = failed(stage, case)
    assert (case.demanded_by, case.demanded_level, case.alarm_at) == (None, "", None)
