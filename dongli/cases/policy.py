"""Policy in force at a moment: catalogue, rules of a place, named limits, coded reasons, phrases, working calendar."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.cases import kept, rules
from dongli.cases.calendar import WorkCalendar
from dongli.cases.deadlines import Deadline, LimitUnit, due_at
from dongli.cases.models import Case, Category, FilingCondition, Limit, Override, Phrase, Reason
from dongli.common.clock import city_date
from dongli.common.errors import Invalid

DATA = Path(__file__).parent / "data"
PlaceRule = rules.Rule[Override]


@dataclass(frozen=True)
class Promise:
    """A limit as promised on one task: amount, unit, due moment, the calendar it was counted with, and the rule.

    `rule_version` names the row the limit was read from: "condition:<id>", "override:<id>" or "limit:<id>".
    """

    amount: int
    unit: LimitUnit
    deadline: Deadline
    calendar_version: str
    rule_version: str = ""


class MissingPolicy(Exception):
    """A named limit is nowhere in force: `dongli migrate` loads the shipped ones."""


def in_force(on: date) -> Q:
    """Filter for dated policy rows that hold on `on`."""
    return Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gt=on))


def holds(row: kept.Dated, on: date) -> bool:
    """Whether a dated row holds on `on`."""
    return row.since <= on and (row.until is None or row.until > on)


def catalogue(on: date) -> list[Category]:
    """Every minor class in force on `on`, by code."""
    classes = kept.policy().classes
    return [row for code in sorted(classes) for row in classes[code] if holds(row, on)]


def category(code: str, on: date) -> Category:
    """The class `code` as in force on `on`; raises `Invalid` (field `category`) when there is none."""
    for row in kept.policy().classes.get(code, ()):
        if holds(row, on):
            return row
    raise Invalid("unknown_category", _("Please choose a class from the catalogue."), field="category")


def conditions(code: str, on: date) -> list[FilingCondition]:
    """The filing conditions of class `code` in force on `on`, by number."""
    return [row for row in kept.policy().conditions.get(code, ()) if holds(row, on)]


def condition(code: str, number: int, on: date) -> FilingCondition | None:
    """Condition `number` of class `code`; 0 takes the first, if there is any. Raises `Invalid` for an unknown one."""
    found = conditions(code, on)
    if not number:
        return found[0] if found else None
    for row in found:
        if row.number == number:
            return row
    raise Invalid("unknown_condition", _("Please choose a filing condition of this class."), field="condition")


def rule_for(category: Category, condition: FilingCondition | None, area: Area, on: date) -> PlaceRule | None:
    """What holds for a condition of a class at `area` on `on`, with the level each part comes from. No statement.

    None when the class has no condition: nothing then says by when it is to be done.
    """
    if condition is None:
        return None
    base = rules.Rule[Override](
        limit_amount=condition.limit_amount,
        limit_unit=condition.limit_unit,
        urgent=condition.urgent,
        contact_hours=category.contact_hours,
        solver=category.solver,
        lead=category.lead_district or category.lead_city,
        offered=not category.staff_only,
        auto_register=category.auto_register,
    )
    return rules.resolve(base, said_at(area, category.code, on), condition.number)


def said_at(area: Area, code: str, on: date) -> list[list[Override]]:
    """What each level from the city down to `area` says of class `code` on `on`; levels that say nothing left out."""
    overrides = kept.policy().overrides
    said = (overrides.get((level, code), ()) for level in area.path.rstrip("/").split("/"))
    return [rows for rows in ([one for one in level if holds(one, on)] for level in said) if rows]


def class_of(case: Case, on: date) -> tuple[Category, FilingCondition | None] | None:
    """A case's class and condition as chosen (else the class's first on `on`); None without a class. No statement."""
    if case.category_id is None:
        return None
    known = kept.policy()
    category = known.class_by_id.get(case.category_id) or case.category
    if category is None:
        return None
    chosen = known.condition_by_id.get(case.condition_id) if case.condition_id is not None else None
    return category, chosen or condition(category.code, 0, on)


def rule_of(case: Case, on: date) -> PlaceRule | None:
    """What holds for a case where it lies; None when it has no class yet. A class and condition once chosen stay."""
    found = class_of(case, on)
    return rule_for(*found, case.community or case.desk, on) if found is not None else None


def offered(area: Area | None, on: date) -> list[Category]:
    """The classes that residents are offered at `area` (None: what the catalogue offers everywhere). No statement."""
    if area is None:
        return [row for row in catalogue(on) if not row.staff_only]
    return [row for row in catalogue(on) if is_offered(row, area, on)]


def is_offered(category: Category, area: Area, on: date) -> bool:
    """Whether residents may choose the class at `area`."""
    rule = rule_for(category, condition(category.code, 0, on), area, on)
    return rule.offered if rule is not None else not category.staff_only


def phrases(use: str, area: Area, category: Category | None, on: date) -> list[Phrase]:
    """Canned phrases for a use at `area`: the class's, then its line's, then those for all; nearest level first."""
    levels = area.path.rstrip("/").split("/")
    code, line = (category.code, category.line) if category is not None else ("", "")
    found = [
        one
        for one in kept.policy().phrases
        if one.use == use
        and holds(one, on)
        and (one.area is None or one.area.code in levels)
        and one.category in ("", code)
        and one.line in ("", line)
    ]
    return sorted(found, key=lambda one: (not one.category, not one.line, -_depth(one), one.title))


def _depth(phrase: Phrase) -> int:
    return phrase.area.depth if phrase.area is not None else -1


def limit(key: str, on: date) -> Limit:
    """The named limit in force on `on`; raises `MissingPolicy` when policy was never loaded."""
    for row in kept.policy().limits.get(key, ()):
        if holds(row, on):
            return row
    raise MissingPolicy(key)


def number(key: str, on: date) -> int:
    """The named number of the procedure in force on `on`: how often something may be done, or for how many days."""
    return limit(key, on).amount


def work_calendar() -> WorkCalendar:
    """The published calendar with the administrator's days laid over it."""
    return kept.policy().calendar


def changed() -> None:
    """Policy was changed in this transaction: this process reads it again, now and once it is stored.

    Other processes see by the stamp, which the database changes itself, that theirs is stale (within a second).
    """
    forget()
    transaction.on_commit(forget)


def forget() -> None:
    """Read policy again at the next step of this process."""
    kept.forget()


def promise(start: datetime, amount: int, unit: str, calendar: WorkCalendar, *, rule: str = "") -> Promise:
    """`amount` of `unit` from `start`, counted with `calendar` under `rule` and ready to be frozen onto a task."""
    counted = LimitUnit(unit)
    return Promise(amount, counted, due_at(start, amount, counted, calendar), calendar.version, rule)


def promise_rule(case: Case, start: datetime, calendar: WorkCalendar) -> Promise | None:
    """The limit of the case's condition where it lies, counted from `start`; None when it has no class or condition."""
    on = city_date(start)
    found, rule = class_of(case, on), rule_of(case, on)
    if found is None or found[1] is None or rule is None:
        return None
    source = rule.sources.get("limit")
    version = f"override:{source.id}" if source is not None else f"condition:{found[1].id}"
    return promise(start, rule.limit_amount, rule.limit_unit, calendar, rule=version)


def promise_limit(key: str, start: datetime, calendar: WorkCalendar) -> Promise:
    """The named limit, counted from `start`."""
    row = limit(key, city_date(start))
    return promise(start, row.amount, row.unit, calendar, rule=f"limit:{row.id}")


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
