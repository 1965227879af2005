"""Accounts, the roles they hold and where, rosters, absence, and who has looked at personal data."""

import pghistory
import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area, Grid
from dongli.common.clock import now
from dongli.common.crypto import EncryptedTextField
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation


class UserManager(BaseUserManager["User"]):
    """Makes accounts; nobody is a superuser, since what an administrator may do is a grant like any other."""

    def create_user(self, username: str | None = None, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who can log in: residents by phone and code, staff by user name, password and a second factor."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=40, unique=True, null=True, blank=True)
    name = models.CharField(max_length=60, blank=True)
    phone = EncryptedTextField(blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, default="")
    phone_verified = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True, blank=True)
    home = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=10, blank=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]  # an instance variable in the stubs

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone_hash"], condition=~Q(phone_hash=""), name="one_account_per_phone")
        ]

    def __str__(self) -> str:
        return self.name or self.username or str(self.id)

    def get_full_name(self) -> str:
        return self.name

    @property
    def may_log_in(self) -> bool:
        """False from the moment somebody has left."""
        return self.is_active and (self.left_at is None or self.left_at > now())

    @property
    def is_staff(self) -> bool:
        """Django's admin asks; the answer is whether an administrator's grant holds now."""
        from dongli.people.viewer import Viewer

        return Viewer.of(self).has(Role.ADMINISTRATOR)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Admin permissions follow the administrator's grant; what may be edited stands in each `admin.py`."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


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
    ADMINISTRATOR = "administrator", _("Administrator")


_EQUAL = RangeOperators.EQUAL
_OVERLAPS = RangeOperators.OVERLAPS


class _TstzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def _period() -> _TstzRange:
    """From `since` until just before `until` (or for ever): what exclusion constraints compare."""
    return _TstzRange("since", "until", RangeBoundary())


@pghistory.track()
class Grant(models.Model):
    """A role held in an area's subtree or in an organisation, between two moments."""

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
                expressions=[("user", _EQUAL), ("role", _EQUAL), ("area", _EQUAL), (_period(), _OVERLAPS)],
                condition=Q(area__isnull=False),
            ),
            ExclusionConstraint(
                name="one_grant_per_role_and_organisation_at_a_time",
                expressions=[("user", _EQUAL), ("role", _EQUAL), ("organisation", _EQUAL), (_period(), _OVERLAPS)],
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


@pghistory.track()
class RosterEntry(models.Model):
    """Someone's turn on a grid, or on an area's desk for escalations; rank 1 first, higher ranks stand in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roster")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="roster")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="roster")
    rank = models.PositiveSmallIntegerField(default=1)
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(grid__isnull=False, area__isnull=True) | Q(grid__isnull=True, area__isnull=False),
                name="roster_is_for_a_grid_or_an_area",
            ),
            ExclusionConstraint(
                name="one_person_per_grid_and_rank_at_a_time",
                expressions=[("grid", _EQUAL), ("rank", _EQUAL), (_period(), _OVERLAPS)],
                condition=Q(grid__isnull=False),
            ),
            ExclusionConstraint(
                name="nobody_is_twice_on_a_grid_at_a_time",
                expressions=[("user", _EQUAL), ("grid", _EQUAL), (_period(), _OVERLAPS)],
                condition=Q(grid__isnull=False),
            ),
            ExclusionConstraint(
                name="nobody_is_twice_on_a_desk_at_a_time",
                expressions=[("user", _EQUAL), ("area", _EQUAL), (_period(), _OVERLAPS)],
                condition=Q(area__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="turn_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["grid", "rank"]), models.Index(fields=["area", "rank"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.grid or self.area}"


@pghistory.track()
class Absence(models.Model):
    """Somebody is away; the deputy named here stands in before the roster's next rank does."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="absence_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")), name="nobody_deputises_for_themselves"
            ),
            ExclusionConstraint(
                name="one_absence_of_a_person_at_a_time", expressions=[("user", _EQUAL), (_period(), _OVERLAPS)]
            ),
        ]
        indexes = [models.Index(fields=["user", "until"])]

    def __str__(self) -> str:
        return f"{self.user} {self.since:%Y-%m-%d}"


class AccessRecord(models.Model):
    """Who unmasked whose personal data, when and why: append-only (database trigger), shown to the person concerned.

    `subject` is the record that was opened (`subject_kind` names its table), `person` the account it is about, if any.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    field = models.CharField(max_length=20)
    reason = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "at"]),
            models.Index(fields=["person", "-at"], condition=Q(person__isnull=False), name="access_by_person"),
        ]
        triggers = [
            pgtrigger.Protect(name="access_records_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} · {self.field}"


class RateCount(models.Model):
    """How often one thing was done for one key (a phone, an address, a device) in the window that ends at `expires_at`.

    `key` is a keyed hash of rule, window and value, so that the table names nobody.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return self.key
