"""The list of reasons as shipped, put where there is none; what an administrator changed stays."""

from datetime import date
from pathlib import Path

from django.db import transaction

from dongli.cases.catalogue import read_table
from dongli.reporting.models import GapReason

SHIPPED = Path(__file__).parent.parent / "data" / "gap_reasons.csv"
SHIPPED_SINCE = date(2020, 1, 1)


@transaction.atomic
def load_gap_reasons() -> int:
    """Add the shipped reasons whose code is not on the list yet; how many. Safe to run again."""
    known = set(GapReason.objects.values_list("code", flat=True))
    fresh = [
        GapReason(
            code=row["code"],
            name=row["name"],
            items=row["items"].split(),
            longest_days=int(row["longest_days"]),
            position=int(row["position"]),
            since=SHIPPED_SINCE,
        )
        for row in read_table(SHIPPED)
        if row["code"] not in known
    ]
    GapReason.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
