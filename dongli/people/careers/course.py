"""A worker's course: from when on which grade, and when the next step is due if nothing else changes."""

from collections.abc import Sequence
from datetime import date

from dongli.people.careers.account import Account, Fact, account
from dongli.people.careers.months import first_of, month_of
from dongli.people.careers.rules import Book, Scheme


def course(facts: Sequence[Fact], book: Book, path: str, until: date) -> list[Account]:
    """The account of each day up to `until` on which scheme, post, grade or what stands in the way changed; oldest
    first. A change of the average wage alone is none.
    """
    starts = [one.since for one in facts if one.kind == "service"]
    if not starts or min(starts) > until:
        return []
    found: list[Account] = []
    for day in _days(facts, book, path, min(starts), until):
        one = account(facts, book.at(path, day), day)
        if not found or _what(one) != _what(found[-1]):
            found.append(one)
    return found


def _days(facts: Sequence[Fact], book: Book, path: str, first: date, last: date) -> list[date]:
    """The first of every month, and the days between on which something begins or ends."""
    days = {first_of(month) for month in range(month_of(first) + 1, month_of(last) + 1)}
    days |= {day for one in facts for day in (one.since, one.until) if day is not None}
    return sorted(day for day in {first, *days, *book.turns(path)} if first <= day <= last)


def _what(one: Account) -> tuple[object, ...]:
    return one.problem, one.post, one.grade, one.scheme.key if one.scheme is not None else ""


def next_step(facts: Sequence[Fact], scheme: Scheme | None, on: date) -> date | None:
    """The first of the month in which the grade rises by service alone, or None within one step's years."""
    today = account(facts, scheme, on).grade
    if scheme is None or today is None:
        return None
    for ahead in range(1, scheme.step_years * 12 + 1):
        day = first_of(month_of(on) + ahead)
        then = account([one for one in facts if one.since <= on], scheme, day)
        if then.grade is not None and then.grade > today:
            return day
    return None
