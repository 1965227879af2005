"""What the desk finds with: the words of a case cut for searching, in a row that can be erased with the text."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from dongli.cases.models.case import Case


class CaseSearch(models.Model):
    """A case's description and address, folded (`cases.search.fold`), with their grams. Written by
    `actions.searching` only; personal, so it goes when the text goes."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="search")
    words = models.TextField(blank=True)
    grams = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        indexes = [GinIndex(fields=["grams"], name="case_search_grams", gin_pending_list_limit=1024)]

    def __str__(self) -> str:
        return str(self.case_id)
