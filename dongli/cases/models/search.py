"""What the desk finds with: the words of a case, in a row that can be erased with the text; saved views; exports."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from dongli.cases.models.case import Case
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User


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


class SavedView(models.Model):
    """A search somebody keeps: their name for it and the address's query, as it was. Its owner's alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name


class ExportState(models.TextChoices):
    """Where an export stands."""

    QUEUED = "queued", _("Waiting to start")
    RUNNING = "running", _("Being written")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Not written")


class Export(models.Model):
    """A file of the cases somebody saw: written by a job, served to whoever asked for it alone, gone after a day.

    `sieve` is what they asked for (`queries.lists.stored`); `file` its random name in the media, once it is written.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=4, choices=[("csv", "CSV"), ("xlsx", "XLSX")])
    language = models.CharField(max_length=10)
    sieve = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["created_at"], name="export_created")]

    def __str__(self) -> str:
        return f"{self.id}.{self.format}"
