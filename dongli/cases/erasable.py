"""Which rows hold what may identify a person, and how they hang on a case. A new text belongs here, or a test fails."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from dongli.cases.models import CaseText, NoteFile, NoteText, RatingText, StepText, Whistle, WhistleRatingText


@dataclass(frozen=True)
class Erasable:
    """Text fields of a table, and the path from it to its case. `early`: they go whole with the contact already."""

    model: type[Model]
    case: str
    fields: tuple[str, ...]
    early: bool = False

    def rows(self, cases: list[UUID]) -> QuerySet[Any]:
        """The rows of these cases (few ids: a literal list)."""
        return self.model._default_manager.filter(**{f"{self.case}__in": cases}).order_by("pk")


TEXTS = (
    Erasable(CaseText, "case", ("description", "address")),
    Erasable(StepText, "step__case", ("words",)),
    Erasable(RatingText, "rating__case", ("words",)),
    Erasable(Whistle, "case", ("why", "place")),
    Erasable(WhistleRatingText, "rating__task__case", ("words",)),
    Erasable(NoteText, "note__case", ("words",)),
    Erasable(NoteFile, "note__case", ("name",), early=True),
)
