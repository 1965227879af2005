"""What is kept about gaps in coverage: why there is one, for how long that holds, and whose duty it is to close it.

Whether there is a gap stands nowhere: it is computed from records (`reporting.coverage`).
"""

from datetime import date, timedelta

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.duties.models import Duty
from dongli.people.models import User
from dongli.people.models.periods import EQUAL, OVERLAPS, days


@pghistory.track()
class GapReason(models.Model):
    """A reason that may be given for a gap, on the list from the day `since` until the day before `until`.

    `code` names it, `id` this version of it. `items`: the items of coverage it is for; none: all. `longest_days`: how
    long it may hold before somebody has to look again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    items = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    longest_days = models.PositiveSmallIntegerField(default=180)
    position = models.PositiveSmallIntegerField(default=100)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("position", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="gap_reason_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="one_version_of_a_gap_reason_at_a_time", expressions=[("code", EQUAL), (days(), OVERLAPS)]
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class GivenReason(models.Model):
    """Why one item is missing in one compound: from the list, with words, from `since` until the day before `until`.

    `id` is the key its maker chose. A later one takes its place (`withdrawn_at`); nothing is deleted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    compound = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=20)
    reason = models.ForeignKey(GapReason, on_delete=models.PROTECT, related_name="+", db_index=False)
    words = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField(default=now, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="given_reason_ends_after_it_begins"),
            ExclusionConstraint(
                name="one_reason_for_a_gap_at_a_time",
                expressions=[("compound", EQUAL), ("item", EQUAL), (days(), OVERLAPS)],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compound_id} {self.item}"

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return self.until - timedelta(days=1)


class GapDuty(models.Model):
    """That a gap was given to somebody as a duty; `id` is the duty's `source_id`.

    `current`: the one that counts, at most one for each item of a compound. It makes room when its duty is at an end.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    compound = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=20)
    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, related_name="gap")
    current = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "item"], condition=Q(current=True), name="one_duty_for_a_gap_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.compound_id} {self.item}"
