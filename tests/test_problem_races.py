"""Two people at the same moment, about problems, duties and follow-ups: one wins, the other is told; never an error."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dongli.cases.actions import follow_ups
from dongli.cases.actions import problems as actions
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import FollowUpQuestion, Problem, ProblemCase
from dongli.cases.tests.test_problems import acceptance, in_compound, make_case
from dongli.common.clock import today
from dongli.common.errors import Conflict, Refusal
from dongli.common.ids import new_id
from dongli.duties import actions as duties
from dongli.duties.models import Duty, DutyStep, FollowUp, Outcome
from tests.cast import City, make_city
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

Act = Callable[[], Any]


@pytest.fixture
def city() -> City:
    load_policy()
    return make_city()


def one_wins(*acts: Act) -> None:
    """One act comes through; every other is refused as too late."""
    found = race(*acts)
    for one in found:
        if isinstance(one, Exception) and not isinstance(one, Refusal):
            raise one
    losers = [one for one in found if isinstance(one, Refusal)]
    assert len(losers) == len(acts) - 1, found
    assert all(isinstance(one, Conflict) and str(one) for one in losers), losers


def taken_on(city: City) -> Duty:
    in_compound(city)
    (problem,) = actions.propose_problems()
    viewer = city.viewer("secretary")
    actions.accept_problem(viewer=viewer, problem_id=problem.id, key=new_id(), acceptance=acceptance(city))
    return Duty.objects.get()


def fulfilled(city: City) -> Duty:
    duty = taken_on(city)
    return duties.close_duty(viewer=city.viewer("housing"), duty_id=duty.id, key=new_id(), evidence="已换管")


def test_two_take_the_same_problem_on(city: City) -> None:
    in_compound(city)
    (problem,) = actions.propose_problems()

    def accepting(name: str) -> Act:
        viewer = city.viewer(name)
        return lambda: actions.accept_problem(
            viewer=viewer, problem_id=problem.id, key=new_id(), acceptance=acceptance(city)
        )

    one_wins(accepting("secretary"), accepting("leader"))
    assert Duty.objects.count() == DutyStep.objects.count() == 1


def test_taken_on_and_left_alone(city: City) -> None:
    in_compound(city)
    (problem,) = actions.propose_problems()
    secretary, leader = city.viewer("secretary"), city.viewer("leader")
    one_wins(
        lambda: actions.accept_problem(
            viewer=secretary, problem_id=problem.id, key=new_id(), acceptance=acceptance(city)
        ),
        lambda: actions.reject_problem(viewer=leader, problem_id=problem.id, reason="已列入改造"),
    )
    assert Duty.objects.count() == Problem.objects.filter(state="accepted").count()


def test_one_form_sent_twice_at_once_is_one_duty(city: City) -> None:
    in_compound(city)
    (problem,) = actions.propose_problems()
    key, viewer = new_id(), city.viewer("secretary")

    def accept() -> Problem:
        return actions.accept_problem(viewer=viewer, problem_id=problem.id, key=key, acceptance=acceptance(city))

    first, second = race(accept, accept)
    assert first == second == problem
    assert Duty.objects.count() == 1


def test_two_nights_at_once_propose_once(city: City) -> None:
    in_compound(city, 4)
    found = race(actions.propose_problems, actions.propose_problems)
    assert sorted(len(one) for one in found) == [0, 1], found
    assert ProblemCase.objects.count() == 4


def test_fulfilled_and_dropped(city: City) -> None:
    duty = taken_on(city)
    housing, secretary = city.viewer("housing"), city.viewer("secretary")
    one_wins(
        lambda: duties.close_duty(viewer=housing, duty_id=duty.id, key=new_id(), evidence="已换管"),
        lambda: duties.drop_duty(viewer=secretary, duty_id=duty.id, key=new_id(), reason="并案"),
    )
    assert DutyStep.objects.filter(duty=duty).count() == 2


def test_taken_up_again_by_hand_and_by_its_follow_up_is_once(city: City) -> None:
    duty = fulfilled(city)
    follow_up = FollowUp.objects.get(duty=duty, days=30)
    secretary = city.viewer("secretary")
    found = race(
        lambda: duties.reopen_duty(
            viewer=secretary, duty_id=duty.id, key=new_id(), reason="又堵了", due_on=today() + timedelta(days=9)
        ),
        lambda: duties.record_follow_up(follow_up_id=follow_up.id, outcome=Outcome.NOT_HELD),
    )
    assert all(not isinstance(one, Exception) or isinstance(one, Conflict) for one in found), found
    assert DutyStep.objects.filter(duty=duty, verb="reopen").count() == 1


def test_two_sweeps_ask_once_and_two_noes_at_once_take_it_up_once(city: City) -> None:
    for name in ("resident", "resident-2"):
        make_case(city, place=city.compound, resident=city.person(name))
    duty = fulfilled(city)
    FollowUp.objects.filter(duty=duty, days=30).update(due_on=today())
    assert sorted(race(follow_ups.ask_due, follow_ups.ask_due)) == [0, 2]
    first, second = FollowUpQuestion.objects.all()
    found = race(
        lambda: follow_ups.answer_question(question_id=first.id, held=False),
        lambda: follow_ups.answer_question(question_id=second.id, held=False),
    )
    assert all(not isinstance(one, Exception) or isinstance(one, Conflict) for one in found), found
    assert DutyStep.objects.filter(duty=duty, verb="reopen").count() == 1
