import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import dongli.common.clock
import dongli.common.crypto
import dongli.common.ids


class Migration(migrations.Migration):
    replaces = [("notices", "0001_notifications_deliveries_webhooks"), ("notices", "0002_fewer_indexes")]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("params", models.JSONField(default=dict)),
                ("url", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-created_at"], name="notices_not_user_id_c62c96_idx"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["user"], name="notification_unread"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("url", models.URLField(max_length=500)),
                ("secret", dongli.common.crypto.EncryptedTextField()),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="areas.area")),
                ("is_active", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "notification",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deliveries",
                        to="notices.notification",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deliveries",
                        to="notices.webhook",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "Text message"), ("email", "E-mail"), ("webhook", "Webhook")], max_length=10
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("address", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                ("body", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("sent", "Sent"), ("failed", "Failed")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("history", models.JSONField(default=list)),
                ("next_attempt_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("provider_id", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["next_attempt_at"], name="delivery_waiting"
                    ),
                    models.Index(fields=["-created_at"], name="delivery_newest"),
                ],
            },
        ),
    ]
