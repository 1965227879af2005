"""One answer to many cases: asked once, sent after a short wait unless it is undone, each case by its own step."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.cases import access
from dongli.cases.actions import handling
from dongli.cases.models import BulkAnswer, BulkMember, Case, Task, TaskKind, Whistle
from dongli.cases.models.bulk import BulkOutcome, BulkState
from dongli.cases.queries.detail import live_lead
from dongli.cases.workflow import LIVE_TASK_STATES, OPEN_TASK_STATES, OPEN_WHISTLE_STATES, TaskState, transition
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotFound, Refusal
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people.viewer import Viewer

MOST = 200
KEPT_FOR = timedelta(days=30)
FORGOTTEN_AFTER = timedelta(seconds=30)
_log = logging.getLogger(__name__)

kinds.register(
    "cases.bulk_answer",
    gettext_noop("Your answer to many: %(answered)s answered, %(refused)s not"),
)


@dataclass(frozen=True)
class Sorting:
    """What an answer to many would do: the lead tasks that can be answered, and the cases left out, with why."""

    fit: list[Task]
    left_out: list[tuple[Case, str]]


def sort_out(viewer: Viewer, cases: Sequence[Case]) -> Sorting:
    """Which of `cases` (seen by the viewer) are theirs to answer now. Three statements, however many cases."""
    keys = [case.id for case in cases]
    tasks: dict[UUID, list[Task]] = {}
    live = Task.objects.filter(case__in=keys, state__in=sorted(LIVE_TASK_STATES)).select_related("organisation")
    for task in live.order_by("id"):
        tasks.setdefault(task.case_id, []).append(task)
    open_whistles = Whistle.objects.filter(case__in=keys, state__in=sorted(OPEN_WHISTLE_STATES))
    whistled = set(open_whistles.values_list("case_id", flat=True))
    fit, left_out = [], []
    for case in cases:
        lead = live_lead(case, tasks.get(case.id, []))
        why = _why_not(viewer, case, lead, tasks.get(case.id, []), whistled=case.id in whistled)
        if why or lead is None:
            left_out.append((case, why))
        else:
            fit.append(lead)
    return Sorting(fit, left_out)


def _why_not(viewer: Viewer, case: Case, lead: Task | None, tasks: list[Task], *, whistled: bool) -> str:
    """Why this case cannot be answered now; empty when it can."""
    if lead is None:
        return _("Nobody has it in hand: it is now “%(state)s”.") % {"state": case.get_state_display()}
    if not access.holds(viewer, case, lead):
        return _("It is with somebody else.")
    if lead.state == TaskState.DISPATCHED:
        return _("Accept it first.")
    if lead.state not in transition("answer").sources:
        return _("It is now “%(state)s”.") % {"state": TaskState(lead.state).label}
    if whistled:
        return _("Its whistle is not finished yet.")
    if any(task.kind == TaskKind.COHANDLER and task.state in OPEN_TASK_STATES for task in tasks):
        return _("A co-handler is still at work on it.")
    return ""


@transaction.atomic
def ask(*, viewer: Viewer, key: UUID, case_ids: Sequence[UUID], words: str) -> BulkAnswer:
    """Answer the leads of these cases with `words` after the wait; a job is scheduled for that moment.

    The same key is the same answer. Raises `Invalid` when there are no words, no case that can be answered, or more
    than 200.
    """
    from dongli.cases.tasks import send_bulk_answer

    text = clean(words, field="words", max_length=handling.MAX_WORDS, required=True)
    earlier = BulkAnswer.objects.filter(pk=key).first()
    if earlier is not None:
        return _same(earlier, viewer)
    if len(case_ids) > MOST:
        message = _("Please choose at most %(count)d cases at once.") % {"count": MOST}
        raise Invalid("too_many_cases", message, field="cases")
    cases = Case.objects.filter(access.visible(viewer), pk__in=list(case_ids)).select_related("community", "desk")
    fit = sort_out(viewer, list(cases.order_by("-id"))).fit
    if not fit:
        raise Invalid("nothing_to_answer", _("None of the cases chosen can be answered by you now."), field="cases")
    send_at = now() + timedelta(seconds=settings.UNDO_SECONDS)
    bulk = BulkAnswer.objects.create(id=key, user=viewer.known, words=text, send_at=send_at)
    BulkMember.objects.bulk_create(BulkMember(bulk=bulk, case_id=task.case_id, task=task) for task in fit)
    send_bulk_answer.configure(schedule_at=send_at).defer(bulk_id=str(bulk.pk))
    return bulk


def _same(earlier: BulkAnswer, viewer: Viewer) -> BulkAnswer:
    if earlier.user_id != viewer.known.id:
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


@transaction.atomic
def undo(*, viewer: Viewer, bulk_id: UUID) -> BulkAnswer:
    """Call the answer back while it waits; undone twice is undone. Raises `Conflict` once it is being sent."""
    bulk = BulkAnswer.objects.select_for_update().filter(pk=bulk_id, user=viewer.known).first()
    if bulk is None:
        raise NotFound("no_bulk_answer", _("There is no such answer."))
    if bulk.state == BulkState.UNDONE:
        return bulk
    if bulk.state != BulkState.WAITING:
        raise Conflict("sent_already", _("It is being sent already. Each case says below what became of it."))
    bulk.state, bulk.ended_at = BulkState.UNDONE, now()
    bulk.save(update_fields=["state", "ended_at"])
    return bulk


def send(bulk_id: UUID) -> None:
    """Send an answer whose wait is over: each case once, whoever sends and however often. A dead job is taken up."""
    bulk = _begin(bulk_id)
    if bulk is None:
        return
    viewer = Viewer.of(bulk.user)
    pending = BulkMember.objects.filter(bulk=bulk, outcome=BulkOutcome.PENDING)
    for member_id in list(pending.values_list("pk", flat=True)):
        with translation.override(bulk.user.language or settings.LANGUAGE_CODE):
            _answer_one(viewer, bulk, member_id)
    _end(bulk_id)


@transaction.atomic
def _begin(bulk_id: UUID) -> BulkAnswer | None:
    """The answer, from now on being sent; None when it was undone, has been sent, or still waits."""
    bulk = BulkAnswer.objects.select_for_update(of=("self",)).select_related("user").filter(pk=bulk_id).first()
    if bulk is None or (bulk.state == BulkState.WAITING and bulk.send_at > now()):
        return None
    if bulk.state == BulkState.WAITING:
        bulk.state = BulkState.SENDING
        bulk.save(update_fields=["state"])
    return bulk if bulk.state == BulkState.SENDING else None


@transaction.atomic
def _answer_one(viewer: Viewer, bulk: BulkAnswer, member_id: UUID) -> None:
    """One case: its step and what became of it are stored together or not at all."""
    member = BulkMember.objects.select_for_update().get(pk=member_id)
    if member.outcome != BulkOutcome.PENDING:
        return
    try:
        with transaction.atomic():
            handling.answer(viewer=viewer, task_id=member.task_id, key=member.step_id, words=bulk.words)
    except Refusal as refusal:
        member.outcome, member.refusal = BulkOutcome.REFUSED, str(refusal.message)[:300]
    else:
        member.outcome = BulkOutcome.ANSWERED
    member.save(update_fields=["outcome", "refusal"])


@transaction.atomic
def _end(bulk_id: UUID) -> None:
    bulk = BulkAnswer.objects.select_for_update(of=("self",)).select_related("user").get(pk=bulk_id)
    outcomes = list(bulk.members.values_list("outcome", flat=True))
    if bulk.state != BulkState.SENDING or BulkOutcome.PENDING in outcomes:
        return
    bulk.state, bulk.ended_at, bulk.words = BulkState.SENT, now(), ""
    bulk.save(update_fields=["state", "ended_at", "words"])
    tally = {"answered": outcomes.count(BulkOutcome.ANSWERED), "refused": outcomes.count(BulkOutcome.REFUSED)}
    notify(users=[bulk.user], kind="cases.bulk_answer", params=tally, url=reverse("bulk_answer", args=[bulk.pk]))


def take_up() -> int:
    """Send what a job should have sent by now (a worker was down, or died halfway); how many there were."""
    waiting = BulkAnswer.objects.filter(state__in=[BulkState.WAITING, BulkState.SENDING])
    late = list(
        waiting.filter(send_at__lt=now() - FORGOTTEN_AFTER).order_by("send_at").values_list("pk", flat=True)[:50]
    )
    for key in late:
        try:
            send(key)
        except Exception:  # one that cannot be sent must not keep the others waiting
            _log.exception("answer %s could not be sent", key)
    return len(late)


def forget_old() -> int:
    """Forget answers to many after a month: each case's own step stays."""
    old = list(BulkAnswer.objects.filter(created_at__lt=now() - KEPT_FOR).values_list("pk", flat=True)[:1000])
    BulkAnswer.objects.filter(pk__in=old).delete()
    return len(old)
