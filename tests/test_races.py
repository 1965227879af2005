"""Two people at the same moment, on connections of their own: one wins, the other is told clearly; never an error."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest

from dongli.cases.actions import clocks, closing, dispatching, extending, filing, handling, holding, whistling
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, CaseText, Rating, Step, Task, Whistle
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState, TaskState, WhistleState
from dongli.common.clock import city_date, now
from dongli.common.errors import Conflict, Refusal
from dongli.common.ids import new_id
from dongli.people.viewer import Viewer
from tests.cast import make_city
from tests.racing import race as at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

Act = Callable[[], Any]


@pytest.fixture
def stage() -> Stage:
    load_policy()
    return Stage(make_city())


def race(*acts: Act) -> list[Any]:
    """What each act returned, or the refusal it met, when all run at once; any other error fails the test."""
    found = at_once(*acts)
    for one in found:
        if isinstance(one, Exception) and not isinstance(one, Refusal):
            raise one
    return found


def one_wins(*acts: Act) -> int:
    """Which of the acts won; every other one was refused as too late, in words."""
    found = race(*acts)
    winners = [index for index, one in enumerate(found) if not isinstance(one, Refusal)]
    assert len(winners) == 1, found
    for one in found:
        if isinstance(one, Refusal):
            assert isinstance(one, Conflict), repr(one)
            assert str(one)
    return winners[0]


def count(case: Case, verb: str) -> int:
    return Step.objects.filter(case=case, verb=verb).count()


def thrice(test: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Run a race three times over on new cases: it may fall either way."""

    @wraps(test)
    def run(stage: Stage) -> None:
        for _ in range(3):
            test(stage)

    return run


@thrice
def test_two_accept_the_same_pooled_task(stage: Stage) -> None:
    case = stage.file(category="0101", where=Where(*stage.city.point_in(stage.city.unmanned_grid)))
    task = stage.lead(case)
    names = ["worker", "worker-2", "community"]
    viewers = [stage.viewer(name) for name in names]
    winner = one_wins(*[_accepting(viewer, task) for viewer in viewers])
    task.refresh_from_db()
    assert task.worker == stage.city.person(names[winner])
    assert count(case, "accept") == 1


def _accepting(viewer: Viewer, task: Task) -> Act:
    return lambda: handling.accept(viewer=viewer, task_id=task.id, key=new_id())


@thrice
def test_two_dispatch(stage: Stage) -> None:
    case = stage.register(stage.file())
    worker = Assignee(worker=stage.city.person("worker").id)
    housing = Assignee(organisation=stage.city.department("housing").id)
    desk, leader = stage.viewer("community"), stage.viewer("leader")
    one_wins(
        lambda: dispatching.dispatch(viewer=desk, case_id=case.id, key=new_id(), lead=worker),
        lambda: dispatching.dispatch(viewer=leader, case_id=case.id, key=new_id(), lead=housing),
    )
    assert Task.objects.filter(case=case, kind="lead").count() == count(case, "dispatch") == 1


@thrice
def test_rated_twice(stage: Stage) -> None:
    case, resident = stage.closed(), stage.viewer("resident")

    def rate(*, solved: bool) -> Case:
        return closing.rate(
            viewer=resident, case_id=case.id, key=new_id(), contacted=True, solved=solved, satisfaction="satisfied"
        )

    winner = one_wins(lambda: rate(solved=True), lambda: rate(solved=False))
    assert Rating.objects.get(case=case).solved is (winner == 0)


@thrice
def test_signed_and_declined(stage: Stage) -> None:
    case = stage.whistled("housing", "urban_management")
    whistle = Whistle.objects.get(case=case)
    leader, district = stage.viewer("leader"), stage.viewer("district")
    winner = one_wins(
        lambda: whistling.sign(viewer=leader, whistle_id=whistle.id, key=new_id()),
        lambda: whistling.decline(viewer=district, whistle_id=whistle.id, key=new_id(), words="社区可自行处理"),
    )
    whistle.refresh_from_db()
    assert whistle.state == (WhistleState.SIGNED if winner == 0 else WhistleState.DECLINED)
    assert Task.objects.filter(whistle=whistle).count() == (2 if winner == 0 else 0)


@thrice
def test_answered_and_released(stage: Stage) -> None:
    department = stage.city.department("housing")
    case = stage.dispatch(stage.register(stage.file()), department.id)
    task = Task.objects.get(case=case, organisation=department)
    housing, desk = stage.viewer("housing"), stage.viewer("community")
    handling.accept(viewer=housing, task_id=task.id, key=new_id())
    winner = one_wins(
        lambda: handling.answer(viewer=housing, task_id=task.id, key=new_id(), words="已换管"),
        lambda: handling.release(viewer=desk, task_id=task.id, key=new_id(), reason="not_needed", words="不需要"),
    )
    task.refresh_from_db()
    assert task.state == (TaskState.ANSWERED if winner == 0 else TaskState.RELEASED)


@thrice
def test_the_last_department_answers_while_another_is_called(stage: Stage) -> None:
    case = stage.whistled("housing")
    whistle = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    task, police = Task.objects.get(whistle=whistle), stage.city.department("public_security")
    housing, leader = stage.viewer("housing"), stage.viewer("leader")
    whistling.report_in(viewer=housing, task_id=task.id, key=new_id())
    found = race(
        lambda: handling.answer(viewer=housing, task_id=task.id, key=new_id(), words="已换管"),
        lambda: whistling.call_department(viewer=leader, whistle_id=whistle.id, key=new_id(), organisation=police.id),
    )
    whistle.refresh_from_db()
    assert isinstance(found[0], Case)
    called = not isinstance(found[1], Refusal)
    assert (whistle.state == WhistleState.SIGNED) is called
    assert Task.objects.filter(whistle=whistle).count() == 1 + called


@thrice
def test_two_blow(stage: Stage) -> None:
    case = stage.accepted()
    worker, desk = stage.viewer("worker"), stage.viewer("community")
    departments = (stage.city.department("housing").id,)
    call = whistling.Call("daily", departments, "三栋", now() + timedelta(hours=1), "没有设备")
    one_wins(
        lambda: whistling.blow(viewer=worker, case_id=case.id, key=new_id(), call=call),
        lambda: whistling.blow(viewer=desk, case_id=case.id, key=new_id(), call=call),
    )
    assert Whistle.objects.filter(case=case).count() == 1


@thrice
def test_rated_and_reopened(stage: Stage) -> None:
    """A rating may come before the reopening, never after it."""
    case, resident = stage.closed(), stage.viewer("resident")
    rated, reopened = race(
        lambda: closing.rate(
            viewer=resident, case_id=case.id, key=new_id(), contacted=True, solved=False, satisfaction="dissatisfied"
        ),
        lambda: closing.reopen(viewer=resident, case_id=case.id, key=new_id(), words="又堵了"),
    )
    case.refresh_from_db()
    assert not isinstance(reopened, Refusal)
    assert isinstance(rated, Case | Conflict)
    assert (case.state, case.round) == (CaseState.DISPATCHED, 2)
    assert Rating.objects.filter(case=case).count() == isinstance(rated, Case)
    assert list(Step.objects.filter(case=case).values_list("seq", flat=True)) == list(range(1, case.steps_count + 1))


@thrice
def test_answered_and_withdrawn(stage: Stage) -> None:
    case = stage.accepted()
    task, worker, resident = stage.lead(case), stage.viewer("worker"), stage.viewer("resident")
    answered, withdrawn = race(
        lambda: handling.answer(viewer=worker, task_id=task.id, key=new_id(), words="已疏通"),
        lambda: filing.withdraw(viewer=resident, case_id=case.id, key=new_id()),
    )
    case.refresh_from_db()
    assert not isinstance(withdrawn, Refusal)
    assert isinstance(answered, Case | Conflict)
    assert case.state == CaseState.WITHDRAWN


@thrice
def test_one_filing_sent_four_times_at_once_is_one_case(stage: Stage) -> None:
    key = new_id()
    words = filing.Filing(what="路灯不亮", where=Where(area_code=stage.city.compound.code), phone="13800000009")
    found = race(*[lambda: filing.submit(viewer=Viewer.nobody(), key=key, filing=words)] * 4)
    assert {case.id for case in found} == {key}
    assert count(found[0], "submit") == 1


@thrice
def test_one_key_with_two_stories_is_one_case_and_a_refusal(stage: Stage) -> None:
    key, where = new_id(), Where(area_code=stage.city.compound.code)

    def file(what: str) -> Case:
        return filing.submit(viewer=Viewer.nobody(), key=key, filing=filing.Filing(what=what, where=where))

    winner = one_wins(lambda: file("路灯不亮"), lambda: file("井盖没了"))
    assert CaseText.objects.get(pk=key).description == ["路灯不亮", "井盖没了"][winner]


@thrice
def test_one_step_sent_twice_at_once_is_one_step(stage: Stage) -> None:
    case = stage.dispatch(stage.register(stage.file()))
    key, task, worker = new_id(), stage.lead(case), stage.viewer("worker")
    race(*[lambda: handling.accept(viewer=worker, task_id=task.id, key=key)] * 3)
    assert count(case, "accept") == 1


def test_two_sweeps_at_once_ring_once(stage: Stage) -> None:
    cases = [stage.dispatch(stage.register(stage.file())) for _ in range(4)]
    past = now() - timedelta(minutes=5)
    Task.objects.filter(case__in=cases).update(remind_at=past, next_escalation_at=past)
    total: Counter[str] = Counter()
    for swept in race(clocks.sweep, clocks.sweep, clocks.sweep):
        total.update(swept)
    assert total == {"resumed": 0, "reminded": 4, "escalated": 4}
    for case in cases:
        assert (count(case, "remind"), count(case, "escalate")) == (1, 1)


def test_more_time_granted_as_the_limit_passes_or_escalated_never_both(stage: Stage) -> None:
    case = stage.accepted()
    task = stage.lead(case)
    extending.ask_extension(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), amount=1, words="等配件到货")
    extending.endorse_extension(viewer=stage.viewer("secretary"), task_id=task.id, key=new_id())
    Task.objects.filter(pk=task.id).update(due_at=now() + timedelta(seconds=1), next_escalation_at=now())
    desk = stage.viewer("subdistrict")
    race(
        lambda: extending.grant_extension(viewer=desk, task_id=task.id, key=new_id()),
        lambda: clocks.escalate(task.id, now()),
    )
    task.refresh_from_db()
    assert count(case, "grant_extension") == 1
    assert count(case, "escalate") <= 1
    assert task.next_escalation_at is not None
    assert task.next_escalation_at > now(), "whoever came first, the alarm rings again only later"


def test_put_on_hold_or_answered_at_once(stage: Stage) -> None:
    case = stage.accepted()
    task, worker, until = stage.lead(case), stage.viewer("worker"), city_date(now()) + timedelta(days=30)
    holding.ask_hold(viewer=worker, task_id=task.id, key=new_id(), until=until, words="等雨季过后再挖")
    desk = stage.viewer("subdistrict")
    won = one_wins(
        lambda: holding.hold(viewer=desk, task_id=task.id, key=new_id(), until=until, words="同意"),
        lambda: handling.answer(viewer=worker, task_id=task.id, key=new_id(), words="已疏通"),
    )
    task.refresh_from_db()
    assert task.state == (TaskState.HELD, TaskState.ANSWERED)[won]
    assert (task.resume_at is not None) == (won == 0)
    assert Case.objects.get(pk=case.pk).state == (CaseState.HELD, CaseState.ANSWERED)[won]


def test_a_hold_ends_once_however_many_sweeps_run(stage: Stage) -> None:
    case = stage.accepted()
    task, until = stage.lead(case), city_date(now()) + timedelta(days=1)
    holding.ask_hold(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), until=until, words="等配件")
    holding.hold(viewer=stage.viewer("subdistrict"), task_id=task.id, key=new_id(), until=until, words="同意")
    Task.objects.filter(pk=task.id).update(resume_at=now())
    desk = stage.viewer("subdistrict")
    race(clocks.sweep, clocks.sweep, lambda: holding.resume(viewer=desk, task_id=task.id, key=new_id()))
    assert count(case, "resume") == 1
    assert Case.objects.get(pk=case.pk).state == CaseState.WORKING
