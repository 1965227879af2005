import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import dongli.common.clock
import dongli.common.ids


class Migration(migrations.Migration):
    replaces = [("duties", "0001_duties_steps_follow_ups")]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("organisations", "0001_tables"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.UUIDField()),
                ("source_url", models.CharField(blank=True, max_length=200)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duties", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="organisations.organisation",
                    ),
                ),
                ("measures", models.TextField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Duty under way"),
                            ("reopened", "Taken up again"),
                            ("done", "Fulfilled"),
                            ("dropped", "Dropped"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("published", models.BooleanField(default=False)),
                ("evidence", models.TextField(blank=True)),
                (
                    "assigned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("closings", models.PositiveSmallIntegerField(default=0)),
                ("steps_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "duty",
                "verbose_name_plural": "duties",
                "indexes": [
                    models.Index(fields=["owner", "state", "due_on"], name="duty_owner"),
                    models.Index(fields=["organisation", "state", "due_on"], name="duty_organisation"),
                    models.Index(fields=["area", "state", "due_on"], name="duty_area"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source_kind", "source_id"), name="one_duty_per_source"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True), models.Q(("evidence", ""), _negated=True), _connector="OR"
                        ),
                        name="a_duty_closes_with_evidence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="duties.duty"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("verb", models.CharField(max_length=12)),
                ("at", models.DateTimeField(default=dongli.common.clock.now)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("data", models.JSONField(default=dict)),
                ("state_before", models.CharField(blank=True, max_length=10)),
                ("state_after", models.CharField(max_length=10)),
                ("published", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ("seq",),
                "constraints": [
                    models.UniqueConstraint(fields=("duty", "seq"), name="steps_are_numbered_within_a_duty")
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyStepText",
            fields=[
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="duties.dutystep",
                    ),
                ),
                ("words", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to="duties.duty"
                    ),
                ),
                ("closing", models.PositiveSmallIntegerField()),
                ("days", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("held", "It held"),
                            ("not_held", "It did not hold"),
                            ("no_answer", "Nobody answered"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "ordering": ("due_on", "id"),
                "indexes": [
                    models.Index(condition=models.Q(("outcome", "")), fields=["due_on"], name="follow_up_waiting")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("duty", "closing", "days"), name="one_follow_up_per_closing_and_day"
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dutystep",
            trigger=pgtrigger.compiler.Trigger(
                name="duty_steps_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="890f03e0e424fb89066c37f785b2b781dbdba440",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_duty_steps_append_only_89b3d",
                    table="duties_dutystep",
                    when="BEFORE",
                ),
            ),
        ),
    ]
