import django.db.models.deletion
from django.db import migrations, models

import dongli.common.ids


class Migration(migrations.Migration):
    replaces = [("areas", "0001_areas_grids_boundaries")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Area",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(db_collation="C", max_length=20, verbose_name="code")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("city", "city"),
                            ("district", "district"),
                            ("subdistrict", "subdistrict"),
                            ("community", "community"),
                            ("compound", "compound"),
                            ("building", "building"),
                        ],
                        max_length=11,
                        verbose_name="level",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="areas.area",
                        verbose_name="part of",
                    ),
                ),
                ("path", models.CharField(db_collation="C", editable=False, max_length=120)),
                (
                    "settlement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("urban", "urban community"),
                            ("village", "village"),
                            ("other", "park, farm or other place"),
                        ],
                        max_length=7,
                        verbose_name="settlement",
                    ),
                ),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                ("pinyin", models.CharField(blank=True, db_collation="C", editable=False, max_length=400)),
                ("initials", models.CharField(blank=True, db_collation="C", editable=False, max_length=100)),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="retired on")),
                ("synthetic", models.BooleanField(default=False, verbose_name="made up for a demonstration")),
            ],
            options={
                "verbose_name": "area",
                "verbose_name_plural": "areas",
                "ordering": ("code",),
                "indexes": [models.Index(fields=["level", "latitude"], name="area_level_latitude")],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="area_code_unique"),
                    models.UniqueConstraint(fields=("path",), name="area_path_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{12}(C[0-9]{3}(B[0-9]{3})?)?$")),
                        name="area_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__in", ["city", "district", "subdistrict", "community", "compound", "building"])
                        ),
                        name="area_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("level", "city"), ("parent", None)),
                            models.Q(models.Q(("level", "city"), _negated=True), ("parent__isnull", False)),
                            _connector="OR",
                        ),
                        name="area_only_city_has_no_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(
                                ("latitude__isnull", False),
                                ("latitude__range", (-90, 90)),
                                ("longitude__isnull", False),
                                ("longitude__range", (-180, 180)),
                            ),
                            _connector="OR",
                        ),
                        name="area_point_whole_and_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grid",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(db_collation="C", max_length=15, verbose_name="code")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grids",
                        to="areas.area",
                        verbose_name="community",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("base", "base grid"), ("dedicated", "dedicated grid"), ("micro", "micro-grid")],
                        default="base",
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("households", models.PositiveIntegerField(default=0, verbose_name="households")),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="retired on")),
                ("synthetic", models.BooleanField(default=False, verbose_name="made up for a demonstration")),
            ],
            options={
                "verbose_name": "grid",
                "verbose_name_plural": "grids",
                "ordering": ("code",),
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="grid_code_unique"),
                    models.CheckConstraint(condition=models.Q(("code__regex", "^[0-9]{15}$")), name="grid_code_form"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["base", "dedicated", "micro"])), name="grid_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Boundary",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dongli.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "area",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="boundary",
                        to="areas.area",
                    ),
                ),
                (
                    "grid",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="boundary",
                        to="areas.grid",
                    ),
                ),
                ("geometry", models.JSONField(verbose_name="outline")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
                ("synthetic", models.BooleanField(default=False, verbose_name="made up for a demonstration")),
            ],
            options={
                "verbose_name": "boundary",
                "verbose_name_plural": "boundaries",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area__isnull", False), ("grid", None)),
                            models.Q(("area", None), ("grid__isnull", False)),
                            _connector="OR",
                        ),
                        name="boundary_of_one_area_or_one_grid",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MapStamp",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveBigIntegerField(default=1)),
                ("token", models.UUIDField(default=dongli.common.ids.new_id)),
            ],
            options={
                "verbose_name": "map stamp",
                "verbose_name_plural": "map stamps",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="map_stamp_single_row")],
            },
        ),
    ]
