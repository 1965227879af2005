"""The city's places: the six levels of areas, the grids under communities, and their boundaries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.common.ids import new_id

AREA_CODE = r"^[0-9]{12}(C[0-9]{3}(B[0-9]{3})?)?$"
GRID_CODE = r"^[0-9]{15}$"


class Level(models.TextChoices):
    """The five levels of the city and the building below them, from the top."""

    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    SUBDISTRICT = "subdistrict", _("subdistrict")
    COMMUNITY = "community", _("community")
    COMPOUND = "compound", _("compound")
    BUILDING = "building", _("building")

    @property
    def depth(self) -> int:
        """0 for the city, 5 for a building."""
        return list(Level).index(self)

    @property
    def above(self) -> Level | None:
        """The level that holds this one; None for the city."""
        return list(Level)[self.depth - 1] if self.depth else None

    @property
    def below(self) -> Level | None:
        """The level that this one holds; None for a building."""
        return list(Level)[self.depth + 1] if self.depth < len(Level) - 1 else None


class Settlement(models.TextChoices):
    """What kind of place a community is, told by the last three digits of its code (statistical division codes)."""

    URBAN = "urban", _("urban community")
    VILLAGE = "village", _("village")
    OTHER = "other", _("park, farm or other place")

    @classmethod
    def of_code(cls, code: str) -> Settlement:
        """Below 200 urban, 200–399 village, 400 and above other; never told by the name's suffix."""
        number = int(code[9:12])
        if number < 200:
            return cls.URBAN
        return cls.VILLAGE if number < 400 else cls.OTHER


class AreaQuerySet(models.QuerySet["Area"]):
    """Areas by place and by time."""

    def within(self, area: Area) -> AreaQuerySet:
        """`area` and everything below it: one range scan of the path's index ("/" is followed by "0")."""
        return self.filter(path__gte=area.path, path__lt=area.path_end)

    def active(self) -> AreaQuerySet:
        """Areas that have not been retired."""
        return self.filter(retired_on=None)

    def by_name(self) -> AreaQuerySet:
        """In the order of a Chinese dictionary."""
        return self.order_by("pinyin", "code")


class Area(models.Model):
    """A place of one of the six levels. `code` identifies it to people, `id` to records; a name never does.

    `code` is the official 12-digit division code down to community; below it the community's code + C001 for a
    compound, + B001 for a building. `path` is the codes from the city down, each followed by "/".
    `longitude`, `latitude`: a representative point in degrees, WGS-84.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=20, db_collation="C")
    level = models.CharField(_("level"), max_length=11, choices=Level.choices)
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    path = models.CharField(max_length=120, db_collation="C", editable=False)
    settlement = models.CharField(_("settlement"), max_length=7, choices=Settlement.choices, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    pinyin = models.CharField(max_length=400, db_collation="C", blank=True, editable=False)
    initials = models.CharField(max_length=100, db_collation="C", blank=True, editable=False)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    synthetic = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[AreaQuerySet] = AreaQuerySet.as_manager()  # type: ignore[assignment]  # a manager with its methods

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("code",), name="area_code_unique"),
            models.UniqueConstraint(fields=("path",), name="area_path_unique"),
            models.CheckConstraint(condition=Q(code__regex=AREA_CODE), name="area_code_form"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="area_level_known"),
            models.CheckConstraint(
                condition=Q(level=Level.CITY, parent=None) | (~Q(level=Level.CITY) & Q(parent__isnull=False)),
                name="area_only_city_has_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                name="area_point_whole_and_in_range",
            ),
        )
        indexes = (models.Index(fields=("level", "latitude"), name="area_level_latitude"),)

    def __str__(self) -> str:
        return self.name

    @property
    def path_end(self) -> str:
        """The first path that is no longer within this area."""
        return f"{self.path[:-1]}0"

    @property
    def depth(self) -> int:
        """0 for the city, 5 for a building."""
        return Level(self.level).depth

    def contains(self, other: Area) -> bool:
        """Whether `other` is this area or lies within it."""
        return other.path.startswith(self.path)

    def code_at(self, level: Level) -> str | None:
        """The code of the ancestor (or self) at `level`; None when this area is above that level."""
        codes = self.path.rstrip("/").split("/")
        return codes[level.depth] if level.depth < len(codes) else None


class GridKind(models.TextChoices):
    """What a grid covers: homes, one large institution (a park, mall, school, hospital), or a few households."""

    BASE = "base", _("base grid")
    DEDICATED = "dedicated", _("dedicated grid")
    MICRO = "micro", _("micro-grid")


class GridQuerySet(models.QuerySet["Grid"]):
    """Grids by place and by time."""

    def within(self, area: Area) -> GridQuerySet:
        """The grids of the communities in `area`; for a compound or building, of the community it is in."""
        if area.depth > Level.COMMUNITY.depth:
            return self.filter(community__code=area.code_at(Level.COMMUNITY))
        return self.filter(community__path__gte=area.path, community__path__lt=area.path_end)

    def active(self) -> GridQuerySet:
        """Grids that have not been retired."""
        return self.filter(retired_on=None)


class Grid(models.Model):
    """A responsibility polygon under a community.

    `code` is the community's 12 digits + 3, numbered west to east, north to south.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=15, db_collation="C")
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="grids", verbose_name=_("community"))
    kind = models.CharField(_("kind"), max_length=9, choices=GridKind.choices, default=GridKind.BASE)
    name = models.CharField(_("name"), max_length=100)
    households = models.PositiveIntegerField(_("households"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    synthetic = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[GridQuerySet] = GridQuerySet.as_manager()  # type: ignore[assignment]  # a manager with its methods

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("code",), name="grid_code_unique"),
            models.CheckConstraint(condition=Q(code__regex=GRID_CODE), name="grid_code_form"),
            models.CheckConstraint(condition=Q(kind__in=GridKind.values), name="grid_kind_known"),
        )

    def __str__(self) -> str:
        return self.name


class Boundary(models.Model):
    """The outline of one area or one grid.

    `geometry` is a GeoJSON Polygon or MultiPolygon object, degrees, WGS-84, closed, validated before it is written.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.OneToOneField(Area, on_delete=models.CASCADE, null=True, blank=True, related_name="boundary")
    grid = models.OneToOneField(Grid, on_delete=models.CASCADE, null=True, blank=True, related_name="boundary")
    geometry = models.JSONField(_("outline"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    synthetic = models.BooleanField(_("made up for a demonstration"), default=False)

    class Meta:
        verbose_name = _("boundary")
        verbose_name_plural = _("boundaries")
        constraints = (
            models.CheckConstraint(
                condition=Q(area__isnull=False, grid=None) | Q(area=None, grid__isnull=False),
                name="boundary_of_one_area_or_one_grid",
            ),
        )

    def __str__(self) -> str:
        return str(self.area or self.grid)


class MapStamp(models.Model):
    """One row that changes, in the same transaction, with every change of areas, grids or boundaries.

    Processes compare `token` to know that their index is stale; it differs even after a restore or a rollback.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.PositiveBigIntegerField(default=1)
    token = models.UUIDField(default=new_id)

    class Meta:
        verbose_name = _("map stamp")
        verbose_name_plural = _("map stamps")
        constraints = (models.CheckConstraint(condition=Q(id=1), name="map_stamp_single_row"),)

    def __str__(self) -> str:
        return f"{self.version}"
