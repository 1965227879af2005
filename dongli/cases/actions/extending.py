"""More time on a task: the holder asks, the holder's house endorses, the desk above grants or refuses."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, deadlines, extensions
from dongli.cases.models import Case, Extension, Task
from dongli.cases.work import Work, begin
from dongli.cases.workflow import Actor, ExtensionState
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 1000


@transaction.atomic
def ask_extension(*, viewer: Viewer, task_id: UUID, key: UUID, amount: int, words: str) -> Case:
    """Ask for `amount` more of the task's own unit, saying why; raises `Invalid` when that is more than is left."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("ask_extension", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    _check_time(work, task)
    if extensions.undecided(task) is not None:
        raise Conflict("asked_already", _("More time has already been asked for; it is not decided yet."))
    _check_room(task, amount)
    Extension.objects.create(task=task, amount=amount, asked_by=viewer.known, asked_at=work.moment)
    work.step("ask_extension", task=task, words=text, data=_asked(task, amount))
    return alerts.finish(work, "ask_extension")


@transaction.atomic
def endorse_extension(*, viewer: Viewer, task_id: UUID, key: UUID) -> Case:
    """The first level: another officer of the department, or the community's secretary, stands behind the request.

    Where the house has nobody but the asker, a desk above does so in its stead, and the step says so.
    """
    work = begin("endorse_extension", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task, asked = work.the_task, _undecided(work)
    _check_time(work, task)
    if asked.state != ExtensionState.ASKED:
        raise Conflict("endorsed_already", _("This has already been endorsed: the desk above decides."))
    in_stead = work.acting_as != Actor.SENIOR
    if in_stead and not extensions.stands_alone(work.case, task, asked):
        raise NotAllowed("not_yours", _("This is for %(who)s to do.") % {"who": Actor.SENIOR.label})
    _put(asked, ExtensionState.ENDORSED, endorsed_by=viewer.known, endorsed_at=work.moment)
    data = _asked(task, asked.amount) | ({"in_stead": True} if in_stead else {})
    work.step("endorse_extension", task=task, data=data)
    return alerts.finish(work, "endorse_extension")


@transaction.atomic
def grant_extension(*, viewer: Viewer, task_id: UUID, key: UUID) -> Case:
    """The second level: the limit moves, and its alarms with it; what was promised first is kept in sight."""
    work = begin("grant_extension", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task, asked = work.the_task, _undecided(work)
    _check_time(work, task)
    if asked.state != ExtensionState.ENDORSED:
        raise Conflict("not_endorsed", _("The department or the community has to endorse it first."))
    _check_room(task, asked.amount)
    _put(asked, ExtensionState.GRANTED, decided_by=viewer.known, decided_at=work.moment)
    _move_limit(work, task, asked.amount)
    said = {"due": task.due_at.isoformat(), "promised": (task.original_due_at or task.due_at).isoformat()}
    work.step("grant_extension", task=task, data=_asked(task, asked.amount) | said)
    return alerts.finish(work, "grant_extension")


@transaction.atomic
def refuse_extension(*, viewer: Viewer, task_id: UUID, key: UUID, words: str) -> Case:
    """Either level says no, and why: the limit stays. What is endorsed is for the desk above to refuse."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("refuse_extension", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task, asked = work.the_task, _undecided(work)
    if asked.state == ExtensionState.ENDORSED and work.acting_as != Actor.UPPER_DESK:
        raise Conflict("endorsed_already", _("This has already been endorsed: the desk above decides."))
    _put(asked, ExtensionState.REFUSED, decided_by=viewer.known, decided_at=work.moment)
    work.step("refuse_extension", task=task, words=text, data=_asked(task, asked.amount))
    return alerts.finish(work, "refuse_extension")


def _check_time(work: Work, task: Task) -> None:
    if work.moment >= task.due_at:
        raise Conflict("overdue", _("The limit has passed: more time can only be had before."))


def _check_room(task: Task, amount: int) -> None:
    left = extensions.room_left(task)
    if left == 0:
        raise Conflict("no_more_time", _("More time has been granted as often, or as much, as is possible."))
    if not 1 <= amount <= left:
        raise Invalid("bad_amount", _("Please ask for 1 to %(left)d.") % {"left": left}, field="amount")


def _undecided(work: Work) -> Extension:
    """The request that waits, if it is not this viewer's own."""
    asked = extensions.undecided(work.the_task)
    if asked is None:
        raise Conflict("not_asked", _("No more time is asked for, or it has been decided."))
    if extensions.is_own(work.viewer, asked):
        raise NotAllowed("own_extension", _("Whoever asked for it, or endorsed it, leaves the next level to others."))
    return asked


def _put(asked: Extension, state: ExtensionState, **fields: object) -> None:
    asked.state = state
    for name, value in fields.items():
        setattr(asked, name, value)
    asked.save(update_fields=["state", *fields])


def _move_limit(work: Work, task: Task, amount: int) -> None:
    """The limit runs on from where it ended; reminder and escalation are set anew."""
    unit = deadlines.LimitUnit(task.limit_unit)
    deadline = deadlines.due_at(task.due_at, amount, unit, work.calendar)
    task.original_due_at = task.original_due_at or task.due_at
    task.due_at, task.provisional = deadline.at, task.provisional or deadline.provisional
    task.remind_at = deadlines.reminder_at(work.moment, deadline.at, unit, work.calendar)
    task.next_escalation_at = deadline.at
    work.touch(task)


def _asked(task: Task, amount: int) -> dict[str, object]:
    return {"amount": amount, "unit": str(task.limit_unit)}
