"""A spreadsheet that somebody gave to be taken over: checked first, loaded when they say so."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models.accounts import User


class ImportState(models.TextChoices):
    """Where an import stands."""

    QUEUED = "queued", _("Waiting to be checked")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, not loaded")
    ORDERED = "ordered", _("Waiting to be loaded")
    LOADING = "loading", _("Being loaded")
    LOADED = "loaded", _("Loaded")
    REFUSED = "refused", _("Cannot be read")
    FAILED = "failed", _("Not loaded")


class TableImport(models.Model):
    """One uploaded table of `kind` (see `people.importing`) for `area`: its owner's alone, gone after some days.

    `file` is its random name in the media. `report`: what checking (then loading) found: counts, bad rows by line,
    examples of changes; it can hold what the rows hold, so it goes with the file.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=30)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    file = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    skip_bad = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["user", "kind", "-id"], name="table_import_user"),
            models.Index(fields=["created_at"], name="table_import_created"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.name}"
