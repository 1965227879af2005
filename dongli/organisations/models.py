"""Departments, offices and party organisations: who can be given work, and where they stand."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.ids import new_id


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


@pghistory.track()
class Organisation(models.Model):
    """One organisation at one area. `function` names what a department does (the catalogue routes by it)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=400, blank=True)
    initials = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    line = models.CharField(max_length=20, choices=Line.choices, blank=True)
    function = models.CharField(max_length=40, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="organisations")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    is_fallback = models.BooleanField(default=False)
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
        ]

    def __str__(self) -> str:
        return self.name
