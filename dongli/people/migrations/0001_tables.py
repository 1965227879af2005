import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import dongli.common.clock
import dongli.common.crypto
import dongli.common.ids
import dongli.people.models.periods


class Migration(migrations.Migration):
    replaces = [
        ("people", "0001_accounts_grants_rosters"),
        ("people", "0002_axis_posts_links"),
        ("people", "0003_roles_of_organisers"),
        ("people", "0004_level_policies_imports"),
        ("people", "0005_changes_of_grants"),
        ("people", "0006_hand_overs"),
        ("people", "0007_acts_of_organisations"),
        ("people", "0008_careers"),
        ("people", "0009_wording_of_pay_facts"),
    ]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("organisations", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="LevelPolicyStamp",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("token", models.UUIDField(default=dongli.common.ids.new_id)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=40, null=True, unique=True)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("phone", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                ("phone_hash", models.CharField(blank=True, default="", max_length=64)),
                ("phone_verified", models.BooleanField(default=False)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("is_active", models.BooleanField(default=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                (
                    "home",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=10)),
                ("must_change_password", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("phone_hash", ""), _negated=True),
                        fields=("phone_hash",),
                        name="one_account_per_phone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deputy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "until"], name="people_abse_user_id_069a1f_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("since"))), name="absence_ends_after_it_begins"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deputy__isnull", True),
                            models.Q(("deputy", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_deputises_for_themselves",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("user", "="),
                            (
                                dongli.people.models.periods.Period(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_absence_of_a_person_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AbsenceEvent",
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
                        to="people.absence",
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
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deputy",
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
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "viewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField()),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("field", models.CharField(max_length=20)),
                ("reason", models.CharField(blank=True, max_length=100)),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                ("at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id", "at"], name="people_acce_subject_8dd104_idx"),
                    models.Index(fields=["-at", "-id"], name="access_newest"),
                    models.Index(
                        condition=models.Q(("person__isnull", False)), fields=["person", "-at"], name="access_by_person"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareerFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="career_file",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="career_files", to="areas.area"
                    ),
                ),
                ("pinyin", models.CharField(blank=True, db_collation="C", max_length=200)),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("opened_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "indexes": [models.Index(fields=["pinyin", "id"], name="career_file_by_name")],
            },
        ),
        migrations.CreateModel(
            name="CareerFileEvent",
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
                        to="people.careerfile",
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
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                ("pinyin", models.CharField(blank=True, db_collation="C", max_length=200)),
                (
                    "opened_by",
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
                ("opened_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CareerRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="career_runs", to="areas.area"
                    ),
                ),
                ("effective_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Being computed"),
                            ("proposed", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("known_at", models.DateTimeField(blank=True, null=True)),
                ("people", models.PositiveIntegerField(default=0)),
                ("stepping", models.PositiveIntegerField(default=0)),
                ("unclear", models.PositiveIntegerField(default=0)),
                ("total_before", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("total_after", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("made_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-made_at", "-id"], name="career_run_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "proposed"])),
                        fields=("area", "effective_on"),
                        name="one_open_run_of_an_area_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("made_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_run_is_approved_by_somebody_else",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareerRunEvent",
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
                        to="people.careerrun",
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
                    "area",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                ("effective_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Being computed"),
                            ("proposed", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("known_at", models.DateTimeField(blank=True, null=True)),
                ("people", models.PositiveIntegerField(default=0)),
                ("stepping", models.PositiveIntegerField(default=0)),
                ("unclear", models.PositiveIntegerField(default=0)),
                ("total_before", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("total_after", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                (
                    "made_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                (
                    "decided_by",
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
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CareerScheme",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="career_schemes", to="areas.area"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("example", models.BooleanField(default=False)),
                ("rule", models.JSONField()),
                ("source", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "ordering": ("area__path", "since"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="scheme_ends_after_it_begins",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("area", "="),
                            (
                                dongli.people.models.periods.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_career_scheme_in_an_area_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareerResult",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="people.careerrun"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="career_results",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("pinyin", models.CharField(blank=True, db_collation="C", max_length=200)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                ("place", models.CharField(max_length=200)),
                (
                    "scheme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.careerscheme",
                    ),
                ),
                ("post", models.CharField(blank=True, max_length=60)),
                ("grade_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("total_before", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("grade", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("base_pay", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("allowances", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("total", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("changed", models.BooleanField(default=False)),
                ("problem", models.CharField(blank=True, max_length=20)),
                ("lines", models.JSONField(default=list)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["run", "pinyin", "id"], name="career_result_by_name"),
                    models.Index(fields=["person", "-id"], name="career_result_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "person"), name="one_result_of_a_person_in_a_run")
                ],
            },
        ),
        migrations.CreateModel(
            name="CareerSchemeEvent",
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
                        to="people.careerscheme",
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
                    "area",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("example", models.BooleanField(default=False)),
                ("rule", models.JSONField()),
                ("source", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "set_by",
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
                ("set_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Grant",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("captain", "Building captain"),
                            ("grid_worker", "Grid worker"),
                            ("community_desk", "Community desk"),
                            ("community_secretary", "Community secretary"),
                            ("subdistrict_desk", "Subdistrict dispatch desk"),
                            ("subdistrict_leader", "Subdistrict leader"),
                            ("district_desk", "District desk"),
                            ("city_desk", "City desk"),
                            ("city_viewer", "City viewer"),
                            ("hotline_clerk", "Hotline clerk"),
                            ("department_officer", "Department officer"),
                            ("organiser", "Organisation desk"),
                            ("unit_officer", "Officer of a linked unit"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="areas.area",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="organisations.organisation",
                    ),
                ),
                ("since", models.DateTimeField(default=dongli.common.clock.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("ended_why", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["role", "area"], name="people_gran_role_fc9d77_idx"),
                    models.Index(fields=["organisation"], name="people_gran_organis_a1c4c6_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area__isnull", False), ("organisation__isnull", True)),
                            models.Q(("area__isnull", True), ("organisation__isnull", False)),
                            _connector="OR",
                        ),
                        name="grant_is_in_an_area_or_an_organisation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="grant_ends_after_it_begins",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("area__isnull", False)),
                        expressions=[
                            ("user", "="),
                            ("role", "="),
                            ("area", "="),
                            (
                                dongli.people.models.periods.Period(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_grant_per_role_and_area_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("organisation__isnull", False)),
                        expressions=[
                            ("user", "="),
                            ("role", "="),
                            ("organisation", "="),
                            (
                                dongli.people.models.periods.Period(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_grant_per_role_and_organisation_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantEvent",
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
                        to="people.grant",
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
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("captain", "Building captain"),
                            ("grid_worker", "Grid worker"),
                            ("community_desk", "Community desk"),
                            ("community_secretary", "Community secretary"),
                            ("subdistrict_desk", "Subdistrict dispatch desk"),
                            ("subdistrict_leader", "Subdistrict leader"),
                            ("district_desk", "District desk"),
                            ("city_desk", "City desk"),
                            ("city_viewer", "City viewer"),
                            ("hotline_clerk", "Hotline clerk"),
                            ("department_officer", "Department officer"),
                            ("organiser", "Organisation desk"),
                            ("unit_officer", "Officer of a linked unit"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
                ),
                ("since", models.DateTimeField(default=dongli.common.clock.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "granted_by",
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
                (
                    "ended_by",
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
                ("reason", models.CharField(blank=True, max_length=200)),
                ("ended_why", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GrantReminder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="people.grant"
                    ),
                ),
                ("until", models.DateTimeField()),
                ("at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("grant", "until"), name="told_once_of_the_end_of_a_grant")
                ],
            },
        ),
        migrations.CreateModel(
            name="LevelPolicy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                ("value", models.JSONField()),
                ("binding", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("set_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("key", "since"),
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("key", "="),
                            ("area", "="),
                            (
                                dongli.people.models.periods.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_value_of_a_policy_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="policy_ends_no_earlier_than_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LevelPolicyEvent",
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
                        to="people.levelpolicy",
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
                ("key", models.CharField(max_length=40)),
                (
                    "area",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                ("value", models.JSONField()),
                ("binding", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                (
                    "ended_by",
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
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrganisationAct",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="organisations.organisation",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("founded", "Founded"),
                            ("renamed", "Renamed"),
                            ("moved", "Put under another parent"),
                            ("merged", "Merged into another"),
                            ("split", "A part was split off"),
                            ("dissolved", "Dissolved"),
                            ("ground_taken", "Put on a ground"),
                            ("ground_left", "Taken off a ground"),
                            ("joined", "Joined a committee"),
                            ("left", "Left a committee"),
                        ],
                        max_length=12,
                    ),
                ),
                ("on", models.DateField()),
                ("words", models.CharField(blank=True, max_length=300)),
                ("document", models.CharField(blank=True, max_length=60)),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts_beside",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "former",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                ("old_name", models.CharField(blank=True, max_length=120)),
                ("new_name", models.CharField(blank=True, max_length=120)),
                ("data", models.JSONField(default=dict)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
            options={
                "ordering": ("organisation", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "number"), name="acts_are_numbered_within_an_organisation"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyMembership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="party_membership",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="party_members",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="PartyMembershipEvent",
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
                        to="people.partymembership",
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
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "recorded_by",
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
                ("recorded_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PayFact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pay_facts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("service", "Time of service"),
                            ("interruption", "Interruption of service"),
                            ("degree", "Degree"),
                            ("certificate", "Certificate"),
                            ("post", "Post in the scheme"),
                            ("appraisal", "Appraisal of a year"),
                            ("allowance", "Entitlement to an allowance"),
                        ],
                        max_length=12,
                    ),
                ),
                ("slot", models.CharField(blank=True, editable=False, max_length=30)),
                ("value", models.CharField(blank=True, max_length=30)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("document", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("withdrawn", models.BooleanField(default=False)),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="people.payfact",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("kind", "since", "id"),
                "indexes": [models.Index(fields=["person", "kind", "since"], name="pay_fact_of_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="pay_fact_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("superseded_at__isnull", True),
                            ("superseded_at__gte", models.F("recorded_at")),
                            _connector="OR",
                        ),
                        name="pay_fact_is_known_before_it_is_superseded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("withdrawn", False), ("supersedes__isnull", False), _connector="OR"),
                        name="a_withdrawal_names_what_it_withdraws",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn", False)),
                        expressions=[
                            ("person", "="),
                            ("kind", "="),
                            ("slot", "="),
                            (
                                dongli.people.models.periods.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                            (
                                dongli.people.models.periods.Period(
                                    "recorded_at",
                                    "superseded_at",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(),
                                ),
                                "&&",
                            ),
                        ],
                        name="no_two_known_pay_facts_contradict",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareerContest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="career_contests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contests",
                        to="people.payfact",
                    ),
                ),
                ("words", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Waiting for an answer"), ("upheld", "Upheld"), ("refused", "Not upheld")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True)),
                (
                    "correction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.payfact",
                    ),
                ),
                ("made_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-made_at"], name="contest_of_person"),
                    models.Index(condition=models.Q(("state", "open")), fields=["made_at"], name="contest_waiting"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("person", "fact"),
                        name="one_open_contest_of_a_fact",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "open"),
                            models.Q(models.Q(("answer", ""), _negated=True), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_decision_has_an_answer_and_a_decider",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RateCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField(default=0)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="people_rate_expires_7b51c1_idx")],
            },
        ),
        migrations.CreateModel(
            name="RosterEntry",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="roster", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roster",
                        to="areas.grid",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roster",
                        to="areas.area",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("since", models.DateTimeField(default=dongli.common.clock.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["grid", "rank"], name="people_rost_grid_id_d10c7c_idx"),
                    models.Index(fields=["area", "rank"], name="people_rost_area_id_e10517_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area__isnull", True), ("grid__isnull", False)),
                            models.Q(("area__isnull", False), ("grid__isnull", True)),
                            _connector="OR",
                        ),
                        name="roster_is_for_a_grid_or_an_area",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("grid__isnull", False)),
                        expressions=[
                            ("grid", "="),
                            ("rank", "="),
                            (
                                dongli.people.models.periods.Period(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_person_per_grid_and_rank_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("grid__isnull", False)),
                        expressions=[
                            ("user", "="),
                            ("grid", "="),
                            (
                                dongli.people.models.periods.Period(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="nobody_is_twice_on_a_grid_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("area__isnull", False)),
                        expressions=[
                            ("user", "="),
                            ("area", "="),
                            (
                                dongli.people.models.periods.Period(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="nobody_is_twice_on_a_desk_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="turn_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterEntryEvent",
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
                        to="people.rosterentry",
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
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.grid",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("since", models.DateTimeField(default=dongli.common.clock.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TableImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=200)),
                ("file", models.CharField(blank=True, max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be checked"),
                            ("checking", "Being checked"),
                            ("checked", "Checked, not loaded"),
                            ("ordered", "Waiting to be loaded"),
                            ("loading", "Being loaded"),
                            ("loaded", "Loaded"),
                            ("refused", "Cannot be read"),
                            ("failed", "Not loaded"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("skip_bad", models.BooleanField(default=False)),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("report", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["user", "kind", "-id"], name="table_import_user"),
                    models.Index(fields=["created_at"], name="table_import_created"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tenure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "post",
                    models.CharField(
                        choices=[
                            ("compound_secretary", "Compound branch secretary"),
                            ("first_secretary", "First secretary"),
                            ("branch_member", "Branch committee member"),
                            ("community_secretary", "Community secretary"),
                            ("community_staff", "Community worker"),
                            ("grid_worker", "Grid worker"),
                            ("captain", "Building captain"),
                            ("envoy", "Envoy"),
                            ("owners_director", "Director of the owners’ committee"),
                            ("owners_member", "Member of the owners’ committee"),
                            ("property_manager", "Property manager"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tenures", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tenures", to="areas.area"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tenures",
                        to="organisations.organisation",
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("retired_cadre", "Retired cadre"),
                            ("veteran", "Veteran"),
                            ("in_service", "In-service member"),
                            ("community", "Community worker"),
                            ("resident", "Resident"),
                            ("seconded", "Seconded cadre"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=20,
                    ),
                ),
                (
                    "manner",
                    models.CharField(
                        choices=[
                            ("appointed", "Appointed"),
                            ("elected", "Elected"),
                            ("seconded", "Seconded from a unit"),
                        ],
                        default="appointed",
                        max_length=10,
                    ),
                ),
                (
                    "seconded_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.grant",
                    ),
                ),
                ("document", models.CharField(blank=True, max_length=60)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("ended_why", models.CharField(blank=True, max_length=200)),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["area", "post", "-since"], name="tenure_area"),
                    models.Index(fields=["post", "until"], name="tenure_post"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="tenure_does_not_end_before_it_begins",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            (
                                "post__in",
                                [
                                    "compound_secretary",
                                    "first_secretary",
                                    "community_secretary",
                                    "captain",
                                    "owners_director",
                                    "property_manager",
                                ],
                            )
                        ),
                        expressions=[
                            ("post", "="),
                            ("area", "="),
                            (
                                dongli.people.models.periods.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_holder_of_a_single_post_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("person", "="),
                            ("post", "="),
                            ("area", "="),
                            (
                                dongli.people.models.periods.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="nobody_twice_in_a_post_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_over",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                (
                    "tenure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="people.tenure",
                    ),
                ),
                ("passed", models.JSONField(default=dict)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("made_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("successor", models.F("person")), _negated=True),
                        name="nobody_hands_over_to_themselves",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TenureEvent",
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
                        to="people.tenure",
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
                    "post",
                    models.CharField(
                        choices=[
                            ("compound_secretary", "Compound branch secretary"),
                            ("first_secretary", "First secretary"),
                            ("branch_member", "Branch committee member"),
                            ("community_secretary", "Community secretary"),
                            ("community_staff", "Community worker"),
                            ("grid_worker", "Grid worker"),
                            ("captain", "Building captain"),
                            ("envoy", "Envoy"),
                            ("owners_director", "Director of the owners’ committee"),
                            ("owners_member", "Member of the owners’ committee"),
                            ("property_manager", "Property manager"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("retired_cadre", "Retired cadre"),
                            ("veteran", "Veteran"),
                            ("in_service", "In-service member"),
                            ("community", "Community worker"),
                            ("resident", "Resident"),
                            ("seconded", "Seconded cadre"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=20,
                    ),
                ),
                (
                    "manner",
                    models.CharField(
                        choices=[
                            ("appointed", "Appointed"),
                            ("elected", "Elected"),
                            ("seconded", "Seconded from a unit"),
                        ],
                        default="appointed",
                        max_length=10,
                    ),
                ),
                (
                    "seconded_from",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="people.grant",
                    ),
                ),
                ("document", models.CharField(blank=True, max_length=60)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("ended_why", models.CharField(blank=True, max_length=200)),
                (
                    "made_by",
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
                (
                    "ended_by",
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
                ("made_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="absence",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_absenceevent" ("deputy_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "since", "until", "user_id") VALUES (NEW."deputy_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_by_id", NEW."since", NEW."until", NEW."user_id"); RETURN NULL;',
                    hash="8a6e8e43cda5979f4513a62f1de26d9abc6d85a8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_18b09",
                    table="people_absence",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="absence",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_absenceevent" ("deputy_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "since", "until", "user_id") VALUES (NEW."deputy_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_by_id", NEW."since", NEW."until", NEW."user_id"); RETURN NULL;',
                    hash="95a7243f681d434fbbb374638b0c9c65c07141f6",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_92b17",
                    table="people_absence",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="accessrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="access_records_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cbc8919fcbaf73006bbad4614d7e76b1bd403e8a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_access_records_are_append_only_d5503",
                    table="people_accessrecord",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerfile",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_careerfileevent" ("area_id", "id", "opened_at", "opened_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin") VALUES (NEW."area_id", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin"); RETURN NULL;',
                    hash="a556d062f19be6c34202cb6199d2e671f02b1b68",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_52a49",
                    table="people_careerfile",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerfile",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_careerfileevent" ("area_id", "id", "opened_at", "opened_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin") VALUES (NEW."area_id", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin"); RETURN NULL;',
                    hash="fef8698fefdbe0e9e00d08389a17fdf1af971b86",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_80ddd",
                    table="people_careerfile",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerrun",
            trigger=pgtrigger.compiler.Trigger(
                name="decided_runs_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"state\" IN ('approved', 'dropped'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="db2e52f350078c2b52eee19452ccf6aec8adc4f3",
                    operation="UPDATE",
                    pgid="pgtrigger_decided_runs_are_final_f1d2b",
                    table="people_careerrun",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerrun",
            trigger=pgtrigger.compiler.Trigger(
                name="runs_are_never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="7779a592eb3ba44cf540b1404a243b51edc7efc8",
                    operation="DELETE",
                    pgid="pgtrigger_runs_are_never_deleted_aca95",
                    table="people_careerrun",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerrun",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_careerrunevent" ("area_id", "decided_at", "decided_by_id", "effective_on", "id", "known_at", "made_at", "made_by_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "stepping", "total_after", "total_before", "unclear") VALUES (NEW."area_id", NEW."decided_at", NEW."decided_by_id", NEW."effective_on", NEW."id", NEW."known_at", NEW."made_at", NEW."made_by_id", NEW."people", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."stepping", NEW."total_after", NEW."total_before", NEW."unclear"); RETURN NULL;',
                    hash="23ff23f7743e8beeea157c64bbcc9d4a6dc53aab",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_253a1",
                    table="people_careerrun",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerrun",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_careerrunevent" ("area_id", "decided_at", "decided_by_id", "effective_on", "id", "known_at", "made_at", "made_by_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "stepping", "total_after", "total_before", "unclear") VALUES (NEW."area_id", NEW."decided_at", NEW."decided_by_id", NEW."effective_on", NEW."id", NEW."known_at", NEW."made_at", NEW."made_by_id", NEW."people", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."stepping", NEW."total_after", NEW."total_before", NEW."unclear"); RETURN NULL;',
                    hash="f04358c12032d5d528e8bfb58443e36510991826",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_142b7",
                    table="people_careerrun",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerscheme",
            trigger=pgtrigger.compiler.Trigger(
                name="schemes_are_replaced_never_edited",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."area_id" IS DISTINCT FROM (NEW."area_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."example" IS DISTINCT FROM (NEW."example") OR OLD."rule" IS DISTINCT FROM (NEW."rule") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."set_at" IS DISTINCT FROM (NEW."set_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="77251ea8ef32b03dfe2c098624c5ed7f0193f09a",
                    operation="UPDATE",
                    pgid="pgtrigger_schemes_are_replaced_never_edited_7b921",
                    table="people_careerscheme",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerscheme",
            trigger=pgtrigger.compiler.Trigger(
                name="schemes_are_never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="9a6038cf1d553fcdf4f1c594acd670262568342d",
                    operation="DELETE",
                    pgid="pgtrigger_schemes_are_never_deleted_08b14",
                    table="people_careerscheme",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerscheme",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_careerschemeevent" ("area_id", "example", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "set_at", "set_by_id", "since", "source", "until", "version") VALUES (NEW."area_id", NEW."example", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rule", NEW."set_at", NEW."set_by_id", NEW."since", NEW."source", NEW."until", NEW."version"); RETURN NULL;',
                    hash="85c60431905c91ddf1a6446bc143765dcb9b8a33",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a920e",
                    table="people_careerscheme",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerscheme",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_careerschemeevent" ("area_id", "example", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "set_at", "set_by_id", "since", "source", "until", "version") VALUES (NEW."area_id", NEW."example", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rule", NEW."set_at", NEW."set_by_id", NEW."since", NEW."source", NEW."until", NEW."version"); RETURN NULL;',
                    hash="6db86b9283ab1b7d128ccbc2fcb7b42b380d691f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fd301",
                    table="people_careerscheme",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerresult",
            trigger=pgtrigger.compiler.Trigger(
                name="career_results_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="06862413b8392ca03ca59ecf39ef05824c87b1af",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_career_results_are_append_only_7de8f",
                    table="people_careerresult",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careerresult",
            trigger=pgtrigger.compiler.Trigger(
                name="career_results_are_written_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF (SELECT state FROM people_careerrun WHERE id = NEW.run_id) <> 'waiting' THEN\n                    RAISE EXCEPTION 'pgtrigger: results are written once, before the run is proposed'; END IF;\n                RETURN NEW;\n                ",
                    hash="49d67d1ea407c8b2015535cf52a5c8d25c092e3b",
                    operation="INSERT",
                    pgid="pgtrigger_career_results_are_written_once_66031",
                    table="people_careerresult",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grant",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_grantevent" ("area_id", "ended_by_id", "ended_why", "granted_by_id", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "since", "until", "user_id") VALUES (NEW."area_id", NEW."ended_by_id", NEW."ended_why", NEW."granted_by_id", NEW."id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."role", NEW."since", NEW."until", NEW."user_id"); RETURN NULL;',
                    hash="e68f2e0c47f3b0466097b16d595e6c75cdb4bffc",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a2869",
                    table="people_grant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grant",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_grantevent" ("area_id", "ended_by_id", "ended_why", "granted_by_id", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "since", "until", "user_id") VALUES (NEW."area_id", NEW."ended_by_id", NEW."ended_why", NEW."granted_by_id", NEW."id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."role", NEW."since", NEW."until", NEW."user_id"); RETURN NULL;',
                    hash="89c29dd7b2632fe133ad960045f97f09733aa776",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_317e2",
                    table="people_grant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grantevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ba2d83a037acc614fb9e621e737a0aa8561ad992",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5277c",
                    table="people_grantevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="levelpolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="level_policies_are_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="5d0f523a59352005aca4a9c807622fa1e5c4126b",
                    operation="DELETE",
                    pgid="pgtrigger_level_policies_are_kept_fbba4",
                    table="people_levelpolicy",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="levelpolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="level_policies_are_only_ended",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."area_id" IS DISTINCT FROM (NEW."area_id") OR OLD."binding" IS DISTINCT FROM (NEW."binding") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."set_at" IS DISTINCT FROM (NEW."set_at") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."value" IS DISTINCT FROM (NEW."value"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="13930c6998d5c33b930317e4c6ea1c300820bdd6",
                    operation="UPDATE",
                    pgid="pgtrigger_level_policies_are_only_ended_f2268",
                    table="people_levelpolicy",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="levelpolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="level_policy_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO people_levelpolicystamp (id, token) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;",
                    hash="f56abb1e60510cf54a36828a01242c8a138d1d80",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_level_policy_stamp_8469b",
                    table="people_levelpolicy",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="levelpolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_levelpolicyevent" ("area_id", "binding", "ended_at", "ended_by_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "since", "until", "value") VALUES (NEW."area_id", NEW."binding", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."since", NEW."until", NEW."value"); RETURN NULL;',
                    hash="6f5b702f75a1b35870997d2ae314a93f192a5c5a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_dfe28",
                    table="people_levelpolicy",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="levelpolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_levelpolicyevent" ("area_id", "binding", "ended_at", "ended_by_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "since", "until", "value") VALUES (NEW."area_id", NEW."binding", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."since", NEW."until", NEW."value"); RETURN NULL;',
                    hash="6d1cb4791794d3eac31621cf55a31fe50f54dccc",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c9e0d",
                    table="people_levelpolicy",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organisationact",
            trigger=pgtrigger.compiler.Trigger(
                name="organisation_acts_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="edc486b082abe9f7f4630d676366f02f5e93362b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_organisation_acts_are_append_only_27b5c",
                    table="people_organisationact",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="partymembership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_partymembershipevent" ("id", "organisation_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id") VALUES (NEW."id", NEW."organisation_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id"); RETURN NULL;',
                    hash="4046201fa45835b752da79fe1796cba679aa3ba0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_02193",
                    table="people_partymembership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="partymembership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_partymembershipevent" ("id", "organisation_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id") VALUES (NEW."id", NEW."organisation_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id"); RETURN NULL;',
                    hash="28f75d64011dd5d948334efd9d9aa45a46174795",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c1a22",
                    table="people_partymembership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payfact",
            trigger=pgtrigger.compiler.Trigger(
                name="pay_facts_are_superseded_never_edited",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL\n                    AND to_jsonb(OLD) - 'superseded_at' = to_jsonb(NEW) - 'superseded_at' THEN RETURN NEW; END IF;\n                RAISE EXCEPTION 'pgtrigger: pay facts are superseded, never edited or deleted';\n                ",
                    hash="d9ca4c306f5b58c17f8b2a20597a3de67122f081",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_pay_facts_are_superseded_never_edited_5d96e",
                    table="people_payfact",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rosterentry",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_rosterentryevent" ("area_id", "grid_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "since", "until", "user_id") VALUES (NEW."area_id", NEW."grid_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rank", NEW."since", NEW."until", NEW."user_id"); RETURN NULL;',
                    hash="00c6c507ede745213eaac188a852f15f83ab2f45",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1aaf4",
                    table="people_rosterentry",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rosterentry",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_rosterentryevent" ("area_id", "grid_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "since", "until", "user_id") VALUES (NEW."area_id", NEW."grid_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rank", NEW."since", NEW."until", NEW."user_id"); RETURN NULL;',
                    hash="06ac8afc8e2f7620f8fe99824c046fcee17663be",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8cfbd",
                    table="people_rosterentry",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tenure",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_tenureevent" ("area_id", "document", "ended_by_id", "ended_why", "grant_id", "id", "made_at", "made_by_id", "manner", "organisation_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post", "reason", "seconded_from_id", "since", "source", "until") VALUES (NEW."area_id", NEW."document", NEW."ended_by_id", NEW."ended_why", NEW."grant_id", NEW."id", NEW."made_at", NEW."made_by_id", NEW."manner", NEW."organisation_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."post", NEW."reason", NEW."seconded_from_id", NEW."since", NEW."source", NEW."until"); RETURN NULL;',
                    hash="6ec951a0535315b3629ccad66a141636abfca3fe",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_92fb6",
                    table="people_tenure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tenure",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_tenureevent" ("area_id", "document", "ended_by_id", "ended_why", "grant_id", "id", "made_at", "made_by_id", "manner", "organisation_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post", "reason", "seconded_from_id", "since", "source", "until") VALUES (NEW."area_id", NEW."document", NEW."ended_by_id", NEW."ended_why", NEW."grant_id", NEW."id", NEW."made_at", NEW."made_by_id", NEW."manner", NEW."organisation_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."post", NEW."reason", NEW."seconded_from_id", NEW."since", NEW."source", NEW."until"); RETURN NULL;',
                    hash="50ee4fed2c31c59f5f80d3ac32369358debd3474",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b5cf4",
                    table="people_tenure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handover",
            trigger=pgtrigger.compiler.Trigger(
                name="hand_overs_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4336a17ac124f93da39bd566f92a35b4d43a914e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_hand_overs_are_append_only_86b7d",
                    table="people_handover",
                    when="BEFORE",
                ),
            ),
        ),
    ]
