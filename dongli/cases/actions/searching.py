"""Keeping the search rows of cases: the one place that writes them, in the transaction that writes the text."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import transaction

from dongli.cases import search
from dongli.cases.models import CaseSearch, CaseText

BATCH = 1000


def search_row(text: CaseText) -> CaseSearch:
    """The search row of a case's text, not yet saved: its number's parts are found whole, its words by any part."""
    folded = search.fold(f"{text.description[: search.MOST_LETTERS]}\n{text.address}")
    number = text.case.number.lower()
    found = search.grams(folded) | {number, number.rpartition("-")[2]}
    return CaseSearch(case_id=text.case_id, words=folded, grams=sorted(found))


def index(texts: Iterable[CaseText]) -> None:
    """Write (or write anew, after a change or an erasure) the search rows of these texts; a statement a thousand."""
    CaseSearch.objects.bulk_create(
        map(search_row, texts),
        BATCH,
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["words", "grams"],
    )


def reindex(*, batch: int = BATCH) -> Iterator[int]:
    """Write all search rows anew, a transaction per batch, while the site serves; yields how many are done so far."""
    done, after = 0, UUID(int=0)
    while True:
        with transaction.atomic():
            texts = CaseText.objects.select_for_update(of=("self",), no_key=True).select_related("case")
            rows = list(texts.filter(pk__gt=after).order_by("pk")[:batch])
            index(rows)
        if not rows:
            return
        done, after = done + len(rows), rows[-1].pk
        yield done
