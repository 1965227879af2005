"""Service that members log and the compound confirms: minutes as evidence, no points (they come later)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User
from dongli.volunteering.models.members import ReportIn
from dongli.volunteering.models.wishes import Wish


class ServiceState(models.TextChoices):
    """Where a record of service stands. A dispute is settled by a second look of the compound, and only once."""

    DRAFT = "draft", _("Waiting to be confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Not confirmed")
    DISPUTED = "disputed", _("Correction asked for")


class Service(models.Model):
    """What one member did on one day: `minutes` as logged (without travel), `confirmed_minutes` as the compound has it.

    `compound` is where they were reported in then; `wish` what it was for, if it was for one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report_in = models.ForeignKey(ReportIn, on_delete=models.PROTECT, related_name="services")
    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    compound = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    confirmed_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ServiceState.choices, default=ServiceState.DRAFT)
    disputed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    logged_at = models.DateTimeField(default=now, editable=False)
    steps_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="service_fits_into_its_day"),
            models.CheckConstraint(
                condition=Q(confirmed_minutes__isnull=True) | Q(confirmed_minutes__lte=1440),
                name="confirmed_service_fits_into_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_minutes__isnull=False, confirmed_minutes__gte=1),
                name="confirmed_service_has_minutes",
            ),
            models.UniqueConstraint(
                fields=["report_in", "wish", "on"],
                condition=Q(wish__isnull=False) & ~Q(state="declined"),
                name="one_record_per_wish_and_day",
            ),
        ]
        indexes = [
            models.Index(fields=["report_in", "-id"], name="service_report_in"),
            models.Index(
                fields=["compound", "id"], condition=Q(state__in=["draft", "disputed"]), name="service_waiting"
            ),
            models.Index(fields=["compound", "on"], condition=Q(state="confirmed"), name="service_confirmed"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.minutes}"


class ServiceText(models.Model):
    """The words that go with a record of service, in a row of their own so that they can be emptied.

    `words`: what was done; `reason`: why the compound corrected or declined; `dispute`: what the member answers.
    """

    service = models.OneToOneField(Service, on_delete=models.CASCADE, primary_key=True, related_name="text")
    words = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    dispute = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.words[:40]


class ServiceStep(models.Model):
    """One thing that happened to a record of service; `id` is the key its maker chose. `actor` is empty for the member.

    Append-only (database trigger). `data`: minutes as they were then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=12)
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["service", "seq"], name="steps_numbered_in_a_service")]
        triggers = [pgtrigger.Protect(name="service_steps_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.service_id} {self.seq} {self.verb}"
