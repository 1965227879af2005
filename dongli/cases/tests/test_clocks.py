"""The clocks ring: a reminder before a task is due, then one level further up for each step of lateness."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from dongli.cases import policy
from dongli.cases.actions import clocks, closing, dispatching, filing, handling, whistling
from dongli.cases.models import Case, Step, Task, Whistle
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.ids import new_id
from dongli.notices.models import Notification

NOTHING = {"resumed": 0, "reminded": 0, "escalated": 0}


pytestmark = pytest.mark.usefixtures("clock")


def rung(case: Case, verb: str) -> list[Step]:
    return list(Step.objects.filter(case=case, verb=verb))


def told(case: Case, kind: str) -> set[str]:
    found = Notification.objects.filter(kind=f"cases.{kind}", params__number=case.number)
    return {str(username) for username in found.values_list("user__username", flat=True)}


def test_before_three_quarters_of_the_limit_nothing_rings(stage: Stage, clock: time_machine.Traveller) -> None:
    case = stage.accepted()
    lead = stage.lead(case)
    assert lead.remind_at is not None
    clock.move_to(lead.remind_at - timedelta(seconds=1))
    assert clocks.sweep() == NOTHING
    assert rung(case, "remind") == []


def test_a_reminder_reaches_the_holder_once(stage: Stage, clock: time_machine.Traveller) -> None:
    case = stage.accepted()
    lead = stage.lead(case)
    assert lead.remind_at is not None
    clock.move_to(lead.remind_at)
    assert clocks.sweep() == {"resumed": 0, "reminded": 1, "escalated": 0}
    assert clocks.sweep() == NOTHING
    (step,) = rung(case, "remind")
    assert (step.actor, step.public, step.data["due"]) == (None, False, lead.due_at.isoformat())
    assert told(case, "remind") == {"demo-worker"}
    case.refresh_from_db()
    assert case.state == CaseState.WORKING


def test_lateness_climbs_level_by_level_to_the_city_and_rests_there(
    stage: Stage, clock: time_machine.Traveller
) -> None:
    case = stage.accepted()
    for _ in range(8):
        alarm = stage.lead(case).next_escalation_at
        if alarm is None:
            break
        clock.move_to(alarm)
        clocks.sweep()
        assert clocks.sweep() == NOTHING
    steps = rung(case, "escalate")
    assert [step.data["level"] for step in steps] == ["community", "subdistrict", "district", "city"]
    assert [step.data["late_for"] for step in steps] == ["due"] * 4
    assert stage.lead(case).escalations == 4
    clock.shift(timedelta(days=60))
    assert clocks.sweep() == NOTHING
    assert told(case, "escalate") == {
        "demo-secretary", "demo-community", "demo-leader", "demo-subdistrict", "demo-district", "demo-city",
    }  # fmt: skip


def test_one_working_day_lies_between_two_levels(stage: Stage, clock: time_machine.Traveller) -> None:
    case = stage.accepted()
    clock.move_to(stage.lead(case).due_at)
    clocks.sweep()
    first = rung(case, "escalate")[0].at
    alarm = stage.lead(case).next_escalation_at
    assert alarm is not None
    assert alarm - first == timedelta(days=1)


def test_after_a_long_silence_the_levels_ring_one_a_sweep_and_not_all_at_once(
    stage: Stage, clock: time_machine.Traveller
) -> None:
    case = stage.accepted()
    clock.shift(timedelta(days=40))
    assert clocks.sweep() == {"resumed": 0, "reminded": 1, "escalated": 1}
    assert [step.data["level"] for step in rung(case, "escalate")] == ["community"]


@pytest.mark.parametrize("end", ["answer", "return", "withdraw"])
def test_nothing_rings_for_a_task_that_has_ended(stage: Stage, clock: time_machine.Traveller, end: str) -> None:
    case = stage.accepted()
    worker, task = stage.viewer("worker"), stage.lead(case)
    if end == "answer":
        handling.answer(viewer=worker, task_id=task.id, key=new_id(), words="已疏通")
    elif end == "return":
        handling.return_task(viewer=worker, task_id=task.id, key=new_id(), reason="wrong_grid", words="不在本网格")
    else:
        filing.withdraw(viewer=stage.viewer("resident"), case_id=case.id, key=new_id())
    clock.shift(timedelta(days=400))
    assert clocks.sweep() == NOTHING
    task.refresh_from_db()
    assert (task.remind_at, task.next_escalation_at) == (None, None)


def test_a_task_that_ended_between_the_list_and_the_bell_is_left_alone(
    stage: Stage, clock: time_machine.Traveller
) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    clock.shift(timedelta(days=40))
    moment = datetime.now(UTC)
    handling.answer(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), words="已疏通")
    assert clocks.remind(task.id, moment) is False
    assert clocks.escalate(task.id, moment) is False
    assert rung(case, "remind") == rung(case, "escalate") == []


def test_a_department_that_does_not_report_in_is_reported_upwards(stage: Stage, clock: time_machine.Traveller) -> None:
    case = stage.whistled("housing", kind="emergency")
    whistle = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    task = Task.objects.get(whistle=whistle)
    assert task.report_in_due_at is not None
    clock.move_to(task.report_in_due_at)
    assert clocks.sweep() == {"resumed": 0, "reminded": 0, "escalated": 1}
    (step,) = rung(case, "escalate")
    assert (step.task, step.data["late_for"]) == (task, "report_in")


def test_reporting_in_moves_the_bell_to_the_tasks_own_limit(stage: Stage, clock: time_machine.Traveller) -> None:
    case = stage.whistled("housing")
    whistle = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    task = Task.objects.get(whistle=whistle)
    whistling.report_in(viewer=stage.viewer("housing"), task_id=task.id, key=new_id())
    task.refresh_from_db()
    assert task.report_in_due_at is not None
    assert task.next_escalation_at == task.due_at > task.report_in_due_at


def test_a_reopened_case_gets_a_clock_of_its_own(stage: Stage, clock: time_machine.Traveller) -> None:
    case = stage.closed()
    closing.reopen(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), words="又堵了")
    lead = stage.lead(case)
    clock.move_to(lead.due_at)
    assert clocks.sweep() == {"resumed": 0, "reminded": 1, "escalated": 1}
    assert {step.task for step in rung(case, "escalate")} == {lead}


def test_a_limit_lasts_over_weekends(stage: Stage, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime(2026, 11, 27, 8, 0, tzinfo=UTC))  # Friday 16:00 in the city
    case = stage.dispatch(stage.register(stage.file(), category="0101"))
    assert stage.lead(case).limit_unit == "working_day"
    assert stage.lead(case).due_at == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def test_more_alarms_than_a_batch_are_all_rung(
    stage: Stage, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "BATCH", 2)
    for _ in range(5):
        stage.dispatch(stage.register(stage.file()))
    clock.shift(timedelta(days=40))
    assert clocks.sweep() == {"resumed": 0, "reminded": 5, "escalated": 5}


def test_the_promise_is_frozen_when_the_limit_is_edited(stage: Stage, clock: time_machine.Traveller) -> None:
    case = stage.accepted()
    before = stage.lead(case)
    assert case.condition is not None
    case.condition.limit_amount = 99
    case.condition.save(update_fields=["limit_amount"])
    policy.forget()
    dispatching.add_cohandler(
        viewer=stage.viewer("community"),
        case_id=case.id,
        key=new_id(),
        organisation=stage.city.department("housing").id,
    )
    assert stage.lead(case).due_at == before.due_at
