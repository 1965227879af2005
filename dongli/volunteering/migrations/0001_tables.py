import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
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
    replaces = [("volunteering", "0001_members_wishes_service"), ("volunteering", "0002_confirmed_service_has_minutes")]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("organisations", "0001_tables"),
        ("people", "__first__"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wish",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("title", models.CharField(max_length=60)),
                ("details", models.TextField(blank=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="wishes", to="areas.area"
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("compound", "Members of the compound"),
                            ("community", "Members of the whole community"),
                        ],
                        default="compound",
                        max_length=10,
                    ),
                ),
                ("for_resident", models.BooleanField(default=False)),
                ("helpers", models.PositiveSmallIntegerField(default=1)),
                ("minutes", models.PositiveSmallIntegerField(default=60)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("claimed", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Helpers wanted"),
                            ("taken", "All places taken"),
                            ("done", "Fulfilled"),
                            ("cancelled", "Taken back"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("raised_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("steps_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["compound", "state", "id"], name="wish_compound"),
                    models.Index(fields=["community", "state", "id"], name="wish_community"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("claimed__lte", models.F("helpers"))), name="never_more_helpers_than_wanted"
                    ),
                    models.CheckConstraint(condition=models.Q(("helpers__gte", 1)), name="a_wish_wants_somebody"),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))), name="a_wish_ends_after_it_begins"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportIn",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="report_ins", to="areas.area"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                ("told_unit", models.DateTimeField(blank=True, null=True)),
                (
                    "offers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), blank=True, default=list, size=None
                    ),
                ),
                (
                    "times",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("workdays", "Working days, daytime"),
                                ("evenings", "Working days, evenings"),
                                ("weekends", "Weekends"),
                                ("holidays", "Public holidays"),
                                ("on_call", "When called, in an emergency"),
                            ],
                            max_length=10,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for the compound"),
                            ("confirmed", "Reported in"),
                            ("declined", "Not accepted"),
                            ("ended", "Ended"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
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
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("moved", "Moved house"),
                            ("left", "Left"),
                            ("withdrawn", "Consent withdrawn"),
                            ("closed", "Account closed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("steps_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["compound", "state", "id"], name="report_in_compound"),
                    models.Index(fields=["person", "-id"], name="report_in_person"),
                    models.Index(
                        condition=models.Q(("told_unit__isnull", False)),
                        fields=["unit", "state"],
                        name="report_in_unit",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("state", "confirmed")), fields=["offers"], name="report_in_offers"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "confirmed"])),
                        fields=("person",),
                        name="one_report_in_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person__isnull", False), ("state__in", ["ended", "declined"]), _connector="OR"
                        ),
                        name="a_current_report_in_is_somebodys",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state", "ended")),
                            models.Q(("state", "ended"), _negated=True),
                            _connector="OR",
                        ),
                        name="an_end_has_its_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "wish",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="volunteering.wish"
                    ),
                ),
                (
                    "report_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="volunteering.reportin"
                    ),
                ),
                ("claimed_at", models.DateTimeField(default=dongli.common.clock.now)),
                ("given_back_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["report_in", "-id"], name="claim_report_in")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("given_back_at__isnull", True)),
                        fields=("wish", "report_in"),
                        name="a_wish_is_claimed_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "report_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="volunteering.reportin"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("keep", "Keep that I am a party member"), ("tell_unit", "Let my unit count me")],
                        max_length=10,
                    ),
                ),
                ("given", models.BooleanField()),
                ("version", models.CharField(max_length=10)),
                ("at", models.DateTimeField(default=dongli.common.clock.now)),
            ],
            options={
                "indexes": [models.Index(fields=["report_in", "id"], name="consent_report_in")],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=100)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("position", "code"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="offer_ends_after_it_begins",
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
                        name="one_version_of_an_offer_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferEvent",
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
                        to="volunteering.offer",
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
                ("name", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=100)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReportInStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "report_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="volunteering.reportin"
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
            ],
            options={
                "ordering": ("seq",),
                "constraints": [
                    models.UniqueConstraint(fields=("report_in", "seq"), name="steps_numbered_in_a_report_in")
                ],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "report_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="services", to="volunteering.reportin"
                    ),
                ),
                (
                    "wish",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="volunteering.wish",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"),
                ),
                ("kind", models.CharField(max_length=30)),
                ("on", models.DateField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("confirmed_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting to be confirmed"),
                            ("confirmed", "Confirmed"),
                            ("declined", "Not confirmed"),
                            ("disputed", "Correction asked for"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("disputed_at", models.DateTimeField(blank=True, null=True)),
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
                ("logged_at", models.DateTimeField(default=dongli.common.clock.now, editable=False)),
                ("steps_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["report_in", "-id"], name="service_report_in"),
                    models.Index(
                        condition=models.Q(("state__in", ["draft", "disputed"])),
                        fields=["compound", "id"],
                        name="service_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "confirmed")), fields=["compound", "on"], name="service_confirmed"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)),
                        name="service_fits_into_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_minutes__isnull", True), ("confirmed_minutes__lte", 1440), _connector="OR"
                        ),
                        name="confirmed_service_fits_into_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            models.Q(("confirmed_minutes__gte", 1), ("confirmed_minutes__isnull", False)),
                            _connector="OR",
                        ),
                        name="confirmed_service_has_minutes",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("wish__isnull", False), models.Q(("state", "declined"), _negated=True)),
                        fields=("report_in", "wish", "on"),
                        name="one_record_per_wish_and_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="volunteering.service"
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
            ],
            options={
                "ordering": ("seq",),
                "constraints": [models.UniqueConstraint(fields=("service", "seq"), name="steps_numbered_in_a_service")],
            },
        ),
        migrations.CreateModel(
            name="WishStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "wish",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="volunteering.wish"
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
            ],
            options={
                "ordering": ("seq",),
                "constraints": [models.UniqueConstraint(fields=("wish", "seq"), name="steps_numbered_in_a_wish")],
            },
        ),
        migrations.CreateModel(
            name="ReportInText",
            fields=[
                (
                    "report_in",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="volunteering.reportin",
                    ),
                ),
                ("unit_words", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceText",
            fields=[
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="volunteering.service",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("dispute", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="WishContact",
            fields=[
                (
                    "wish",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="contact",
                        serialize=False,
                        to="volunteering.wish",
                    ),
                ),
                ("name", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                ("phone", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                ("address", dongli.common.crypto.EncryptedTextField(blank=True, default="")),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offer",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "volunteering_offerevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "since", "until") VALUES (NEW."code", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."since", NEW."until"); RETURN NULL;',
                    hash="801e550575f89da029ca50bd5cf7a753f89e7280",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_40a40",
                    table="volunteering_offer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offer",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "volunteering_offerevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "since", "until") VALUES (NEW."code", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."since", NEW."until"); RETURN NULL;',
                    hash="ac01324dbea0286eab4e077e13d8a0a67b88da91",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_74632",
                    table="volunteering_offer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="consents_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="29fa2abf7b89344d338b31aa800dc91b7971b443",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_consents_append_only_708d7",
                    table="volunteering_consent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportinstep",
            trigger=pgtrigger.compiler.Trigger(
                name="report_steps_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="49dcd7118db943554fe89c24e8eaf81c49bf4b86",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_report_steps_append_only_93390",
                    table="volunteering_reportinstep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicestep",
            trigger=pgtrigger.compiler.Trigger(
                name="service_steps_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8213d61e652980a352dc1ac06571ccda0f0ef88f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_service_steps_append_only_15329",
                    table="volunteering_servicestep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="wishstep",
            trigger=pgtrigger.compiler.Trigger(
                name="wish_steps_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="028411a3b6a2ddb1f9aeba369cb9dfe5f953d766",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_wish_steps_append_only_eea44",
                    table="volunteering_wishstep",
                    when="BEFORE",
                ),
            ),
        ),
    ]
