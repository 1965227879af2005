"""What happened: append-only steps and ratings, with the words that can identify in rows of their own."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from dongli.cases.models.case import Case
from dongli.cases.models.work import Task, Whistle
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.models import User


class Step(models.Model):
    """One thing that happened to a case; `id` is the key its maker chose, so a repeated request is the same step.

    Rows cannot be changed or deleted (database trigger). They hold no personal text.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps", db_index=False)  # begins (case, seq)
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=24)
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor_as = models.CharField(max_length=24)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="steps")
    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    state_before = models.CharField(max_length=12, blank=True)
    state_after = models.CharField(max_length=12)
    public = models.BooleanField(default=True)

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="steps_are_numbered_within_a_case")]
        triggers = [pgtrigger.Protect(name="steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.seq} {self.verb}"


class StepText(models.Model):
    """The words that go with a step: erasable by the redaction path, never by editing."""

    step = models.OneToOneField(Step, on_delete=models.CASCADE, primary_key=True, related_name="text")
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.words[:40]


class Satisfaction(models.TextChoices):
    """The resident's answer to “are you satisfied?”."""

    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY = "basically", _("Basically satisfied")
    DISSATISFIED = "dissatisfied", _("Not satisfied")


class Rating(models.Model):
    """The resident's answer to one closing: once, by the resident only, never changed (database trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ratings")
    closing = models.PositiveSmallIntegerField()
    contacted = models.BooleanField()
    solved = models.BooleanField()
    satisfaction = models.CharField(max_length=12, choices=Satisfaction.choices)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "closing"], name="one_rating_per_closing")]
        triggers = [pgtrigger.Protect(name="ratings_are_final", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.closing}"


class RatingText(models.Model):
    """What the resident added to a rating; shown to supervision, never to the people rated."""

    rating = models.OneToOneField(Rating, on_delete=models.CASCADE, primary_key=True, related_name="text")
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.words[:40]
