"""Keeping the search rows of cases: the one place that writes them, in the transaction that writes the text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import transaction

from dongli.cases import search
from dongli.cases.models import CaseSearch, CaseText, StepText

BATCH = 1000


def search_row(text: CaseText, *added: str) -> CaseSearch:
    """The search row of a case's text and what was added to it, not yet saved: its number's parts are found whole, its
    words by any part."""
    words = "\n".join((f"{text.description[: search.MOST_LETTERS]}\n{text.address}", *added))
    folded = search.fold(words)
    number = text.case.number.lower()
    found = search.grams(folded) | {number, number.rpartition("-")[2]}
    return CaseSearch(case_id=text.case_id, words=folded, grams=sorted(found))


def index(texts: Iterable[CaseText]) -> None:
    """Write the search rows of texts that nothing has been added to yet; a statement a thousand."""
    _write(map(search_row, texts))


def refresh(cases: Iterable[UUID]) -> None:
    """Write anew the search rows of these cases, with what their residents have added, after a change or an erasure."""
    texts = list(CaseText.objects.filter(pk__in=cases).select_related("case"))
    added: defaultdict[UUID, list[str]] = defaultdict(list)
    more = StepText.objects.filter(step__case__in=[text.pk for text in texts], step__verb="add").order_by("step")
    for case_id, words in more.values_list("step__case_id", "words"):
        added[case_id].append(words)
    _write(search_row(text, *added[text.pk]) for text in texts)


def _write(rows: Iterable[CaseSearch]) -> None:
    CaseSearch.objects.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=["case"], update_fields=["words", "grams"]
    )


def reindex(*, batch: int = BATCH) -> Iterator[int]:
    """Write all search rows anew, a transaction per batch, while the site serves; yields how many are done so far."""
    done, after = 0, UUID(int=0)
    while True:
        with transaction.atomic():
            texts = CaseText.objects.select_for_update(no_key=True).filter(pk__gt=after).order_by("pk")
            cases = list(texts.values_list("pk", flat=True)[:batch])
            refresh(cases)
        if not cases:
            return
        done, after = done + len(cases), cases[-1]
        yield done
