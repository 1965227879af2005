"""Policy in force at a moment: catalogue, named limits, coded reasons, the working calendar."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dongli.cases.calendar import WorkCalendar
from dongli.cases.deadlines import Deadline, LimitUnit, due_at
from dongli.cases.models import CalendarDay, Category, Limit, Reason
from dongli.common.clock import city_date
from dongli.common.errors import Invalid

DATA = Path(__file__).parent / "data"
KEPT_SECONDS = 1.0


@dataclass(frozen=True)
class Promise:
    """A limit as promised on one task: amount, unit, due moment, and the calendar it was counted with."""

    amount: int
    unit: LimitUnit
    deadline: Deadline
    calendar_version: str


class MissingPolicy(Exception):
    """A named limit is nowhere in force: `dongli migrate` loads the shipped ones."""


def in_force(on: date) -> Q:
    """Filter for dated policy rows that hold on `on`."""
    return Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gt=on))


def catalogue(on: date) -> list[Category]:
    """Every minor class in force on `on`, by code."""
    return list(Category.objects.filter(in_force(on)).order_by("code"))


def category(code: str, on: date) -> Category:
    """The class `code` as in force on `on`; raises `Invalid` (field `category`) when there is none."""
    found = Category.objects.filter(in_force(on), code=code).first() if code else None
    if found is None:
        raise Invalid("unknown_category", _("Please choose a class from the catalogue."), field="category")
    return found


def limit(key: str, on: date) -> Limit:
    """The named limit in force on `on`; raises `MissingPolicy` when policy was never loaded."""
    for row in _rules().limits.get(key, ()):
        if row.since <= on and (row.until is None or row.until > on):
            return row
    raise MissingPolicy(key)


def work_calendar() -> WorkCalendar:
    """The published calendar with the administrator's days laid over it."""
    return _rules().calendar


@dataclass(frozen=True)
class _Rules:
    """Limits by key and the calendar, as this process read them at `read_at` (monotonic seconds)."""

    limits: dict[str, list[Limit]]
    calendar: WorkCalendar
    read_at: float


_kept: dict[str, _Rules] = {}


def _rules() -> _Rules:
    """What every step asks for, read again after a second: an edit is seen by every process within that time."""
    kept = _kept.get("rules")
    if kept is None or monotonic() - kept.read_at > KEPT_SECONDS:
        read_at = monotonic()
        days = tuple(CalendarDay.objects.order_by("date").values_list("date", "is_working", "note"))
        limits: dict[str, list[Limit]] = {}
        for row in Limit.objects.order_by("since"):
            limits.setdefault(row.key, []).append(row)
        kept = _kept["rules"] = _Rules(limits, _calendar(days), read_at)
    return kept


def changed() -> None:
    """Limits or calendar were changed in this transaction: this process reads them again, now and once it is stored."""
    forget()
    transaction.on_commit(forget)


def forget() -> None:
    """Read limits and calendar again at the next step of this process."""
    _kept.clear()


@lru_cache(maxsize=4)
def _calendar(rows: tuple[tuple[date, bool, str], ...]) -> WorkCalendar:
    return WorkCalendar.build(rows)


def promise(start: datetime, amount: int, unit: str, calendar: WorkCalendar) -> Promise:
    """`amount` of `unit` from `start`, counted with `calendar` and ready to be frozen onto a task."""
    counted = LimitUnit(unit)
    return Promise(amount, counted, due_at(start, amount, counted, calendar), calendar.version)


def promise_limit(key: str, start: datetime, calendar: WorkCalendar) -> Promise:
    """The named limit, counted from `start`."""
    row = limit(key, city_date(start))
    return promise(start, row.amount, row.unit, calendar)


def reasons(kind: str) -> list[Reason]:
    """The coded reasons that go with a verb, in their order."""
    return list(Reason.objects.filter(kind=kind, is_active=True))


def reason(kind: str, code: str, words: str) -> Reason:
    """The reason chosen; raises `Invalid` when it is unknown, or needs words and has none."""
    found = Reason.objects.filter(kind=kind, code=code, is_active=True).first()
    if found is None:
        raise Invalid("unknown_reason", _("Please choose a reason."), field="reason")
    if found.needs_words and not words:
        raise Invalid("reason_needs_words", _("This reason needs a sentence of explanation."), field="words")
    return found


def reason_label(row: Reason) -> str:
    """The reason in the reader's language."""
    return row.label_en if (get_language() or "").startswith("en") else row.label_zh


def shipped(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file that the product ships (UTF-8, header in the first line)."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
