"""Exports: ask for a file of what is seen, watch it being written, fetch it. One's own only."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from dongli.cases.actions import exporting
from dongli.cases.models import Export
from dongli.cases.models.search import ExportState
from dongli.cases.views.live import live_answer
from dongli.cases.views.sieve import sieve_of
from dongli.cases.views.staff import scope_of
from dongli.common.clock import CITY_ZONE, now
from dongli.common.errors import NotFound
from dongli.people.guards import desk_required, viewer_from

LIVE_SECONDS = 2


@desk_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for what the queue shows under `query`."""
    viewer = viewer_from(request)
    sieve = sieve_of(QueryDict(request.POST.get("query", "")[:2000]), scope_of(viewer))
    export = exporting.ask(viewer=viewer, format=request.POST.get("format", ""), sieve=sieve)
    return HttpResponseRedirect(reverse("desk_export", args=[export.pk]))


def _mine(request: HttpRequest, export_id: UUID) -> Export:
    fresh = Export.objects.filter(user=viewer_from(request).known, created_at__gt=now() - exporting.LIFE)
    export = fresh.filter(pk=export_id).first()
    if export is None:
        raise NotFound("no_export", _("There is no such export. Exports are deleted after a day."))
    return export


def _context(export: Export) -> dict[str, object]:
    return {
        "export": export,
        "is_under_way": export.state in exporting.UNDER_WAY,
        "is_cut": export.done >= exporting.MOST_ROWS,
        "until": export.created_at + exporting.LIFE,
    }


def _tag(export: Export) -> str:
    return f'"{export.state}-{export.done}-{export.total}"'


@desk_required
@require_safe
def export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """How far it is, and the link once it is ready."""
    found = _mine(request, export_id)
    live = {"live_url": reverse("desk_export_live", args=[found.pk]), "live_seconds": LIVE_SECONDS, "tag": _tag(found)}
    return render(request, "cases/desk/export.html", _context(found) | live)


@desk_required
@require_GET
def live(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """The same when it has moved on."""
    found = _mine(request, export_id)
    return live_answer(request, "cases/desk/_export.html", tag=_tag(found), context=lambda: _context(found))


@desk_required
@never_cache
@require_safe
def fetch(request: HttpRequest, export_id: UUID) -> FileResponse:
    """The file."""
    found = _mine(request, export_id)
    if found.state != ExportState.DONE or not default_storage.exists(found.file):
        raise NotFound("export_not_ready", _("This export is not ready."))
    name = f"dongli-{found.created_at.astimezone(CITY_ZONE):%Y%m%d-%H%M}.{found.format}"
    response = FileResponse(default_storage.open(found.file), as_attachment=True, filename=name)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
