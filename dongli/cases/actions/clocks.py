"""The clocks: holds that end, reminders before a task is due, escalation after; swept each minute, safe twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from dongli.areas.models import Area, Level
from dongli.cases import alarms, alerts
from dongli.cases.actions.escalating import Bell, escalate_due
from dongli.cases.actions.holding import go_on
from dongli.cases.models import Case, Task
from dongli.cases.work import take, take_case
from dongli.cases.workflow import OPEN_TASK_STATES, TaskState
from dongli.common.clock import now
from dongli.people import queries as people

BATCH = 200
_AFTER = timedelta(microseconds=1)


def sweep() -> dict[str, int]:
    """End every hold, send every reminder and escalation that is due now; returns how many of each there were."""
    moment = now()
    return {
        "resumed": _drain("resume_at", wake, moment),
        "reminded": _drain("remind_at", remind, moment),
        "escalated": escalate_due(moment) + _ring_cases(moment),
    }


def _ring_cases(moment: datetime) -> int:
    """Ring the alarms of cases themselves (`alarms`); one that another sweep has rung is skipped."""
    rung = 0
    while True:
        due = Case.objects.filter(alarm_at__lte=moment).order_by("alarm_at", "id")
        ids = list(due.values_list("id", flat=True)[:BATCH])
        rung += sum([alarm(one, moment) for one in ids])
        if len(ids) < BATCH:
            return rung


@transaction.atomic
def alarm(case_id: UUID, moment: datetime) -> int:
    """A look on site, arbitration or a demanded day is overdue: tell those who must act; returns how many rang."""
    work = take_case(case_id)
    case, ringing = work.case, alarms.due(work.case, moment)
    if case.alarm_at is None or case.alarm_at > moment:
        return 0
    told = [(which, _desks_told(case, which)) for which in ringing]
    for which, desks in told:
        data = {"level": desks[0].level, "to": desks[0].name, "late_for": which}
        work.step("escalate", by_system=True, data=data)
    work.moment, case.alarm_at = moment + _AFTER, None
    work.finish()
    for which, desks in told:
        for desk in desks:
            alerts.tell(case, f"late_{which}", people.desk_duty(desk, moment))
    return len(told)


def _desks_told(case: Case, which: str) -> list[Area]:
    """Who must act: the desk that asked for the look, the one that arbitrates, the level above a demand's."""
    if which == alarms.VERIFY:
        return [case.desk]
    if which == alarms.ARBITRATE:
        return [_area_of(case, Level.SUBDISTRICT)]
    demanded = Level(case.demanded_level or Level.SUBDISTRICT)
    above = _area_of(case, demanded.above or demanded)
    own = _area_of(case, demanded)
    return [above] if above == own else [above, own]


def _area_of(case: Case, level: Level) -> Area:
    """The area of `level` that the case's desk lies in; the desk itself when it stands higher."""
    return Area.objects.filter(code=case.desk.code_at(level)).first() or case.desk


def _drain(alarm: str, ring: Callable[[UUID, datetime], bool], moment: datetime) -> int:
    """Ring the tasks whose `alarm` has passed, in their order; one that another sweep has rung is skipped."""
    rung = 0
    while True:
        due = Task.objects.filter(**{f"{alarm}__lte": moment}, state__in=sorted(OPEN_TASK_STATES))
        ids = list(due.order_by(alarm, "id").values_list("id", flat=True)[:BATCH])
        rung += sum([ring(one, moment) for one in ids])
        if len(ids) < BATCH:
            return rung


@transaction.atomic
def wake(task_id: UUID, moment: datetime) -> bool:
    """End a hold whose day has come: the clock runs on with the time that was left; once."""
    work = take(task_id)
    task = work.the_task
    if task.state != TaskState.HELD or task.resume_at is None or task.resume_at > moment:
        return False
    go_on(work, by_system=True)
    return True


@transaction.atomic
def remind(task_id: UUID, moment: datetime) -> bool:
    """Remind a task's holder that three quarters of the limit have passed; once."""
    work = take(task_id)
    task = work.the_task
    if task.state not in OPEN_TASK_STATES or task.remind_at is None or task.remind_at > moment:
        return False
    task.remind_at = None
    work.touch(task)
    work.step("remind", task=task, by_system=True, data={"due": task.due_at.isoformat()})
    alerts.finish(work, "remind")
    return True


def escalate(task_id: UUID, moment: datetime) -> bool:
    """Tell the person on duty one level further up each time a step of lateness has passed, up to the city."""
    return Bell(moment).ring([task_id]) == 1
