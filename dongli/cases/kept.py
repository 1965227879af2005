"""Policy as this process last read it: kept while the database's stamp says that it is current.

Once a second at most a step asks for the stamp (one statement); only when it differs is policy read anew. Kept rows are
shared between requests: nobody changes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import monotonic
from typing import Protocol, TypeVar
from uuid import UUID

from django.db.models import Subquery

from dongli.cases.calendar import WorkCalendar
from dongli.cases.models import CalendarDay, Category, FilingCondition, Limit, Override, Phrase, PolicyStamp
from dongli.people import policies
from dongli.people.models import LevelPolicyStamp

KEPT_SECONDS = 1.0


class Dated(Protocol):
    """A row that holds from a day on, and perhaps only up to (and without) another."""

    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date | None: ...


@dataclass(frozen=True)
class Policy:
    """All dated policy, of every date: by class, by (code of the area, class), by key. `token`: the stamp it had."""

    token: UUID | None
    classes: dict[str, list[Category]]
    class_by_id: dict[UUID, Category]
    conditions: dict[str, list[FilingCondition]]
    condition_by_id: dict[UUID, FilingCondition]
    overrides: dict[tuple[str, str], list[Override]]
    phrases: list[Phrase]
    limits: dict[str, list[Limit]]
    calendar: WorkCalendar


_kept: dict[str, tuple[Policy, float]] = {}


def policy() -> Policy:
    """What every step asks for; a change is seen by every process within a second."""
    found = _kept.get("policy")
    if found is not None and monotonic() - found[1] <= KEPT_SECONDS:
        return found[0]
    asked_at = monotonic()
    levels = Subquery(LevelPolicyStamp.objects.values("token")[:1])
    token, of_levels = PolicyStamp.objects.values_list("token", levels).first() or (None, None)
    if token is not None:
        policies.told(of_levels)
    current = found[0] if found is not None and found[0].token == token else _read(token)
    _kept["policy"] = current, asked_at
    return current


def forget() -> None:
    """Read everything again at the next step of this process."""
    _kept.clear()


K = TypeVar("K")
V = TypeVar("V")


def _read(token: UUID | None) -> Policy:
    """Read after the stamp, so that what changes meanwhile is read again at the next look."""
    classes = list(Category.objects.order_by("code", "since"))
    conditions = list(FilingCondition.objects.order_by("category", "number", "since"))
    overrides = Override.objects.select_related("area").order_by("number", "since")
    days = tuple(CalendarDay.objects.order_by("date").values_list("date", "is_working", "note"))
    return Policy(
        token=token,
        classes=_grouped((row.code, row) for row in classes),
        class_by_id={row.id: row for row in classes},
        conditions=_grouped((row.category, row) for row in conditions),
        condition_by_id={row.id: row for row in conditions},
        overrides=_grouped(((row.area.code, row.category), row) for row in overrides),
        phrases=list(Phrase.objects.select_related("area")),
        limits=_grouped((row.key, row) for row in Limit.objects.order_by("since")),
        calendar=_calendar(days),
    )


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


@lru_cache(maxsize=4)
def _calendar(rows: tuple[tuple[date, bool, str], ...]) -> WorkCalendar:
    return WorkCalendar.build(rows)
