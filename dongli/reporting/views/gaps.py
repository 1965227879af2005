"""The gap list with its filters, and the same as a file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_safe

from dongli.common.clock import now, today
from dongli.common.errors import Invalid
from dongli.duties.wording import DUTY_LOOKS
from dongli.people.guards import desk_required, viewer_from
from dongli.reporting import access, spreadsheet
from dongli.reporting.coverage import ITEMS
from dongli.reporting.queries.gaps import Sieve, every, gaps
from dongli.reporting.views.areas import asked_area, crumbs, parts_of

REASONS: dict[str, str | Promise] = {"given": _("with a reason"), "none": _("without a reason")}
DUTIES: dict[str, str | Promise] = {
    "open": _("is somebody's duty"),
    "late": _("duty overdue"),
    "ended": _("duty ended, gap still there"),
    "none": _("nobody's duty"),
}


@desk_required
@require_safe
def gap_list(request: HttpRequest) -> HttpResponse:
    """The gaps of an area, by place: filtered by item, reason and duty."""
    viewer = viewer_from(request)
    sieve = Sieve.of(asked_area(request, viewer), request.GET.dict())
    context = {
        "sieve": sieve,
        "page": gaps(viewer, sieve, request.GET.get("after", "")),
        "crumbs": crumbs(viewer, sieve.area),
        "areas": parts_of(viewer, sieve.area),
        "items": [(item.key, item.label) for item in ITEMS.values()],
        "reasons": REASONS.items(),
        "duties": DUTIES.items(),
        "query": urlencode(sieve.query),
        "duty_looks": DUTY_LOOKS,
        "follows": access.follows(viewer, sieve.area),
        "today": today(),
        "as_of": now(),
    }
    return render(request, "reporting/gaps.html", context)


@desk_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """What the list shows, as CSV or XLSX."""
    viewer = viewer_from(request)
    name = request.GET.get("format", "csv")
    if name not in spreadsheet.WRITERS:
        raise Invalid("unknown_format", _("Please choose CSV or XLSX."), field="format")
    sieve = Sieve.of(asked_area(request, viewer), request.GET.dict())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        spreadsheet.WRITERS[name](path, every(viewer, sieve))
        content = path.read_bytes()
    response = HttpResponse(content, content_type=spreadsheet.TYPES[name])
    response["Content-Disposition"] = f'attachment; filename="coverage-{sieve.area.code}-{today():%Y%m%d}.{name}"'
    return response
