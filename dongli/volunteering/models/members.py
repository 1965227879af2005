"""A member's report-in to the compound where they live, with what they agreed to; its append-only history."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.models import User


class ReportInState(models.TextChoices):
    """Where a report-in stands."""

    ASKED = "asked", _("Waiting for the compound")
    CONFIRMED = "confirmed", _("Reported in")
    DECLINED = "declined", _("Not accepted")
    ENDED = "ended", _("Ended")


CURRENT_STATES = (ReportInState.ASKED, ReportInState.CONFIRMED)


class EndedWhy(models.TextChoices):
    """Why a report-in ended."""

    MOVED = "moved", _("Moved house")
    LEFT = "left", _("Left")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    CLOSED = "closed", _("Account closed")


class Times(models.TextChoices):
    """When a member has time."""

    WORKDAYS = "workdays", _("Working days, daytime")
    EVENINGS = "evenings", _("Working days, evenings")
    WEEKENDS = "weekends", _("Weekends")
    HOLIDAYS = "holidays", _("Public holidays")
    ON_CALL = "on_call", _("When called, in an emergency")


class ReportIn(models.Model):
    """That one person reported in at one compound. At most one waits or holds per person at a time.

    `person` is let go when consent is withdrawn or the account deleted: what stays counts for the compound and names
    nobody. `unit`: where they work; its words stand in `ReportInText` when it is not listed. `told_unit`: since when
    the unit may count this member; empty without that consent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="report_ins")
    compound = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="report_ins")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_unit = models.DateTimeField(null=True, blank=True)
    offers = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    times = ArrayField(models.CharField(max_length=10, choices=Times.choices), default=list, blank=True)
    state = models.CharField(max_length=10, choices=ReportInState.choices, default=ReportInState.ASKED)
    asked_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=10, choices=EndedWhy.choices, blank=True)
    steps_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["asked", "confirmed"]),
                name="one_report_in_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(state__in=["ended", "declined"]),
                name="a_current_report_in_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | ~Q(state="ended"), name="an_end_has_its_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["compound", "state", "id"], name="report_in_compound"),
            models.Index(
                fields=["compound", "decided_at"],
                include=["ended_at"],
                condition=Q(state__in=["confirmed", "ended"]),
                name="report_in_counted",
            ),
            models.Index(fields=["person", "-id"], name="report_in_person"),
            models.Index(fields=["unit", "state"], condition=Q(told_unit__isnull=False), name="report_in_unit"),
            GinIndex(fields=["offers"], condition=Q(state="confirmed"), name="report_in_offers"),
        ]

    def __str__(self) -> str:
        return f"{self.compound_id} {self.state}"

    @property
    def is_current(self) -> bool:
        """Whether it waits or holds."""
        return self.state in CURRENT_STATES


class ReportInText(models.Model):
    """The words that go with a report-in, in a row of their own so that they can be emptied."""

    report_in = models.OneToOneField(ReportIn, on_delete=models.CASCADE, primary_key=True, related_name="text")
    unit_words = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.unit_words


class ConsentKind(models.TextChoices):
    """What is agreed to, each for itself (PIPL, articles 14, 15, 23 and 29)."""

    KEEP = "keep", _("Keep that I am a party member")
    TELL_UNIT = "tell_unit", _("Let my unit count me")


class Consent(models.Model):
    """One consent given, or withdrawn: which text (`version`), when. Append-only (database trigger).

    It hangs on the report-in, not on the person: once that lets go of the person, it names nobody.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report_in = models.ForeignKey(ReportIn, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=10, choices=ConsentKind.choices)
    given = models.BooleanField()
    version = models.CharField(max_length=10)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["report_in", "id"], name="consent_report_in")]
        triggers = [pgtrigger.Protect(name="consents_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.given}"


class ReportInStep(models.Model):
    """One thing that happened to a report-in; `id` is the key its maker chose. `actor` is empty for the member."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report_in = models.ForeignKey(ReportIn, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=12)
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["report_in", "seq"], name="steps_numbered_in_a_report_in")]
        triggers = [pgtrigger.Protect(name="report_steps_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.report_in_id} {self.seq} {self.verb}"
