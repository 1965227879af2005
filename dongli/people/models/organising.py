"""What happened to organisations: one dated act per change, with the document it rests on. Nothing is ever deleted."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.models.accounts import User


class ActKind(models.TextChoices):
    """What an act did to its organisation."""

    FOUNDED = "founded", _("Founded")
    RENAMED = "renamed", _("Renamed")
    MOVED = "moved", _("Put under another parent")
    MERGED = "merged", _("Merged into another")
    SPLIT = "split", _("A part was split off")
    DISSOLVED = "dissolved", _("Dissolved")
    GROUND_TAKEN = "ground_taken", _("Put on a ground")
    GROUND_LEFT = "ground_left", _("Taken off a ground")
    JOINED = "joined", _("Joined a committee")
    LEFT = "left", _("Left a committee")


class OrganisationAct(models.Model):
    """One act on one organisation, in force from the day `on`; `id` is the key its maker chose. Append-only (trigger).

    `number` counts the acts of an organisation in the order they were recorded. `other`: the parent of a founding or a
    move (none: it stands alone), who took over in a merger, the part of a split, the committee joined or left.
    `former`: the parent before a move. `area`: the ground. `data`: how much of what passed on (name → count).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="acts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=ActKind.choices)
    on = models.DateField()
    words = models.CharField(max_length=300, blank=True)
    document = models.CharField(max_length=60, blank=True)
    other = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="acts_beside")
    former = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    old_name = models.CharField(max_length=120, blank=True)
    new_name = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ("organisation", "number")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="acts_are_numbered_within_an_organisation")
        ]
        triggers = [
            pgtrigger.Protect(name="organisation_acts_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.number} {self.kind}"
