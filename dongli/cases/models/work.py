"""Who works on a case: tasks, whistles, and patrols."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area, Grid
from dongli.cases.models.case import Case
from dongli.cases.models.policy import UNIT_CHOICES
from dongli.cases.workflow import (
    LIVE_TASK_STATES,
    OPEN_EXTENSION_STATES,
    OPEN_TASK_STATES,
    ExtensionState,
    TaskState,
    Tier,
    WhistleState,
)
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.models import User


class TaskKind(models.TextChoices):
    """What a task's holder is to the case."""

    LEAD = "lead", _("Lead")
    COHANDLER = "cohandler", _("Co-handler")
    WHISTLE = "whistle", _("Reporting in to a whistle")


class WhistleKind(models.TextChoices):
    """The three kinds of whistle (Beijing's 吹哨报到)."""

    DAILY = "daily", _("Daily")
    JOINT = "joint", _("Joint enforcement")
    EMERGENCY = "emergency", _("Emergency")


class Whistle(models.Model):
    """A call for departments: blown by the place, signed at the subdistrict; done when all have ended their part."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="whistles")
    kind = models.CharField(max_length=10, choices=WhistleKind.choices)
    state = models.CharField(max_length=10, choices=WhistleState.choices)
    why = models.TextField(blank=True)
    place = models.CharField(max_length=200, blank=True)
    wanted_at = models.DateTimeField()
    wanted = models.ManyToManyField(Organisation, related_name="+")
    blown_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    blown_at = models.DateTimeField(default=now)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[WhistleState.BLOWN, WhistleState.SIGNED]),
                name="one_open_whistle_per_case",
            )
        ]
        indexes = [models.Index(fields=["state", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"


class Letter(models.Model):
    """A letter of assignment (交办函): numbered within its desk and year; its parties are the tasks that name it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="letters")
    tier = models.CharField(max_length=12, choices=Tier.choices)
    desk = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["desk", "year", "serial"], name="letters_are_numbered_by_desk_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.year}/{self.serial}"


class Task(models.Model):
    """Work on a case given to a grid's worker or an organisation, with the limit it was promised under, frozen."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    round = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=TaskKind.choices)
    state = models.CharField(max_length=12, choices=TaskState.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    tier = models.CharField(max_length=12, choices=Tier.choices, default=Tier.IMMEDIATE)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=20, choices=UNIT_CHOICES)
    calendar_version = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=60, blank=True, default="")
    provisional = models.BooleanField(default=False)
    final = models.BooleanField(default=False)
    dispatched_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    hold_asked_until = models.DateField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    hold_left = models.DurationField(null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True)
    parked_from = models.CharField(max_length=12, blank=True)
    original_due_at = models.DateTimeField(null=True, blank=True)
    exempted_at = models.DateTimeField(null=True, blank=True)
    report_in_due_at = models.DateTimeField(null=True, blank=True)
    consult_due_at = models.DateTimeField(null=True, blank=True)
    contact_due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    ring_at = models.DateTimeField(null=True, blank=True)
    rings = models.PositiveSmallIntegerField(default=0)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    reported_in_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    escalations = models.PositiveSmallIntegerField(default=0)
    next_escalation_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=Q(kind=TaskKind.LEAD, state__in=sorted(LIVE_TASK_STATES)),
                name="one_lead_per_case_and_round",
            ),
            models.UniqueConstraint(
                fields=["whistle", "organisation"],
                condition=Q(kind=TaskKind.WHISTLE, state__in=sorted(LIVE_TASK_STATES)),
                name="one_task_per_whistle_and_department",
            ),
            models.CheckConstraint(
                condition=Q(grid__isnull=False) | Q(organisation__isnull=False) | Q(worker__isnull=False),
                name="task_has_a_holder",
            ),
        ]
        indexes = [
            models.Index(
                fields=["worker", "due_at"], condition=Q(state__in=sorted(OPEN_TASK_STATES)), name="task_worker_open"
            ),
            models.Index(
                fields=["organisation", "due_at"], condition=Q(state__in=sorted(OPEN_TASK_STATES)), name="task_org_open"
            ),
            models.Index(
                fields=["organisation", "-case"], condition=Q(state__in=sorted(LIVE_TASK_STATES)), name="task_org_live"
            ),
            models.Index(
                fields=["worker", "-case"], condition=Q(state__in=sorted(LIVE_TASK_STATES)), name="task_worker_live"
            ),
            models.Index(
                fields=["grid"],
                condition=Q(worker__isnull=True, organisation__isnull=True, state__in=sorted(LIVE_TASK_STATES)),
                name="task_pool",
            ),
            models.Index(fields=["resume_at"], condition=Q(resume_at__isnull=False), name="task_resume"),
            models.Index(fields=["ring_at"], condition=Q(ring_at__isnull=False), name="task_ring"),
            models.Index(fields=["dispatched_at"], condition=Q(kind=TaskKind.WHISTLE), name="task_called"),
            models.Index(fields=["remind_at"], condition=Q(state__in=sorted(OPEN_TASK_STATES)), name="task_remind"),
            models.Index(
                fields=["next_escalation_at"], condition=Q(state__in=sorted(OPEN_TASK_STATES)), name="task_escalate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id} {self.state}"


class Extension(models.Model):
    """More time asked for on a task (`amount` of the task's own unit): endorsed by the house, granted by the desk."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="extensions")
    state = models.CharField(max_length=10, choices=ExtensionState.choices, default=ExtensionState.ASKED)
    amount = models.PositiveIntegerField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    endorsed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(state__in=sorted(OPEN_EXTENSION_STATES)),
                name="one_open_extension_per_task",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} +{self.amount}"


class Patrol(models.Model):
    """A grid worker walked the grid. “Nothing found” (`findings` = 0) is a valid record; no track is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    findings = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["grid", "-at"])]

    def __str__(self) -> str:
        return f"{self.grid} {self.at:%Y-%m-%d}"
