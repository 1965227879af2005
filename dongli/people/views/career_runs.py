"""The yearly step at the desk: runs, their preview, approval, the pay sheet."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas.models import Area
from dongli.areas.queries import area_by_code
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.people.actions import career_runs as actions
from dongli.people.actions.careers import KEEPERS
from dongli.people.career_forms import RunForm
from dongli.people.career_words import problem, say
from dongli.people.careers.sheet import WRITERS, Cell
from dongli.people.guards import desk_required, viewer_from
from dongli.people.models import CareerResult, CareerRun, RunState
from dongli.people.queries import career_runs as queries
from dongli.people.queries import careers
from dongli.people.viewer import Viewer
from dongli.people.views.careers import explain, keeper

LOOKS = {
    RunState.WAITING: (RunState.WAITING.label, "hourglass", "info"),
    RunState.PROPOSED: (RunState.PROPOSED.label, "eye-check", "warn"),
    RunState.APPROVED: (RunState.APPROVED.label, "circle-check", "good"),
    RunState.DROPPED: (RunState.DROPPED.label, "ban", ""),
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def runs(request: HttpRequest) -> HttpResponseBase:
    """Runs of the viewer's areas, newest first, and the form for a new one."""
    viewer = keeper(request)
    form = RunForm(request.POST or None, areas=careers.areas_to_choose(viewer))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            area = area_by_code(data["area"])
            run = actions.propose_run(viewer=viewer, key=form.key, area=area, effective_on=data["effective_on"])
            return HttpResponseRedirect(reverse("people:career_run", args=[run.pk]))
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
    page = queries.runs(viewer, after=request.GET.get("after", ""))
    context = {"page": page, "form": form, "looks": LOOKS}
    return render(request, "people/careers/runs.html", context, status=422 if form.errors else 200)


@require_safe
@desk_required
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: who steps from where to where, what it costs; approve, drop, the sheet."""
    viewer = keeper(request)
    found = queries.run(viewer, run_id)
    show = request.GET.get("show", "stepping")
    show = show if show in queries.SHOWN else "stepping"
    page = queries.results(found, show=show, after=request.GET.get("after", ""))
    for row in page.rows:
        row.said = problem(row.problem)
    filters = {
        "stepping": _("Who steps"),
        "changed": _("Whose pay changes"),
        "unclear": _("Not computed"),
        "all": _("Everybody"),
    }
    context = {
        "run": found,
        "look": LOOKS[RunState(found.state)],
        "page": page,
        "show": show,
        "filters": [(key, label, key == show) for key, label in filters.items()],
        "own": found.made_by_id == viewer.known.pk,
        "difference": found.total_after - found.total_before,
        "areas": [one for one in careers.areas_to_choose(viewer) if one.path.startswith(found.area.path)],
    }  # fmt: skip
    return render(request, "people/careers/run.html", context)


@require_safe
@desk_required
def state(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What a page that waits asks for again and again."""
    found = queries.run(keeper(request), run_id)
    tag = f'"{found.state}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    response = render(request, "people/careers/_state.html", {"run": found})
    response.headers["ETag"] = tag
    return response


@require_safe
@desk_required
def result(request: HttpRequest, run_id: UUID, person_id: UUID) -> HttpResponse:
    """One worker's result, explained as it was computed then."""
    found = queries.run(keeper(request), run_id)
    row = CareerResult.objects.filter(run=found, person=person_id).select_related("scheme").first()
    if row is None:
        raise NotFound("no_result", _("This worker is not in the run."))
    context = {"run": found, "result": row, "lines": say(row.lines), "problem": problem(row.problem)}
    return render(request, "people/careers/result.html", context)


@require_POST
@desk_required
def approve(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Make the run final."""
    found = actions.approve_run(viewer=keeper(request), run_id=run_id)
    messages.success(request, _("Approved. The run is final; those who step have been told."))
    return HttpResponseRedirect(reverse("people:career_run", args=[found.pk]))


@require_POST
@desk_required
def drop(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Take the run back."""
    found = actions.drop_run(viewer=keeper(request), run_id=run_id)
    messages.success(request, _("Dropped. A new run can be made."))
    return HttpResponseRedirect(reverse("people:career_run", args=[found.pk]))


@require_safe
@desk_required
def sheet(request: HttpRequest, run_id: UUID, format: str) -> HttpResponse:
    """The pay sheet as a file, of the run's area or of a part of it (`?area=`); who takes it is on record."""
    viewer = viewer_from(request)
    found = queries.run(keeper(request), run_id)
    if format not in WRITERS or found.state == RunState.WAITING:
        raise Http404
    area = _part(viewer, found, request.GET.get("area", ""))
    actions.note_sheet(viewer=viewer, run=found, area=area, format=format)
    write, kind = WRITERS[format]
    body = write(_cells(row) for row in queries.sheet(found, area))
    name = f"pay-{area.code}-{found.effective_on:%Y%m%d}.{format}"
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _part(viewer: Viewer, run: CareerRun, code: str) -> Area:
    area = area_by_code(code) if code else run.area
    if not area.path.startswith(run.area.path) or not viewer.covers(KEEPERS, area):
        raise NotFound("no_area", _("This area is not in the run."))
    return area


def _cells(row: CareerResult) -> list[Cell]:
    return [
        row.place, row.name, row.post, row.grade_before, row.grade, row.total_before, row.base_pay, row.allowances,
        row.total, row.total - row.total_before, problem(row.problem),
    ]  # fmt: skip
