"""Careers: pay schemes as dated data, and what is known of a worker's pay. Runs and contests: `career_runs.py`.

A post of a pay scheme (head, deputy, staff) decides a worker's grades. It is not a `Post` of `models/posts.py`, which
says what somebody is appointed to and where: the two are kept apart and neither follows from the other.
"""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models.accounts import User
from dongli.people.models.periods import EQUAL, OVERLAPS, Period, days


@pghistory.track()
class CareerScheme(models.Model):
    """The pay rule of an area and the areas below it, from the day `since` until the day before `until`.

    `rule` holds the numbers as `people.careers.rules.Scheme.read` takes them. A scheme is replaced by a later one and
    never edited (database trigger); `example`: shipped as an example, no city's official table.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="career_schemes")
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    example = models.BooleanField(default=False)
    rule = models.JSONField()
    source = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("area__path", "since")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="scheme_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="one_career_scheme_in_an_area_at_a_time",
                expressions=[("area", EQUAL), (days(), OVERLAPS)],
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="schemes_are_replaced_never_edited",
                fields=["id", "area", "name", "version", "example", "rule", "since", "set_by", "set_at"],
            ),
            pgtrigger.Protect(name="schemes_are_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.version}"


@pghistory.track()
class CareerFile(models.Model):
    """That a person is a paid worker, and of which area: whoever keeps careers there sees and keeps the facts.

    `pinyin` orders the list by name.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="career_file")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="career_files")
    pinyin = models.CharField(max_length=200, db_collation="C", blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["pinyin", "id"], name="career_file_by_name")]

    def __str__(self) -> str:
        return str(self.person)


class FactKind(models.TextChoices):
    """What can be known of a worker that decides grade or pay."""

    SERVICE = "service", _("Time of service")
    INTERRUPTION = "interruption", _("Interruption of service")
    DEGREE = "degree", _("Degree")
    CERTIFICATE = "certificate", _("Certificate")
    POST = "post", _("Post in the scheme")
    APPRAISAL = "appraisal", _("Appraisal of a year")
    ALLOWANCE = "allowance", _("Entitlement to an allowance")


class Degree(models.TextChoices):
    """Degrees that schemes may credit."""

    BACHELOR = "bachelor", _("Bachelor")
    MASTER = "master", _("Master")
    DOCTOR = "doctor", _("Doctor")


class Certificate(models.TextChoices):
    """Professional certificates of social work."""

    ASSISTANT = "assistant", _("Assistant social worker")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    SENIOR = "senior", _("Senior social worker")


class Appraisal(models.TextChoices):
    """How a year was appraised."""

    EXCELLENT = "excellent", _("Excellent")
    QUALIFIED = "qualified", _("Qualified")
    BASIC = "basic", _("Basically qualified")
    UNQUALIFIED = "unqualified", _("Unqualified")


def _recorded() -> Period:
    """When a row counted as known: from its recording until it was superseded (or for ever)."""
    return Period("recorded_at", "superseded_at", RangeBoundary())


class PayFact(models.Model):
    """One fact, true from the day `since` until the day before `until`, known since `recorded_at`.

    Bitemporal: a correction is a new row that names the one it `supersedes`, whose `superseded_at` is set then, once;
    nothing else of a row ever changes and none is deleted (database trigger). `withdrawn`: a correction that says only
    that the earlier row was wrong. `slot` tells apart what may hold at the same time (two degrees, two allowances): at
    no moment do two known facts of one person, kind and slot overlap.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pay_facts")
    kind = models.CharField(max_length=12, choices=FactKind.choices)
    slot = models.CharField(max_length=30, blank=True, editable=False)
    value = models.CharField(max_length=30, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    document = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    withdrawn = models.BooleanField(default=False)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("kind", "since", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="pay_fact_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
                name="pay_fact_is_known_before_it_is_superseded",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=False) | Q(supersedes__isnull=False), name="a_withdrawal_names_what_it_withdraws"
            ),
            ExclusionConstraint(
                name="no_two_known_pay_facts_contradict",
                expressions=[
                    ("person", EQUAL), ("kind", EQUAL), ("slot", EQUAL), (days(), OVERLAPS), (_recorded(), OVERLAPS),
                ],
                condition=Q(withdrawn=False),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["person", "kind", "since"], name="pay_fact_of_person")]
        triggers = [
            pgtrigger.Trigger(
                name="pay_facts_are_superseded_never_edited",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
                    AND to_jsonb(OLD) - 'superseded_at' = to_jsonb(NEW) - 'superseded_at' THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'pgtrigger: pay facts are superseded, never edited or deleted';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.value} {self.since}"
