"""Notes: what staff say to each other about a case, apart from the timeline that the resident reads."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from dongli.cases.models.case import Case
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User


class Note(models.Model):
    """That somebody wrote a note, and when; `id` is the key its maker chose. Append-only (database trigger).

    What it says, whom it mentions and what is attached lie in rows of their own; words and files can be erased.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["case", "id"], name="note_case")]
        triggers = [pgtrigger.Protect(name="notes_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d}"


class NoteText(models.Model):
    """The words of a note: erasable by the redaction path, never by editing."""

    note = models.OneToOneField(Note, on_delete=models.CASCADE, primary_key=True, related_name="text")
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.words[:40]


class NoteMention(models.Model):
    """Somebody who was mentioned in a note, and told."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mentioned_once_in_a_note")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.user_id}"


class FileKind(models.TextChoices):
    """What an attachment is, as its content showed (never its name)."""

    IMAGE = "image", _("Picture")
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    XLSX = "xlsx", "Excel"


class NoteFile(models.Model):
    """An attachment of a note. `file` has a random name; `name` is what the sender called it, without its ending."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=5, choices=FileKind.choices)
    name = models.CharField(max_length=60, blank=True)
    file = models.FileField(upload_to="notes/%Y/%m/")
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.id)
