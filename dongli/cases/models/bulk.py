"""One answer to many cases: asked once, sent after a short wait unless it is undone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.cases.models.case import Case
from dongli.cases.models.work import Task
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User


class BulkState(models.TextChoices):
    """Where an answer to many stands."""

    WAITING = "waiting", _("Waiting to be sent")
    UNDONE = "undone", _("Undone")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")


class BulkAnswer(models.Model):
    """An answer on its way to the leads of many cases; `id` is the key of the form. `words` goes once it is over:
    each case's own step has them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=BulkState.choices, default=BulkState.WAITING)
    created_at = models.DateTimeField(default=now)
    send_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["send_at"], condition=Q(state__in=["waiting", "sending"]), name="bulk_answer_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class BulkOutcome(models.TextChoices):
    """What became of one case."""

    PENDING = "", _("Not yet")
    ANSWERED = "answered", _("Answered")
    REFUSED = "refused", _("Not answered")


class BulkMember(models.Model):
    """A lead task that is to be answered. `step_id` is the key of its step; `refusal` says why it was not answered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bulk = models.ForeignKey(BulkAnswer, on_delete=models.CASCADE, related_name="members")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    step_id = models.UUIDField(default=new_id)
    outcome = models.CharField(max_length=10, choices=BulkOutcome.choices, blank=True, default=BulkOutcome.PENDING)
    refusal = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["bulk", "task"], name="a_task_is_once_in_a_bulk_answer")]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.case_id}"
