"""Months as whole numbers (year × 12 + month − 1) and spans of them, the end never included."""

from collections.abc import Iterable
from datetime import date

Span = tuple[int, int]


def month_of(day: date) -> int:
    """The number of the month that `day` lies in."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def span(since: date, until: date | None, end: int) -> Span:
    """The months from that of `since` until before that of `until`, none from `end` on; it may be empty."""
    last = end if until is None else min(month_of(until), end)
    return month_of(since), last


def total(spans: Iterable[Span]) -> int:
    """How many months there are in spans that do not overlap."""
    return sum(last - first for first, last in spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same months in order, each once, empty spans left out."""
    found: list[Span] = []
    for first, last in sorted(one for one in spans if one[0] < one[1]):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def minus(spans: Iterable[Span], taken: Span) -> list[Span]:
    """The months of `spans` that are not in `taken`."""
    found: list[Span] = []
    for first, last in spans:
        before, after = (first, min(last, taken[0])), (max(first, taken[1]), last)
        if taken[0] >= taken[1]:
            before, after = (first, last), (last, last)
        found += [one for one in (before, after) if one[0] < one[1]]
    return found
