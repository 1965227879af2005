"""Mass events (a water cut over forty compounds): a notice, its areas, and the case that leads all others about it.

What is merged with what stands on the cases themselves (`Case.lead_case`); an event adds words and areas to a lead.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.cases.models.case import Case
from dongli.cases.models.policy import Category
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User


class MassEvent(models.Model):
    """A trouble that many report at once. It runs as long as its lead case is open; that case is answered for all.

    `whole_line`: every class of the line belongs to it, not only `category`. `ends_at`: when it is expected to end.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead_case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="event")
    title = models.CharField(max_length=60)
    notice = models.TextField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    whole_line = models.BooleanField(default=False)
    areas = models.ManyToManyField(Area, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")),
                name="event_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.title


class GroupingState(models.TextChoices):
    """Where a grouping stands."""

    QUEUED = "queued", _("Waiting to start")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")


class Grouping(models.Model):
    """Many cases put under an event's lead at once, by a job: how far it is, and how many could not be grouped."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(MassEvent, on_delete=models.CASCADE, related_name="groupings")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cases = ArrayField(models.UUIDField(), default=list)
    state = models.CharField(max_length=10, choices=GroupingState.choices, default=GroupingState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    passed_over = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.event_id} {self.done}/{len(self.cases)}"
