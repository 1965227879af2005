"""Assigning by letter and as a leader, and the letter as a page to be printed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dongli.cases.actions import assigning
from dongli.cases.forms import assigning as forms
from dongli.cases.models import Case
from dongli.cases.queries import detail, letters
from dongli.cases.views.steps import step
from dongli.cases.views.verbs import case_page, page_or_post
from dongli.common.clock import now
from dongli.people import queries as people
from dongli.people.guards import viewer_from, worker_required
from dongli.people.models import User


def on_duty_for(case: Case) -> User | None:
    """Who is on duty in the case's grid; nobody when the appeal is about a handler."""
    duty = people.on_duty(case.grid, now()) if case.grid is not None and not case.about else None
    return duty.user if duty is not None else None


@worker_required
@page_or_post
def assign_jointly(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the case to a lead and co-handlers by letter, with the duty of each."""
    page = case_page(request, "assign_jointly", case_id)
    form = forms.AssignJointlyForm(request.POST or None, case=page.case, on_duty=on_duty_for(page.case))
    page.extra = {"limit_of": page.case.category}
    return step(
        page,
        form,
        lambda: assigning.assign_jointly(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            lead=form.assignee,
            words=form.cleaned_data["words"],
            cohandlers=form.duties,
        ),
    )


@worker_required
@page_or_post
def assign_by_leader(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the case to a lead as a leader."""
    page = case_page(request, "assign_by_leader", case_id)
    form = forms.AssignByLeaderForm(request.POST or None, case=page.case, on_duty=on_duty_for(page.case))
    return step(
        page,
        form,
        lambda: assigning.assign_by_leader(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            lead=form.assignee,
            words=form.cleaned_data["words"],
            limit=form.limit,
        ),
    )


@worker_required
@require_safe
def letter(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The newest letter of the case on one A4 page, for whoever may see the case."""
    viewer = viewer_from(request)
    found = letters.newest(viewer, detail.case_by_id(viewer, case_id))
    return render(request, "cases/desk/letter.html", {"letter": found, "case": found.letter.case})
