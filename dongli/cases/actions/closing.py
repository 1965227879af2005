"""The end of the loop: the community checks and closes, the resident rates or says it is not solved."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, level_policies, promises
from dongli.cases.actions import merging
from dongli.cases.actions.dispatching import Assignee, lead_task, may_lead
from dongli.cases.actions.filing import attach_photos
from dongli.cases.models import Case, Rating, RatingText, Task
from dongli.cases.models.history import Satisfaction
from dongli.cases.work import Work, begin
from dongli.cases.workflow import TaskState
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.organisations.queries import standing_heir
from dongli.people.viewer import Viewer

MAX_WORDS = 2000


@transaction.atomic
def check(
    *, viewer: Viewer, case_id: UUID, key: UUID, words: str = "", photos: tuple[UUID, ...] = (), draft_key: str = ""
) -> Case:
    """Confirm on the spot (or by call) that the answer is true; whoever answered cannot check."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    work = begin("check", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    work.case.checked_at = work.moment
    step = work.step("check", words=text)
    case = work.finish()
    attach_photos(case, photos, draft_key, phase="after", step_id=step.id)
    return case


@transaction.atomic
def fail_check(*, viewer: Viewer, case_id: UUID, key: UUID, words: str) -> Case:
    """The answer does not hold: the case goes back to its lead for a second handling."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("fail_check", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    work.case.checked_at = None
    start_again(work)
    work.step("fail_check", words=text, task=work.lead)
    return alerts.finish(work, "fail_check")


@transaction.atomic
def close(*, viewer: Viewer, case_id: UUID, key: UUID, words: str) -> Case:
    """Close a checked case with the answer the resident reads; the resident may then rate it."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("close", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    work.case.closed_at = work.moment
    work.case.closings += 1
    work.step("close", words=text, data={"closing": work.case.closings})
    return alerts.finish(work, "close")


@transaction.atomic
def rate(
    *, viewer: Viewer, case_id: UUID, key: UUID, contacted: bool, solved: bool, satisfaction: str, words: str = ""
) -> Case:
    """The resident's answer to this closing: once, and final. Raises `Conflict` when late or given already."""
    text = clean(words, field="words", max_length=1000)
    if satisfaction not in Satisfaction.values:
        raise Invalid("unknown_answer", _("Please choose one of the answers."), field="satisfaction")
    work = begin("rate", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    _within_window(work)
    rating = Rating(
        case=work.case, closing=work.case.closings, contacted=contacted, solved=solved, satisfaction=satisfaction
    )
    try:
        rating.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("rated_already", _("This closing has already been rated.")) from error
    if text:
        RatingText.objects.create(rating=rating, words=text)
    work.case.rated_at = work.moment
    work.step("rate", data={"solved": solved})
    return alerts.finish(work, "rate")


@transaction.atomic
def reopen(
    *, viewer: Viewer, case_id: UUID, key: UUID, words: str, photos: tuple[UUID, ...] = (), draft_key: str = ""
) -> Case:
    """The resident says it is not solved, within the window after closing: the lead handles it a second time."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("reopen", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    _within_window(work)
    case = work.case
    case.closed_at = case.checked_at = case.rated_at = None
    start_again(work, answered=merging.leave(work))
    step = work.step("reopen", words=text, task=work.lead)
    alerts.finish(work, "reopen")
    attach_photos(case, photos, draft_key, phase="filed", step_id=step.id)
    return case


def _within_window(work: Work) -> None:
    closed = work.case.closed_at
    if closed is None:
        raise Conflict("not_closed", _("This can be said once the case is closed."))
    if work.moment > level_policies.rating_until(work.case, closed):
        raise Conflict("too_late", _("The time to answer is over. If the trouble is back, please file it again."))


def start_again(work: Work, *, answered: Task | None = None) -> None:
    """Start the next round with the same lead (or `answered`, of the case it followed): a second handling's limit."""
    earlier = work.lead or answered
    work.case.round += 1
    promises.begin_anew(work.case)
    if earlier is not None and _may_lead_again(work.case, earlier):
        heir = standing_heir(earlier.organisation)
        task = lead_task(work, Assignee(worker=earlier.worker_id, organisation=heir.pk if heir else None))
        task.final = earlier.final
        work.add_tasks([task])


def _may_lead_again(case: Case, earlier: Task) -> bool:
    """A worker who has left or serves elsewhere, or a department that is gone, is replaced by the desk instead.

    For a department that was merged, whoever took it over leads.
    """
    if earlier.state != TaskState.ANSWERED:
        return False
    if earlier.worker is not None:
        return may_lead(case, earlier.worker)
    return standing_heir(earlier.organisation) is not None
