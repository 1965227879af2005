"""Loading policy: what the product ships, and catalogues from a spreadsheet. Versions are dated, never overwritten."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import policy
from dongli.cases.actions.retaining import load_retention
from dongli.cases.catalogue import SHIPPED_REASONS, CategoryRow, read_table, shipped_catalogue
from dongli.cases.models import Category, Limit, Reason
from dongli.common.errors import Invalid

SHIPPED_SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Loaded:
    """What loading a catalogue changed, in classes."""

    added: int
    changed: int
    same: int


@transaction.atomic
def load_policy() -> None:
    """Put the shipped catalogue, limits and reasons where there are none; what an administrator changed stays."""
    if not Category.objects.exists():
        load_catalogue(rows=shipped_catalogue(), since=SHIPPED_SINCE)
    known = set(Limit.objects.values_list("key", flat=True))
    Limit.objects.bulk_create(
        Limit(key=row["key"], amount=int(row["amount"]), unit=row["unit"], since=SHIPPED_SINCE)
        for row in policy.shipped("limits.csv")
        if row["key"] not in known
    )
    Reason.objects.bulk_create(
        (_reason(position, row) for position, row in enumerate(read_table(SHIPPED_REASONS))), ignore_conflicts=True
    )
    load_retention()
    policy.changed()


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
def load_catalogue(*, rows: Iterable[CategoryRow], since: date | None = None) -> Loaded:
    """Take over a catalogue: a class that reads differently ends its old version on the new one's first day.

    `since` overrides the rows' own first day. Raises `Invalid` when a new version would not begin after the old one.
    """
    current = {row.code: row for row in Category.objects.filter(until=None)}
    added = changed = same = 0
    for row in rows:
        fields = _fields(row, since)
        old = current.get(row.code)
        if old is not None and all(getattr(old, name) == value for name, value in fields.items() if name != "since"):
            same += 1
            continue
        if old is not None:
            _end(old, fields["since"])
            changed += 1
        else:
            added += 1
        Category.objects.create(**fields)
    return Loaded(added, changed, same)


def _end(old: Category, on: date) -> None:
    if old.since >= on:
        raise Invalid(
            "version_too_early",
            _("Class %(code)s: the new version must begin after %(since)s, when the present one began.")
            % {"code": old.code, "since": old.since.isoformat()},
            field="since",
        )
    old.until = on
    old.save(update_fields=["until"])


def _fields(row: CategoryRow, since: date | None) -> dict[str, Any]:
    fields = asdict(row)
    fields["limit_amount"], fields["limit_unit"] = fields.pop("limit"), fields.pop("unit")
    fields["staff_only"] = fields.pop("audience") == "staff"
    return {**fields, "keywords": list(row.keywords), "since": since or row.since}
