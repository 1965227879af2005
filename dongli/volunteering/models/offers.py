"""What members can offer to do, and wishes ask for: a dated catalogue that the city edits."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from dongli.common.ids import new_id
from dongli.people.models.periods import EQUAL, OVERLAPS, days


@pghistory.track()
class Offer(models.Model):
    """One kind of help (tutoring, repairs …) that is on offer from the day `since` until the day before `until`.

    Members and wishes keep the `code`, so that what was said stays said when a kind is renamed or ended.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=100)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("position", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="offer_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="one_version_of_an_offer_at_a_time", expressions=[("code", EQUAL), (days(), OVERLAPS)]
            ),
        ]

    def __str__(self) -> str:
        return self.name
