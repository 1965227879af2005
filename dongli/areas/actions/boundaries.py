"""Loading outlines of areas and grids from GeoJSON. A bad feature is refused by name and then nothing is loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from dongli.areas.actions.stamp import bump_map
from dongli.areas.models import Area, Boundary, Grid
from dongli.areas.outlines import (
    Crs,
    FeatureFault,
    Gap,
    Geometry,
    Outline,
    check_geometry,
    gap_of,
    overlaps,
    read_outlines,
)
from dongli.common.errors import Invalid

Kind = Literal["area", "grid"]
_BATCH = 1000
_AREA_CODE_LENGTH = 12


@dataclass(slots=True)
class BoundarySummary:
    """What a load did (or, when `loaded` is false, would have done): numbers, the features refused, the gaps left."""

    added: int = 0
    replaced: int = 0
    faults: list[FeatureFault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    loaded: bool = False


@transaction.atomic
def import_boundaries(
    *,
    content: bytes,
    kind: Kind,
    crs: Crs = Crs.WGS84,
    source: str = "",
    synthetic: bool = False,
    dry_run: bool = False,
) -> BoundarySummary:
    """Load a GeoJSON FeatureCollection of Polygons and MultiPolygons matched by `properties.code`.

    Codes of areas may leave out their closing zeros. Refused by name: unknown or double codes, outlines that are open,
    cross themselves or lie out of range, and grids that overlap another of their community. Gaps are reported.
    """
    bump_map()
    read = read_outlines(content, crs=crs)
    owners = _owners(kind, read.outlines, read.faults)
    summary = BoundarySummary(faults=read.faults)
    if kind == "grid":
        summary.faults += _check_grids(read.outlines, owners, summary.gaps)
    stored = set(Boundary.objects.filter(**{f"{kind}__in": list(owners.values())}).values_list(f"{kind}_id", flat=True))
    summary.replaced = sum(1 for owner in owners.values() if owner.pk in stored)
    summary.added = len(owners) - summary.replaced
    summary.loaded = not dry_run and not summary.faults
    if summary.loaded:
        _write(
            ((owners[outline.code], outline.geometry, outline.shape) for outline in read.outlines), source, synthetic
        )
    else:
        transaction.set_rollback(True)
    return summary


@transaction.atomic
def set_boundaries(*, outlines: Mapping[Area | Grid, Geometry], source: str = "", synthetic: bool = False) -> None:
    """Give each area or grid its outline (GeoJSON Polygon or MultiPolygon, degrees, WGS-84), replacing what it had.

    Raises `Invalid` naming the first whose outline is not closed, valid and in range. Overlaps are not looked for.
    """
    bump_map()
    checked = []
    for owner, geometry in outlines.items():
        try:
            checked.append((owner, *check_geometry(geometry)))
        except ValueError as error:
            message = _("%(code)s %(name)s: %(message)s") % {"code": owner.code, "name": owner.name, "message": error}
            raise Invalid("bad_outline", message, field="geometry") from error
    _write(checked, source, synthetic)


def full_code(code: str) -> str:
    """An area's code with the closing zeros that map files leave out: 430202 → 430202000000."""
    return code.ljust(_AREA_CODE_LENGTH, "0") if len(code) in {4, 6, 9} and code.isdigit() else code


def _owners(kind: Kind, outlines: list[Outline], faults: list[FeatureFault]) -> dict[str, Area | Grid]:
    """The area or grid of each outline by the file's code; those without one become faults."""
    codes = [full_code(outline.code) if kind == "area" else outline.code for outline in outlines]
    found: Iterable[Area | Grid] = (
        Area.objects.filter(code__in=codes)
        if kind == "area"
        else Grid.objects.filter(code__in=codes).select_related("community")
    )
    known = {owner.code: owner for owner in found}
    owners: dict[str, Area | Grid] = {}
    for outline, code in zip(outlines, codes, strict=True):
        owner = known.pop(code, None)
        if owner is None:
            message = _("there is no such area, or it comes twice.") if kind == "area" else _("there is no such grid.")
            faults.append(FeatureFault(outline.code, outline.name, message))
        else:
            owners[outline.code] = owner
    return owners


def _check_grids(outlines: list[Outline], owners: dict[str, Area | Grid], gaps: list[Gap]) -> list[FeatureFault]:
    """Overlaps within each community touched, stored grids that the file leaves alone included; fills `gaps`."""
    shapes: dict[str, dict[str, BaseGeometry]] = defaultdict(dict)
    names = {outline.code: outline.name or owners[outline.code].name for outline in outlines if outline.code in owners}
    communities = {grid.community_id for grid in owners.values() if isinstance(grid, Grid)}
    kept = Boundary.objects.filter(grid__community__in=communities, grid__retired_on=None).select_related("grid")
    for boundary in kept:
        if boundary.grid is not None:
            shapes[boundary.grid.code[:_AREA_CODE_LENGTH]][boundary.grid.code] = _shape(boundary.geometry)
    for outline in outlines:
        if outline.code in owners:
            shapes[outline.code[:_AREA_CODE_LENGTH]][outline.code] = outline.shape
    faults = []
    for grids in shapes.values():
        for code, other, shared in overlaps(sorted(grids.items())):
            bad, good = (code, other) if code in names else (other, code)
            message = _("it overlaps %(other)s by %(area)d m².") % {"other": good, "area": shared}
            faults.append(FeatureFault(bad, names[bad], message))
    grounds = Boundary.objects.filter(area__in=communities).values_list("area__code", "geometry")
    found = (gap_of(code, _shape(geometry), shapes[code].values()) for code, geometry in grounds)
    gaps += [gap for gap in found if gap is not None]
    return faults


def _shape(geometry: Geometry) -> BaseGeometry:
    return shapely.geometry.shape(geometry)


def _write(outlines: Iterable[tuple[Area | Grid, Geometry, BaseGeometry]], source: str, synthetic: bool) -> None:
    """Insert or replace the outlines; an area that has no point yet gets one inside its outline."""
    areas, grids, points = [], [], []
    for owner, geometry, shape in outlines:
        if isinstance(owner, Grid):
            grids.append(Boundary(grid=owner, geometry=geometry, source=source, synthetic=synthetic))
            continue
        areas.append(Boundary(area=owner, geometry=geometry, source=source, synthetic=synthetic))
        if owner.longitude is None:
            point = shape.representative_point()
            owner.longitude, owner.latitude = point.x, point.y
            points.append(owner)
    columns = ["geometry", "source", "synthetic"]
    for unique, rows in (("area", areas), ("grid", grids)):
        Boundary.objects.bulk_create(
            rows, batch_size=_BATCH, update_conflicts=True, unique_fields=[unique], update_fields=columns
        )
    Area.objects.bulk_update(points, ["longitude", "latitude"], batch_size=_BATCH)
