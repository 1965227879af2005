"""Roles, and the grants that let people hold them."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.models.accounts import User
from dongli.people.models.periods import EQUAL, OVERLAPS, period


class Role(models.TextChoices):
    """What a grant lets its holder be. What each role may do stands in the workflow table and beside each action."""

    CAPTAIN = "captain", _("Building captain")
    GRID_WORKER = "grid_worker", _("Grid worker")
    COMMUNITY_DESK = "community_desk", _("Community desk")
    COMMUNITY_SECRETARY = "community_secretary", _("Community secretary")
    SUBDISTRICT_DESK = "subdistrict_desk", _("Subdistrict dispatch desk")
    SUBDISTRICT_LEADER = "subdistrict_leader", _("Subdistrict leader")
    DISTRICT_DESK = "district_desk", _("District desk")
    CITY_DESK = "city_desk", _("City desk")
    CITY_VIEWER = "city_viewer", _("City viewer")
    HOTLINE_CLERK = "hotline_clerk", _("Hotline clerk")
    DEPARTMENT_OFFICER = "department_officer", _("Department officer")
    ORGANISER = "organiser", _("Organisation desk")
    UNIT_OFFICER = "unit_officer", _("Officer of a linked unit")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


@pghistory.track(append_only=True)
class Grant(models.Model):
    """A role held in an area's subtree or in an organisation, between two moments.

    Every change is written by a database trigger to an append-only table: `granted_by` and `reason` say who granted
    it and why, `ended_by` and `ended_why` who put an end to it (or a date on its end) and why.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30, choices=Role.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    ended_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, organisation__isnull=True)
                | Q(area__isnull=True, organisation__isnull=False),
                name="grant_is_in_an_area_or_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="grant_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="one_grant_per_role_and_area_at_a_time",
                expressions=[("user", EQUAL), ("role", EQUAL), ("area", EQUAL), (period(), OVERLAPS)],
                condition=Q(area__isnull=False),
            ),
            ExclusionConstraint(
                name="one_grant_per_role_and_organisation_at_a_time",
                expressions=[("user", EQUAL), ("role", EQUAL), ("organisation", EQUAL), (period(), OVERLAPS)],
                condition=Q(organisation__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["role", "area"]), models.Index(fields=["organisation"])]

    def __str__(self) -> str:
        return f"{self.role} · {self.area or self.organisation}"

    @property
    def place(self) -> Area | None:
        """Where it is held: the area, or that of the organisation."""
        return self.organisation.area if self.organisation is not None else self.area


class GrantReminder(models.Model):
    """That the administrators were told that a grant ends at `until`: once, however often anybody looks."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="reminders")
    until = models.DateTimeField()
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "until"], name="told_once_of_the_end_of_a_grant")]

    def __str__(self) -> str:
        return f"{self.grant} · {self.until:%Y-%m-%d}"
