"""Two people decide on the same exception at the same moment: one does, the other is told so, never an error."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from dongli.cases.actions import (
    appealing_lateness,
    arbitrating,
    clocks,
    closing,
    dispatching,
    excluding,
    handling,
    verifying,
)
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, Exclusion, LatenessAppeal, Step, Task, Verification
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.common.errors import Conflict, NotFound, Refusal
from dongli.common.ids import new_id
from tests.cast import make_city
from tests.racing import race as at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

Act = Callable[[], Any]
WORDS = "情况说明在此"


@pytest.fixture
def stage() -> Stage:
    load_policy()
    return Stage(make_city())


def one_wins(*acts: Act) -> int:
    """Which of the acts won; every other one was refused in words."""
    found = at_once(*acts)
    winners = [index for index, one in enumerate(found) if not isinstance(one, Exception)]
    assert len(winners) == 1, found
    losers = [one for one in found if isinstance(one, Exception)]
    assert all(isinstance(one, Conflict | NotFound) and str(one) for one in losers), losers
    return winners[0]


def count(case: Case, *verbs: str) -> int:
    return Step.objects.filter(case=case, verb__in=verbs).count()


def test_an_exclusion_is_granted_or_refused_never_both(stage: Stage) -> None:
    for _turn in range(3):
        _grant_and_refuse(stage, stage.closed())


def _grant_and_refuse(stage: Stage, case: Case) -> None:
    _asking(stage, case, "worker")()
    subdistrict, district = stage.viewer("subdistrict"), stage.viewer("district")
    won = one_wins(
        lambda: excluding.grant_exclusion(viewer=subdistrict, case_id=case.id, key=new_id(), words=WORDS),
        lambda: excluding.refuse_exclusion(viewer=district, case_id=case.id, key=new_id(), words=WORDS),
    )
    case.refresh_from_db()
    assert Exclusion.objects.get(case=case).state == ("granted", "refused")[won]
    assert (case.excluded_at is not None) == (won == 0)
    assert not case.reviewing
    assert count(case, "grant_exclusion", "refuse_exclusion") == 1


def test_two_lift_the_same_exclusion(stage: Stage) -> None:
    case = stage.closed()
    _asking(stage, case, "worker")()
    excluding.grant_exclusion(viewer=stage.viewer("subdistrict"), case_id=case.id, key=new_id(), words=WORDS)
    lift = [
        partial(excluding.lift_exclusion, viewer=stage.viewer(name), case_id=case.id, key=new_id(), words=WORDS)
        for name in ("subdistrict", "district")
    ]
    one_wins(*lift)
    case.refresh_from_db()
    assert (case.excluded_at, count(case, "lift_exclusion")) == (None, 1)


def test_two_ask_for_the_same_exclusion(stage: Stage) -> None:
    case = stage.closed()
    one_wins(*[_asking(stage, case, name) for name in ("worker", "community", "secretary")])
    assert Exclusion.objects.filter(case=case).count() == 1


def _asking(stage: Stage, case: Case, name: str) -> Act:
    viewer = stage.viewer(name)
    return lambda: excluding.ask_exclusion(
        viewer=viewer, case_id=case.id, key=new_id(), reason="out_of_scope", words=WORDS
    )


@pytest.fixture
def late(stage: Stage) -> Task:
    """A department's late answer in a closed case."""
    case = stage.dispatch(stage.register(stage.file()), to=stage.city.department("housing").id)
    task, housing, desk = stage.lead(case), stage.viewer("housing"), stage.viewer("community")
    handling.accept(viewer=housing, task_id=task.id, key=new_id())
    with time_machine.travel(task.due_at + timedelta(hours=3)):
        handling.answer(viewer=housing, task_id=task.id, key=new_id(), words="已换管")
        closing.check(viewer=desk, case_id=case.id, key=new_id())
        closing.close(viewer=desk, case_id=case.id, key=new_id(), words="已办结")
    return task


def test_lateness_is_appealed_once_however_often_it_is_sent(stage: Stage, late: Task) -> None:
    housing = stage.viewer("housing")
    one_wins(
        *[lambda: appealing_lateness.appeal_lateness(viewer=housing, task_id=late.id, key=new_id(), words=WORDS)] * 3
    )
    assert LatenessAppeal.objects.filter(task=late).count() == 1
    assert count(late.case, "appeal_lateness") == 1


def test_an_appeal_is_exempted_or_refused_never_both(stage: Stage, late: Task) -> None:
    for name, act in (("housing", "appeal_lateness"), ("subdistrict", "uphold_lateness")):
        getattr(appealing_lateness, act)(viewer=stage.viewer(name), task_id=late.id, key=new_id(), words=WORDS)
    district, city = stage.viewer("district"), stage.viewer("city")
    won = one_wins(
        lambda: appealing_lateness.exempt_lateness(viewer=district, task_id=late.id, key=new_id(), words=WORDS),
        lambda: appealing_lateness.refuse_lateness(viewer=city, task_id=late.id, key=new_id(), words=WORDS),
    )
    late.refresh_from_db()
    assert (late.exempted_at is not None) == (won == 0)
    assert LatenessAppeal.objects.get(task=late).state == ("granted", "refused")[won]


def test_looked_at_or_registered_first(stage: Stage) -> None:
    case, worker, desk = stage.file(), stage.viewer("worker"), stage.viewer("community")
    verifying.ask_verify(viewer=desk, case_id=case.id, key=new_id(), words=WORDS)
    looked, registered = at_once(
        lambda: verifying.verify(viewer=worker, case_id=case.id, key=new_id(), finding="found", words=WORDS),
        lambda: dispatching.register(viewer=desk, case_id=case.id, key=new_id(), category="0101"),
    )
    assert isinstance(registered, Case)
    assert isinstance(looked, Case | Refusal)
    case.refresh_from_db()
    row = Verification.objects.get(case=case)
    assert (case.state, case.verifier, case.alarm_at) == (CaseState.REGISTERED, None, None)
    assert row.ended_at is not None
    assert bool(row.finding) == isinstance(looked, Case)


def test_arbitrated_once_and_its_alarm_rings_at_most_once(stage: Stage) -> None:
    case = stage.register(stage.file())
    for name, function in (("housing", "housing"), ("police", "public_security")):
        task = stage.lead(stage.dispatch(case, to=stage.city.department(function).id))
        case = handling.return_task(
            viewer=stage.viewer(name), task_id=task.id, key=new_id(), reason="wrong_department", words=WORDS
        )
    Case.objects.filter(pk=case.pk).update(arbitrate_due_at=now(), alarm_at=now())
    leader, district = stage.viewer("leader"), stage.viewer("district")
    found = at_once(
        lambda: arbitrating.arbitrate(viewer=leader, case_id=case.id, key=new_id(), words=WORDS),
        lambda: arbitrating.arbitrate(viewer=district, case_id=case.id, key=new_id(), words=WORDS),
        clocks.sweep,
        clocks.sweep,
    )
    assert sum(isinstance(one, Case) for one in found[:2]) == 1
    assert sum(isinstance(one, Conflict) for one in found[:2]) == 1
    assert all(isinstance(one, dict) for one in found[2:])
    assert Task.objects.filter(case=case, kind="lead", final=True).count() == 1
    assert count(case, "escalate") <= 1
    case.refresh_from_db()
    assert case.alarm_at is None
