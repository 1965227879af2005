"""“Has it held?”: some time after a problem was solved the residents concerned are asked, and a “no” counts."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.cases import links
from dongli.cases.models import Case
from dongli.cases.models.problem import FollowUpQuestion, Problem
from dongli.cases.queries.problems import SOURCE
from dongli.common.clock import now, today
from dongli.common.errors import Conflict
from dongli.duties import actions as duties
from dongli.duties import queries as duty_queries
from dongli.duties.models import DutyState, FollowUp, Outcome
from dongli.notices import kinds
from dongli.notices.actions import notify, send_question

ANSWER_DAYS = 14

kinds.register("cases.follow_up", gettext_noop("A problem near you was reported solved. Has it held?"))


def ask_due() -> int:
    """Ask for every follow-up that is due today; how many people were asked. Safe to run twice at once."""
    return sum(_ask(one.id) for one in duty_queries.to_ask(SOURCE, today()))


@transaction.atomic
def _ask(follow_up_id: UUID) -> int:
    follow_up = duties.mark_asked(follow_up_id=follow_up_id)
    if follow_up is None:
        return 0
    problem = Problem.objects.get(pk=follow_up.duty.source_id)
    cases = list(_one_each(_reachable(problem)))
    if not cases:
        duties.record_follow_up(follow_up_id=follow_up_id, outcome=Outcome.NO_ANSWER)
        return 0
    questions = FollowUpQuestion.objects.bulk_create(
        FollowUpQuestion(follow_up=follow_up, problem=problem, case=case) for case in cases
    )
    for question in questions:
        _send(question)
    return len(questions)


def _reachable(problem: Problem) -> Iterable[Case]:
    """The cases behind a problem whose resident has an account (these first) or left a telephone number."""
    filled = Q(resident__isnull=False) | Q(contact__phone_hash__gt="")
    rows = Case.objects.filter(filled, problem_link__problem=problem).select_related("resident", "contact")
    return sorted(rows.order_by("-id"), key=lambda case: case.resident_id is None)


def _one_each(cases: Iterable[Case]) -> Iterable[Case]:
    """One case for every person, however often they filed and whether by account or by telephone."""
    seen: set[str] = set()
    for case in cases:
        contact = getattr(case, "contact", None)
        marks = {contact.phone_hash} if contact is not None and contact.phone_hash else set()
        if case.resident is not None:
            marks |= {str(case.resident.id)} | ({case.resident.phone_hash} if case.resident.phone_hash else set())
        if not marks & seen:
            yield case
        seen |= marks


def _send(question: FollowUpQuestion) -> None:
    """To the account where there is one, else to the telephone."""
    case = question.case
    if case.resident is not None:
        notify(users=[case.resident], kind="cases.follow_up", params={}, url=links.question_page(question))
    else:
        send_question(phone=case.contact.phone, url=links.question_path(question))


@transaction.atomic
def answer_question(*, question_id: UUID, held: bool) -> FollowUpQuestion:
    """A resident's answer: once. The caller has made sure whose question it is. Raises `Conflict` when it is too late.

    As soon as the share of “no” among all who were asked passes the limit, the duty is taken up again.
    """
    rows = FollowUpQuestion.objects.select_for_update(of=("self",)).select_related("follow_up__duty")
    question = rows.get(pk=question_id)
    if question.held is not None:
        if question.held == held:
            return question
        raise Conflict("answered_already", _("This has been answered already."))
    if not is_open(question):
        raise Conflict("too_late", _("The time to answer is over. If the trouble is back, please file it again."))
    question.held, question.answered_at = held, now()
    question.save(update_fields=["held", "answered_at"])
    if not held:
        _judge(question.follow_up_id)
    return question


def _judge(follow_up_id: UUID) -> None:
    """Settle at once when more than the allowed share of all who were asked has said “no”."""
    follow_up = FollowUp.objects.select_related("duty").get(pk=follow_up_id)
    duties.lock_duty(follow_up.duty_id)
    counted = _counts(follow_up_id)
    if _too_many(counted["noes"], counted["asked"]):
        duties.record_follow_up(follow_up_id=follow_up_id, outcome=Outcome.NOT_HELD, data=counted)


def settle_due() -> int:
    """Settle every follow-up that has been asked for two weeks, by the answers there are; how many were settled."""
    asked_before = now() - timedelta(days=ANSWER_DAYS)
    ids = duty_queries.to_settle(SOURCE).filter(asked_at__lte=asked_before).values_list("id", flat=True)
    return sum(_settle(one) for one in list(ids))


@transaction.atomic
def _settle(follow_up_id: UUID) -> int:
    follow_up = FollowUp.objects.select_related("duty").get(pk=follow_up_id)
    duties.lock_duty(follow_up.duty_id)
    counted = _counts(follow_up_id)
    outcome = Outcome.HELD if counted["answered"] else Outcome.NO_ANSWER
    if _too_many(counted["noes"], counted["answered"]):
        outcome = Outcome.NOT_HELD
    return int(duties.record_follow_up(follow_up_id=follow_up_id, outcome=outcome, data=counted) is not None)


def _counts(follow_up_id: UUID) -> dict[str, int]:
    rows = FollowUpQuestion.objects.filter(follow_up=follow_up_id)
    return rows.aggregate(
        asked=Count("pk"), answered=Count("pk", filter=Q(held__isnull=False)), noes=Count("pk", filter=Q(held=False))
    )


def _too_many(noes: int, among: int) -> bool:
    return noes * 100 > among * settings.FOLLOW_UP_PERCENT


def is_open(question: FollowUpQuestion) -> bool:
    """Whether an answer still counts."""
    follow_up = question.follow_up
    alive = follow_up.closing == follow_up.duty.closings and follow_up.duty.state == DutyState.DONE
    return question.held is None and not follow_up.outcome and alive
