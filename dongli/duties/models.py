"""Duties: what an official has taken on, by when, with what measures; their append-only history; their follow-ups."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.models import User


class DutyState(models.TextChoices):
    """Where a duty stands; derived by `duty_state`, stored to be indexed."""

    OPEN = "open", _("Duty under way")
    REOPENED = "reopened", _("Taken up again")
    DONE = "done", _("Fulfilled")
    DROPPED = "dropped", _("Dropped")


OPEN_DUTY_STATES = frozenset({DutyState.OPEN, DutyState.REOPENED})


class Duty(models.Model):
    """One duty of one person in one organisation.

    `source_kind`, `source_id` name what it came from (a problem, a meeting, a gap, a rectification); the app that made
    it knows how to read them, this one does not. `area` decides who sees it. `published`: residents may read its
    measures, date, evidence and published progress; so none of these may hold personal data.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=200)
    source_kind = models.CharField(max_length=20)
    source_id = models.UUIDField()
    source_url = models.CharField(max_length=200, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="duties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duties")
    measures = models.TextField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=DutyState.choices, default=DutyState.OPEN)
    published = models.BooleanField(default=False)
    evidence = models.TextField(blank=True)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    closings = models.PositiveSmallIntegerField(default=0)
    steps_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(fields=["source_kind", "source_id"], name="one_duty_per_source"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(evidence=""), name="a_duty_closes_with_evidence"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "state", "due_on"], name="duty_owner"),
            models.Index(fields=["organisation", "state", "due_on"], name="duty_organisation"),
            models.Index(fields=["area", "state", "due_on"], name="duty_area"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN_DUTY_STATES


def duty_state(duty: Duty) -> DutyState:
    """The state that follows from what was decided on the duty."""
    if duty.dropped_at is not None:
        return DutyState.DROPPED
    if duty.closed_at is not None:
        return DutyState.DONE
    return DutyState.REOPENED if duty.closings else DutyState.OPEN


class DutyStep(models.Model):
    """One thing that happened to a duty; `id` is the key its maker chose. Append-only (database trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=12)
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)
    state_before = models.CharField(max_length=10, blank=True)
    state_after = models.CharField(max_length=10)
    published = models.BooleanField(default=False)

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["duty", "seq"], name="steps_are_numbered_within_a_duty")]
        triggers = [pgtrigger.Protect(name="duty_steps_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.seq} {self.verb}"


class DutyStepText(models.Model):
    """The words that go with a step, in a row of their own so that they can be redacted."""

    step = models.OneToOneField(DutyStep, on_delete=models.CASCADE, primary_key=True, related_name="text")
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.words[:40]


class Outcome(models.TextChoices):
    """What a follow-up found."""

    HELD = "held", _("It held")
    NOT_HELD = "not_held", _("It did not hold")
    NO_ANSWER = "no_answer", _("Nobody answered")


class FollowUp(models.Model):
    """“Has it held?”, due some days after the closing number `closing` of a duty; void once the duty is reopened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="follow_ups")
    closing = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    asked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        ordering = ("due_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["duty", "closing", "days"], name="one_follow_up_per_closing_and_day")
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(outcome=""), name="follow_up_waiting")]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.due_on}"
