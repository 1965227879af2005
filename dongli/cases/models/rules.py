"""What a level of the city says for its own area, over the catalogue: overrides of rules, and canned phrases. Dated."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.cases.models.policy import SOLVER_CHOICES, UNIT_CHOICES, days, stamped
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations.models import Line
from dongli.people.models import User

NO_LIMIT = Q(limit_amount__isnull=True, limit_unit="", binding=False)
NOTHING_OF_THE_CLASS = Q(
    contact_hours__isnull=True, solver="", lead="", offered__isnull=True, auto_register__isnull=True
)


@pghistory.track()
class Override(models.Model):
    """What the level of `area` says of a class there, in place of the levels above; an empty field says nothing.

    `number` 0 is about the class (contact, who solves it, the offer to residents); from 1 about one of its conditions
    (limit, urgency). A `binding` limit may not be made longer by a level below. Rows are ended, never deleted; one
    whose last day is its first was taken back before it held.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=12)
    number = models.PositiveSmallIntegerField(default=0)
    limit_amount = models.PositiveIntegerField(null=True, blank=True)
    limit_unit = models.CharField(max_length=20, choices=UNIT_CHOICES, blank=True)
    binding = models.BooleanField(default=False)
    urgent = models.BooleanField(null=True, blank=True)
    contact_hours = models.PositiveIntegerField(null=True, blank=True)
    solver = models.CharField(max_length=10, choices=SOLVER_CHOICES, blank=True)
    lead = models.CharField(max_length=40, blank=True)
    offered = models.BooleanField(null=True, blank=True)
    auto_register = models.BooleanField(null=True, blank=True)
    basis = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=now)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("category", "number", "since")
        constraints = [
            ExclusionConstraint(
                name="one_override_of_a_level_at_a_time",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    ("number", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="override_ends_no_earlier_than_it_begins",
            ),
            models.CheckConstraint(
                condition=NO_LIMIT | (Q(limit_amount__gte=1) & ~Q(limit_unit="")), name="override_limit_is_whole"
            ),
            models.CheckConstraint(
                condition=(Q(number=0, urgent__isnull=True) & NO_LIMIT & ~NOTHING_OF_THE_CLASS)
                | (Q(number__gte=1) & NOTHING_OF_THE_CLASS & ~(NO_LIMIT & Q(urgent__isnull=True))),
                name="override_says_what_its_scope_may",
            ),
        ]
        triggers = [stamped()]

    def __str__(self) -> str:
        return f"{self.category}.{self.number} {self.area_id}"


class PhraseUse(models.TextChoices):
    """The form a canned phrase is offered on."""

    ANSWER = "answer", _("Answers")
    CHECK = "check", _("Checks")
    CLOSE = "close", _("Closing answers")
    REFUSE = "refuse", _("Refusals")
    RETURN = "return", _("Returns")


@pghistory.track()
class Phrase(models.Model):
    """Words that a level keeps ready for its area and the levels below (`area` None: the whole city, as shipped).

    For one class, one line, or (both empty) everything. {number}, {place} and {class} are filled in.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    use = models.CharField(max_length=10, choices=PhraseUse.choices)
    category = models.CharField(max_length=12, blank=True)
    line = models.CharField(max_length=20, choices=Line.choices, blank=True)
    title = models.CharField(max_length=40)
    words = models.CharField(max_length=1000)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(default=now)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("use", "category", "line", "title")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="phrase_ends_no_earlier_than_it_begins"
            ),
            models.CheckConstraint(condition=Q(category="") | Q(line=""), name="phrase_is_for_a_class_or_a_line"),
        ]
        triggers = [stamped()]

    def __str__(self) -> str:
        return self.title
