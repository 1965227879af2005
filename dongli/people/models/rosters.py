"""Rosters of grids and desks, and absence."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from dongli.areas.models import Area, Grid
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models.accounts import User
from dongli.people.models.periods import EQUAL, OVERLAPS, period


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
                expressions=[("grid", EQUAL), ("rank", EQUAL), (period(), OVERLAPS)],
                condition=Q(grid__isnull=False),
            ),
            ExclusionConstraint(
                name="nobody_is_twice_on_a_grid_at_a_time",
                expressions=[("user", EQUAL), ("grid", EQUAL), (period(), OVERLAPS)],
                condition=Q(grid__isnull=False),
            ),
            ExclusionConstraint(
                name="nobody_is_twice_on_a_desk_at_a_time",
                expressions=[("user", EQUAL), ("area", EQUAL), (period(), OVERLAPS)],
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
                name="one_absence_of_a_person_at_a_time", expressions=[("user", EQUAL), (period(), OVERLAPS)]
            ),
        ]
        indexes = [models.Index(fields=["user", "until"])]

    def __str__(self) -> str:
        return f"{self.user} {self.since:%Y-%m-%d}"
