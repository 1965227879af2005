"""What anybody may ask about places: outlines for the map, parts for the picker, what lies at a point."""

import math

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dongli.areas import queries
from dongli.areas.models import Area, Level
from dongli.common.errors import Invalid, NotFound

OUTLINE_LEVELS: dict[str, queries.OutlineLevel] = {"district": "district", "community": "community", "grid": "grid"}
_WIDEST = {"district": Level.CITY, "community": Level.DISTRICT, "grid": Level.SUBDISTRICT}
PICKER_ORDERS: dict[str, queries.Order] = {"code": "code", "pinyin": "pinyin"}


@require_safe
def outlines(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """GeoJSON outlines of the districts, communities or grids in a place; cached by the browser until the map changes.

    Communities are given for one district or smaller, grids for one subdistrict or smaller.
    """
    wanted = OUTLINE_LEVELS.get(level)
    if wanted is None:
        raise NotFound("no_outlines", _("There are outlines of districts, communities and grids only."))
    etag = f'"{queries.map_token()}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        area = queries.area_by_code(code)
        if area.depth < _WIDEST[level].depth:
            raise Invalid("too_wide", _("Please ask for a smaller place: this is too much for one map."), field="code")
        response = HttpResponse(queries.outlines(wanted, area), content_type="application/geo+json; charset=utf-8")
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    return response


@require_safe
def children(request: HttpRequest, code: str) -> HttpResponse:
    """The places in a place: options for the picker under htmx, JSON when asked for, else a page of links."""
    area = queries.area_by_code(code)
    parts = queries.children(area, order=PICKER_ORDERS.get(request.GET.get("order", ""), "code"))
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"code": area.code, "name": area.name, "children": [_brief(part) for part in parts]})
    template = "areas/options.html" if request.headers.get("HX-Request") else "areas/children.html"
    below = Level(area.level).below
    context = {"area": area, "parts": parts, "chosen": request.GET.get("chosen", ""), "below": below}
    if template == "areas/children.html":
        context["breadcrumb"] = queries.breadcrumb(area)
    response = render(request, template, context)
    response.headers["Vary"] = "Accept, HX-Request, Cookie"
    return response


@require_safe
def locate(request: HttpRequest) -> JsonResponse:
    """What place is at ?lon=…&lat=… (degrees, WGS-84): JSON of the path of places and the grid, or a coded refusal."""
    try:
        longitude, latitude = (float(request.GET.get(key, "")) for key in ("lon", "lat"))
    except ValueError:
        longitude = latitude = math.nan
    location = queries.grid_at(longitude, latitude)
    area = queries.area_by_code(location.community_code or location.district_code)
    return JsonResponse(
        {
            "places": [_brief(place) for place in queries.breadcrumb(area)],
            "grid": location.grid_code,
            "nearest": location.nearest,
            "compounds": [_brief(place) for place in queries.compounds_near(longitude, latitude, metres=300, limit=5)],
        }
    )


def _brief(area: Area) -> dict[str, object]:
    return {"code": area.code, "name": area.name, "level": area.level, "synthetic": area.synthetic}
