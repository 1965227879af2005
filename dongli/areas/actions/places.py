"""Adding compounds, buildings and grids, each under the next free local number."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.areas.actions.stamp import bump_map
from dongli.areas.models import Area, Grid, GridKind, Level
from dongli.areas.naming import set_name
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean

_LAST_NUMBER = 999


def add_compound(
    *,
    community: Area,
    name: str,
    longitude: float | None = None,
    latitude: float | None = None,
    synthetic: bool = False,
) -> Area:
    """A compound under `community`, code C001 and on. The point is in degrees, WGS-84.

    Raises `Invalid` for the wrong level, name or point, `Conflict` when the community is retired or full.
    """
    return _add_area(community, Level.COMPOUND, "C", name, longitude, latitude, synthetic)


@transaction.atomic
def change_compound(*, compound: Area, name: str, longitude: float | None, latitude: float | None) -> Area:
    """Rename a compound or put its point right; its code stays. Errors as for `add_compound`."""
    _check_point(longitude, latitude)
    bump_map()
    area = _lock(compound, Level.COMPOUND)
    set_name(area, clean(name, field="name", max_length=100, required=True))
    area.longitude, area.latitude = longitude, latitude
    area.save(update_fields=["name", "pinyin", "initials", "longitude", "latitude"])
    return area


def add_building(
    *, compound: Area, name: str, longitude: float | None = None, latitude: float | None = None, synthetic: bool = False
) -> Area:
    """A building of `compound`, code B001 and on; errors as for `add_compound`."""
    return _add_area(compound, Level.BUILDING, "B", name, longitude, latitude, synthetic)


@transaction.atomic
def add_grid(
    *, community: Area, name: str, kind: GridKind = GridKind.BASE, households: int = 0, synthetic: bool = False
) -> Grid:
    """A grid under `community`, code 001 and on, without an outline yet; errors as for `add_compound`."""
    if households < 0:
        raise Invalid("bad_households", _("Households cannot be fewer than none."), field="households")
    bump_map()
    parent = _lock(community, Level.COMMUNITY)
    last = Grid.objects.filter(community=parent).order_by("-code").values_list("code", flat=True).first()
    return Grid.objects.create(
        code=_next_code(parent.code, "", last),
        community=parent,
        kind=kind,
        name=clean(name, field="name", max_length=100, required=True),
        households=households,
        synthetic=synthetic,
    )


@transaction.atomic
def _add_area(
    parent: Area, level: Level, letter: str, name: str, longitude: float | None, latitude: float | None, synthetic: bool
) -> Area:
    _check_point(longitude, latitude)
    parent = _lock(parent, level.above)
    last = Area.objects.filter(parent=parent).order_by("-code").values_list("code", flat=True).first()
    code = _next_code(parent.code, letter, last)
    area = Area(
        code=code,
        level=level,
        parent=parent,
        path=f"{parent.path}{code}/",
        longitude=longitude,
        latitude=latitude,
        synthetic=synthetic,
    )
    set_name(area, clean(name, field="name", max_length=100, required=True))
    area.save(force_insert=True)
    return area


def _lock(area: Area, level: Level | None) -> Area:
    """`area` read again under a row lock, so that two who number its parts come one after the other."""
    locked = Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    if locked.level != level:
        raise Invalid("wrong_level", _("%(name)s is not of the level that holds this.") % {"name": locked.name})
    if locked.retired_on is not None:
        raise Conflict("retired", _("%(name)s has been retired; nothing can be added to it.") % {"name": locked.name})
    return locked


def _next_code(prefix: str, letter: str, last: str | None) -> str:
    number = int(last[-3:]) + 1 if last else 1
    if number > _LAST_NUMBER:
        raise Conflict("full", _("All %(limit)d local codes here are used.") % {"limit": _LAST_NUMBER})
    return f"{prefix}{letter}{number:03d}"


def _check_point(longitude: float | None, latitude: float | None) -> None:
    if longitude is None and latitude is None:
        return
    if longitude is None or latitude is None or not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Invalid("bad_point", _("A point needs a longitude and a latitude in degrees."), field="point")
