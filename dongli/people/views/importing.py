"""Tables in and out: what there is, its template, an upload checked and loaded, and the table as a file."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas.models import Area
from dongli.areas.queries import area_by_code
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id, parse_id
from dongli.people.actions import importing as actions
from dongli.people.actions import open_record
from dongli.people.guards import desk_required, viewer_from
from dongli.people.importing import kinds, writing
from dongli.people.importing.kinds import TableKind
from dongli.people.models import ImportState, TableImport
from dongli.people.queries import importing as queries

LIVE_SECONDS = 2


@require_safe
@desk_required
def tables(request: HttpRequest) -> HttpResponse:
    """The tables that the viewer may take over or out."""
    viewer = viewer_from(request)
    offered = [kind for kind in kinds.every() if viewer.has(*kind.roles)]
    if not offered:
        raise NotAllowed("not_your_tables", _("Tables are taken over by the organisation desk of the area."))
    return render(request, "people/tables.html", {"kinds": offered})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table: what its columns are, template and export, the form to upload one, those uploaded before."""
    viewer, kind = viewer_from(request), kinds.get(name)
    own = queries.own_areas(viewer, kind)
    area = _area(request, kind, own)
    error = ""
    if request.method == "POST":
        try:
            made = _upload(request, kind, area)
        except (Invalid, Conflict) as refusal:
            error = str(refusal)
        else:
            return HttpResponseRedirect(reverse("people:table_import", args=[made.pk]))
    context = {
        "kind": kind,
        "area": area,
        "own": own,
        "error": error,
        "key": new_id(),
        "latest": queries.latest(viewer, kind),
        "most": actions.MOST_BYTES // 1_000_000,
    }
    return render(request, "people/table.html", context, status=422 if error else 200)


def _area(request: HttpRequest, kind: TableKind, own: list[Area]) -> Area:
    """The area meant: raises `NotAllowed` for whoever may not take this table over there."""
    code = request.POST.get("area", "") or request.GET.get("area", "")
    area = area_by_code(code) if code else own[0] if own else None
    actions.check_imports(viewer_from(request), kind, area)
    if area is None:
        raise NotFound("no_area", _("There is no place with this code. Please choose it from the list."))
    return area


def _upload(request: HttpRequest, kind: TableKind, area: Area) -> TableImport:
    key, file = parse_id(request.POST.get("idempotency_key", "")), request.FILES.get("file")
    if file is None or key is None or file.file is None:
        raise Invalid("no_file", _("Please choose a file."), field="file")
    return actions.upload(
        viewer=viewer_from(request), kind=kind.name, area=area, key=key, name=file.name or "", content=file.file,
        size=file.size or 0,
    )  # fmt: skip


@never_cache
@require_safe
@desk_required
def table_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """What was found in an uploaded table, and the button that loads it; asks again by itself while it is worked on."""
    found = queries.mine(viewer_from(request), import_id)
    tag = f'"{found.state}-{found.done}-{found.total}"'
    if request.GET.get("live"):
        if request.headers.get("If-None-Match") == tag:
            return HttpResponseNotModified(headers={"ETag": tag})
        response = render(request, "people/_table_import.html", _context(found))
        response.headers["ETag"] = tag
        return response
    live = {"tag": tag, "live_seconds": LIVE_SECONDS}
    return render(request, "people/table_import.html", _context(found) | live)


def _context(found: TableImport) -> dict[str, Any]:
    return {
        "found": found,
        "kind": kinds.get(found.kind),
        "report": found.report,
        "is_busy": found.state in actions.BUSY,
        "most_bad": len(found.report.get("problems", [])),
    }


@require_POST
@desk_required
def load_table(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Load what was checked."""
    skip = request.POST.get("skip_bad") == "1"
    found = actions.order_load(viewer=viewer_from(request), import_id=import_id, skip_bad=skip)
    found.refresh_from_db(fields=["state"])
    if found.state == ImportState.LOADED:
        messages.success(request, _("Loaded."))
    return HttpResponseRedirect(reverse("people:table_import", args=[found.pk]))


@require_safe
@desk_required
def template(request: HttpRequest, name: str) -> FileResponse:
    """The workbook to fill in."""
    kind = kinds.get(name)
    if not viewer_from(request).has(*kind.roles):
        raise NotAllowed("not_your_tables", _("Tables are taken over by the organisation desk of the area."))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        writing.write_template(kind, path)
        return _file(path, f"{kind.label}.xlsx")


@require_safe
@desk_required
def export(request: HttpRequest, name: str, format: str) -> FileResponse:
    """The table as a file, as far as the viewer may see it; that it was taken is on record."""
    viewer, kind = viewer_from(request), kinds.get(name)
    if format not in writing.WRITERS:
        raise NotFound("unknown_format", _("Please choose CSV or XLSX."))
    area = _area(request, kind, queries.own_areas(viewer, kind))
    open_record(viewer=viewer, kind="table", subject=area.pk, field=kind.name[:20], value="", reason=area.name[:100])
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{format}"
        writing.WRITERS[format](kind, path, kind.export(viewer, area))
        return _file(path, f"{kind.label}-{area.name}-{today():%Y%m%d}.{format}")


def _file(path: Path, name: str) -> FileResponse:
    """The file as a download; it stays readable once its folder is gone."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
