"""Loading policy: what the product ships, catalogues from a spreadsheet, and single rows from the back office.

Versions are dated, never overwritten, except by an administrator who mends a row in the back office.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from dongli.cases import access, policy
from dongli.cases.actions.retaining import load_retention
from dongli.cases.catalogue import (
    SHIPPED_PHRASES,
    SHIPPED_REASONS,
    CategoryRow,
    ConditionRow,
    read_table,
    shipped_catalogue,
    shipped_conditions,
)
from dongli.cases.models import Category, FilingCondition, Limit, Phrase, Reason
from dongli.common.clock import today
from dongli.common.errors import Invalid, NotAllowed
from dongli.people.viewer import Viewer

SHIPPED_SINCE = date(2020, 1, 1)
Row = Category | FilingCondition


@dataclass(frozen=True)
class Loaded:
    """What loading a catalogue changed, in classes."""

    added: int
    changed: int
    same: int


@transaction.atomic
def load_policy() -> None:
    """Put the shipped catalogue, limits, reasons and phrases where there are none; what an administrator changed stays.

    A city that had the catalogue before conditions were counted gets the shipped ones from today on.
    """
    if not Category.objects.exists():
        load_catalogue(rows=shipped_catalogue(), conditions=shipped_conditions(), since=SHIPPED_SINCE)
    elif not FilingCondition.objects.filter(number__gt=1).exists():
        _add_shipped_conditions()
    known = set(Limit.objects.values_list("key", flat=True))
    Limit.objects.bulk_create(
        Limit(key=row["key"], amount=int(row["amount"]), unit=row["unit"], since=SHIPPED_SINCE)
        for row in policy.shipped("limits.csv")
        if row["key"] not in known
    )
    Reason.objects.bulk_create(
        (_reason(position, row) for position, row in enumerate(read_table(SHIPPED_REASONS))), ignore_conflicts=True
    )
    if not Phrase.objects.exists():
        Phrase.objects.bulk_create(Phrase(**row, since=SHIPPED_SINCE) for row in read_table(SHIPPED_PHRASES))
    load_retention()
    policy.changed()


def _add_shipped_conditions() -> None:
    """Those of classes that still read as shipped."""
    present = set(Category.objects.filter(until=None).values_list("code", "name"))
    as_shipped = {row.code for row in shipped_catalogue() if (row.code, row.name) in present}
    rows = [row for row in shipped_conditions() if row.code in as_shipped]
    _put_versions(FilingCondition, [_condition_fields(row, today()) for row in rows])


def _reason(position: int, row: dict[str, str]) -> Reason:
    return Reason(
        kind=row["kind"],
        code=row["code"],
        label_en=row["label_en"],
        label_zh=row["label_zh"],
        needs_words=row["needs_words"] == "1",
        counts_against=row["counts_against"] == "1",
        position=position,
    )


@transaction.atomic
def load_catalogue(
    *, rows: Iterable[CategoryRow], conditions: Iterable[ConditionRow] = (), since: date | None = None
) -> Loaded:
    """Take over a catalogue: what reads differently ends its old version on the new one's first day.

    A class for which `conditions` names several has exactly those; of the others only the first condition is taken over
    from its row. `since` overrides the rows' own first day. Raises `Invalid` when a new version would not begin after
    the old one.
    """
    classes = list(rows)
    given = list(conditions)
    numbered = {row.code for row in given}
    wanted = [_condition_fields(row, since) for row in given]
    wanted += [_condition_fields(_first(row), since) for row in classes if row.code not in numbered]
    known = set(Category.objects.filter(until=None).values_list("code", flat=True))
    touched = _put_versions(Category, [_class_fields(row, since) for row in classes])
    touched |= _put_versions(FilingCondition, wanted)
    touched |= _end_missing(wanted, {row.code for row in given if row.number > 1})
    policy.changed()
    codes = {row.code for row in classes} | numbered
    return Loaded(len(codes - known), len(codes & known & touched), len((codes & known) - touched))


def _put_versions(model: type[Row], wanted: list[dict[str, Any]]) -> set[str]:
    """New versions of what reads differently from the one that has no end yet; the codes of the classes concerned."""
    rows: Any = model._default_manager
    current = {_name(row): row for row in rows.filter(until=None)}
    ended: list[Row] = []
    fresh: list[Row] = []
    for fields in wanted:
        new = model(**fields)
        old = current.get(_name(new))
        if old is not None and all(getattr(old, name) == value for name, value in fields.items() if name != "since"):
            continue
        if old is not None:
            _end(old, fields["since"])
            ended.append(old)
        fresh.append(new)
    rows.bulk_update(ended, ["until"])
    rows.bulk_create(fresh)
    return {_name(row)[0] for row in fresh}


def _name(row: Row) -> tuple[str, int]:
    """What a version is a version of: the class's code, and the condition's number (0 for the class itself)."""
    return (row.category, row.number) if isinstance(row, FilingCondition) else (row.code, 0)


def _end_missing(wanted: list[dict[str, Any]], codes: set[str]) -> set[str]:
    """End the conditions of `codes` that the catalogue no longer names, on the day its own begin."""
    named = {(fields["category"], fields["number"]) for fields in wanted}
    starts = {fields["category"]: fields["since"] for fields in wanted}
    gone = [
        row
        for row in FilingCondition.objects.filter(until=None, category__in=codes)
        if (row.category, row.number) not in named
    ]
    for row in gone:
        _end(row, starts[row.category])
    FilingCondition.objects.bulk_update(gone, ["until"])
    return {row.category for row in gone}


def _end(old: Row, on: date) -> None:
    if old.since >= on:
        raise Invalid(
            "version_too_early",
            _("Class %(code)s: the new version must begin after %(since)s, when the present one began.")
            % {"code": _name(old)[0], "since": old.since.isoformat()},
            field="since",
        )
    old.until = on


def _class_fields(row: CategoryRow, since: date | None) -> dict[str, Any]:
    fields = asdict(row)
    for name in ("limit", "unit", "closing", "urgent"):
        del fields[name]
    fields["staff_only"] = fields.pop("audience") == "staff"
    return {**fields, "keywords": list(row.keywords), "since": since or row.since}


def _first(row: CategoryRow) -> ConditionRow:
    """The condition that stands in the class's own line."""
    return ConditionRow(row.code, 1, row.condition, row.closing, row.limit, row.unit, row.urgent, row.since, row.until)


def _condition_fields(row: ConditionRow, since: date | None) -> dict[str, Any]:
    return {
        "category": row.code,
        "number": row.number,
        "text": row.condition,
        "closing": row.closing,
        "limit_amount": row.limit,
        "limit_unit": row.unit,
        "urgent": row.urgent,
        "since": since or row.since,
        "until": row.until,
    }


@transaction.atomic
def keep_row(*, viewer: Viewer, row: models.Model) -> None:
    """Save a row of policy as mended in the back office; every process reads policy again."""
    _check(viewer)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid("overlaps", _("Another version holds on these days already. Please check the dates.")) from error
    policy.changed()


@transaction.atomic
def drop_row(*, viewer: Viewer, row: models.Model) -> None:
    """Take a row of policy out in the back office; every process reads policy again."""
    _check(viewer)
    row.delete()
    policy.changed()


def _check(viewer: Viewer) -> None:
    if not viewer.has(*access.POLICY_ROLES):
        raise NotAllowed("administrators_only", _("Only an administrator may change the catalogue and its rules."))
