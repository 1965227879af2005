"""The problem list: cases that keep coming back at one place, proposed as one problem; and what residents say later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area, Grid
from dongli.cases.models.case import Case
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.duties.models import Duty, FollowUp
from dongli.people.models import User


class PlaceKind(models.TextChoices):
    """What holds the cases of a problem together, the narrowest first; `place_key` is the place's code in its kind."""

    COMPOUND = "compound", _("Compound")
    GRID = "grid", _("Grid")
    CELL = "cell", _("Cluster of points")


class ProblemState(models.TextChoices):
    """What was decided. Whether an accepted problem is solved is told by its duty, and by nothing else."""

    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Taken on")
    REJECTED = "rejected", _("Left alone")


class Problem(models.Model):
    """Cases of one minor class at one place within a period.

    `place_key` is a compound's code, a grid's code, or an H3 cell (resolution 9, about 350 m across). `area` is the
    smallest area that holds all its cases: who sees the problem follows from it. `longitude`, `latitude`: the middle of
    its cases in degrees, where they have points. No personal data.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    category_code = models.CharField(max_length=12)
    category_name = models.CharField(max_length=60)
    place_kind = models.CharField(max_length=10, choices=PlaceKind.choices)
    place_key = models.CharField(max_length=20)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    since = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=ProblemState.choices, default=ProblemState.PROPOSED)
    reason = models.TextField(blank=True)
    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [
            models.UniqueConstraint(
                fields=["category_code", "place_kind", "place_key"],
                condition=Q(state="proposed"),
                name="one_proposal_per_class_and_place",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", duty__isnull=False) | (~Q(state="accepted") & Q(duty__isnull=True)),
                name="an_accepted_problem_has_a_duty",
            ),
        ]
        indexes = [models.Index(fields=["area", "state", "-id"], name="problem_area_state")]

    def __str__(self) -> str:
        return f"{self.category_name} · {self.place_name}"

    @property
    def place_name(self) -> str:
        """The place in words: the compound, the grid within its community, or the area around a cluster."""
        if self.place_kind != PlaceKind.GRID or self.grid is None:
            return self.area.name
        names_its_community = self.grid.name[:2] == self.area.name[:2]
        return self.grid.name if names_its_community else f"{self.area.name} · {self.grid.name}"


class ProblemCase(models.Model):
    """A case behind a problem. A case counts once: for one problem only, be it rejected later."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="problem_link")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="links")
    added_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.problem_id} {self.case_id}"


class FollowUpQuestion(models.Model):
    """“Has it held?”, asked of one resident concerned (through a case of theirs), answered once or not at all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="questions")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True, blank=True)
    held = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "case"], name="one_question_per_follow_up_and_case"),
            models.CheckConstraint(
                condition=Q(held__isnull=True, answered_at__isnull=True)
                | Q(held__isnull=False, answered_at__isnull=False),
                name="an_answer_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.case_id}"
