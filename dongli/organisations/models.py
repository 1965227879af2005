"""Departments, offices and party organisations: who can be given work, and where they stand."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.ids import new_id


class Days(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


def _days() -> Days:
    """From the day `since` until the day before `until` (or for ever): what exclusion constraints compare."""
    return Days("since", "until", RangeBoundary())


class Line(models.TextChoices):
    """The eight lines of business that share the One Net."""

    PARTY = "party", _("Party building")
    SAFETY = "safety", _("Public safety")
    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs")
    URBAN_MANAGEMENT = "urban_management", _("Urban management")
    PETITIONS = "petitions", _("Petitions")
    MARKET = "market", _("Market regulation")
    HEALTH = "health", _("Health")
    EMERGENCY = "emergency", _("Emergency management")


class OrganisationKind(models.TextChoices):
    """What an organisation is. The office of a level runs that level's desk; departments take tasks."""

    OFFICE = "office", _("Office of a level")
    DEPARTMENT = "department", _("Department")
    PARTY_COMMITTEE = "party_committee", _("Party committee")
    GENERAL_BRANCH = "general_branch", _("General branch")
    BRANCH = "branch", _("Branch")
    LINKED_UNIT = "linked_unit", _("Linked unit")
    INDUSTRY_COMMITTEE = "industry_committee", _("Industry committee")
    SUPPLY_CHAIN_COMMITTEE = "supply_chain_committee", _("Supply-chain joint committee")
    JOINT_COMMITTEE = "joint_committee", _("Joint committee")
    OWNERS_COMMITTEE = "owners_committee", _("Owners’ committee")
    MANAGEMENT_COMMITTEE = "management_committee", _("Management committee of a compound")
    PROPERTY_FIRM = "property_firm", _("Property firm")


PARTY_KINDS = (OrganisationKind.PARTY_COMMITTEE, OrganisationKind.GENERAL_BRANCH, OrganisationKind.BRANCH)
COMMITTEE_KINDS = (
    OrganisationKind.INDUSTRY_COMMITTEE,
    OrganisationKind.SUPPLY_CHAIN_COMMITTEE,
    OrganisationKind.JOINT_COMMITTEE,
)
"""Committees that other organisations belong to."""


class UnitKind(models.TextChoices):
    """The five kinds of linked unit of “5+N”, and social organisations."""

    PUBLIC_INSTITUTION = "public_institution", _("Public institution")
    STATE_OWNED = "state_owned", _("State-owned enterprise")
    BUSINESS_DISTRICT = "business_district", _("Business district")
    PARK = "park", _("Park")
    TWO_NEW = "two_new", _("“Two-new” organisation")
    SOCIAL = "social", _("Social organisation")


@pghistory.track()
class Organisation(models.Model):
    """One organisation at one area. `function` names what a department does (the catalogue routes by it).

    `unit_kind`: of a linked unit. `sector`: of an industry or supply-chain committee, in words.
    `successor`: which one took over what a dissolved organisation was doing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=400, blank=True)
    initials = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=30, choices=OrganisationKind.choices)
    line = models.CharField(max_length=20, choices=Line.choices, blank=True)
    function = models.CharField(max_length=40, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="organisations")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    unit_kind = models.CharField(max_length=20, choices=UnitKind.choices, blank=True)
    sector = models.CharField(max_length=60, blank=True)
    is_fallback = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors")
    founded_on = models.DateField(null=True, blank=True)
    dissolved_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(
                fields=["area", "function"],
                condition=Q(kind="department", dissolved_on__isnull=True),
                name="one_department_per_function_and_area",
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(kind="office", dissolved_on__isnull=True),
                name="one_office_per_area",
            ),
            models.CheckConstraint(
                condition=Q(kind="linked_unit") | Q(unit_kind=""), name="only_linked_units_are_of_a_unit_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "kind"], name="organisation_area_kind"),
            models.Index(fields=["kind", "pinyin", "id"], name="organisation_kind_pinyin"),
            models.Index(fields=["pinyin", "id"], name="organisation_pinyin"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Ground(models.Model):
    """An area that an organisation serves beside its own: a joint branch, a property firm's contract for a compound.

    `kind` is the organisation's own, kept here so that no two property firms serve one compound at a time. One that
    ends on the day it begins was called off: it never held (memberships and links likewise).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grounds")
    kind = models.CharField(max_length=30, choices=OrganisationKind.choices, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="grounds")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="ground_does_not_end_before_it_begins"
            ),
            ExclusionConstraint(
                name="one_property_firm_in_a_compound_at_a_time",
                expressions=[("area", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
                condition=Q(kind="property_firm"),
            ),
            ExclusionConstraint(
                name="a_ground_is_held_once_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL), ("area", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["area", "kind"], name="ground_area_kind")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.area}"


@pghistory.track()
class Membership(models.Model):
    """That an organisation belongs to a committee (industry, supply-chain, joint) between two days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    member = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="membership_does_not_end_before_it_begins",
            ),
            models.CheckConstraint(condition=~Q(member=F("committee")), name="no_committee_belongs_to_itself"),
            ExclusionConstraint(
                name="a_member_belongs_once_at_a_time",
                expressions=[
                    ("committee", RangeOperators.EQUAL), ("member", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member} · {self.committee}"


class Mechanism(models.TextChoices):
    """How an axis organisation and a unit work together."""

    JOINT_MEETING = "joint_meeting", _("Joint meeting")
    PAIRING = "pairing", _("Pairing")
    JOINT_COMMITTEE = "joint_committee", _("Joint committee")
    PROPERTY_MEETING = "property_meeting", _("Property joint meeting")


@pghistory.track()
class Link(models.Model):
    """A “5+N” link: an organisation of the axis and a unit, through one mechanism, between two days.

    `contact` names who at the unit is to be asked for, in words (an office rather than a person, where there is one).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    axis = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="links_out")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="links_in")
    mechanism = models.CharField(max_length=20, choices=Mechanism.choices)
    contact = models.CharField(max_length=80, blank=True)
    doing = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="link_does_not_end_before_it_begins"
            ),
            models.CheckConstraint(condition=~Q(unit=F("axis")), name="no_organisation_is_linked_to_itself"),
            ExclusionConstraint(
                name="one_link_per_mechanism_at_a_time",
                expressions=[
                    ("axis", RangeOperators.EQUAL), ("unit", RangeOperators.EQUAL),
                    ("mechanism", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["since", "id"], name="link_since")]

    def __str__(self) -> str:
        return f"{self.axis} · {self.unit}"
