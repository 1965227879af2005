"""Posts and who holds them: one record per tenure, dated; and who is a party member, kept only where work needs it."""

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
from dongli.people.models.grants import Grant
from dongli.people.models.periods import EQUAL, OVERLAPS, days


class Post(models.TextChoices):
    """What somebody can be appointed to. Where, and with which role, stands in `people.posts`."""

    COMPOUND_SECRETARY = "compound_secretary", _("Compound branch secretary")
    FIRST_SECRETARY = "first_secretary", _("First secretary")
    BRANCH_MEMBER = "branch_member", _("Branch committee member")
    COMMUNITY_SECRETARY = "community_secretary", _("Community secretary")
    COMMUNITY_STAFF = "community_staff", _("Community worker")
    GRID_WORKER = "grid_worker", _("Grid worker")
    CAPTAIN = "captain", _("Building captain")
    ENVOY = "envoy", _("Envoy")
    OWNERS_DIRECTOR = "owners_director", _("Director of the owners’ committee")
    OWNERS_MEMBER = "owners_member", _("Member of the owners’ committee")
    PROPERTY_MANAGER = "property_manager", _("Property manager")


SINGLE_POSTS = (
    Post.COMPOUND_SECRETARY,
    Post.FIRST_SECRETARY,
    Post.COMMUNITY_SECRETARY,
    Post.CAPTAIN,
    Post.OWNERS_DIRECTOR,
    Post.PROPERTY_MANAGER,
)
"""Posts that one person holds at a time in one place."""


class TenureSource(models.TextChoices):
    """Where the holder of a post came from."""

    RETIRED_CADRE = "retired_cadre", _("Retired cadre")
    VETERAN = "veteran", _("Veteran")
    IN_SERVICE = "in_service", _("In-service member")
    COMMUNITY = "community", _("Community worker")
    RESIDENT = "resident", _("Resident")
    SECONDED = "seconded", _("Seconded cadre")
    OTHER = "other", _("Other")


class TenureManner(models.TextChoices):
    """How somebody came to a post."""

    APPOINTED = "appointed", _("Appointed")
    ELECTED = "elected", _("Elected")
    SECONDED = "seconded", _("Seconded from a unit")


@pghistory.track()
class Tenure(models.Model):
    """One person in one post at one place, from the day `since` until the day before `until`.

    One that ends on the day it begins never took effect: it was called off, and stands in nobody's way.
    `organisation` is the branch or committee the post belongs to, when there is one; `grant` the role that came with
    it and ends with it; `seconded_from` the unit that sent a first secretary.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    post = models.CharField(max_length=20, choices=Post.choices)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tenures")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="tenures")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="tenures"
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20, choices=TenureSource.choices, default=TenureSource.OTHER)
    manner = models.CharField(max_length=10, choices=TenureManner.choices, default=TenureManner.APPOINTED)
    seconded_from = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    document = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    ended_why = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="tenure_does_not_end_before_it_begins"
            ),
            ExclusionConstraint(
                name="one_holder_of_a_single_post_at_a_time",
                expressions=[("post", EQUAL), ("area", EQUAL), (days(), OVERLAPS)],
                condition=Q(post__in=[post.value for post in SINGLE_POSTS]),
            ),
            ExclusionConstraint(
                name="nobody_twice_in_a_post_at_a_time",
                expressions=[("person", EQUAL), ("post", EQUAL), ("area", EQUAL), (days(), OVERLAPS)],
            ),
        ]
        indexes = [
            models.Index(fields=["area", "post", "-since"], name="tenure_area"),
            models.Index(fields=["post", "until"], name="tenure_post"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_post_display()} · {self.area}"


@pghistory.track()
class PartyMembership(models.Model):
    """That a person is a party member, and of which branch: only for who holds a post or has reported in.

    Shown only to whoever appoints in the place, keeps the branch, or is the member.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="party_membership")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="party_members"
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return str(self.person)
