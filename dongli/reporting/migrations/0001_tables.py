import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import dongli.common.clock
import dongli.common.ids
import dongli.people.models.periods


class Migration(migrations.Migration):
    replaces = [("reporting", "0001_reasons_and_duties_of_gaps")]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("duties", "0001_tables"),
        ("people", "__first__"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="GapReason",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=60)),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("longest_days", models.PositiveSmallIntegerField(default=180)),
                ("position", models.PositiveSmallIntegerField(default=100)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("position", "code"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="gap_reason_ends_after_it_begins",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("code", "="),
                            (
                                dongli.people.models.periods.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_version_of_a_gap_reason_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GapReasonEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="reporting.gapreason",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                ("id", models.UUIDField(default=dongli.common.ids.new_id, editable=False, serialize=False)),
                ("code", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=60)),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("longest_days", models.PositiveSmallIntegerField(default=180)),
                ("position", models.PositiveSmallIntegerField(default=100)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GivenReason",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                ("item", models.CharField(max_length=20)),
                (
                    "reason",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reporting.gapreason",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                (
                    "given_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("given_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("since"))), name="given_reason_ends_after_it_begins"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        expressions=[
                            ("compound", "="),
                            ("item", "="),
                            (
                                dongli.people.models.periods.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_reason_for_a_gap_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GivenReasonEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="reporting.givenreason",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                ("id", models.UUIDField(default=dongli.common.ids.new_id, editable=False, serialize=False)),
                (
                    "compound",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                ("item", models.CharField(max_length=20)),
                (
                    "reason",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="reporting.gapreason",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                (
                    "given_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("given_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GapDuty",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                ("item", models.CharField(max_length=20)),
                (
                    "duty",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gap", to="duties.duty"
                    ),
                ),
                ("current", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("compound", "item"),
                        name="one_duty_for_a_gap_at_a_time",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gapreason",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reporting_gapreasonevent" ("code", "id", "items", "longest_days", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "since", "until") VALUES (NEW."code", NEW."id", NEW."items", NEW."longest_days", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."since", NEW."until"); RETURN NULL;',
                    hash="140a6effa41dee2c428014f79e0305badd763842",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_aac64",
                    table="reporting_gapreason",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gapreason",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "reporting_gapreasonevent" ("code", "id", "items", "longest_days", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "since", "until") VALUES (NEW."code", NEW."id", NEW."items", NEW."longest_days", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."since", NEW."until"); RETURN NULL;',
                    hash="0f35392ec7329d2afd01e85d4eb38621f8c16096",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d2761",
                    table="reporting_gapreason",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="givenreason",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reporting_givenreasonevent" ("compound_id", "given_at", "given_by_id", "id", "item", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason_id", "since", "until", "withdrawn_at", "withdrawn_by_id", "words") VALUES (NEW."compound_id", NEW."given_at", NEW."given_by_id", NEW."id", NEW."item", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason_id", NEW."since", NEW."until", NEW."withdrawn_at", NEW."withdrawn_by_id", NEW."words"); RETURN NULL;',
                    hash="025172105facca615c24f81c2ab9469db5c7f2e9",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_45ccc",
                    table="reporting_givenreason",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="givenreason",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "reporting_givenreasonevent" ("compound_id", "given_at", "given_by_id", "id", "item", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason_id", "since", "until", "withdrawn_at", "withdrawn_by_id", "words") VALUES (NEW."compound_id", NEW."given_at", NEW."given_by_id", NEW."id", NEW."item", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason_id", NEW."since", NEW."until", NEW."withdrawn_at", NEW."withdrawn_by_id", NEW."words"); RETURN NULL;',
                    hash="9365555cf0308e8de8ca8621befeee910339aa3b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_dc088",
                    table="reporting_givenreason",
                    when="AFTER",
                ),
            ),
        ),
    ]
