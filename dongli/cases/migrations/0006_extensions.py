import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import dongli.common.clock
import dongli.common.ids

TO_USER = {
    "null": True, "blank": True, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+",
    "to": settings.AUTH_USER_MODEL,
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="original_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("endorsed", "Endorsed"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("amount", models.PositiveIntegerField()),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("endorsed_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("endorsed_by", models.ForeignKey(**TO_USER)),
                ("decided_by", models.ForeignKey(**TO_USER)),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="extensions", to="cases.task"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "endorsed"])),
                fields=("task",),
                name="one_open_extension_per_task",
            ),
        ),
    ]
