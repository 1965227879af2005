"""Coverage by area, from the city down to the compounds of a community; and the map."""

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from dongli.areas.models import Area, Level
from dongli.areas.queries import breadcrumb
from dongli.cases.queries.clusters import Box
from dongli.common.charts import Chart, Series
from dongli.common.clock import now, today
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer
from dongli.reporting import access
from dongli.reporting.coverage import ITEMS
from dongli.reporting.indicators import INDICATORS
from dongli.reporting.policies import work_days
from dongli.reporting.queries import map as on_map
from dongli.reporting.queries.figures import figures
from dongli.reporting.queries.rates import Coverage, Part, coverage
from dongli.reporting.views.sheet import sheet_page


@desk_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The coverage of the widest area that the viewer sees."""
    viewer = viewer_from(request)
    return _page(request, viewer, access.widest(viewer))


@desk_required
@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The coverage of an area by its parts, or the sheet of a compound."""
    viewer = viewer_from(request)
    area = Area.objects.filter(code=code[:20]).exclude(level__in=[Level.COMPOUND, Level.BUILDING]).first()
    return _page(request, viewer, area) if area is not None else sheet_page(request, viewer, code)


def _page(request: HttpRequest, viewer: Viewer, area: Area) -> HttpResponse:
    if area.level == Level.COMPOUND:
        return sheet_page(request, viewer, area.code)
    found = coverage(viewer, area)
    context = {
        "area": area,
        "crumbs": crumbs(viewer, area),
        "whole": found.whole,
        "items": list(ITEMS.values()),
        "cells": [_cell(found.whole, key) for key in ITEMS],
        "parts": [(part, _address(part.area), [_cell(part, key) for key in ITEMS]) for part in found.parts],
        "chart": _chart(found) if area.level != Level.COMMUNITY else None,
        "days": work_days(area, today()),
        "figures": _figures(viewer, area),
        "gaps_url": gaps_url(area),
        "explained_url": gaps_url(area, reason="given"),
        "assigned_url": gaps_url(area, duty="open"),
        "map_url": f"{reverse('coverage_map')}?{urlencode({'area': area.code})}",
        "as_of": now(),
    }
    return render(request, "reporting/area.html", context)


def _figures(viewer: Viewer, area: Area) -> list[tuple[object, int, str]]:
    """The indicators of an area today, each with the address of the records behind it."""
    found = figures(viewer, area, today())
    asked = urlencode({"area": area.code})
    return [
        (one.label, found[key], f"{reverse('coverage_figure', args=[key])}?{asked}") for key, one in INDICATORS.items()
    ]


def _cell(part: Part, key: str) -> tuple[object, str]:
    """A rate, and the address of the gaps behind it."""
    return part.rates[key], gaps_url(part.area, item=key)


def gaps_url(area: Area, **asked: str) -> str:
    """The address of the gap list of an area."""
    return f"{reverse('coverage_gaps')}?{urlencode({'area': area.code, **asked})}"


def _address(area: Area) -> str:
    return reverse("coverage_place", args=[area.code])


def crumbs(viewer: Viewer, area: Area) -> list[tuple[str, str]]:
    """The areas above that the viewer sees too, with their addresses, and the area itself."""
    above = [one for one in breadcrumb(area) if access.reads(viewer, one) or one == area]
    return [(one.name, _address(one) if one != area else "") for one in above]


def _chart(found: Coverage) -> Chart:
    return Chart(
        "coverage",
        _("Organisation coverage and work coverage"),
        str(found.parts[0].area.get_level_display()) if found.parts else _("Area"),
        [part.area.name for part in found.parts],
        [
            _series(found, _("Organisation coverage"), "branch"),
            _series(found, _("Work coverage"), "work"),
        ],
        _("Of all compounds: those with a branch of their own or a joint one; those in which something was done."),
        now(),
        unit="%",
    )


def _series(found: Coverage, name: str, key: str) -> Series:
    shares = [part.rates[key].share for part in found.parts]
    return Series(name, shares, [gaps_url(part.area, item=key) for part in found.parts])


def asked_area(request: HttpRequest, viewer: Viewer) -> Area:
    """The area in the address if the viewer sees its coverage, else the widest that they see."""
    code = request.GET.get("area", "")
    area = Area.objects.filter(code=code[:20]).exclude(level=Level.BUILDING).first() if code else None
    return area if area is not None and access.reads(viewer, area) else access.widest(viewer)


def parts_of(viewer: Viewer, area: Area) -> list[tuple[str, str, bool]]:
    """The areas to choose from: those around `area` that the viewer sees, itself, and those below it."""
    around = [one for one in breadcrumb(area) if access.reads(viewer, one)]
    below = [] if area.level == Level.COMPOUND else list(Area.objects.active().filter(parent=area).order_by("code"))
    return [(one.code, f"{'　' * one.depth}{one.name}", one == area) for one in [*around, *below]]


@desk_required
@require_safe
def coverage_map(request: HttpRequest) -> HttpResponse:
    """Compounds as dots by the number of their gaps, and the list that says the same."""
    viewer = viewer_from(request)
    area = asked_area(request, viewer)
    asked = urlencode({"area": area.code})
    context = {
        "area": area,
        "areas": parts_of(viewer, area),
        "page": on_map.listed(viewer, area, request.GET.get("after", "")),
        "points_url": f"{reverse('coverage_points')}?{asked}",
        "outlines": _outlines(area),
        "centre": f"{area.longitude},{area.latitude}" if area.longitude is not None else "",
        "looks": [
            (_("No gap"), "circle-check", "good"),
            (_("One or two gaps"), "alert-triangle", "warn"),
            (_("Three gaps or more"), "alert-circle", "bad"),
        ],
        "gaps_url": gaps_url(area),
        "area_url": _address(area),
    }
    return render(request, "reporting/map.html", context)


def _outlines(area: Area) -> str:
    level = {Level.CITY: "district", Level.DISTRICT: "community", Level.SUBDISTRICT: "community"}.get(
        Level(area.level), "grid"
    )
    return reverse("areas:outlines", args=[level, area.code[:12]])


@desk_required
@require_GET
def points(request: HttpRequest) -> JsonResponse:
    """What of the map is seen (`west`, `south`, `east`, `north` in degrees, `zoom`): dots and clusters."""
    viewer = viewer_from(request)
    found = on_map.spots(viewer, asked_area(request, viewer), _box(request.GET.get))
    return JsonResponse({"clusters": [_spot(one) for one in found], "capped": False})


def _box(said: Callable[[str, str], str]) -> Box:
    numbers = {}
    for name in ("west", "south", "east", "north", "zoom"):
        with suppress(ValueError):
            number = float(said(name, ""))
            if -180 <= number <= 180:
                numbers[name] = number if name != "zoom" else min(max(number, 0.0), 22.0)
    return Box(**numbers)


def _spot(one: on_map.Spot) -> dict[str, object]:
    """A cluster as map.js reads it; a single compound is a dot with its words."""
    at: dict[str, object] = {"lon": one.longitude, "lat": one.latitude}
    if one.count > 1:
        return {**at, "count": one.count}
    label = _("%(name)s: %(count)s gaps") % {"name": one.name, "count": one.gaps}
    return {**at, "tone": on_map.tone(one.gaps), "label": label, "url": reverse("coverage_place", args=[one.code])}
