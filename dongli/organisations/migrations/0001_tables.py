import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import dongli.common.ids
import dongli.organisations.models


class Migration(migrations.Migration):
    replaces = [
        ("organisations", "0001_organisations"),
        ("organisations", "0002_find_by_pinyin"),
        ("organisations", "0003_fill_pinyin"),
        ("organisations", "0004_axis_posts_links"),
        ("organisations", "0005_list_by_name"),
        ("organisations", "0006_ties_called_off"),
        ("organisations", "0007_links_by_their_beginning"),
    ]

    initial = True

    dependencies = [
        ("areas", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("pinyin", models.CharField(blank=True, max_length=400)),
                ("initials", models.CharField(blank=True, max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("office", "Office of a level"),
                            ("department", "Department"),
                            ("party_committee", "Party committee"),
                            ("general_branch", "General branch"),
                            ("branch", "Branch"),
                            ("linked_unit", "Linked unit"),
                            ("industry_committee", "Industry committee"),
                            ("supply_chain_committee", "Supply-chain joint committee"),
                            ("joint_committee", "Joint committee"),
                            ("owners_committee", "Owners’ committee"),
                            ("management_committee", "Management committee of a compound"),
                            ("property_firm", "Property firm"),
                        ],
                        max_length=30,
                    ),
                ),
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
                ("function", models.CharField(blank=True, max_length=40)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="organisations", to="areas.area"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "unit_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("public_institution", "Public institution"),
                            ("state_owned", "State-owned enterprise"),
                            ("business_district", "Business district"),
                            ("park", "Park"),
                            ("two_new", "“Two-new” organisation"),
                            ("social", "Social organisation"),
                        ],
                        max_length=20,
                    ),
                ),
                ("sector", models.CharField(blank=True, max_length=60)),
                ("is_fallback", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="organisations.organisation",
                    ),
                ),
                ("founded_on", models.DateField(blank=True, null=True)),
                ("dissolved_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("code",),
                "indexes": [
                    models.Index(fields=["area", "kind"], name="organisation_area_kind"),
                    models.Index(fields=["kind", "pinyin", "id"], name="organisation_kind_pinyin"),
                    models.Index(fields=["pinyin", "id"], name="organisation_pinyin"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dissolved_on__isnull", True), ("kind", "department")),
                        fields=("area", "function"),
                        name="one_department_per_function_and_area",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dissolved_on__isnull", True), ("kind", "office")),
                        fields=("area",),
                        name="one_office_per_area",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "linked_unit"), ("unit_kind", ""), _connector="OR"),
                        name="only_linked_units_are_of_a_unit_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "axis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links_out",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links_in",
                        to="organisations.organisation",
                    ),
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
                ("contact", models.CharField(blank=True, max_length=80)),
                ("doing", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["since", "id"], name="link_since")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="link_does_not_end_before_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit", models.F("axis")), _negated=True),
                        name="no_organisation_is_linked_to_itself",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("axis", "="),
                            ("unit", "="),
                            ("mechanism", "="),
                            (
                                dongli.organisations.models.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_link_per_mechanism_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="organisations.organisation",
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="membership_does_not_end_before_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("member", models.F("committee")), _negated=True),
                        name="no_committee_belongs_to_itself",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("committee", "="),
                            ("member", "="),
                            (
                                dongli.organisations.models.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="a_member_belongs_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ground",
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
                        related_name="grounds",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("office", "Office of a level"),
                            ("department", "Department"),
                            ("party_committee", "Party committee"),
                            ("general_branch", "General branch"),
                            ("branch", "Branch"),
                            ("linked_unit", "Linked unit"),
                            ("industry_committee", "Industry committee"),
                            ("supply_chain_committee", "Supply-chain joint committee"),
                            ("joint_committee", "Joint committee"),
                            ("owners_committee", "Owners’ committee"),
                            ("management_committee", "Management committee of a compound"),
                            ("property_firm", "Property firm"),
                        ],
                        editable=False,
                        max_length=30,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grounds", to="areas.area"
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["area", "kind"], name="ground_area_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="ground_does_not_end_before_it_begins",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "property_firm")),
                        expressions=[
                            ("area", "="),
                            (
                                dongli.organisations.models.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="one_property_firm_in_a_compound_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("organisation", "="),
                            ("area", "="),
                            (
                                dongli.organisations.models.Days(
                                    "since", "until", django.contrib.postgres.fields.ranges.RangeBoundary()
                                ),
                                "&&",
                            ),
                        ],
                        name="a_ground_is_held_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MembershipEvent",
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
                        to="organisations.membership",
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
                    "committee",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
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
            name="LinkEvent",
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
                        to="organisations.link",
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
                    "axis",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
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
                ("contact", models.CharField(blank=True, max_length=80)),
                ("doing", models.CharField(blank=True, max_length=300)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GroundEvent",
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
                        to="organisations.ground",
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
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("office", "Office of a level"),
                            ("department", "Department"),
                            ("party_committee", "Party committee"),
                            ("general_branch", "General branch"),
                            ("branch", "Branch"),
                            ("linked_unit", "Linked unit"),
                            ("industry_committee", "Industry committee"),
                            ("supply_chain_committee", "Supply-chain joint committee"),
                            ("joint_committee", "Joint committee"),
                            ("owners_committee", "Owners’ committee"),
                            ("management_committee", "Management committee of a compound"),
                            ("property_firm", "Property firm"),
                        ],
                        editable=False,
                        max_length=30,
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
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrganisationEvent",
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
                        to="organisations.organisation",
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
                ("code", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("pinyin", models.CharField(blank=True, max_length=400)),
                ("initials", models.CharField(blank=True, max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("office", "Office of a level"),
                            ("department", "Department"),
                            ("party_committee", "Party committee"),
                            ("general_branch", "General branch"),
                            ("branch", "Branch"),
                            ("linked_unit", "Linked unit"),
                            ("industry_committee", "Industry committee"),
                            ("supply_chain_committee", "Supply-chain joint committee"),
                            ("joint_committee", "Joint committee"),
                            ("owners_committee", "Owners’ committee"),
                            ("management_committee", "Management committee of a compound"),
                            ("property_firm", "Property firm"),
                        ],
                        max_length=30,
                    ),
                ),
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
                ("function", models.CharField(blank=True, max_length=40)),
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
                    "parent",
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
                    "unit_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("public_institution", "Public institution"),
                            ("state_owned", "State-owned enterprise"),
                            ("business_district", "Business district"),
                            ("park", "Park"),
                            ("two_new", "“Two-new” organisation"),
                            ("social", "Social organisation"),
                        ],
                        max_length=20,
                    ),
                ),
                ("sector", models.CharField(blank=True, max_length=60)),
                ("is_fallback", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "successor",
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
                ("founded_on", models.DateField(blank=True, null=True)),
                ("dissolved_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organisation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_organisationevent" ("area_id", "code", "dissolved_on", "founded_on", "function", "id", "initials", "is_fallback", "kind", "line", "name", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "sector", "successor_id", "synthetic", "unit_kind") VALUES (NEW."area_id", NEW."code", NEW."dissolved_on", NEW."founded_on", NEW."function", NEW."id", NEW."initials", NEW."is_fallback", NEW."kind", NEW."line", NEW."name", NEW."parent_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin", NEW."sector", NEW."successor_id", NEW."synthetic", NEW."unit_kind"); RETURN NULL;',
                    hash="8951e16f045d20dc360143734f54a2e35ed69107",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_040c9",
                    table="organisations_organisation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organisation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organisations_organisationevent" ("area_id", "code", "dissolved_on", "founded_on", "function", "id", "initials", "is_fallback", "kind", "line", "name", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "sector", "successor_id", "synthetic", "unit_kind") VALUES (NEW."area_id", NEW."code", NEW."dissolved_on", NEW."founded_on", NEW."function", NEW."id", NEW."initials", NEW."is_fallback", NEW."kind", NEW."line", NEW."name", NEW."parent_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin", NEW."sector", NEW."successor_id", NEW."synthetic", NEW."unit_kind"); RETURN NULL;',
                    hash="920ce03b11c19aad6ac1a847bff7cdb15e090075",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0b99b",
                    table="organisations_organisation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_membershipevent" ("committee_id", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") VALUES (NEW."committee_id", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."until"); RETURN NULL;',
                    hash="063815bde986f9a4d2910e56765c29dd89cac16f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ea1f9",
                    table="organisations_membership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organisations_membershipevent" ("committee_id", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") VALUES (NEW."committee_id", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."until"); RETURN NULL;',
                    hash="4efac36479a186f4f665b4f04aa6adceb9c0fa3f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8973b",
                    table="organisations_membership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="link",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_linkevent" ("axis_id", "contact", "doing", "id", "mechanism", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "unit_id", "until") VALUES (NEW."axis_id", NEW."contact", NEW."doing", NEW."id", NEW."mechanism", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."unit_id", NEW."until"); RETURN NULL;',
                    hash="caded20263a336ad491d2a7c1825c0d8569c741b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_77df5",
                    table="organisations_link",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="link",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organisations_linkevent" ("axis_id", "contact", "doing", "id", "mechanism", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "unit_id", "until") VALUES (NEW."axis_id", NEW."contact", NEW."doing", NEW."id", NEW."mechanism", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."unit_id", NEW."until"); RETURN NULL;',
                    hash="99732559fd348b50d1a0a8fe1ae4fc198054230d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1ba06",
                    table="organisations_link",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ground",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_groundevent" ("area_id", "id", "kind", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") VALUES (NEW."area_id", NEW."id", NEW."kind", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."until"); RETURN NULL;',
                    hash="37b531781c8d9515ba9131eeeafebd0e4cd98c79",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7ce9c",
                    table="organisations_ground",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ground",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organisations_groundevent" ("area_id", "id", "kind", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") VALUES (NEW."area_id", NEW."id", NEW."kind", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."until"); RETURN NULL;',
                    hash="03d836b66e818897e43d6ce4968e60c366d03944",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c8a2b",
                    table="organisations_ground",
                    when="AFTER",
                ),
            ),
        ),
    ]
