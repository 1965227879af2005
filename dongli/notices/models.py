"""Personal notifications, and every attempt to carry one (or a log-in code) to a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.crypto import EncryptedTextField
from dongli.common.ids import new_id
from dongli.people.models import User


class Notification(models.Model):
    """One thing one person should know. Worded when read (`kind` + `params`), in the reader's language."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"]),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.kind


class Webhook(models.Model):
    """A system that is told of events in an area's subtree; each call is signed with `secret` (HMAC-SHA-256)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    secret = EncryptedTextField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Channel(models.TextChoices):
    """How something is carried."""

    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")


class DeliveryState(models.TextChoices):
    """How far a delivery has come."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class Delivery(models.Model):
    """One message to one address over one channel, with its attempts: traceable from event to provider.

    `history` is a list of {"at": ISO time, "error": "" or what went wrong}, oldest first. The body of a message that
    carries a code or a secret link is emptied once it is sent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notification = models.ForeignKey(
        Notification, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    webhook = models.ForeignKey(Webhook, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(max_length=40)
    address = EncryptedTextField(blank=True, default="")
    body = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    history = models.JSONField(default=list)
    next_attempt_at = models.DateTimeField(default=now)
    provider_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="queued"), name="delivery_waiting"),
            models.Index(fields=["-created_at"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind} {self.state}"
