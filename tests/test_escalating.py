"""Escalation of many late tasks in one sweep: as many statements a batch however many there are, and once each."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from dongli.areas.models import Area
from dongli.cases.actions import escalating
from dongli.cases.actions.escalating import escalate_due
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, Step, Task
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.notices.models import Notification
from dongli.operations.seeding.bulk import make_cases
from tests.cast import City, make_city
from tests.racing import race


def make_late(count: int) -> None:
    """`count` cases at work whose task is due and has not been escalated."""
    make_cases(count=count, as_of=now(), state=CaseState.WORKING)
    past, desk = now() - timedelta(hours=1), Area.objects.get(code="430202001001")
    Case.objects.update(desk=desk)
    Task.objects.update(next_escalation_at=past, due_at=past, escalations=0, remind_at=None)


def statements(moment: Any) -> tuple[int, int]:
    """How many were escalated, and in how many statements."""
    with CaptureQueriesContext(connection) as captured:
        rung = escalate_due(moment)
    return rung, len(captured)


def test_a_batch_takes_as_many_statements_for_two_hundred_tasks_as_for_twenty(db: None) -> None:
    load_policy()
    make_city()
    make_late(20)
    few = statements(now())
    make_late(180)
    many = statements(now())
    assert (few[0], many[0]) == (20, 200)
    assert many[1] <= few[1] <= 20
    assert Step.objects.filter(verb="escalate").count() == 220
    assert escalate_due(now()) == 0


def test_each_has_its_step_and_somebody_is_told(db: None) -> None:
    load_policy()
    make_city()
    make_late(5)
    assert escalate_due(now()) == 5
    for case in Case.objects.prefetch_related("steps"):
        (step,) = (one for one in case.steps.all() if one.verb == "escalate")
        assert step.seq == case.steps_count
        assert step.task is not None
        assert step.task.escalations == 1
        assert step.task.next_escalation_at is not None
        assert step.task.next_escalation_at > now()
        assert Notification.objects.filter(kind="cases.escalate", params__number=case.number).exists()


@pytest.fixture
def city_for_races(transactional_db: None) -> City:
    load_policy()
    return make_city()


@pytest.mark.slow
def test_two_sweeps_at_once_escalate_each_task_once(city_for_races: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalating, "BATCH", 10)
    make_late(100)
    moment = now()
    found = race(lambda: escalate_due(moment), lambda: escalate_due(moment))
    assert all(isinstance(one, int) for one in found), found
    assert sum(found) + escalate_due(moment) == 100
    assert Step.objects.filter(verb="escalate").count() == 100
    assert set(Task.objects.values_list("escalations", flat=True)) == {1}


@pytest.mark.slow
def test_what_somebody_holds_is_left_to_the_next_sweep(city_for_races: City) -> None:
    make_late(3)
    moment, held = now(), Case.objects.order_by("id").first()
    assert held is not None

    def hold_and_sweep() -> int:
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=held.pk)
            (found,) = race(lambda: escalate_due(moment))
        return int(found)

    assert hold_and_sweep() == 2
    assert escalate_due(moment) == 1
