"""What does not go the usual way and has rows of its own: looks on site, overdue appeals, requests to be left out."""

from django.db import models
from django.db.models import Q

from dongli.cases.models.case import Case
from dongli.cases.models.history import Step
from dongli.cases.models.work import Task
from dongli.cases.workflow import OPEN_REVIEW_STATES, ReviewState, SiteFinding
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User


class Verification(models.Model):
    """A look on site before registering (核实): no handling, and no task. `step` holds the finding's words and photos.

    While it is open, `Case.verifier` and `Case.verify_due_at` say the same; `ended_at` without a finding: dropped.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="verifications")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    finding = models.CharField(max_length=10, choices=SiteFinding.choices, blank=True)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="one_open_verification_per_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.finding}"


class LatenessAppeal(models.Model):
    """An overdue appeal (超期申诉): a department says why a late answer was not its fault. Once a task; two reviews."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="appeal")
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    upheld_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    upheld_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.task_id} {self.state}"


class Exclusion(models.Model):
    """A request to leave a case out of the statistics (剔除), for a coded reason; a second level decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exclusions")
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.ASKED)
    reason = models.CharField(max_length=40)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[*sorted(OPEN_REVIEW_STATES), ReviewState.GRANTED]),
                name="one_exclusion_per_case",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
