"""“Has it held?”: who is asked and how, what a “no” does, and the page residents answer on."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from dongli.cases import links
from dongli.cases.actions import follow_ups
from dongli.cases.actions import problems as problem_actions
from dongli.cases.models import CaseContact, FollowUpQuestion
from dongli.cases.tests.test_problems import accept, make_case
from dongli.common.clock import now
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Conflict
from dongli.common.ids import new_id
from dongli.duties import actions as duties
from dongli.duties.models import Duty, DutyState, FollowUp, Outcome
from dongli.notices.models import Delivery, Notification
from dongli.people.models import User
from tests.cast import City, log_in

AFTER = timedelta(days=31)


def by_phone(city: City, phone: str) -> None:
    case = make_case(city, place=city.compound)
    CaseContact.objects.create(case=case, name="某某", phone=phone, phone_hash=keyed_hash(phone))


def solved(city: City) -> Duty:
    """A problem of whatever cases there are, taken on and reported fulfilled."""
    (problem,) = problem_actions.propose_problems()
    accept(city, problem)
    duty = Duty.objects.get()
    return duties.close_duty(viewer=city.viewer("housing"), duty_id=duty.id, key=new_id(), evidence="全线换管")


@pytest.fixture
def duty(city: City) -> Duty:
    """Two residents with accounts (one of them twice, once by telephone), two with telephones, one anonymous."""
    resident = city.person("resident")
    make_case(city, place=city.compound, resident=resident)
    make_case(city, place=city.compound, resident=resident)
    make_case(city, place=city.compound, resident=city.person("resident-2"))
    by_phone(city, "13800000001")
    by_phone(city, "13900000003")
    by_phone(city, "13900000004")
    make_case(city, place=city.compound)
    return solved(city)


def ask() -> int:
    with time_machine.travel(now() + AFTER, tick=True):
        return follow_ups.ask_due()


def state(duty: Duty) -> str:
    return Duty.objects.values_list("state", flat=True).get(pk=duty.pk)


def answer(question: FollowUpQuestion, *, held: bool) -> FollowUpQuestion:
    return follow_ups.answer_question(question_id=question.id, held=held)


def test_everybody_concerned_is_asked_once_by_account_or_by_telephone(city: City, duty: Duty) -> None:
    assert follow_ups.ask_due() == 0, "not before its day"
    assert ask() == 4
    assert ask() == 0, "and once"
    assert Notification.objects.filter(kind="cases.follow_up").count() == 2
    texts = list(Delivery.objects.filter(kind="link"))
    assert {one.address for one in texts} == {"13900000003", "13900000004"}
    assert all("/held/" in one.body for one in texts)


def test_a_few_no_leave_it_and_more_than_the_share_take_the_duty_up_again(
    city: City, duty: Duty, settings: Settings
) -> None:
    settings.FOLLOW_UP_PERCENT = 25
    ask()
    first, second, third, _fourth = FollowUpQuestion.objects.order_by("id")
    answer(first, held=False)
    assert state(duty) == DutyState.DONE, "one of four is not above a quarter"
    answer(second, held=True)
    answer(third, held=False)
    assert state(duty) == DutyState.REOPENED
    told = FollowUp.objects.get(duty=duty, days=30)
    assert told.outcome == Outcome.NOT_HELD
    step = duty.steps.get(verb="reopen")
    assert (step.actor, step.data["asked"], step.data["noes"]) == (None, 4, 2)


def test_an_answer_is_given_once_and_not_too_late(city: City, duty: Duty) -> None:
    ask()
    first, second = FollowUpQuestion.objects.order_by("id")[:2]
    answer(first, held=True)
    assert answer(first, held=True).held is True, "a repeat is no error"
    with pytest.raises(Conflict):
        answer(first, held=False)
    duties.record_follow_up(follow_up_id=first.follow_up_id, outcome=Outcome.HELD)
    with pytest.raises(Conflict):
        answer(second, held=False)


@pytest.mark.parametrize(
    ("answers", "outcome", "after"),
    [
        ([], Outcome.NO_ANSWER, DutyState.DONE),
        ([True], Outcome.HELD, DutyState.DONE),
        ([True, True, False], Outcome.NOT_HELD, DutyState.REOPENED),
    ],
)
def test_after_two_weeks_the_answers_there_are_decide(
    city: City, duty: Duty, settings: Settings, answers: list[bool], outcome: Outcome, after: str
) -> None:
    settings.FOLLOW_UP_PERCENT = 30
    ask()
    for question, held in zip(FollowUpQuestion.objects.order_by("id"), answers, strict=False):
        answer(question, held=held)
    with time_machine.travel(now() + AFTER + timedelta(days=10), tick=True):
        assert follow_ups.settle_due() == 0
    with time_machine.travel(now() + AFTER + timedelta(days=15), tick=True):
        assert follow_ups.settle_due() == 1
        assert follow_ups.settle_due() == 0
    assert (FollowUp.objects.get(duty=duty, days=30).outcome, state(duty)) == (outcome, after)


def test_where_everybody_was_anonymous_nobody_answers(city: City) -> None:
    for _ in range(3):
        make_case(city, place=city.compound)
    duty = solved(city)
    assert ask() == 0
    assert FollowUp.objects.get(duty=duty, days=30).outcome == Outcome.NO_ANSWER


def test_after_ninety_days_they_are_asked_again(city: City, duty: Duty) -> None:
    ask()
    with time_machine.travel(now() + timedelta(days=91), tick=True):
        follow_ups.settle_due()
        assert follow_ups.ask_due() == 4


# The page


@pytest.fixture
def questions(city: City, duty: Duty) -> list[FollowUpQuestion]:
    ask()
    return list(FollowUpQuestion.objects.select_related("case").order_by("id"))


def page(address: str, user: User | None = None, **fields: str) -> Any:
    client = Client()
    if user is not None:
        log_in(client, user)
    return client.post(address, fields) if fields else client.get(address)


def test_the_link_opens_one_question_and_says_nothing_of_the_case(questions: list[FollowUpQuestion]) -> None:
    question = next(one for one in questions if one.case.resident_id is None)
    address = links.question_path(question)
    shown = page(address)
    assert shown.status_code == 200
    assert "全线换管" in shown.content.decode()
    assert question.case.number not in shown.content.decode()
    assert "王阿姨" not in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store, private"
    assert page(address, held="maybe").status_code == 422
    assert page(address, held="yes").status_code == 302
    assert FollowUpQuestion.objects.get(pk=question.pk).held is True
    assert page(address, held="no").status_code == 409
    assert page(address).status_code == 200


def test_a_wrong_token_or_id_opens_nothing(questions: list[FollowUpQuestion]) -> None:
    one, other = questions[:2]
    for token in ("x", "é" * 40, links.question_token(other)):
        assert page(reverse("question_link", args=[one.id, token])).status_code == 404
    assert page(reverse("question_link", args=[new_id(), links.question_token(one)])).status_code == 404


def test_by_account_only_whoever_filed_answers(city: City, questions: list[FollowUpQuestion]) -> None:
    question = next(one for one in questions if one.case.resident_id == city.person("resident").id)
    address = links.question_page(question)
    assert page(address).status_code == 302, "to the log-in"
    for name in ("resident-2", "secretary", "housing"):
        assert page(address, city.person(name)).status_code == 404
    assert page(address, city.person("resident"), held="yes").status_code == 302
    assert FollowUpQuestion.objects.get(pk=question.pk).held is True
