"""The problem list of the desk: what keeps coming back, the cases behind it, and whose duty it becomes."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dongli.areas.models import Area, Level
from dongli.areas.queries import children
from dongli.cases import access, wording
from dongli.cases.actions import problems as actions
from dongli.cases.forms.problems import AcceptForm, RejectForm
from dongli.cases.models.problem import Problem, ProblemState
from dongli.cases.queries import problems as queries
from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.duties import access as duty_access
from dongli.duties.wording import DUTY_LOOKS
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer

LABELS: dict[str, str | Promise] = {
    "proposed": gettext_lazy("Proposed"),
    "accepted": gettext_lazy("Taken on"),
    "closed": gettext_lazy("Problem solved"),
    "rejected": gettext_lazy("Left alone"),
}
LOOKS: dict[str, wording.Look] = {
    "proposed": (LABELS["proposed"], "bulb", "warn"),
    "accepted": (LABELS["accepted"], "progress-check", "info"),
    "closed": (LABELS["closed"], "circle-check", "good"),
    "rejected": (LABELS["rejected"], "ban", ""),
    "dropped": (gettext_lazy("Dropped"), "ban", ""),
}


@desk_required
@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """Problems by stage and area, the newest first."""
    viewer = viewer_from(request)
    areas = areas_of(viewer)
    area = next((one for one in areas if one.code == request.GET.get("area")), None)
    asked = request.GET.get("stage", "")
    stage = asked if asked in queries.STAGES else "proposed"
    found = queries.counts(viewer, area)
    kept = {"area": area.code} if area is not None else {}
    context = {
        "page": queries.problems(viewer, stage, area, request.GET.get("after", "")),
        "saved": [
            (f"?{urlencode({'stage': name, **kept})}", label, found[name], name == stage)
            for name, label in LABELS.items()
        ],
        "stage": stage,
        "areas": areas,
        "area": area,
        "duty_looks": DUTY_LOOKS,
        "today": today(),
    }
    return render(request, "cases/desk/problems.html", context)


def areas_of(viewer: Viewer) -> list[Area]:
    """The parts of the widest area that the viewer watches over."""
    path = min(viewer.paths(*access.WATCHING_ROLES), key=len, default="")
    area = Area.objects.filter(path=path).first() if path else None
    return list(children(area)) if area is not None and area.depth < Level.COMPOUND.depth else []


@desk_required
@require_safe
def problem(request: HttpRequest, problem_id: UUID) -> HttpResponse:
    """One problem: where, how often, the cases behind it; and, while it is only proposed, the forms to decide."""
    return _page(request, queries.problem(viewer_from(request), problem_id))


def _page(
    request: HttpRequest, found: Problem, accept: AcceptForm | None = None, reject: RejectForm | None = None
) -> HttpResponse:
    viewer = viewer_from(request)
    decides = found.state == ProblemState.PROPOSED and duty_access.supervises(viewer, found.area)
    cases = queries.cases_behind(viewer, found)
    context = {
        "problem": found,
        "look": LOOKS[queries.stage_of(found)],
        "cases": cases,
        "unseen": max(found.count - len(cases), 0),  # type: ignore[attr-defined]  # annotated by the query
        "case_looks": wording.CASE_LOOKS,
        "points": [
            {"lon": one.longitude, "lat": one.latitude, "tone": wording.CASE_LOOKS[one.state][2], "label": one.number}
            for one in cases
            if one.longitude is not None
        ],
        "centre": f"{found.longitude},{found.latitude}" if found.longitude is not None else "",
        "accept": accept or (_accept_form(found) if decides else None),
        "reject": reject or (RejectForm(auto_id="reject-%s", label_suffix="") if decides else None),
        "bound": accept or reject,
        "duty_looks": DUTY_LOOKS,
    }
    return render(request, "cases/desk/problem.html", context, status=422 if accept or reject else 200)


def _accept_form(found: Problem, data: QueryDict | None = None) -> AcceptForm:
    return AcceptForm(data, area=found.area, lead=queries.lead_function(found), auto_id="accept-%s")


def _decided(
    request: HttpRequest, form: AcceptForm | RejectForm, act: Callable[[], Problem], said: str
) -> HttpResponse | None:
    """After the decision the problem's page; None when something in the form is wrong."""
    if not form.is_valid():
        return None
    try:
        found = act()
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return None
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk_problem", args=[found.id]))


@desk_required
@require_POST
def accept(request: HttpRequest, problem_id: UUID) -> HttpResponse:
    """Take a problem on: it becomes somebody's duty."""
    viewer = viewer_from(request)
    found = queries.problem(viewer, problem_id)
    form = _accept_form(found, request.POST)

    def act() -> Problem:
        return actions.accept_problem(viewer=viewer, problem_id=problem_id, key=form.key, acceptance=form.acceptance)

    done = _decided(request, form, act, _("Taken on. It is on the owner's duty list now."))
    return done or _page(request, found, accept=form)


@desk_required
@require_POST
def reject(request: HttpRequest, problem_id: UUID) -> HttpResponse:
    """Leave a proposed problem alone."""
    viewer = viewer_from(request)
    found = queries.problem(viewer, problem_id)
    form = RejectForm(request.POST, auto_id="reject-%s", label_suffix="")

    def act() -> Problem:
        return actions.reject_problem(viewer=viewer, problem_id=problem_id, reason=form.cleaned_data["reason"])

    done = _decided(request, form, act, _("Left alone. The reason stays with it."))
    return done or _page(request, found, reject=form)
