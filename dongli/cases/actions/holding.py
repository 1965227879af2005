"""Holds (挂账): what cannot be solved now waits until a day; the clock stands still and runs on by itself."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, deadlines, policy
from dongli.cases.models import Case, Task, TaskKind
from dongli.cases.work import Work, begin
from dongli.cases.workflow import TaskState
from dongli.common.clock import CITY_ZONE, city_date
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 1000
LEAST_LEFT = timedelta(minutes=1)


@transaction.atomic
def ask_hold(*, viewer: Viewer, task_id: UUID, key: UUID, until: date, words: str) -> Case:
    """Ask that the work waits until the day `until`, saying why; once a task, and only before it is overdue."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("ask_hold", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    _check_fit(work, task, until)
    if task.hold_asked_until is not None:
        raise Conflict("asked_already", _("A hold has already been asked for; it is not decided yet."))
    task.hold_asked_until = until
    work.touch(task)
    work.step("ask_hold", task=task, words=text, data={"until": _morning(until).isoformat()})
    return alerts.finish(work, "ask_hold")


@transaction.atomic
def hold(*, viewer: Viewer, task_id: UUID, key: UUID, until: date, words: str) -> Case:
    """Grant the hold that was asked for, until the day the desk names; the time that is left is kept."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("hold", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    _check_asked(work, task)
    _check_fit(work, task, until)
    if task.kind == TaskKind.LEAD and work.whistle is not None:
        raise Conflict("whistle_open", _("Departments are called to it: finish the whistle before putting it on hold."))
    unit = deadlines.LimitUnit(task.limit_unit)
    task.hold_left = max(deadlines.time_left(task.due_at, work.moment, unit, work.calendar), LEAST_LEFT)
    task.hold_asked_until = task.remind_at = task.next_escalation_at = None
    work.move(task, TaskState.HELD, held_at=work.moment, resume_at=_morning(until))
    _set_limit(work, task, _morning(until))
    work.step("hold", task=task, words=text, data={"until": _morning(until).isoformat()})
    return alerts.finish(work, "hold")


@transaction.atomic
def refuse_hold(*, viewer: Viewer, task_id: UUID, key: UUID, words: str) -> Case:
    """Refuse the hold that was asked for, and say why: the work goes on, the clock has never stood still."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("refuse_hold", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    _check_asked(work, task)
    task.hold_asked_until = None
    work.touch(task)
    work.step("refuse_hold", task=task, words=text)
    return alerts.finish(work, "refuse_hold")


@transaction.atomic
def resume(*, viewer: Viewer, task_id: UUID, key: UUID) -> Case:
    """End a hold before its day: the clock runs on with the time that was left."""
    work = begin("resume", viewer=viewer, task_id=task_id, key=key)
    return work.case if work.repeated else go_on(work)


def go_on(work: Work, *, by_system: bool = False) -> Case:
    """The task is at work again, from this moment; a hold is not had twice, so `held_at` stays."""
    task = work.the_task
    _set_limit(work, task, work.moment)
    unit = deadlines.LimitUnit(task.limit_unit)
    work.move(
        task,
        TaskState.REPORTED_IN if task.reported_in_at is not None else TaskState.ACCEPTED,
        resume_at=None,
        remind_at=deadlines.reminder_at(work.moment, task.due_at, unit, work.calendar),
        next_escalation_at=task.due_at,
    )
    work.step("resume", task=task, by_system=by_system, data={"due": task.due_at.isoformat()})
    return alerts.finish(work, "resume")


def _set_limit(work: Work, task: Task, start: datetime) -> None:
    """The limit as it is when the clock runs again at `start`; what was promised first is kept."""
    left = task.hold_left or LEAST_LEFT
    deadline = deadlines.after(start, left, deadlines.LimitUnit(task.limit_unit), work.calendar)
    task.original_due_at = task.original_due_at or task.due_at
    task.due_at, task.provisional = deadline.at, task.provisional or deadline.provisional


def _check_fit(work: Work, task: Task, until: date) -> None:
    if task.held_at is not None:
        raise Conflict("held_once", _("This work was on hold once; it cannot be put on hold again."))
    if work.moment >= task.due_at:
        raise Conflict("overdue", _("The limit has passed: work can only be put on hold before."))
    today = city_date(work.moment)
    days = policy.number("hold_longest", today)
    if not today < until <= today + timedelta(days=days):
        message = _("Please choose a day from tomorrow to %(days)d days ahead.") % {"days": days}
        raise Invalid("bad_date", message, field="until")


def _check_asked(work: Work, task: Task) -> None:
    if task.hold_asked_until is None:
        raise Conflict("not_asked", _("The holder has not asked for a hold, or it has been decided."))
    if work.viewer.user is not None and work.viewer.user.id == task.worker_id:
        raise NotAllowed("own_hold", _("Whoever does the work cannot put it on hold."))


def _morning(day: date) -> datetime:
    """The first moment of a day in the city."""
    return datetime.combine(day, time(), CITY_ZONE)
