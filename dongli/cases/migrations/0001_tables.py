import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import dongli.cases.models.policy
import dongli.cases.models.retention
import dongli.common.clock
import dongli.common.crypto
import dongli.common.ids


class Migration(migrations.Migration):
    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_case_updated"),
        ("cases", "0003_search_rows"),
        ("cases", "0004_arbitration"),
        ("cases", "0005_saved_views"),
        ("cases", "0006_extensions"),
        ("cases", "0007_problem_list"),
        ("cases", "0008_exports"),
        ("cases", "0009_holds"),
        ("cases", "0010_supervision"),
        ("cases", "0011_whistles_in_depth"),
        ("cases", "0012_notes_bulk_answers_retention"),
        ("cases", "0013_exceptions_in_depth"),
        ("cases", "0014_rules_by_area"),
        ("cases", "0015_merging_and_mass_events"),
        ("cases", "0016_lists_by_index"),
        ("cases", "0017_find_supervised"),
        ("cases", "0018_fewer_indexes"),
    ]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("duties", "0001_tables"),
        ("organisations", "0001_tables"),
        ("people", "__first__"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False)),
                ("is_working", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "ordering": ("date",),
            },
        ),
        migrations.CreateModel(
            name="CalendarDayEvent",
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
                        to="cases.calendarday",
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
                ("date", models.DateField(serialize=False)),
                ("is_working", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=60)),
                ("major_code", models.CharField(max_length=12)),
                ("major_name", models.CharField(max_length=60)),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("party", "Party building"),
                            ("safety", "Public safety"),
                            ("civil_affairs", "Civil affairs"),
                            ("urban_management", "Urban management"),
                            ("petitions", "Petitions"),
                            ("market", "Market regulation"),
                            ("health", "Health"),
                            ("emergency", "Emergency management"),
                        ],
                        max_length=20,
                    ),
                ),
                ("condition", models.TextField()),
                ("contact_hours", models.PositiveIntegerField(default=8)),
                (
                    "solver",
                    models.CharField(
                        choices=[("grid", "the grid first"), ("department", "the lead department")], max_length=10
                    ),
                ),
                ("lead_district", models.CharField(blank=True, max_length=40)),
                ("lead_city", models.CharField(blank=True, max_length=40)),
                ("staff_only", models.BooleanField(default=False)),
                ("auto_register", models.BooleanField(default=False)),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("legal_basis", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("code", "since"),
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("code", "="),
                            (
                                dongli.cases.models.policy._DateRange(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_version_of_a_category_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="category_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FilingCondition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("category", models.CharField(max_length=12)),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("text", models.TextField()),
                ("closing", models.TextField()),
                ("limit_amount", models.PositiveIntegerField()),
                (
                    "limit_unit",
                    models.CharField(
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                        ],
                        max_length=20,
                    ),
                ),
                ("urgent", models.BooleanField(default=False)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("category", "number", "since"),
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("category", "="),
                            ("number", "="),
                            (
                                dongli.cases.models.policy._DateRange(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_version_of_a_condition_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="conditions_are_counted_from_one"
                    ),
                    models.CheckConstraint(condition=models.Q(("limit_amount__gte", 1)), name="condition_has_a_limit"),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="condition_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("kind", models.CharField(choices=[("appeal", "Appeal"), ("finding", "Finding")], max_length=10)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("web", "Resident"),
                            ("qr", "QR code"),
                            ("captain", "Building captain"),
                            ("worker", "Grid worker"),
                            ("hotline", "Hotline"),
                            ("patrol", "Patrol"),
                            ("import", "Imported"),
                            ("event", "Mass event"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "Filed"),
                            ("registered", "Registered"),
                            ("arbitration", "In arbitration"),
                            ("refused", "Not taken up"),
                            ("dispatched", "Dispatched"),
                            ("working", "Being handled"),
                            ("whistled", "Whistled"),
                            ("held", "On hold"),
                            ("answered", "Answered"),
                            ("checked", "Checked"),
                            ("closed", "Closed"),
                            ("rated", "Rated"),
                            ("merged", "Merged with another case"),
                            ("withdrawn", "Withdrawn"),
                            ("spam", "Spam"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.category",
                    ),
                ),
                (
                    "condition",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.filingcondition",
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.grid",
                    ),
                ),
                ("pooled", models.BooleanField(default=False)),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("latitude", models.FloatField(blank=True, null=True)),
                (
                    "about",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Nobody who would handle it"),
                            ("worker", "The grid worker"),
                            ("community", "The community office"),
                            ("subdistrict", "The subdistrict office"),
                            ("department", "A department"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "danger",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("life", "Danger to life"),
                            ("self_harm", "Self-harm"),
                            ("minor", "A minor"),
                        ],
                        max_length=10,
                    ),
                ),
                ("urgent", models.BooleanField(default=False)),
                (
                    "resident",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("external_system", models.CharField(blank=True, max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("filed_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("registered_at", models.DateTimeField(blank=True, null=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("spam_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                ("closings", models.PositiveSmallIntegerField(default=0)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("demanded_by", models.DateField(blank=True, null=True)),
                ("demanded_level", models.CharField(blank=True, max_length=11)),
                ("promised_due_at", models.DateTimeField(blank=True, null=True)),
                ("carried_due_at", models.DateTimeField(blank=True, null=True)),
                ("disputed_at", models.DateTimeField(blank=True, null=True)),
                ("arbitrate_due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "verifier",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("verify_due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "site_finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("found", "Found as described"),
                            ("not_found", "Not found"),
                            ("elsewhere", "Found, but elsewhere"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ownerless", models.BooleanField(default=False)),
                ("reviewing", models.BooleanField(default=False)),
                ("excluded_at", models.DateTimeField(blank=True, null=True)),
                ("exclusion_reason", models.CharField(blank=True, max_length=40)),
                ("alarm_at", models.DateTimeField(blank=True, null=True)),
                ("dispatch_due_at", models.DateTimeField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("steps_count", models.PositiveIntegerField(default=0)),
                (
                    "hidden_from",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("link_version", models.PositiveSmallIntegerField(default=1)),
                (
                    "lead_case",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="cases.case",
                    ),
                ),
                ("merged_at", models.DateTimeField(blank=True, null=True)),
                ("contact_gone_at", models.DateTimeField(blank=True, null=True)),
                ("text_gone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["desk", "state", "-id"], name="case_desk_state"),
                    models.Index(fields=["state", "due_at", "id"], name="case_state_due"),
                    models.Index(fields=["state", "-id"], name="case_state_newest"),
                    models.Index(
                        condition=models.Q(("latitude__isnull", False)),
                        fields=["latitude", "longitude"],
                        name="case_on_map",
                    ),
                    models.Index(fields=["community", "-id"], name="case_community"),
                    models.Index(fields=["-updated_at"], name="case_updated"),
                    models.Index(fields=["filed_at"], name="case_filed"),
                    models.Index(
                        condition=models.Q(("resident__isnull", False)),
                        fields=["resident", "-id"],
                        name="case_resident",
                    ),
                    models.Index(
                        condition=models.Q(("lead_case__isnull", False)),
                        fields=["lead_case", "id"],
                        name="case_followers",
                    ),
                    models.Index(
                        django.db.models.functions.math.Floor(
                            django.db.models.expressions.CombinedExpression(
                                models.F("latitude"), "*", models.Value(500)
                            )
                        ),
                        django.db.models.functions.math.Floor(
                            django.db.models.expressions.CombinedExpression(
                                models.F("longitude"), "*", models.Value(500)
                            )
                        ),
                        models.F("filed_at"),
                        condition=models.Q(
                            ("category__isnull", False),
                            ("closed_at__isnull", True),
                            ("merged_at__isnull", True),
                            ("refused_at__isnull", True),
                            ("spam_at__isnull", True),
                            ("withdrawn_at__isnull", True),
                            ("latitude__isnull", False),
                        ),
                        name="case_near_point",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("category__isnull", False),
                            ("closed_at__isnull", True),
                            ("merged_at__isnull", True),
                            ("refused_at__isnull", True),
                            ("spam_at__isnull", True),
                            ("withdrawn_at__isnull", True),
                            ("place__isnull", False),
                        ),
                        fields=["place", "filed_at"],
                        name="case_near_place",
                    ),
                    models.Index(
                        condition=models.Q(("alarm_at__isnull", False)), fields=["alarm_at"], name="case_alarm"
                    ),
                    models.Index(
                        condition=models.Q(("verifier__isnull", False)),
                        fields=["verifier", "-id"],
                        name="case_verifier",
                    ),
                    models.Index(
                        condition=models.Q(("ownerless", True)), fields=["desk", "-id"], name="case_ownerless"
                    ),
                    models.Index(
                        condition=models.Q(("demanded_by__isnull", False)),
                        fields=["desk", "-id"],
                        name="case_supervised",
                    ),
                    models.Index(
                        condition=models.Q(("reviewing", True)), fields=["desk", "-id"], name="case_reviewing"
                    ),
                    models.Index(
                        condition=models.Q(("excluded_at__isnull", False)), fields=["desk", "-id"], name="case_excluded"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("external_system", "external_id"),
                        name="one_case_per_source_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lead_case__isnull", True), ("merged_at__isnull", True)),
                            models.Q(
                                ("lead_case__isnull", False),
                                ("merged_at__isnull", False),
                                models.Q(("lead_case", models.F("id")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="merged_under_another_case_since_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CategoryEvent",
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
                        to="cases.category",
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
                ("code", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=60)),
                ("major_code", models.CharField(max_length=12)),
                ("major_name", models.CharField(max_length=60)),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("party", "Party building"),
                            ("safety", "Public safety"),
                            ("civil_affairs", "Civil affairs"),
                            ("urban_management", "Urban management"),
                            ("petitions", "Petitions"),
                            ("market", "Market regulation"),
                            ("health", "Health"),
                            ("emergency", "Emergency management"),
                        ],
                        max_length=20,
                    ),
                ),
                ("condition", models.TextField()),
                ("contact_hours", models.PositiveIntegerField(default=8)),
                (
                    "solver",
                    models.CharField(
                        choices=[("grid", "the grid first"), ("department", "the lead department")], max_length=10
                    ),
                ),
                ("lead_district", models.CharField(blank=True, max_length=40)),
                ("lead_city", models.CharField(blank=True, max_length=40)),
                ("staff_only", models.BooleanField(default=False)),
                ("auto_register", models.BooleanField(default=False)),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("legal_basis", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DataCopy",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to start"),
                            ("running", "Being written"),
                            ("done", "Ready"),
                            ("failed", "Not written"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("file", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["user", "-id"], name="data_copy_user")],
            },
        ),
        migrations.CreateModel(
            name="DeletionRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[("case", "One appeal"), ("account", "The account and all its appeals")], max_length=10
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deletion_requests",
                        to="cases.case",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("granted", "Granted, waiting for appeals to end"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("limit_amount", models.PositiveIntegerField()),
                (
                    "limit_unit",
                    models.CharField(
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                        ],
                        max_length=20,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("due_at", models.DateTimeField()),
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
                ("reason", models.CharField(blank=True, max_length=500)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "granted"])), fields=["due_at"], name="deletion_open"
                    ),
                    models.Index(fields=["user", "-id"], name="deletion_user"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("scope", "case"), ("state__in", ["asked", "granted"])),
                        fields=("case",),
                        name="one_open_deletion_per_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("scope", "account"), ("state__in", ["asked", "granted"])),
                        fields=("user",),
                        name="one_open_deletion_per_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("scope", "case")),
                            models.Q(("case__isnull", True), ("scope", "account")),
                            _connector="OR",
                        ),
                        name="a_deletion_names_its_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exclusions", to="cases.case"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("upheld", "Upheld by the first review"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=40)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now)),
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "upheld", "granted"])),
                        fields=("case",),
                        name="one_exclusion_per_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("format", models.CharField(choices=[("csv", "CSV"), ("xlsx", "XLSX")], max_length=4)),
                ("language", models.CharField(max_length=10)),
                ("sieve", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to start"),
                            ("running", "Being written"),
                            ("done", "Ready"),
                            ("failed", "Not written"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("file", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["created_at"], name="export_created")],
            },
        ),
        migrations.CreateModel(
            name="Whistle",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="whistles", to="cases.case"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("daily", "Daily"), ("joint", "Joint enforcement"), ("emergency", "Emergency")],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("blown", "Blown, waiting for signature"),
                            ("signed", "Signed, departments called"),
                            ("declined", "Declined"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.TextField(blank=True)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("wanted_at", models.DateTimeField()),
                (
                    "blown_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("blown_at", models.DateTimeField(default=dongli.common.clock.now)),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("wanted", models.ManyToManyField(related_name="+", to="organisations.organisation")),
            ],
            options={
                "indexes": [models.Index(fields=["state", "-id"], name="cases_whist_state_c168ad_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["blown", "signed"])),
                        fields=("case",),
                        name="one_open_whistle_per_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="cases.case"
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("immediate", "Immediate assignment"),
                            ("consultative", "Consultative assignment"),
                            ("leaders", "Leader's assignment"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("serial", models.PositiveIntegerField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("made_at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("desk", "year", "serial"), name="letters_are_numbered_by_desk_and_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="cases.case"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lead", "Lead"),
                            ("cohandler", "Co-handler"),
                            ("whistle", "Reporting in to a whistle"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("dispatched", "Waiting to be accepted"),
                            ("accepted", "Accepted"),
                            ("reported_in", "Reported in"),
                            ("held", "On hold"),
                            ("answered", "Answered"),
                            ("returned", "Returned"),
                            ("released", "Released"),
                            ("parked", "Waiting with the lead case"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.grid",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "whistle",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="cases.whistle",
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("immediate", "Immediate assignment"),
                            ("consultative", "Consultative assignment"),
                            ("leaders", "Leader's assignment"),
                        ],
                        default="immediate",
                        max_length=12,
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="cases.letter",
                    ),
                ),
                ("limit_amount", models.PositiveIntegerField()),
                (
                    "limit_unit",
                    models.CharField(
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                        ],
                        max_length=20,
                    ),
                ),
                ("calendar_version", models.CharField(max_length=40)),
                ("rule_version", models.CharField(blank=True, default="", max_length=60)),
                ("provisional", models.BooleanField(default=False)),
                ("final", models.BooleanField(default=False)),
                ("dispatched_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("due_at", models.DateTimeField()),
                ("hold_asked_until", models.DateField(blank=True, null=True)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("hold_left", models.DurationField(blank=True, null=True)),
                ("resume_at", models.DateTimeField(blank=True, null=True)),
                ("parked_from", models.CharField(blank=True, max_length=12)),
                ("original_due_at", models.DateTimeField(blank=True, null=True)),
                ("exempted_at", models.DateTimeField(blank=True, null=True)),
                ("report_in_due_at", models.DateTimeField(blank=True, null=True)),
                ("consult_due_at", models.DateTimeField(blank=True, null=True)),
                ("contact_due_at", models.DateTimeField(blank=True, null=True)),
                ("remind_at", models.DateTimeField(blank=True, null=True)),
                ("ring_at", models.DateTimeField(blank=True, null=True)),
                ("rings", models.PositiveSmallIntegerField(default=0)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("reported_in_at", models.DateTimeField(blank=True, null=True)),
                ("contacted_at", models.DateTimeField(blank=True, null=True)),
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
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("escalations", models.PositiveSmallIntegerField(default=0)),
                ("next_escalation_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "dispatched", "held", "reported_in"])),
                        fields=["worker", "due_at"],
                        name="task_worker_open",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "dispatched", "held", "reported_in"])),
                        fields=["organisation", "due_at"],
                        name="task_org_open",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["accepted", "answered", "dispatched", "held", "reported_in"])
                        ),
                        fields=["organisation", "-case"],
                        name="task_org_live",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["accepted", "answered", "dispatched", "held", "reported_in"])
                        ),
                        fields=["worker", "-case"],
                        name="task_worker_live",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("organisation__isnull", True),
                            ("state__in", ["accepted", "answered", "dispatched", "held", "reported_in"]),
                            ("worker__isnull", True),
                        ),
                        fields=["grid"],
                        name="task_pool",
                    ),
                    models.Index(
                        condition=models.Q(("resume_at__isnull", False)), fields=["resume_at"], name="task_resume"
                    ),
                    models.Index(condition=models.Q(("ring_at__isnull", False)), fields=["ring_at"], name="task_ring"),
                    models.Index(condition=models.Q(("kind", "whistle")), fields=["dispatched_at"], name="task_called"),
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "dispatched", "held", "reported_in"])),
                        fields=["remind_at"],
                        name="task_remind",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "dispatched", "held", "reported_in"])),
                        fields=["next_escalation_at"],
                        name="task_escalate",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind", "lead"),
                            ("state__in", ["accepted", "answered", "dispatched", "held", "reported_in"]),
                        ),
                        fields=("case", "round"),
                        name="one_lead_per_case_and_round",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind", "whistle"),
                            ("state__in", ["accepted", "answered", "dispatched", "held", "reported_in"]),
                        ),
                        fields=("whistle", "organisation"),
                        name="one_task_per_whistle_and_department",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grid__isnull", False),
                            ("organisation__isnull", False),
                            ("worker__isnull", False),
                            _connector="OR",
                        ),
                        name="task_has_a_holder",
                    ),
                ],
            },
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
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="extensions", to="cases.task"
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
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now)),
                (
                    "endorsed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("endorsed_at", models.DateTimeField(blank=True, null=True)),
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "endorsed"])),
                        fields=("task",),
                        name="one_open_extension_per_task",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FilingConditionEvent",
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
                        to="cases.filingcondition",
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
                ("category", models.CharField(max_length=12)),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("text", models.TextField()),
                ("closing", models.TextField()),
                ("limit_amount", models.PositiveIntegerField()),
                (
                    "limit_unit",
                    models.CharField(
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                        ],
                        max_length=20,
                    ),
                ),
                ("urgent", models.BooleanField(default=False)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Problem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("category_code", models.CharField(max_length=12)),
                ("category_name", models.CharField(max_length=60)),
                (
                    "place_kind",
                    models.CharField(
                        choices=[("compound", "Compound"), ("grid", "Grid"), ("cell", "Cluster of points")],
                        max_length=10,
                    ),
                ),
                ("place_key", models.CharField(max_length=20)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.grid",
                    ),
                ),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("accepted", "Taken on"), ("rejected", "Left alone")],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "duty",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
            ],
            options={
                "verbose_name": "problem",
                "verbose_name_plural": "problems",
                "indexes": [models.Index(fields=["area", "state", "-id"], name="problem_area_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("category_code", "place_kind", "place_key"),
                        name="one_proposal_per_class_and_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("duty__isnull", False), ("state", "accepted")),
                            models.Q(models.Q(("state", "accepted"), _negated=True), ("duty__isnull", True)),
                            _connector="OR",
                        ),
                        name="an_accepted_problem_has_a_duty",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUpQuestion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "follow_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="duties.followup"
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="cases.problem"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
                ),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("held", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("follow_up", "case"), name="one_question_per_follow_up_and_case"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("held__isnull", True)),
                            models.Q(("answered_at__isnull", False), ("held__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answer_has_its_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MassEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "lead_case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="event", to="cases.case"
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                ("notice", models.TextField()),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.category"
                    ),
                ),
                ("whole_line", models.BooleanField(default=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                ("areas", models.ManyToManyField(related_name="+", to="areas.area")),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="event_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Grouping",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groupings", to="cases.massevent"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "cases",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Waiting to start"), ("running", "Under way"), ("done", "Done")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("passed_over", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="LatenessAppeal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="appeal", to="cases.task"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("upheld", "Upheld by the first review"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now)),
                (
                    "upheld_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("upheld_at", models.DateTimeField(blank=True, null=True)),
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
        ),
        migrations.CreateModel(
            name="Limit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("amount", models.PositiveIntegerField()),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                            ("times", "times"),
                        ],
                        max_length=20,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("key", "="),
                            (
                                dongli.cases.models.policy._DateRange(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_version_of_a_limit_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitEvent",
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
                        to="cases.limit",
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
                ("amount", models.PositiveIntegerField()),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                            ("times", "times"),
                        ],
                        max_length=20,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="cases.case"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["case", "id"], name="note_case")],
            },
        ),
        migrations.CreateModel(
            name="NoteFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="cases.note"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("image", "Picture"), ("pdf", "PDF"), ("docx", "Word"), ("xlsx", "Excel")],
                        max_length=5,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60)),
                ("file", models.FileField(upload_to="notes/%Y/%m/")),
                ("size", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="NoteMention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="cases.note"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("note", "user"), name="mentioned_once_in_a_note")],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                ("category", models.CharField(max_length=12)),
                ("number", models.PositiveSmallIntegerField(default=0)),
                ("limit_amount", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "limit_unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                        ],
                        max_length=20,
                    ),
                ),
                ("binding", models.BooleanField(default=False)),
                ("urgent", models.BooleanField(blank=True, null=True)),
                ("contact_hours", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "solver",
                    models.CharField(
                        blank=True,
                        choices=[("grid", "the grid first"), ("department", "the lead department")],
                        max_length=10,
                    ),
                ),
                ("lead", models.CharField(blank=True, max_length=40)),
                ("offered", models.BooleanField(blank=True, null=True)),
                ("auto_register", models.BooleanField(blank=True, null=True)),
                ("basis", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("set_at", models.DateTimeField(default=dongli.common.clock.now)),
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
                "ordering": ("category", "number", "since"),
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("area", "="),
                            ("category", "="),
                            ("number", "="),
                            (
                                dongli.cases.models.policy._DateRange(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_override_of_a_level_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="override_ends_no_earlier_than_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("binding", False), ("limit_amount__isnull", True), ("limit_unit", "")),
                            models.Q(("limit_amount__gte", 1), models.Q(("limit_unit", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="override_limit_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("number", 0),
                                ("urgent__isnull", True),
                                ("binding", False),
                                ("limit_amount__isnull", True),
                                ("limit_unit", ""),
                                models.Q(
                                    ("auto_register__isnull", True),
                                    ("contact_hours__isnull", True),
                                    ("lead", ""),
                                    ("offered__isnull", True),
                                    ("solver", ""),
                                    _negated=True,
                                ),
                            ),
                            models.Q(
                                ("number__gte", 1),
                                ("auto_register__isnull", True),
                                ("contact_hours__isnull", True),
                                ("lead", ""),
                                ("offered__isnull", True),
                                ("solver", ""),
                                models.Q(
                                    ("binding", False),
                                    ("limit_amount__isnull", True),
                                    ("limit_unit", ""),
                                    ("urgent__isnull", True),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="override_says_what_its_scope_may",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OverrideEvent",
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
                        to="cases.override",
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
                ("category", models.CharField(max_length=12)),
                ("number", models.PositiveSmallIntegerField(default=0)),
                ("limit_amount", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "limit_unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("emergency_hour", "hours, nights and holidays included"),
                            ("working_hour", "working hours"),
                            ("working_day", "working days"),
                            ("calendar_day", "calendar days"),
                        ],
                        max_length=20,
                    ),
                ),
                ("binding", models.BooleanField(default=False)),
                ("urgent", models.BooleanField(blank=True, null=True)),
                ("contact_hours", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "solver",
                    models.CharField(
                        blank=True,
                        choices=[("grid", "the grid first"), ("department", "the lead department")],
                        max_length=10,
                    ),
                ),
                ("lead", models.CharField(blank=True, max_length=40)),
                ("offered", models.BooleanField(blank=True, null=True)),
                ("auto_register", models.BooleanField(blank=True, null=True)),
                ("basis", models.CharField(blank=True, max_length=300)),
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
                ("set_at", models.DateTimeField(default=dongli.common.clock.now)),
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
            name="Patrol",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.grid"),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("findings", models.PositiveSmallIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
            options={
                "indexes": [models.Index(fields=["grid", "-at"], name="cases_patro_grid_id_4c464e_idx")],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="cases.case",
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("verb", models.CharField(max_length=24)),
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
                ("actor_as", models.CharField(max_length=24)),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="cases.task",
                    ),
                ),
                (
                    "whistle",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.whistle",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("data", models.JSONField(default=dict)),
                ("state_before", models.CharField(blank=True, max_length=12)),
                ("state_after", models.CharField(max_length=12)),
                ("public", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ("seq",),
                "constraints": [
                    models.UniqueConstraint(fields=("case", "seq"), name="steps_are_numbered_within_a_case")
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="cases.case",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="cases.step",
                    ),
                ),
                ("draft_key", models.CharField(blank=True, db_index=True, max_length=64)),
                (
                    "phase",
                    models.CharField(
                        choices=[("filed", "When filed"), ("before", "Before"), ("after", "After")],
                        default="filed",
                        max_length=10,
                    ),
                ),
                ("file", models.FileField(upload_to="photos/%Y/%m/")),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Phrase",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("answer", "Answers"),
                            ("check", "Checks"),
                            ("close", "Closing answers"),
                            ("refuse", "Refusals"),
                            ("return", "Returns"),
                        ],
                        max_length=10,
                    ),
                ),
                ("category", models.CharField(blank=True, max_length=12)),
                (
                    "line",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("party", "Party building"),
                            ("safety", "Public safety"),
                            ("civil_affairs", "Civil affairs"),
                            ("urban_management", "Urban management"),
                            ("petitions", "Petitions"),
                            ("market", "Market regulation"),
                            ("health", "Health"),
                            ("emergency", "Emergency management"),
                        ],
                        max_length=20,
                    ),
                ),
                ("title", models.CharField(max_length=40)),
                ("words", models.CharField(max_length=1000)),
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
                ("set_at", models.DateTimeField(default=dongli.common.clock.now)),
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
                "ordering": ("use", "category", "line", "title"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="phrase_ends_no_earlier_than_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category", ""), ("line", ""), _connector="OR"),
                        name="phrase_is_for_a_class_or_a_line",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhraseEvent",
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
                        to="cases.phrase",
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
                    "use",
                    models.CharField(
                        choices=[
                            ("answer", "Answers"),
                            ("check", "Checks"),
                            ("close", "Closing answers"),
                            ("refuse", "Refusals"),
                            ("return", "Returns"),
                        ],
                        max_length=10,
                    ),
                ),
                ("category", models.CharField(blank=True, max_length=12)),
                (
                    "line",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("party", "Party building"),
                            ("safety", "Public safety"),
                            ("civil_affairs", "Civil affairs"),
                            ("urban_management", "Urban management"),
                            ("petitions", "Petitions"),
                            ("market", "Market regulation"),
                            ("health", "Health"),
                            ("emergency", "Emergency management"),
                        ],
                        max_length=20,
                    ),
                ),
                ("title", models.CharField(max_length=40)),
                ("words", models.CharField(max_length=1000)),
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
                ("set_at", models.DateTimeField(default=dongli.common.clock.now)),
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
            name="PolicyStamp",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("token", models.UUIDField(default=dongli.common.ids.new_id)),
            ],
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ratings", to="cases.case"
                    ),
                ),
                ("closing", models.PositiveSmallIntegerField()),
                ("contacted", models.BooleanField()),
                ("solved", models.BooleanField()),
                (
                    "satisfaction",
                    models.CharField(
                        choices=[
                            ("satisfied", "Satisfied"),
                            ("basically", "Basically satisfied"),
                            ("dissatisfied", "Not satisfied"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "closing"), name="one_rating_per_closing")],
            },
        ),
        migrations.CreateModel(
            name="Reason",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("code", models.CharField(max_length=40)),
                ("label_en", models.CharField(max_length=120)),
                ("label_zh", models.CharField(max_length=60)),
                ("needs_words", models.BooleanField(default=False)),
                ("counts_against", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ("kind", "position", "code"),
                "constraints": [models.UniqueConstraint(fields=("kind", "code"), name="one_reason_per_kind_and_code")],
            },
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("category_code", models.CharField(blank=True, max_length=12)),
                ("contact_days", models.PositiveIntegerField()),
                ("text_days", models.PositiveIntegerField()),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("category_code", "since"),
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("category_code", "="),
                            (
                                dongli.cases.models.retention._DateRange(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_version_of_a_retention_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="retention_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text_days__gte", models.F("contact_days"))), name="text_is_kept_as_long"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionEvent",
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
                        to="cases.retention",
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
                ("category_code", models.CharField(blank=True, max_length=12)),
                ("contact_days", models.PositiveIntegerField()),
                ("text_days", models.PositiveIntegerField()),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SavedView",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("name", models.CharField(max_length=20)),
                ("query", models.CharField(max_length=1000)),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("user", "name"), name="one_view_per_name")],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="verifications", to="cases.case"
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("due_at", models.DateTimeField()),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("found", "Found as described"),
                            ("not_found", "Not found"),
                            ("elsewhere", "Found, but elsewhere"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.step",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("case",),
                        name="one_open_verification_per_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WhistleRating",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="whistle_ratings", to="cases.task"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("whistler", "Whoever blew the whistle"), ("department", "The department")],
                        max_length=10,
                    ),
                ),
                (
                    "in_time",
                    models.CharField(
                        blank=True,
                        choices=[("in_time", "In time"), ("late", "Late"), ("never", "Never came")],
                        max_length=10,
                    ),
                ),
                (
                    "helpful",
                    models.CharField(
                        blank=True,
                        choices=[("helpful", "Helpful"), ("partly", "Partly helpful"), ("not_helpful", "Not helpful")],
                        max_length=12,
                    ),
                ),
                ("founded", models.BooleanField(blank=True, null=True)),
                (
                    "rated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("task", "side"), name="one_whistle_rating_per_task_and_side"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("founded__isnull", True),
                                ("side", "whistler"),
                                models.Q(("in_time", ""), _negated=True),
                                models.Q(("helpful", ""), _negated=True),
                            ),
                            models.Q(
                                ("founded__isnull", False), ("helpful", ""), ("in_time", ""), ("side", "department")
                            ),
                            _connector="OR",
                        ),
                        name="a_whistle_rating_answers_its_own_question",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkAnswer",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("words", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be sent"),
                            ("undone", "Undone"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("send_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "sending"])),
                        fields=["send_at"],
                        name="bulk_answer_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkMember",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "bulk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="cases.bulkanswer"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.task"),
                ),
                ("step_id", models.UUIDField(default=dongli.common.ids.new_id)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not yet"), ("answered", "Answered"), ("refused", "Not answered")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("bulk", "task"), name="a_task_is_once_in_a_bulk_answer")
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseContact",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="contact",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("name", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                ("phone", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                ("phone_hash", models.CharField(blank=True, db_index=True, default="", max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="CaseSearch",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("words", models.TextField(blank=True)),
                (
                    "grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["grams"], gin_pending_list_limit=1024, name="case_search_grams"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseText",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("description", models.TextField(blank=True)),
                ("address", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="ProblemCase",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="problem_link",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="cases.problem"
                    ),
                ),
                ("added_at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="NoteText",
            fields=[
                (
                    "note",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="cases.note",
                    ),
                ),
                ("words", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="RatingText",
            fields=[
                (
                    "rating",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="cases.rating",
                    ),
                ),
                ("words", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="StepText",
            fields=[
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="cases.step",
                    ),
                ),
                ("words", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="WhistleRatingText",
            fields=[
                (
                    "rating",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="cases.whistlerating",
                    ),
                ),
                ("words", models.TextField(blank=True)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calendarday",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO cases_policystamp (id, token) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;",
                    hash="bcad4aeba5db8d8f81fe31d4c33ebd829ea4bdaa",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_policy_stamp_7a1cd",
                    table="cases_calendarday",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calendarday",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_calendardayevent" ("date", "is_working", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."date", NEW."is_working", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."date"); RETURN NULL;',
                    hash="a1d82b1d0ea1f7ed1ff7089a9562a8a410bab72b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_2f83c",
                    table="cases_calendarday",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calendarday",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_calendardayevent" ("date", "is_working", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."date", NEW."is_working", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."date"); RETURN NULL;',
                    hash="442b7a90a7a5d0bc489ee288e47f336906ee89cd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2b5ef",
                    table="cases_calendarday",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO cases_policystamp (id, token) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;",
                    hash="796efcda6b6ec633da0a492ac22be718f5887c6b",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_policy_stamp_bfd92",
                    table="cases_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_categoryevent" ("auto_register", "code", "condition", "contact_hours", "id", "keywords", "lead_city", "lead_district", "legal_basis", "line", "major_code", "major_name", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "solver", "staff_only", "until") VALUES (NEW."auto_register", NEW."code", NEW."condition", NEW."contact_hours", NEW."id", NEW."keywords", NEW."lead_city", NEW."lead_district", NEW."legal_basis", NEW."line", NEW."major_code", NEW."major_name", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."solver", NEW."staff_only", NEW."until"); RETURN NULL;',
                    hash="c0320f864a9cfc029b7a9bdabd4ab3df5ad897e7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b8e27",
                    table="cases_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_categoryevent" ("auto_register", "code", "condition", "contact_hours", "id", "keywords", "lead_city", "lead_district", "legal_basis", "line", "major_code", "major_name", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "solver", "staff_only", "until") VALUES (NEW."auto_register", NEW."code", NEW."condition", NEW."contact_hours", NEW."id", NEW."keywords", NEW."lead_city", NEW."lead_district", NEW."legal_basis", NEW."line", NEW."major_code", NEW."major_name", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."solver", NEW."staff_only", NEW."until"); RETURN NULL;',
                    hash="035215f2810386a6470a75af07c92fc004e2ed4d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d61bc",
                    table="cases_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="filingcondition",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO cases_policystamp (id, token) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;",
                    hash="3c247093704e391a0a7548797f86b4124d358645",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_policy_stamp_da6c8",
                    table="cases_filingcondition",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="filingcondition",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_filingconditionevent" ("category", "closing", "id", "limit_amount", "limit_unit", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "text", "until", "urgent") VALUES (NEW."category", NEW."closing", NEW."id", NEW."limit_amount", NEW."limit_unit", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."text", NEW."until", NEW."urgent"); RETURN NULL;',
                    hash="b255ada52c47dc51aa0c6d7e231b663bc34b2c54",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0f7be",
                    table="cases_filingcondition",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="filingcondition",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_filingconditionevent" ("category", "closing", "id", "limit_amount", "limit_unit", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "text", "until", "urgent") VALUES (NEW."category", NEW."closing", NEW."id", NEW."limit_amount", NEW."limit_unit", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."text", NEW."until", NEW."urgent"); RETURN NULL;',
                    hash="358e7f2e73cdfe82322ae41b12ad07d86fb90ed5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_28f85",
                    table="cases_filingcondition",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="limit",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO cases_policystamp (id, token) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;",
                    hash="2d1ff11ac2a1093412bda31bf94255deb338e63f",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_policy_stamp_900a1",
                    table="cases_limit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="limit",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_limitevent" ("amount", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "unit", "until") VALUES (NEW."amount", NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."unit", NEW."until"); RETURN NULL;',
                    hash="5905768050a80539a47c08963ae3a2c61cc272de",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_84454",
                    table="cases_limit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="limit",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_limitevent" ("amount", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "unit", "until") VALUES (NEW."amount", NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."unit", NEW."until"); RETURN NULL;',
                    hash="8c8f577dbc70f2f07c7c166bd37e86b16afa65c2",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1cdbe",
                    table="cases_limit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retention",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_retentionevent" ("category_code", "contact_days", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "text_days", "until") VALUES (NEW."category_code", NEW."contact_days", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."text_days", NEW."until"); RETURN NULL;',
                    hash="a922b46290dbee16e949096fa5129c684bbb7224",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_04f7d",
                    table="cases_retention",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retention",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_retentionevent" ("category_code", "contact_days", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "text_days", "until") VALUES (NEW."category_code", NEW."contact_days", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."text_days", NEW."until"); RETURN NULL;',
                    hash="2a5b4a260564e102db1752b39084dbfcf01816e9",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_158c0",
                    table="cases_retention",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="note",
            trigger=pgtrigger.compiler.Trigger(
                name="notes_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b791626b9f4a963035b69076afaa041a2732212a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_notes_are_append_only_3e5f2",
                    table="cases_note",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="override",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO cases_policystamp (id, token) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;",
                    hash="208153667f052352d1d31d21354efe8b1875a210",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_policy_stamp_d3582",
                    table="cases_override",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="override",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_overrideevent" ("area_id", "auto_register", "basis", "binding", "category", "contact_hours", "ended_at", "ended_by_id", "id", "lead", "limit_amount", "limit_unit", "number", "offered", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_at", "set_by_id", "since", "solver", "until", "urgent") VALUES (NEW."area_id", NEW."auto_register", NEW."basis", NEW."binding", NEW."category", NEW."contact_hours", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."lead", NEW."limit_amount", NEW."limit_unit", NEW."number", NEW."offered", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."set_at", NEW."set_by_id", NEW."since", NEW."solver", NEW."until", NEW."urgent"); RETURN NULL;',
                    hash="9b3e1c8fc5cae6c372e1e6d99a797e2dce81e9fa",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_40496",
                    table="cases_override",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="override",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_overrideevent" ("area_id", "auto_register", "basis", "binding", "category", "contact_hours", "ended_at", "ended_by_id", "id", "lead", "limit_amount", "limit_unit", "number", "offered", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_at", "set_by_id", "since", "solver", "until", "urgent") VALUES (NEW."area_id", NEW."auto_register", NEW."basis", NEW."binding", NEW."category", NEW."contact_hours", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."lead", NEW."limit_amount", NEW."limit_unit", NEW."number", NEW."offered", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."set_at", NEW."set_by_id", NEW."since", NEW."solver", NEW."until", NEW."urgent"); RETURN NULL;',
                    hash="1fb789da7c6fc636f2210cb173b66300a2611f39",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_91687",
                    table="cases_override",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phrase",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO cases_policystamp (id, token) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET token = excluded.token; RETURN NULL;",
                    hash="6d4e87b4b4ed27e5801dc593f753d85517d2444c",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_policy_stamp_35b75",
                    table="cases_phrase",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phrase",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_phraseevent" ("area_id", "category", "ended_at", "ended_by_id", "id", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_at", "set_by_id", "since", "title", "until", "use", "words") VALUES (NEW."area_id", NEW."category", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."line", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."set_at", NEW."set_by_id", NEW."since", NEW."title", NEW."until", NEW."use", NEW."words"); RETURN NULL;',
                    hash="3bcbe22d54b79135c1b87eca8ff7c201733bbbf9",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_fe2c7",
                    table="cases_phrase",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phrase",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_phraseevent" ("area_id", "category", "ended_at", "ended_by_id", "id", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_at", "set_by_id", "since", "title", "until", "use", "words") VALUES (NEW."area_id", NEW."category", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."line", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."set_at", NEW."set_by_id", NEW."since", NEW."title", NEW."until", NEW."use", NEW."words"); RETURN NULL;',
                    hash="0763a94b177e06cc6067942ccaa17303e93681b2",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e2cfa",
                    table="cases_phrase",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rating",
            trigger=pgtrigger.compiler.Trigger(
                name="ratings_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d8e267be0c6557a9fccb46a1305960c6257eed2f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_ratings_are_final_8ae28",
                    table="cases_rating",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="step",
            trigger=pgtrigger.compiler.Trigger(
                name="steps_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="21c1289f95b9775766aff6a749de6526f81d64c2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_steps_are_append_only_3ea7c",
                    table="cases_step",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="whistlerating",
            trigger=pgtrigger.compiler.Trigger(
                name="whistle_ratings_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9fb713fc44971de01fe2e503d379af7228097170",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_whistle_ratings_are_final_78dc9",
                    table="cases_whistlerating",
                    when="BEFORE",
                ),
            ),
        ),
    ]
