"""Two people round a whistle or a letter at the same moment: one wins, the other is told; numbers stay without gaps."""

from datetime import timedelta

import pytest
from django.conf import settings

from dongli.cases.actions import assigning, ringing, whistle_ratings, whistling
from dongli.cases.actions.assigning import Duty
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, Letter, Step, Task, Whistle, WhistleRating
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import TaskState, WhistleState
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import Grant, Role, User
from dongli.people.viewer import Viewer
from tests.cast import make_city
from tests.test_races import count, one_wins, race, thrice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def stage() -> Stage:
    load_policy()
    return Stage(make_city())


def emergency(stage: Stage) -> Whistle:
    """An emergency whistle for housing that waits for its signature."""
    return Whistle.objects.get(case=stage.whistled("housing", kind="emergency"))


def signed(stage: Stage) -> Task:
    """Housing's part in an emergency that rings."""
    whistle = emergency(stage)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    return Task.objects.get(whistle=whistle)


def colleague(stage: Stage) -> Viewer:
    """A second officer of housing."""
    user, made = User.objects.get_or_create(username="second-officer", defaults={"name": "第二位"})
    if made:
        housing = stage.city.department("housing")
        Grant.objects.create(user=user, role=Role.DEPARTMENT_OFFICER, organisation=housing)
    return Viewer.of(user)


@thrice
def test_two_officers_acknowledge(stage: Stage) -> None:
    task = signed(stage)
    viewers = [stage.viewer("housing"), colleague(stage)]
    winner = one_wins(
        lambda: ringing.acknowledge(viewer=viewers[0], task_id=task.id, key=new_id()),
        lambda: ringing.acknowledge(viewer=viewers[1], task_id=task.id, key=new_id()),
    )
    task.refresh_from_db()
    assert (task.acknowledged_by, task.ring_at) == (viewers[winner].user, None)
    assert count(task.case, "acknowledge") == 1


@thrice
def test_it_rings_while_it_is_acknowledged(stage: Stage) -> None:
    task, housing = signed(stage), stage.viewer("housing")
    moment = now() + timedelta(minutes=settings.RING_MINUTES)
    race(
        lambda: ringing.ring(task.id, moment),
        lambda: ringing.acknowledge(viewer=housing, task_id=task.id, key=new_id()),
        lambda: ringing.ring(task.id, moment),
    )
    task.refresh_from_db()
    assert (task.ring_at, task.rings <= 1, task.acknowledged_at is not None) == (None, True, True)


@thrice
def test_one_officer_acknowledges_while_another_reports_in(stage: Stage) -> None:
    task = signed(stage)
    first, second = stage.viewer("housing"), colleague(stage)
    race(
        lambda: ringing.acknowledge(viewer=first, task_id=task.id, key=new_id()),
        lambda: whistling.report_in(viewer=second, task_id=task.id, key=new_id()),
    )
    task.refresh_from_db()
    assert (task.state, task.ring_at) == (TaskState.REPORTED_IN, None)


@thrice
def test_an_emergency_is_signed_by_two_and_by_itself(stage: Stage) -> None:
    whistle = emergency(stage)
    moment = now() + timedelta(minutes=settings.EMERGENCY_SIGN_MINUTES)
    secretary, leader = stage.viewer("secretary"), stage.viewer("leader")
    race(
        lambda: whistling.sign(viewer=secretary, whistle_id=whistle.id, key=new_id()),
        lambda: ringing.sign_unsigned(whistle.id, moment),
        lambda: whistling.sign(viewer=leader, whistle_id=whistle.id, key=new_id()),
    )
    whistle.refresh_from_db()
    assert whistle.state == WhistleState.SIGNED
    assert (Task.objects.filter(whistle=whistle).count(), count(whistle.case, "sign")) == (1, 1)


@thrice
def test_a_part_is_rated_twice(stage: Stage) -> None:
    task = signed(stage)
    whistle_id = task.whistle_id
    assert whistle_id is not None
    Whistle.objects.filter(pk=whistle_id).update(state=WhistleState.DONE, ended_at=now())
    Task.objects.filter(pk=task.id).update(state=TaskState.ANSWERED, ended_at=now())
    worker, officers = stage.viewer("worker"), [stage.viewer("housing"), colleague(stage)]

    def rate(helpful: str) -> Case:
        return whistle_ratings.rate_response(
            viewer=worker, whistle_id=whistle_id, key=new_id(), task_id=task.id, in_time="late", helpful=helpful
        )

    def judge(viewer: Viewer, *, founded: bool) -> Case:
        return whistle_ratings.judge_whistle(
            viewer=viewer, whistle_id=whistle_id, key=new_id(), task_id=task.id, founded=founded
        )

    winner = one_wins(lambda: rate("helpful"), lambda: rate("not_helpful"))
    assert WhistleRating.objects.get(task=task, side="whistler").helpful == ("helpful", "not_helpful")[winner]
    winner = one_wins(lambda: judge(officers[0], founded=True), lambda: judge(officers[1], founded=False))
    assert WhistleRating.objects.get(task=task, side="department").founded is (winner == 0)


@thrice
def test_a_desk_writes_several_letters_at_once(stage: Stage) -> None:
    cases = [stage.register(stage.file()) for _turn in range(4)]
    housing, urban = (stage.city.department(name).id for name in ("housing", "urban_management"))
    desk = stage.viewer("community")
    before = Letter.objects.count()

    def assign(case: Case) -> Case:
        return assigning.assign_jointly(
            viewer=desk,
            case_id=case.id,
            key=new_id(),
            lead=Assignee(organisation=housing),
            words="牵头",
            cohandlers=[Duty(urban, "配合")],
        )

    found = race(*[lambda case=case: assign(case) for case in cases])
    assert all(isinstance(one, Case) for one in found), found
    assert sorted(Letter.objects.values_list("serial", flat=True)) == list(range(1, before + 5))
    assert Step.objects.filter(verb="assign_jointly").count() == before + 4
