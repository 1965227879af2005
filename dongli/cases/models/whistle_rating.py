"""After a whistle both sides rate each other (双考核): once, final, the words in a row of their own."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.cases.models.work import Task
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User


class Side(models.TextChoices):
    """Who rates: whoever blew the whistle, or a department that was called."""

    WHISTLER = "whistler", _("Whoever blew the whistle")
    DEPARTMENT = "department", _("The department")


class InTime(models.TextChoices):
    """The whistler's answer to “did it come in time?”."""

    IN_TIME = "in_time", _("In time")
    LATE = "late", _("Late")
    NEVER = "never", _("Never came")


class Helpful(models.TextChoices):
    """The whistler's answer to “did it help?”."""

    HELPFUL = "helpful", _("Helpful")
    PARTLY = "partly", _("Partly helpful")
    NOT_HELPFUL = "not_helpful", _("Not helpful")


class WhistleRating(models.Model):
    """One side's answer about one department's part in a whistle: given once, never changed (database trigger).

    The whistler says `in_time` and `helpful`; the department says `founded`, whether the whistle was warranted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="whistle_ratings")
    side = models.CharField(max_length=10, choices=Side.choices)
    in_time = models.CharField(max_length=10, choices=InTime.choices, blank=True)
    helpful = models.CharField(max_length=12, choices=Helpful.choices, blank=True)
    founded = models.BooleanField(null=True, blank=True)
    rated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "side"], name="one_whistle_rating_per_task_and_side"),
            models.CheckConstraint(
                condition=(Q(side=Side.WHISTLER, founded__isnull=True) & ~Q(in_time="") & ~Q(helpful=""))
                | Q(side=Side.DEPARTMENT, founded__isnull=False, in_time="", helpful=""),
                name="a_whistle_rating_answers_its_own_question",
            ),
        ]
        triggers = [pgtrigger.Protect(name="whistle_ratings_are_final", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.task_id} {self.side}"


class WhistleRatingText(models.Model):
    """What a side added to its rating of a whistle: erasable, never edited."""

    rating = models.OneToOneField(WhistleRating, on_delete=models.CASCADE, primary_key=True, related_name="text")
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.words[:40]
