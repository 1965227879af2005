"""Steps of “5+N” links, joint meetings: agenda, invitations, attendance, decisions, and their append-only history."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.duties.models import Duty
from dongli.organisations.models import Link, Mechanism, Organisation
from dongli.people.models import User


class LinkStep(models.Model):
    """One thing that happened to a link; append-only (database trigger). `data` holds no contact, a person's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="steps", db_index=False)
    verb = models.CharField(max_length=12)
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "id")
        indexes = [models.Index(fields=["link", "at"], name="link_step_link")]
        triggers = [pgtrigger.Protect(name="link_steps_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.link_id} {self.verb}"


class MeetingState(models.TextChoices):
    """Where a meeting stands; derived by `meeting_state`, stored to be indexed."""

    PLANNED = "planned", _("Meeting planned")
    HELD = "held", _("Held, minutes due")
    MINUTED = "minuted", _("Minutes filed")
    CANCELLED = "cancelled", _("Called off")


class Meeting(models.Model):
    """A joint meeting that an organisation convenes. `area` is the convenor's, and decides who sees it.

    `lasts` is in minutes. `series` is shared by meetings that were planned together. `minutes` is what was said, in
    words; who came stands in `Attendance`, what was decided in `Decision`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    convenor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="meetings", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    mechanism = models.CharField(max_length=20, choices=Mechanism.choices)
    series = models.UUIDField(null=True, blank=True)
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    lasts = models.PositiveSmallIntegerField(default=90)
    state = models.CharField(max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED)
    minutes = models.TextField(blank=True)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now)
    held_at = models.DateTimeField(null=True, blank=True)
    minuted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    steps_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lasts__gte=15, lasts__lte=600), name="a_meeting_lasts_15_to_600_minutes"
            ),
            models.CheckConstraint(
                condition=Q(minuted_at__isnull=True) | Q(held_at__isnull=False), name="minutes_are_of_a_meeting_held"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(held_at__isnull=True),
                name="a_meeting_held_is_not_called_off",
            ),
        ]
        indexes = [
            models.Index(fields=["convenor", "starts_at"], name="meeting_convenor"),
            models.Index(fields=["state", "starts_at", "id"], name="meeting_state"),
            models.Index(fields=["series"], condition=Q(series__isnull=False), name="meeting_series"),
        ]

    def __str__(self) -> str:
        return self.title


def meeting_state(meeting: Meeting) -> MeetingState:
    """The state that follows from what was done with the meeting."""
    if meeting.cancelled_at is not None:
        return MeetingState.CANCELLED
    if meeting.minuted_at is not None:
        return MeetingState.MINUTED
    return MeetingState.HELD if meeting.held_at is not None else MeetingState.PLANNED


class MeetingStep(models.Model):
    """One thing that happened to a meeting; `id` is the key its maker chose. Append-only (database trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="steps", db_index=False)
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=12)
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)
    state_before = models.CharField(max_length=10, blank=True)
    state_after = models.CharField(max_length=10)

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["meeting", "seq"], name="steps_are_numbered_within_a_meeting")]
        triggers = [pgtrigger.Protect(name="meeting_steps_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.seq} {self.verb}"


class AgendaItem(models.Model):
    """One item of a meeting's agenda, in its order from 1."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda", db_index=False)
    position = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=200)

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["meeting", "position"], name="agenda_items_are_in_order")]

    def __str__(self) -> str:
        return self.words


class Answer(models.TextChoices):
    """What an invited organisation answered."""

    COMING = "coming", _("Coming")
    NOT_COMING = "not_coming", _("Not coming")


class Invitation(models.Model):
    """An organisation invited to a meeting, and its answer ("" while there is none)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations", db_index=False)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "meeting"], name="an_organisation_is_invited_once")
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} · {self.organisation_id}"


class Attendance(models.Model):
    """Who came for an organisation; `person` is a name in words, masked to all but who may look (empty: unknown)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendance", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="attendance")
    person = models.CharField(max_length=40, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organisation", "person"], name="a_person_attends_once")
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} · {self.organisation_id}"


class Decision(models.Model):
    """What a meeting decided: `follower` is the organisation that follows it up, `duty` what was taken on for it.

    The duty's own organisation differs from `follower` where that has no account: then the convenor's office holds it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    number = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=200)
    follower = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="decisions")
    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, related_name="decision")

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="decisions_are_numbered")]
        triggers = [pgtrigger.Protect(name="decisions_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.words
