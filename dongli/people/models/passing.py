"""What was passed on when somebody's post or role ended: one row per hand-over."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models.accounts import User
from dongli.people.models.posts import Tenure


class HandOver(models.Model):
    """All open work of `person` in `area` went to `successor`: append-only (database trigger).

    `passed`: what of which kind, as counts ({"tasks": 3, "duties": 1}). `tenure`: the post whose end it followed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="hand_overs")
    successor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="taken_over")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    tenure = models.ForeignKey(Tenure, on_delete=models.PROTECT, null=True, blank=True, related_name="hand_overs")
    passed = models.JSONField(default=dict)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(successor=F("person")), name="nobody_hands_over_to_themselves")
        ]
        triggers = [pgtrigger.Protect(name="hand_overs_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} → {self.successor}"
