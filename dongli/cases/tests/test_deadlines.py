"""Deadlines against a slow and obvious reference that looks at every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dongli.cases.calendar import WorkCalendar
from dongli.cases.deadlines import (
    MAX_AMOUNT,
    Deadline,
    LimitUnit,
    due_at,
    elapsed,
    remaining,
    reminder_at,
    working_minutes_between,
    working_time_between,
)

CITY = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
NEW_YEAR = datetime.fromisoformat("2024-01-01")
CALENDAR = WorkCalendar.build()
HOURS, DAYS = LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY
WORKING = [HOURS, DAYS]
WALL = [LimitUnit.EMERGENCY_HOUR, LimitUnit.CALENDAR_DAY]


def city(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


def due(start: str, amount: int, unit: LimitUnit) -> str:
    return due_at(city(start), amount, unit, CALENDAR).at.astimezone(CITY).strftime("%Y-%m-%d %H:%M")


# The reference: knows a minute when it sees one, and nothing else.


def is_worked(minute: datetime, calendar: WorkCalendar) -> bool:
    day, clock = minute.date(), minute.time()
    weekend = day.isoweekday() in (6, 7)
    works = day in calendar.adjusted_days if weekend else day not in calendar.days_off
    return works and (time(8) <= clock < time(12) or time(14) <= clock < time(18))


def count_minutes(a: datetime, b: datetime, calendar: WorkCalendar) -> int:
    count, minute = 0, a
    while minute < b:
        count += is_worked(minute, calendar)
        minute += MINUTE
    return count


def walk(start: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    minute = start
    while minutes:
        minutes -= is_worked(minute, calendar)
        minute += MINUTE
    return minute


AWKWARD = [
    "2026-09-30 17:59",  # the last minute before National Day
    "2026-10-01 00:00",
    "2026-10-07 23:59",
    "2026-09-20 12:30",  # lunch on an adjusted Sunday
    "2026-10-10 17:00",  # the last hour of an adjusted Saturday
    "2026-02-14 03:00",
    "2026-05-09 11:59",
    "2025-12-31 18:00",
    "2026-12-31 17:30",  # the year that follows is not announced
    "2027-02-05 09:00",
]
any_minute = st.integers(0, 450 * 24 * 60).map(lambda minutes: city("2025-12-01 00:00") + minutes * MINUTE)
starts = st.one_of(any_minute, st.sampled_from([city(text) for text in AWKWARD]))
moments = st.one_of(starts, st.datetimes(NEW_YEAR, NEW_YEAR.replace(year=2028), timezones=st.just(UTC)))


@settings(max_examples=120, deadline=None)
@given(starts, st.integers(1, 40))
def test_working_hours_agree_with_counting_minutes(start: datetime, amount: int) -> None:
    assert due_at(start, amount, HOURS, CALENDAR).at == walk(start, amount * 60, CALENDAR)


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(1, 8))
def test_working_days_are_eight_working_hours_each(start: datetime, amount: int) -> None:
    assert due_at(start, amount, DAYS, CALENDAR).at == walk(start, amount * 480, CALENDAR)


@settings(max_examples=120, deadline=None)
@given(starts, st.integers(0, 14 * 24 * 60))
def test_working_minutes_agree_with_counting_minutes(start: datetime, length: int) -> None:
    end = start + length * MINUTE
    assert working_minutes_between(start, end, CALENDAR) == count_minutes(start, end, CALENDAR)
    assert working_minutes_between(end, start, CALENDAR) == -count_minutes(start, end, CALENDAR)


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(1, 12), st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)))
def test_entered_days_count_like_official_ones(start: datetime, amount: int, off: set[int], on: set[int]) -> None:
    day = start.date()
    rows = [(day + timedelta(days=n), False, "off") for n in off] + [(day + timedelta(days=n), True, "on") for n in on]
    calendar = WorkCalendar.build(rows, [2025, 2026, 2027])
    assert due_at(start, amount, HOURS, calendar).at == walk(start, amount * 60, calendar)


@given(moments, moments, st.integers(1, 400), st.sampled_from(LimitUnit))
def test_a_later_start_is_never_due_earlier(a: datetime, b: datetime, amount: int, unit: LimitUnit) -> None:
    early, late = sorted((a, b))
    assert due_at(early, amount, unit, CALENDAR).at <= due_at(late, amount, unit, CALENDAR).at


@given(moments, st.integers(1, 300), st.integers(1, 300), st.sampled_from(LimitUnit))
def test_limits_add_up(start: datetime, a: int, b: int, unit: LimitUnit) -> None:
    middle = due_at(start, a, unit, CALENDAR).at
    assert due_at(middle, b, unit, CALENDAR).at == due_at(start, a + b, unit, CALENDAR).at


@given(moments, moments, moments)
def test_working_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    between = working_time_between
    assert between(a, b, CALENDAR) + between(b, c, CALENDAR) == between(a, c, CALENDAR)


@given(moments, st.integers(1, 500), st.sampled_from(LimitUnit))
def test_a_limit_is_all_used_when_it_is_due(start: datetime, amount: int, unit: LimitUnit) -> None:
    at = due_at(start, amount, unit, CALENDAR).at
    assert elapsed(start, at, unit, CALENDAR) == amount
    assert remaining(at, start, unit, CALENDAR) == amount
    assert remaining(at, at, unit, CALENDAR) == 0


@given(moments, st.integers(1, 500), st.sampled_from(LimitUnit))
def test_the_reminder_comes_when_three_quarters_have_passed(start: datetime, amount: int, unit: LimitUnit) -> None:
    at = due_at(start, amount, unit, CALENDAR).at
    reminder = reminder_at(start, at, unit, CALENDAR)
    assert start < reminder < at
    assert elapsed(start, reminder, unit, CALENDAR) == amount * 0.75


@given(moments, st.integers(1, MAX_AMOUNT), st.sampled_from(WALL))
def test_wall_clock_units_ask_no_calendar(start: datetime, amount: int, unit: LimitUnit) -> None:
    hours = amount * (24 if unit is LimitUnit.CALENDAR_DAY else 1)
    assert due_at(start, amount, unit, CALENDAR) == Deadline(start + timedelta(hours=hours), provisional=False)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        ("2026-11-23 10:00", 1, DAYS, "2026-11-24 10:00"),
        ("2026-11-23 10:00", 2, HOURS, "2026-11-23 12:00"),  # used up at closing time: due then
        ("2026-11-23 10:00", 3, HOURS, "2026-11-23 15:00"),
        ("2026-11-23 13:00", 1, HOURS, "2026-11-23 15:00"),  # lunch break
        ("2026-11-23 22:00", 1, HOURS, "2026-11-24 09:00"),  # night
        ("2026-11-20 17:00", 8, HOURS, "2026-11-23 17:00"),  # over a weekend
        ("2026-11-21 09:00", 1, DAYS, "2026-11-23 18:00"),  # a Saturday
        ("2026-09-30 16:00", 1, DAYS, "2026-10-08 16:00"),  # National Day
        ("2026-10-09 16:00", 1, DAYS, "2026-10-10 16:00"),  # the adjusted Saturday after it
        ("2026-09-19 10:00", 1, DAYS, "2026-09-20 18:00"),  # the adjusted Sunday before it
        ("2025-12-31 16:00", 1, DAYS, "2026-01-04 16:00"),  # New Year, and its adjusted Sunday
        ("2026-11-22 23:30", 24, LimitUnit.EMERGENCY_HOUR, "2026-11-23 23:30"),
        ("2026-09-30 16:00", 3, LimitUnit.CALENDAR_DAY, "2026-10-03 16:00"),
    ],
)
def test_limits_people_can_check_by_hand(start: str, amount: int, unit: LimitUnit, expected: str) -> None:
    assert due(start, amount, unit) == expected


@pytest.mark.parametrize("unit", WORKING)
def test_past_the_last_announced_year_is_provisional(unit: LimitUnit) -> None:
    assert not due_at(city("2026-12-31 08:00"), 1, unit, CALENDAR).provisional
    assert due_at(city("2026-12-31 17:30"), 1, unit, CALENDAR).provisional
    assert due_at(city("2027-03-01 08:00"), 1, unit, CALENDAR).provisional


def test_entering_the_official_days_ends_the_provision() -> None:
    rows = [(date(2027, 1, 4), False, "entered"), (date(2027, 1, 9), True, "entered")]
    calendar = WorkCalendar.build(rows, announced_through=2027)
    found = due_at(city("2026-12-31 16:00"), 2, DAYS, calendar)
    assert found == Deadline(city("2027-01-06 16:00"), provisional=False)
    assert calendar.is_working_day(date(2027, 1, 9))
    assert calendar.version != CALENDAR.version


def test_the_package_knows_the_official_days_of_2026() -> None:
    assert CALENDAR.last_announced_year == 2026
    assert CALENDAR.is_working_day(date(2026, 10, 10))
    assert not CALENDAR.is_working_day(date(2026, 10, 7))
    assert WorkCalendar.build().version == CALENDAR.version


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-5, 400))
def test_days_are_counted_as_if_one_by_one(first: date, length: int) -> None:
    days = [first + timedelta(days=n) for n in range(max(length, 0))]
    worked = sum(CALENDAR.is_working_day(day) for day in days)
    assert CALENDAR.working_days_between(first, first + timedelta(days=length)) == worked


def test_the_next_working_day_skips_what_is_off() -> None:
    assert CALENDAR.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.next_working_day(date(2026, 10, 9)) == date(2026, 10, 10)


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1, True, 1.5])
def test_amounts_out_of_bounds_are_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="whole number"):
        due_at(city("2026-11-23 10:00"), amount, DAYS, CALENDAR)


@pytest.mark.parametrize("unit", LimitUnit)
def test_naive_moments_are_refused(unit: LimitUnit) -> None:
    naive, aware = datetime.fromisoformat("2026-11-23 10:00"), city("2026-11-23 10:00")
    for call in (
        partial(due_at, naive, 1, unit, CALENDAR),
        partial(elapsed, naive, aware, unit, CALENDAR),
        partial(remaining, aware, naive, unit, CALENDAR),
        partial(reminder_at, aware, naive, unit, CALENDAR),
    ):
        with pytest.raises(ValueError, match="no time zone"):
            call()


def test_nothing_left_reminds_at_once() -> None:
    start = city("2026-11-23 10:00")
    assert reminder_at(start, start, HOURS, CALENDAR) == start
    assert elapsed(start, start - timedelta(hours=5), HOURS, CALENDAR) == 0
    assert remaining(start, start + timedelta(hours=1), HOURS, CALENDAR) == -1


def test_the_largest_limit_is_still_quick() -> None:
    assert due_at(city("2026-11-23 10:00"), MAX_AMOUNT, DAYS, CALENDAR).provisional
