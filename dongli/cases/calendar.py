"""Which days the city works: statutory holidays, adjusted weekends (调休), and what an administrator entered on top.

Pure: no Django. The statutory days come from the `holidays` package, which knows the State Council's yearly notice up
to the last year announced and only the statutory dates (no adjusted weekends) after it.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Self

from holidays import country_holidays

FIRST_YEAR, LAST_YEAR = 2008, 2035
"""The years a calendar covers unless told otherwise; outside them only weekends are off."""

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Every exception from “Monday to Friday”, as data.

    `days_off` are weekdays off, `adjusted_days` are Saturdays and Sundays worked, `last_announced_year` is the last
    year whose days are official, `version` names exactly this set of days (kept beside a promised deadline).
    """

    days_off: frozenset[date]
    adjusted_days: frozenset[date]
    last_announced_year: int
    version: str

    @classmethod
    def build(
        cls,
        overrides: Iterable[tuple[date, bool, str]] = (),
        years: Iterable[int] = range(FIRST_YEAR, LAST_YEAR + 1),
        *,
        announced_through: int | None = None,
    ) -> Self:
        """The calendar of `years`: the statutory one overlaid by `overrides`, rows of (day, is it worked, note).

        A later row wins over an earlier one for the same day. `announced_through` says that an administrator has
        entered the official days up to and including that year; it only ever extends what the package knows.
        """
        statutory = country_holidays("CN", years=sorted(set(years)))
        adjusted = set(statutory.weekend_workdays)
        off = {day for day in statutory if not _is_weekend(day)}
        announced = max((day.year for day in adjusted), default=0)
        for day, is_working, _note in overrides:
            _put(day, is_working, off, adjusted)
        announced = max(announced, announced_through or 0)
        return cls(frozenset(off), frozenset(adjusted), announced, _version(off, adjusted, announced))

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on `day` (a date in the city)."""
        return day in self.adjusted_days if _is_weekend(day) else day not in self.days_off

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        day += _ONE_DAY
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def working_days_between(self, first: date, end: date) -> int:
        """How many working days lie in first <= day < end; 0 when `end` is not after `first`."""
        if end <= first:
            return 0
        return (
            _weekdays_before(end)
            - _weekdays_before(first)
            - _count(self._sorted_off, first, end)
            + _count(self._sorted_adjusted, first, end)
        )

    def is_announced(self, day: date) -> bool:
        """Whether the working days of the year of `day` are official."""
        return day.year <= self.last_announced_year

    @cached_property
    def _sorted_off(self) -> list[date]:
        return sorted(self.days_off)

    @cached_property
    def _sorted_adjusted(self) -> list[date]:
        return sorted(self.adjusted_days)


def _is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


def _put(day: date, is_working: bool, off: set[date], adjusted: set[date]) -> None:
    """Record in `off` or `adjusted` that `day` is worked or not."""
    if _is_weekend(day):
        (adjusted.add if is_working else adjusted.discard)(day)
    else:
        (off.discard if is_working else off.add)(day)


def _count(days: list[date], first: date, end: date) -> int:
    return bisect_left(days, end) - bisect_left(days, first)


def _weekdays_before(day: date) -> int:
    """Mondays to Fridays before `day`, counted from Monday 0001-01-01."""
    weeks, rest = divmod(day.toordinal() - 1, 7)
    return weeks * 5 + min(rest, 5)


def _version(off: set[date], adjusted: set[date], announced: int) -> str:
    days = [f"-{day}" for day in sorted(off)] + [f"+{day}" for day in sorted(adjusted)]
    digest = hashlib.sha256("\n".join(days).encode()).hexdigest()[:12]
    return f"CN-{announced}-{digest}"
