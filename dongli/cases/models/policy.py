"""Policy as dated data: the catalogue, limits, coded reasons, working days. Frozen onto tasks when promised."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dongli.cases.deadlines import LimitUnit
from dongli.cases.suggest import Traits
from dongli.common.ids import new_id
from dongli.organisations.models import Line

UNIT_CHOICES = [
    (LimitUnit.EMERGENCY_HOUR.value, _("hours, nights and holidays included")),
    (LimitUnit.WORKING_HOUR.value, _("working hours")),
    (LimitUnit.WORKING_DAY.value, _("working days")),
    (LimitUnit.CALENDAR_DAY.value, _("calendar days")),
]

TIMES = "times"
RULE_UNITS = [*UNIT_CHOICES, (TIMES, _("times"))]
"""Units of the procedure's named numbers: limits of time, and how often something may be done."""
SOLVER_CHOICES = [("grid", _("the grid first")), ("department", _("the lead department"))]


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


def days() -> Func:
    """The days on which a dated row holds: from `since` up to, and without, `until`; NULL has no end."""
    return _DateRange("since", "until", RangeBoundary())


def stamped() -> pgtrigger.Trigger:
    """Whoever changes such a row, by whatever way, changes the stamp: every process then reads policy again."""
    return pgtrigger.Trigger(
        name="policy_stamp",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            "INSERT INTO cases_policystamp (id, token) VALUES (1, gen_random_uuid())"
            " ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;"
        ),
    )


class PolicyStamp(models.Model):
    """One row that differs after every change of policy. Processes compare `token` to know that theirs is stale."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    token = models.UUIDField(default=new_id)

    def __str__(self) -> str:
        return self.token.hex


@pghistory.track()
class Category(models.Model):
    """A minor class of the catalogue as it holds between two dates. `code` names the class, `id` this version of it.

    `condition` says what the class is about; when a case is filed under it, and by when it is to be done, is said by
    its `FilingCondition`s.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    major_code = models.CharField(max_length=12)
    major_name = models.CharField(max_length=60)
    line = models.CharField(max_length=20, choices=Line.choices)
    condition = models.TextField()
    contact_hours = models.PositiveIntegerField(default=8)
    solver = models.CharField(max_length=10, choices=SOLVER_CHOICES)
    lead_district = models.CharField(max_length=40, blank=True)
    lead_city = models.CharField(max_length=40, blank=True)
    staff_only = models.BooleanField(default=False)
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
                    (days(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="category_ends_after_it_begins"
            ),
        ]
        triggers = [stamped()]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def traits(self) -> Traits:
        """What suggesting needs of it, made once: rows that are kept are changed by nobody."""
        return Traits.of(self)


@pghistory.track()
class FilingCondition(models.Model):
    """When a case is filed under a class (立案条件), when it counts as closed, and by when: one of several, dated.

    `category` is the class's code; `number` counts its conditions from 1, the one that is taken when nobody chooses.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    category = models.CharField(max_length=12)
    number = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    closing = models.TextField()
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=20, choices=UNIT_CHOICES)
    urgent = models.BooleanField(default=False)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("category", "number", "since")
        constraints = [
            ExclusionConstraint(
                name="one_version_of_a_condition_at_a_time",
                expressions=[
                    ("category", RangeOperators.EQUAL),
                    ("number", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="conditions_are_counted_from_one"),
            models.CheckConstraint(condition=Q(limit_amount__gte=1), name="condition_has_a_limit"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="condition_ends_after_it_begins"
            ),
        ]
        triggers = [stamped()]

    def __str__(self) -> str:
        return f"{self.category}.{self.number}"


@pghistory.track()
class Limit(models.Model):
    """A named limit or number of the procedure (not of a class), dated; the shipped ones stand in `data/limits.csv`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=40)
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=20, choices=RULE_UNITS)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_version_of_a_limit_at_a_time",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
            )
        ]
        triggers = [stamped()]

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
        triggers = [stamped()]

    def __str__(self) -> str:
        return self.date.isoformat()
