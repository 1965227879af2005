"""What a level of the city sets for its own area and those below: dated values of named policies."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models.accounts import User
from dongli.people.models.periods import EQUAL, OVERLAPS, days

_STAMP = (
    "INSERT INTO people_levelpolicystamp (id, token) VALUES (1, gen_random_uuid())"
    " ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;"
)


class LevelPolicyStamp(models.Model):
    """One row that differs after every change of a level's policy: processes compare `token` with theirs."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    token = models.UUIDField(default=new_id)

    def __str__(self) -> str:
        return self.token.hex


@pghistory.track()
class LevelPolicy(models.Model):
    """The value of policy `key` (see `people.policies`) that the level of `area` sets, until a nearer level says else.

    Where `binding`, levels below may only be stricter. Rows are ended, never deleted or edited; one whose last day is
    its first was taken back before it held.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=40)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    value = models.JSONField()
    binding = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=now, editable=False)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("key", "since")
        constraints = [
            ExclusionConstraint(
                name="one_value_of_a_policy_at_a_time",
                expressions=[("key", EQUAL), ("area", EQUAL), (days(), OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="policy_ends_no_earlier_than_it_begins",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="level_policies_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="level_policies_are_only_ended",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("key", "area", "value", "binding", "reason", "since", "set_by", "set_at"),
            ),
            pgtrigger.Trigger(
                name="level_policy_stamp",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_STAMP,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.area}"
