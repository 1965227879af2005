"""A worker's record as its pages show it, to the desk and to the worker: one place, so that both see the same."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from dongli.common.clock import CITY_ZONE, now, today
from dongli.people.career_words import labels, problem, say
from dongli.people.careers.account import Account, account
from dongli.people.careers.course import course, next_step
from dongli.people.careers.rules import Book
from dongli.people.models import CareerContest, CareerFile, CareerResult, PayFact
from dongli.people.queries import career_runs, careers


@dataclass(frozen=True)
class Asked:
    """About which day, as known at which moment; `past`: whether somebody asked for other than today and now."""

    on: date
    at: datetime
    past: bool


@dataclass(frozen=True)
class Shown:
    """A fact with its value in words."""

    fact: PayFact
    said: str


@dataclass(frozen=True)
class Record:
    """All that a record's page shows."""

    account: Account
    lines: list[str]
    problem: str
    next_step: date | None
    facts: list[Shown]
    history: list[Shown]
    course: list[Account]
    results: list[CareerResult]
    contests: list[CareerContest]


def asked(query: Mapping[str, str]) -> Asked:
    """`on` and `known` of an address, days in the city; anything else is today. Known: until the end of that day."""
    on, known = _day(query.get("on", "")), _day(query.get("known", ""))
    at = now()
    if known is not None:
        at = min(at, datetime.combine(known + timedelta(days=1), time(), CITY_ZONE) - timedelta(microseconds=1))
    return Asked(on or today(), at, past=on is not None or known is not None)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1950 <= found.year <= today().year + 5 else None


def record(file: CareerFile, asked: Asked) -> Record:
    """The record of one worker. Five queries, however long it is."""
    person, book = file.person, careers.book()
    history = careers.history(person)
    known = [one for one in history if _known(one, asked.at)]
    facts, path = careers.plain(known), file.area.path
    found = account(facts, book.at(path, asked.on), asked.on)
    words = labels() | _names(book, path, asked.on)
    return Record(
        account=found,
        lines=say([asdict(line) for line in found.lines]),
        problem=problem(found.problem),
        next_step=next_step(facts, found.scheme, asked.on),
        facts=[Shown(one, said(one, words)) for one in sorted(known, key=lambda one: (one.kind, one.since, one.id))],
        history=[Shown(one, said(one, words)) for one in history],
        course=list(reversed(course(facts, book, path, asked.on))),
        results=career_runs.results_of(person.pk),
        contests=careers.contests_of(person),
    )


def _known(row: PayFact, at: datetime) -> bool:
    return not row.withdrawn and row.recorded_at <= at and (row.superseded_at is None or row.superseded_at > at)


def _names(book: Book, path: str, on: date) -> dict[str, str]:
    """Posts and allowances of the scheme in words."""
    scheme = book.at(path, on)
    if scheme is None:
        return {}
    posts = {one.code: one.label for one in scheme.posts.values()}
    return posts | {one.code: one.label for one in scheme.allowances}


def said(fact: PayFact, words: Mapping[str, str] | None = None) -> str:
    """A fact's value in words, or its kind where it has none."""
    known = words if words is not None else labels()
    if not fact.value:
        return fact.get_kind_display()
    value = known.get(fact.value, fact.value)
    return f"{fact.since.year} · {value}" if fact.kind == "appraisal" else value
