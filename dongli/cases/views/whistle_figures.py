"""Figures of whistles per department, and the records behind each figure."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dongli.areas.models import Area
from dongli.areas.queries import children
from dongli.cases import access, wording
from dongli.cases.models import Task
from dongli.cases.queries import whistle_figures as figures_of
from dongli.cases.queries.whistle_figures import MOST_DAYS, Scope, measures
from dongli.cases.views.presence import presence
from dongli.common.clock import now, today
from dongli.common.ids import parse_id
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer

WHICH: dict[str, str | Promise] = {
    "of": _("all that count"),
    "good": _("those that did"),
    "missed": _("those that did not"),
}


@dataclass(frozen=True)
class Row:
    """A part as the list behind a figure shows it."""

    task: Task
    look: wording.Look
    presence: str
    opens: bool


def scope_from(request: HttpRequest, areas: list[Area]) -> Scope:
    """The period and area asked for; what cannot be read is left at its usual value."""
    usual = figures_of.usual_scope(today())
    since, until = _day(request, "since") or usual.since, _day(request, "until") or usual.until
    if since > until:
        since, until = until, since
    since = max(since, until - timedelta(days=MOST_DAYS - 1))
    area = next((one for one in areas if one.code == request.GET.get("area", "")), None)
    return Scope(since, until, area, parse_id(request.GET.get("department", "")))


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def areas_of(viewer: Viewer) -> list[Area]:
    """The areas a viewer may narrow to: those they watch, and the parts one level below."""
    own = list(Area.objects.filter(path__in=viewer.paths(*access.WATCHING_ROLES)).order_by("code"))
    return [one for area in own for one in (area, *children(area))]


def asked(scope: Scope) -> str:
    """The period and area as an address asks for them."""
    parts = {"since": scope.since.isoformat(), "until": scope.until.isoformat()}
    return urlencode(parts | ({"area": scope.area.code} if scope.area is not None else {}))


@desk_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The table: a line a department, the volume beside each share, the definition and “as of” under each."""
    viewer, moment = viewer_from(request), now()
    areas = areas_of(viewer)
    scope = scope_from(request, areas)
    lines, total = figures_of.figures(viewer, scope, moment)
    context = {
        "lines": lines,
        "total": total,
        "scope": scope,
        "areas": areas,
        "measures": measures(moment),
        "moment": moment,
        "asked": asked(scope),
    }
    return render(request, "cases/desk/whistle_figures.html", context)


@desk_required
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The parts behind one figure."""
    viewer, moment = viewer_from(request), now()
    scope = scope_from(request, areas_of(viewer))
    measure, which = request.GET.get("measure", ""), request.GET.get("which", "of")
    page = figures_of.records(viewer, scope, measure, which, moment, request.GET.get("after", ""))
    named = measures(moment).get(measure)
    rows = [Row(task, wording.TASK_LOOKS[task.state], presence(task), task.case_id in page.open) for task in page.rows]
    context = {
        "rows": rows,
        "next_cursor": page.next,
        "scope": scope,
        "measure": named,
        "which": WHICH.get(which, "") if named is not None else "",
        "asked": asked(scope),
    }
    return render(request, "cases/desk/whistle_records.html", context)
