"""Dispatching several cases to one lead: each through the action, each refusal named."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dongli.cases import access
from dongli.cases.actions import dispatching
from dongli.cases.forms.bulk import BulkDispatchForm
from dongli.cases.models import Case
from dongli.cases.queries import lists
from dongli.cases.views.rows import rows
from dongli.cases.views.sieve import sieve_of
from dongli.cases.views.staff import scope_of
from dongli.common.errors import NotAllowed, Refusal
from dongli.common.ids import parse_id
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer


@dataclass(frozen=True)
class Outcome:
    """What became of one case: `refusal` is empty when it was dispatched."""

    case: Case
    refusal: str


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest) -> HttpResponse:
    """A page of the queue's cases that wait for dispatch, to tick; then what became of each."""
    viewer = viewer_from(request)
    if not viewer.has(*access.DESK_ROLES):
        raise NotAllowed("no_desk", _("Only a desk dispatches cases."))
    scope = scope_of(viewer)
    sieve = replace(sieve_of(request.GET, scope), filter="dispatch")
    cases = _sent(viewer, request.POST.getlist("cases")) if request.method == "POST" else []
    cases = cases or lists.queue(viewer, sieve, request.GET.get("after", "")).rows
    form = BulkDispatchForm(request.POST or None, cases=cases, ground=scope.widest)
    if form.is_bound and form.is_valid():
        return render(request, "cases/desk/bulk_done.html", {"outcomes": _dispatch(viewer, form)})
    context = {"form": form, "rows": rows(viewer, cases), "ticked": set(form["cases"].value() or [])}
    return render(request, "cases/desk/bulk.html", context, status=422 if form.errors else 200)


def _sent(viewer: Viewer, texts: list[str]) -> list[Case]:
    """The cases that were ticked, as far as the viewer may see them."""
    return lists.several(viewer, [key for key in map(parse_id, texts) if key is not None])


def _dispatch(viewer: Viewer, form: BulkDispatchForm) -> list[Outcome]:
    words = form.cleaned_data["words"]
    outcomes = []
    for case in form.chosen:
        try:
            dispatching.dispatch(viewer=viewer, case_id=case.id, key=form.key_of(case), lead=form.assignee, words=words)
        except Refusal as refusal:
            outcomes.append(Outcome(case, str(refusal.message)))
        else:
            outcomes.append(Outcome(case, ""))
    return outcomes
