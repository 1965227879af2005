"""A department's part in a whistle: when it came and left, and whether both sides may still rate it."""

from datetime import datetime, timedelta

from dongli.cases import deadlines, policy
from dongli.cases.calendar import WorkCalendar
from dongli.cases.models import Task, Whistle
from dongli.cases.workflow import TaskState, WhistleState
from dongli.common.clock import city_date, now

RATEABLE = frozenset({TaskState.ANSWERED, TaskState.RELEASED})


def is_rateable(task: Task, whistle: Whistle) -> bool:
    """Whether the whistler may rate this part: it answered, or was released (perhaps because it never came)."""
    return task.whistle_id == whistle.id and task.state in RATEABLE


def rating_until(whistle: Whistle, calendar: WorkCalendar) -> datetime:
    """Until when both sides may rate: the limit `whistle_rating`, counted from the end of the whistle."""
    ended = whistle.ended_at or now()
    limit = policy.limit("whistle_rating", city_date(ended))
    return deadlines.due_at(ended, limit.amount, deadlines.LimitUnit(limit.unit), calendar).at


def is_open_for_rating(whistle: Whistle, moment: datetime) -> bool:
    """Whether a whistle is done and its time to be rated is not over."""
    return whistle.state == WhistleState.DONE and moment <= rating_until(whistle, policy.work_calendar())


def on_site(task: Task, moment: datetime) -> timedelta | None:
    """How long a department has been on site: from reporting in until it answered or was released, or until now."""
    if task.reported_in_at is None:
        return None
    return max((task.ended_at or moment) - task.reported_in_at, timedelta())


def arrival(task: Task, whistle: Whistle) -> timedelta | None:
    """How long after the time wanted a department arrived; negative when before, None while it has not come."""
    return task.reported_in_at - whistle.wanted_at if task.reported_in_at is not None else None
