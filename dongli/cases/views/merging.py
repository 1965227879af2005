"""Duplicates at the desk and on the worker's phone: what else was reported nearby, merging, taking out again."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from dongli.cases import wording
from dongli.cases.actions import merging
from dongli.cases.following import is_ordinary
from dongli.cases.forms.merging import THIS_LEADS, MergeForm
from dongli.cases.models import Case
from dongli.cases.queries import detail, nearby
from dongli.cases.views.casefile import room_of
from dongli.cases.views.steps import is_panel, step, tap
from dongli.cases.views.verbs import case_page, page_or_post
from dongli.cases.workflow import MERGEABLE
from dongli.people.guards import viewer_from, worker_required
from dongli.people.viewer import Viewer


@dataclass(frozen=True)
class Listed:
    """A case of the list, with the address at which it is merged with the one that is looked at ("": not possible)."""

    near: nearby.Near
    look: wording.Look
    merge_url: str


@worker_required
@require_safe
def others(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What belongs together with a case: the one that leads it, those that follow it, and what is near."""
    viewer = viewer_from(request)
    case = detail.case_by_id(viewer, case_id)
    room = room_of(request, viewer)
    family = nearby.family(viewer, case)
    context = {
        "case": case,
        "room": room,
        "family": family,
        "near": _listed(viewer, case, room) if case.lead_case_id is None and is_ordinary(case) else [],
        "looks": wording.CASE_LOOKS,
    }
    if is_panel(request):
        return render(request, "cases/desk/_others.html", context)
    template = "cases/worker/others.html" if room == "work" else "cases/desk/others.html"
    return render(request, template, context)


def _listed(viewer: Viewer, case: Case, room: str) -> list[Listed]:
    found = nearby.cases_near(nearby.Spot.of(case), viewer=viewer, besides=case.id)
    return [Listed(near, wording.CASE_LOOKS[near.case.state], _merge_url(case, near.case, room)) for near in found]


def _merge_url(case: Case, other: Case, room: str) -> str:
    """The page of whichever of the two can follow, the other one chosen."""
    follower, lead = (case, other) if case.state in MERGEABLE else (other, case)
    if follower.state not in MERGEABLE:
        return ""
    query = {"with": lead.number, **({"room": "work"} if room == "work" else {})}
    return f"{reverse('case_merge', args=[follower.id])}?{urlencode(query)}"


@worker_required
@page_or_post
def merge(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Merge a case with another one: which leads, and a word to the resident."""
    page = case_page(request, "merge", case_id)
    near = nearby.cases_near(nearby.Spot.of(page.case), viewer=page.viewer, besides=case_id)
    wanted = request.GET.get("with", "")[:20]
    listed = wanted in {one.case.number for one in near}
    initial = {"nearby": wanted if listed else "", "number": "" if listed else wanted}
    form = MergeForm(request.POST or None, viewer=page.viewer, near=near, initial=initial)
    return step(page, form, lambda: _merge(page.viewer, page.case, form))


def _merge(viewer: Viewer, case: Case, form: MergeForm) -> Case:
    other = form.other or case
    follower, lead = (other, case) if form.cleaned_data["leads"] == THIS_LEADS else (case, other)
    words = form.cleaned_data["words"]
    return merging.merge(viewer=viewer, case_id=follower.id, key=form.key, lead_id=lead.id, words=words)


@worker_required
@require_POST
def unmerge(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a case out of its merge."""
    page = case_page(request, "unmerge", case_id)
    return tap(request, page, lambda key: merging.unmerge(viewer=page.viewer, case_id=case_id, key=key))
