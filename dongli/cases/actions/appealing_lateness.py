"""Overdue appeal (超期申诉): a department says why its late answer was not its fault; two levels look at it in turn.

Rules (`casework.md`, Clocks): by the handling department only, only after closing, once a task, two reviews by two
people. Success exempts the task from statistics (`Task.exempted_at`); its clock goes on saying how late it was.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, appeals
from dongli.cases.models import Case, LatenessAppeal
from dongli.cases.work import Work, begin
from dongli.cases.workflow import OPEN_REVIEW_STATES, Actor, ReviewState
from dongli.common.errors import Conflict, NotAllowed
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 1000


@transaction.atomic
def appeal_lateness(*, viewer: Viewer, task_id: UUID, key: UUID, words: str) -> Case:
    """Say why the answer came late; raises `Conflict` when it did not, is no department's, or was appealed before."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("appeal_lateness", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    if not appeals.was_late(task):
        raise Conflict("not_late", _("Only a department's late answer can be appealed."))
    if LatenessAppeal.objects.filter(task=task).exists():
        raise Conflict("appealed_once", _("This has been appealed once; there is no second appeal."))
    LatenessAppeal.objects.create(task=task, asked_by=viewer.known, asked_at=work.moment)
    work.step("appeal_lateness", task=task, words=text)
    return _finish(work, "appeal_lateness")


@transaction.atomic
def uphold_lateness(*, viewer: Viewer, task_id: UUID, key: UUID, words: str) -> Case:
    """The first review, at the subdistrict or above: the second, by somebody else, decides."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("uphold_lateness", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    appeal = _open(work)
    if appeal.state != ReviewState.ASKED:
        raise Conflict("upheld_already", _("The first review is done: the district's or the city's desk decides."))
    _put(appeal, ReviewState.UPHELD, upheld_by=viewer.known, upheld_at=work.moment)
    work.step("uphold_lateness", task=work.the_task, words=text)
    return _finish(work, "uphold_lateness")


@transaction.atomic
def exempt_lateness(*, viewer: Viewer, task_id: UUID, key: UUID, words: str) -> Case:
    """The second review, at the district or the city: the task is exempted; how late it was stays in sight."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("exempt_lateness", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    appeal = _open(work)
    if appeal.state != ReviewState.UPHELD:
        raise Conflict("not_upheld", _("The first review, at the subdistrict, comes first."))
    _put(appeal, ReviewState.GRANTED, decided_by=viewer.known, decided_at=work.moment)
    work.the_task.exempted_at = work.moment
    work.touch(work.the_task)
    work.step("exempt_lateness", task=work.the_task, words=text)
    return _finish(work, "exempt_lateness")


@transaction.atomic
def refuse_lateness(*, viewer: Viewer, task_id: UUID, key: UUID, words: str) -> Case:
    """Either review says no, and why: it counts as late. What was upheld is for the second review to refuse."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("refuse_lateness", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    appeal = _open(work)
    if appeal.state == ReviewState.UPHELD and not appeals.is_top(viewer, work.case):
        raise NotAllowed("not_yours", _("This is for %(who)s to do.") % {"who": Actor.TOP_DESK.label})
    _put(appeal, ReviewState.REFUSED, decided_by=viewer.known, decided_at=work.moment)
    work.step("refuse_lateness", task=work.the_task, words=text)
    return _finish(work, "refuse_lateness")


def _open(work: Work) -> LatenessAppeal:
    """The appeal that waits, if this viewer had no part in it yet."""
    appeal = LatenessAppeal.objects.filter(task=work.the_task, state__in=sorted(OPEN_REVIEW_STATES)).first()
    if appeal is None:
        raise Conflict("not_asked", _("Nobody asks for this, or it has been decided."))
    if appeals.is_own(work.viewer, appeal):
        raise NotAllowed("own_request", _("Whoever asked, or reviewed it before, leaves this to others."))
    return appeal


def _put(appeal: LatenessAppeal, state: ReviewState, **fields: object) -> None:
    appeal.state = state
    for name, value in fields.items():
        setattr(appeal, name, value)
    appeal.save(update_fields=["state", *fields])


def _finish(work: Work, verb: str) -> Case:
    """Write it; the case is listed among those under review as long as anything of it is."""
    work.case.reviewing = appeals.under_review(work.case)
    return alerts.finish(work, verb)
