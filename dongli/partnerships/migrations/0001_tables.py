import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import dongli.common.clock
import dongli.common.ids


class Migration(migrations.Migration):
    replaces = [("partnerships", "0001_meetings_and_their_steps")]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("duties", "0001_tables"),
        ("organisations", "0001_tables"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "convenor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                (
                    "mechanism",
                    models.CharField(
                        choices=[
                            ("joint_meeting", "Joint meeting"),
                            ("pairing", "Pairing"),
                            ("joint_committee", "Joint committee"),
                            ("property_meeting", "Property joint meeting"),
                        ],
                        max_length=20,
                    ),
                ),
                ("series", models.UUIDField(blank=True, null=True)),
                ("title", models.CharField(max_length=120)),
                ("place", models.CharField(max_length=120)),
                ("starts_at", models.DateTimeField()),
                ("lasts", models.PositiveSmallIntegerField(default=90)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Meeting planned"),
                            ("held", "Held, minutes due"),
                            ("minuted", "Minutes filed"),
                            ("cancelled", "Called off"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("minutes", models.TextField(blank=True)),
                (
                    "called_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("minuted_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("steps_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["convenor", "starts_at"], name="meeting_convenor"),
                    models.Index(fields=["state", "starts_at", "id"], name="meeting_state"),
                    models.Index(
                        condition=models.Q(("series__isnull", False)), fields=["series"], name="meeting_series"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("lasts__gte", 15), ("lasts__lte", 600)),
                        name="a_meeting_lasts_15_to_600_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minuted_at__isnull", True), ("held_at__isnull", False), _connector="OR"),
                        name="minutes_are_of_a_meeting_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cancelled_at__isnull", True), ("held_at__isnull", True), _connector="OR"),
                        name="a_meeting_held_is_not_called_off",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="partnerships.meeting",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True, choices=[("coming", "Coming"), ("not_coming", "Not coming")], max_length=10
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "meeting"), name="an_organisation_is_invited_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="partnerships.meeting",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("words", models.CharField(max_length=200)),
                (
                    "follower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "duty",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="duties.duty"
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
                "constraints": [models.UniqueConstraint(fields=("meeting", "number"), name="decisions_are_numbered")],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendance",
                        to="partnerships.meeting",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendance",
                        to="organisations.organisation",
                    ),
                ),
                ("person", models.CharField(blank=True, max_length=40)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "organisation", "person"), name="a_person_attends_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agenda",
                        to="partnerships.meeting",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("words", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "position"), name="agenda_items_are_in_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="partnerships.meeting",
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
            ],
            options={
                "ordering": ("seq",),
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "seq"), name="steps_are_numbered_within_a_meeting")
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="organisations.link",
                    ),
                ),
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
            ],
            options={
                "ordering": ("at", "id"),
                "indexes": [models.Index(fields=["link", "at"], name="link_step_link")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linkstep",
            trigger=pgtrigger.compiler.Trigger(
                name="link_steps_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cf7e8bc358e2c2399c1baa402717405e82277525",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_link_steps_append_only_8f40c",
                    table="partnerships_linkstep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="decisions_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0ddcbe6746eed881f36bdbcf667e3216933bd084",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_decisions_append_only_6ebb5",
                    table="partnerships_decision",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meetingstep",
            trigger=pgtrigger.compiler.Trigger(
                name="meeting_steps_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0cfefe925b5eb52db174836bcb49cc8d9ede0905",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_meeting_steps_append_only_ffa5b",
                    table="partnerships_meetingstep",
                    when="BEFORE",
                ),
            ),
        ),
    ]
