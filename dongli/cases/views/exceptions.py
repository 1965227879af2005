"""One address per verb for what does not go the usual way: parse the form, call the action, go back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dongli.cases.actions import arbitrating, extending, holding, overseeing, transferring
from dongli.cases.forms import exceptions as forms
from dongli.cases.views.steps import step, tap
from dongli.cases.views.verbs import case_page, find_places, page_or_post, task_page
from dongli.people.guards import worker_required


@worker_required
@page_or_post
def arbitrate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide for good who handles a case that came back twice."""
    page = case_page(request, "arbitrate", case_id)
    form = forms.ArbitrateForm(request.POST or None, case=page.case)
    return step(
        page,
        form,
        lambda: arbitrating.arbitrate(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            organisation=form.department_id,
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@page_or_post
def transfer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the case to another place."""
    page = case_page(request, "transfer", case_id)
    form = forms.TransferForm(request.POST or None, places=find_places(page))
    return step(
        page,
        form,
        lambda: transferring.transfer(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            where=form.where,
            words=form.cleaned_data["words"],
            fresh_limit=form.cleaned_data["fresh_limit"],
        ),
    )


@worker_required
@page_or_post
def ask_extension(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Ask for more time."""
    page = task_page(request, "ask_extension", task_id)
    form = forms.AskExtensionForm(request.POST or None, task=page.case.tasks.get(pk=task_id))
    return step(
        page,
        form,
        lambda: extending.ask_extension(
            viewer=page.viewer,
            task_id=task_id,
            key=form.key,
            amount=form.cleaned_data["amount"],
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@require_POST
def endorse_extension(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Stand behind a request for more time."""
    page = task_page(request, "endorse_extension", task_id)
    return tap(request, page, lambda key: extending.endorse_extension(viewer=page.viewer, task_id=task_id, key=key))


@worker_required
@require_POST
def grant_extension(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Grant more time."""
    page = task_page(request, "grant_extension", task_id)
    return tap(request, page, lambda key: extending.grant_extension(viewer=page.viewer, task_id=task_id, key=key))


@worker_required
@page_or_post
def refuse_extension(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Refuse more time."""
    page = task_page(request, "refuse_extension", task_id)
    form = forms.RefuseExtensionForm(request.POST or None)
    return step(
        page,
        form,
        lambda: extending.refuse_extension(
            viewer=page.viewer, task_id=task_id, key=form.key, words=form.cleaned_data["words"]
        ),
    )


@worker_required
@page_or_post
def ask_hold(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Ask for a hold."""
    page = task_page(request, "ask_hold", task_id)
    form = forms.AskHoldForm(request.POST or None)
    return step(
        page, form, lambda: holding.ask_hold(viewer=page.viewer, task_id=task_id, key=form.key, **_waiting(form))
    )


def _waiting(form: forms.AskHoldForm) -> dict[str, Any]:
    return {"until": form.cleaned_data["until"], "words": form.cleaned_data["words"]}


@worker_required
@page_or_post
def hold(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Put a task on hold."""
    page = task_page(request, "hold", task_id)
    form = forms.HoldForm(request.POST or None, asked=page.case.tasks.get(pk=task_id).hold_asked_until)
    return step(page, form, lambda: holding.hold(viewer=page.viewer, task_id=task_id, key=form.key, **_waiting(form)))


@worker_required
@page_or_post
def refuse_hold(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Refuse a hold."""
    page = task_page(request, "refuse_hold", task_id)
    form = forms.RefuseHoldForm(request.POST or None)
    return step(
        page,
        form,
        lambda: holding.refuse_hold(
            viewer=page.viewer, task_id=task_id, key=form.key, words=form.cleaned_data["words"]
        ),
    )


@worker_required
@require_POST
def resume(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """End a hold before its day."""
    page = task_page(request, "resume", task_id)
    return tap(request, page, lambda key: holding.resume(viewer=page.viewer, task_id=task_id, key=key))


@worker_required
@page_or_post
def supervise(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Demand that a late case be done by a day."""
    page = case_page(request, "supervise", case_id)
    form = forms.SuperviseForm(request.POST or None)
    return step(
        page,
        form,
        lambda: overseeing.supervise(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            demanded_by=form.cleaned_data["demanded_by"],
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@page_or_post
def call_back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record a call-back on a closed case."""
    page = case_page(request, "call_back", case_id)
    form = forms.CallBackForm(request.POST or None)
    return step(
        page,
        form,
        lambda: overseeing.call_back(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            outcome=form.cleaned_data["outcome"],
            words=form.cleaned_data["words"],
        ),
    )
