"""How long personal data are kept, and what residents ask for: a copy of theirs, or that they are deleted."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from dongli.cases.models.case import Case
from dongli.cases.models.policy import UNIT_CHOICES
from dongli.cases.models.search import ExportState
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


@pghistory.track()
class Retention(models.Model):
    """Days after a case has ended until its contact goes, and until its free text and photos go, dated.

    `category_code` names a minor class; empty: every class without a row of its own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    category_code = models.CharField(max_length=12, blank=True)
    contact_days = models.PositiveIntegerField()
    text_days = models.PositiveIntegerField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("category_code", "since")
        constraints = [
            ExclusionConstraint(
                name="one_version_of_a_retention_at_a_time",
                expressions=[
                    ("category_code", RangeOperators.EQUAL),
                    (_DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="retention_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(text_days__gte=F("contact_days")), name="text_is_kept_as_long"),
        ]

    def __str__(self) -> str:
        return self.category_code or "*"


class DataCopy(models.Model):
    """A resident's copy of their data: written by a job, served to them alone, gone after some days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["user", "-id"], name="data_copy_user")]

    def __str__(self) -> str:
        return str(self.id)


class DeletionScope(models.TextChoices):
    """What is to be deleted."""

    CASE = "case", _("One appeal")
    ACCOUNT = "account", _("The account and all its appeals")


class DeletionState(models.TextChoices):
    """Where a request stands. Granted: done as soon as the appeals concerned have ended."""

    ASKED = "asked", _("Asked for")
    GRANTED = "granted", _("Granted, waiting for appeals to end")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


OPEN_DELETION_STATES = (DeletionState.ASKED, DeletionState.GRANTED)


class DeletionRequest(models.Model):
    """A resident asks that what identifies them is deleted; decided by a desk within the limit frozen here.

    `user` is empty where the holder of a secret link asks, and some time after it is done. `reason`: why it was
    refused, read by the resident.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=10, choices=DeletionScope.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="deletion_requests")
    state = models.CharField(max_length=10, choices=DeletionState.choices, default=DeletionState.ASKED)
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=20, choices=UNIT_CHOICES)
    asked_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(scope="case", state__in=["asked", "granted"]),
                name="one_open_deletion_per_case",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(scope="account", state__in=["asked", "granted"]),
                name="one_open_deletion_per_account",
            ),
            models.CheckConstraint(
                condition=Q(scope="case", case__isnull=False) | Q(scope="account", case__isnull=True),
                name="a_deletion_names_its_case",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["asked", "granted"]), name="deletion_open"),
            models.Index(fields=["user", "-id"], name="deletion_user"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.state}"
