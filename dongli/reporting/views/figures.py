"""The records behind a figure."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from dongli.common.clock import now, today
from dongli.people.guards import desk_required, viewer_from
from dongli.reporting.queries import figures as queries
from dongli.reporting.views.areas import asked_area, crumbs, parts_of

EARLIEST = date(2000, 1, 1)


@desk_required
@require_safe
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """One indicator for an area and a day, and what it counts."""
    viewer = viewer_from(request)
    one = queries.indicator(key)
    area, on = asked_area(request, viewer), _day(request.GET.get("on", ""))
    context = {
        "indicator": one,
        "area": area,
        "areas": parts_of(viewer, area),
        "crumbs": crumbs(viewer, area),
        "on": on,
        "today": today(),
        "number": queries.figures(viewer, area, on)[key],
        "page": queries.records(viewer, one, area, on, request.GET.get("after", "")),
        "as_of": now(),
    }
    return render(request, "reporting/figure.html", context)


def _day(text: str) -> date:
    """The day in the address, not after today; today when there is none."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return found if found is not None and EARLIEST <= found <= today() else today()
