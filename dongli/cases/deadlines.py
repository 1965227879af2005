"""Clocks of case work: when a limit falls due, how much of it has passed, when to remind. Pure: no Django, no clock.

Rules (the four units are those of a running Chinese city system):

* **emergency hour** 紧急工作时: wall clock, nights and holidays included.
* **working hour** 工作时: only 08:00–12:00 and 14:00–18:00 city time on working days.
* **working day** 工作日: eight working hours, counted in the same way. A limit of n working days therefore ends at the
  moment n × 8 working hours have passed: filed on Monday 10:00, “1 working day” ends on Tuesday 10:00. What is filed
  outside working hours starts at the next opening, and a limit that is used up at closing time ends then, at 12:00 or
  18:00, not at the next opening.
* **calendar day** 自然日: the same clock time n days later, weekends and holidays included. This is never later than
  the Civil Code's reading (articles 201–203: the first day is not counted, the last one ends at midnight), so whoever
  keeps this limit has kept that one.

All moments are aware; a naive one raises `ValueError`. Results are UTC. An amount is a whole number from 1 to
`MAX_AMOUNT`; anything else raises `ValueError`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dongli.cases.calendar import WorkCalendar

CITY_ZONE = ZoneInfo("Asia/Shanghai")
SESSIONS = ((time(8), time(12)), (time(14), time(18)))
HOURS_PER_WORKING_DAY = 8
MAX_AMOUNT = 10_000
REMIND_AFTER = (3, 4)
"""A reminder is due when this share of the limit has passed."""

_ZERO = timedelta(0)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_WORKING_DAY = HOURS_PER_WORKING_DAY * _HOUR


class LimitUnit(StrEnum):
    """What a limit is counted in."""

    EMERGENCY_HOUR = "emergency_hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"

    @property
    def needs_calendar(self) -> bool:
        """Whether the unit depends on which days are worked."""
        return self in (LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY)

    @property
    def length(self) -> timedelta:
        """One unit, in the unit's own time (working time or wall-clock time)."""
        return _LENGTHS[self]


_LENGTHS = {
    LimitUnit.EMERGENCY_HOUR: _HOUR,
    LimitUnit.WORKING_HOUR: _HOUR,
    LimitUnit.WORKING_DAY: _WORKING_DAY,
    LimitUnit.CALENDAR_DAY: _DAY,
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a limit falls due. `provisional`: it was counted over days whose working days are not yet announced."""

    at: datetime
    provisional: bool


def due_at(start: datetime, amount: int, unit: LimitUnit, calendar: WorkCalendar) -> Deadline:
    """When `amount` units that start running at `start` are used up."""
    if type(amount) is not int or not 1 <= amount <= MAX_AMOUNT:
        raise ValueError(f"a limit is a whole number from 1 to {MAX_AMOUNT}, not {amount!r}")
    return _after(start, amount * unit.length, unit, calendar)


def reminder_at(start: datetime, due: datetime, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """When three quarters of the time from `start` to `due` have passed, in the unit's own time; UTC.

    A `due` that leaves no time at all is its own reminder.
    """
    share, whole = REMIND_AFTER
    allowed = _between(start, due, unit, calendar)
    return _after(start, allowed * share / whole, unit, calendar).at if allowed > _ZERO else _utc(due)


def elapsed(start: datetime, now: datetime, unit: LimitUnit, calendar: WorkCalendar) -> float:
    """Units passed from `start` to `now`; 0.0 while `now` is not after `start`."""
    return max(_between(start, now, unit, calendar) / unit.length, 0.0)


def remaining(due: datetime, now: datetime, unit: LimitUnit, calendar: WorkCalendar) -> float:
    """Units left from `now` until `due`; negative when overdue."""
    return _between(now, due, unit, calendar) / unit.length


def time_left(due: datetime, now: datetime, unit: LimitUnit, calendar: WorkCalendar) -> timedelta:
    """What is left from `now` until `due`, in the unit's own time; negative when overdue."""
    return _between(now, due, unit, calendar)


def after(start: datetime, length: timedelta, unit: LimitUnit, calendar: WorkCalendar) -> Deadline:
    """When `length` (more than nothing) of the unit's own time has passed since `start`."""
    if length <= _ZERO:
        raise ValueError(f"a length is more than nothing, not {length!r}")
    return _after(start, length, unit, calendar)


def working_minutes_between(a: datetime, b: datetime, calendar: WorkCalendar) -> int:
    """Whole minutes of working time from `a` to `b` (negative when `b` is earlier), cut toward zero."""
    worked = working_time_between(a, b, calendar)
    return worked // _MINUTE if worked >= _ZERO else -(-worked // _MINUTE)


def working_time_between(a: datetime, b: datetime, calendar: WorkCalendar) -> timedelta:
    """Working time from `a` to `b`; negative when `b` is earlier. Constant time apart from two look-ups."""
    if _utc(b) < _utc(a):
        return -working_time_between(b, a, calendar)
    first, last = _city(a), _city(b)
    days = calendar.working_days_between(first.date(), last.date())
    return days * _WORKING_DAY + _worked_by(last, calendar) - _worked_by(first, calendar)


def _between(a: datetime, b: datetime, unit: LimitUnit, calendar: WorkCalendar) -> timedelta:
    """Time from `a` to `b` in the unit's own time, signed."""
    return working_time_between(a, b, calendar) if unit.needs_calendar else _utc(b) - _utc(a)


def _after(start: datetime, length: timedelta, unit: LimitUnit, calendar: WorkCalendar) -> Deadline:
    """The moment at which `length` (> 0) of the unit's own time has passed since `start`."""
    if not unit.needs_calendar:
        return Deadline(_utc(start) + length, provisional=False)
    begin = _city(start)
    day, wanted = begin.date(), length + _worked_by(begin, calendar)
    while not (calendar.is_working_day(day) and wanted <= _WORKING_DAY):
        if calendar.is_working_day(day):
            wanted -= _WORKING_DAY
        day += _DAY
    return Deadline(_moment(day, wanted).astimezone(UTC), provisional=not calendar.is_announced(day))


def _worked_by(moment: datetime, calendar: WorkCalendar) -> timedelta:
    """Working time of the day of `moment` (city time) that has passed by then."""
    day = moment.date()
    if not calendar.is_working_day(day):
        return _ZERO
    return sum((_passed(moment, day, opens, closes) for opens, closes in SESSIONS), _ZERO)


def _passed(moment: datetime, day: date, opens: time, closes: time) -> timedelta:
    start, end = _at(day, opens), _at(day, closes)
    return min(max(moment - start, _ZERO), end - start)


def _moment(day: date, worked: timedelta) -> datetime:
    """The first moment of working day `day` at which `worked` (0 < worked <= 8 h) of its working time has passed."""
    for opens, closes in SESSIONS:
        start, end = _at(day, opens), _at(day, closes)
        if worked <= end - start:
            return start + worked
        worked -= end - start
    raise ValueError("more working time than a day has")


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=CITY_ZONE)


def _city(moment: datetime) -> datetime:
    return _utc(moment).astimezone(CITY_ZONE)


def _utc(moment: datetime) -> datetime:
    """`moment` in UTC, where differences are true durations whatever zone it came in."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)
