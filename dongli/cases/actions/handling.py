"""A task's holder at work: accept, contact the resident, answer, return; and the desk's release of a co-handler."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, disputes, policy
from dongli.cases.actions.filing import attach_photos
from dongli.cases.models import Case, Task, TaskKind
from dongli.cases.work import Work, begin
from dongli.cases.workflow import OPEN_TASK_STATES, CaseState, TaskState
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 2000
CONTACT_WAYS = ("phone", "visit", "message", "not_reached", "anonymous")


@transaction.atomic
def accept(*, viewer: Viewer, task_id: UUID, key: UUID) -> Case:
    """Take a task on; from the pool it becomes the taker's own. The clock has run since dispatch and goes on."""
    work = begin("accept", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    if task.kind == TaskKind.WHISTLE:
        raise Conflict("report_in_instead", _("A whistle is answered by reporting in."))
    if task.worker_id is None and task.organisation_id is None:
        task.worker = viewer.known
    if task.consult_due_at is not None:
        task.next_escalation_at = task.due_at
    work.move(task, TaskState.ACCEPTED, accepted_at=work.moment)
    work.step("accept", task=task)
    return alerts.finish(work, "accept")


@transaction.atomic
def contact(*, viewer: Viewer, task_id: UUID, key: UUID, how: str, words: str = "") -> Case:
    """Record that the resident was contacted, by whom and how; the first real contact stops the contact clock."""
    text = clean(words, field="words", max_length=500)
    if how not in CONTACT_WAYS:
        raise Invalid("unknown_way", _("Please choose how the resident was contacted."), field="how")
    work = begin("contact", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    if task.contacted_at is None and how != "not_reached":
        task.contacted_at = work.moment
        work.touch(task)
    work.step("contact", task=task, words=text, data={"how": how})
    return work.finish()


@transaction.atomic
def answer(
    *,
    viewer: Viewer,
    task_id: UUID,
    key: UUID,
    words: str,
    photos: tuple[UUID, ...] = (),
    before: tuple[UUID, ...] = (),
    draft_key: str = "",
) -> Case:
    """Say what was done, with photos of `before` and after. The lead answers last: its co-handlers and any whistle
    must have ended."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("answer", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    if task.kind == TaskKind.LEAD:
        _nobody_else_at_work(work)
    work.move(task, TaskState.ANSWERED, answered_at=work.moment, answered_by=viewer.known)
    step = work.step("answer", task=task, words=text, data=timing(task, work.moment))
    work.end_whistle_if_done()
    case = alerts.finish(work, "answer")
    attach_photos(case, before, draft_key, phase="before", step_id=step.id)
    attach_photos(case, photos, draft_key, phase="after", step_id=step.id)
    return case


def _nobody_else_at_work(work: Work) -> None:
    if work.whistle is not None:
        raise Conflict("whistle_open", _("The whistle is not finished yet: wait for the departments or release them."))
    if any(other.kind == TaskKind.COHANDLER for other in work.open_tasks):
        raise Conflict("cohandler_open", _("A co-handler is still at work: wait for the answer or release it."))


def timing(task: Task, moment: datetime) -> dict[str, Any]:
    """What an answer's step keeps of its clock."""
    return {"late": moment > task.due_at, "due": task.due_at.isoformat()}


@transaction.atomic
def return_task(*, viewer: Viewer, task_id: UUID, key: UUID, reason: str, words: str) -> Case:
    """Send a task back with a coded reason; nothing is wiped, and the desk must act next.

    The second return of the lead's work within the case puts it into arbitration (`disputes`); whoever has it then
    keeps it.
    """
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("return", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    chosen = policy.reason("return", reason, text)
    task = work.the_task
    if task.final:
        raise Conflict("final", _("Who handles this was decided in arbitration: handle first, argue later."))
    if task.kind == TaskKind.LEAD and (work.whistle is not None or _others_open(work)):
        raise Conflict("others_at_work", _("Others are at work on this case: release them before sending it back."))
    work.move(task, TaskState.RETURNED)
    if task.kind == TaskKind.LEAD:
        disputes.settle(work)
    work.step("return", task=task, reason=chosen.code, words=text)
    return alerts.finish(work, "dispute" if work.case.state == CaseState.ARBITRATION else "return")


def _others_open(work: Work) -> bool:
    return any(task.id != work.the_task.id and task.state in OPEN_TASK_STATES for task in work.tasks)


@transaction.atomic
def release(*, viewer: Viewer, task_id: UUID, key: UUID, reason: str, words: str = "") -> Case:
    """Let a co-handler or a whistled department go; a whistle whose last department goes is done."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    work = begin("release", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    if task.kind == TaskKind.LEAD:
        raise Conflict("lead_stays", _("The lead cannot be released: it returns the case, or the case is refused."))
    chosen = policy.reason("release", reason, text)
    work.move(task, TaskState.RELEASED)
    work.step("release", task=task, reason=chosen.code, words=text)
    work.end_whistle_if_done()
    return alerts.finish(work, "release")
