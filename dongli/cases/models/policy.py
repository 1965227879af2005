"""Policy as dated data: the catalogue, limits, coded reasons, working days. Frozen onto tasks when promised."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from dongli.cases.deadlines import LimitUnit
from dongli.common.ids import new_id
from dongli.organisations.models import Line

UNIT_CHOICES = [
    (LimitUnit.EMERGENCY_HOUR.value, _("hours, nights and holidays included")),
    (LimitUnit.WORKING_HOUR.value, _("working hours")),
    (LimitUnit.WORKING_DAY.value, _("working days")),
    (LimitUnit.CALENDAR_DAY.value, _("calendar days")),
]


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


@pghistory.track()
class Category(models.Model):
    """A minor class of the catalogue as it holds between two dates. `code` names the class, `id` this version of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    major_code = models.CharField(max_length=12)
    major_name = models.CharField(max_length=60)
    line = models.CharField(max_length=20, choices=Line.choices)
    condition = models.TextField()
    closing = models.TextField()
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=20, choices=UNIT_CHOICES)
    contact_hours = models.PositiveIntegerField(default=8)
    solver = models.CharField(
        max_length=10, choices=[("grid", _("the grid first")), ("department", _("the lead department"))]
    )
    lead_district = models.CharField(max_length=40, blank=True)
    lead_city = models.CharField(max_length=40, blank=True)
    staff_only = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    auto_register = models.BooleanField(default=False)
    keywords = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("code", "since")
        constraints = [
            ExclusionConstraint(
                name="one_version_of_a_category_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (_DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="category_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Limit(models.Model):
    """A named time limit of the procedure (not of a class), dated. Keys are listed in `cases.policy.LIMITS`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=40)
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=20, choices=UNIT_CHOICES)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_version_of_a_limit_at_a_time",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (_DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.key


class Reason(models.Model):
    """A coded reason to refuse, return, withdraw, release … (`kind` is the verb it goes with)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    label_en = models.CharField(max_length=120)
    label_zh = models.CharField(max_length=60)
    needs_words = models.BooleanField(default=False)
    counts_against = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("kind", "position", "code")
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="one_reason_per_kind_and_code")]

    def __str__(self) -> str:
        return self.label_zh


@pghistory.track()
class CalendarDay(models.Model):
    """A date that an administrator says is (or is not) a working day; it overrides the published calendar."""

    date = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    note = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("date",)

    def __str__(self) -> str:
        return self.date.isoformat()
