"""One address per verb for looks on site, the mark “no clear owner”, exclusions and overdue appeals."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dongli.cases.actions import appealing_lateness, excluding, ownership, verifying
from dongli.cases.forms import reviews as forms
from dongli.cases.models import Case
from dongli.cases.queries import looks
from dongli.cases.views.casefile import photo_links
from dongli.cases.views.steps import Page, sent, step, tap
from dongli.cases.views.verbs import case_page, page_or_post, task_page
from dongli.cases.views.worker import navigation_link
from dongli.common.clock import now
from dongli.people import queries as people
from dongli.people.guards import worker_required


@worker_required
@page_or_post
def ask_verify(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask a worker to look on site."""
    page = case_page(request, "ask_verify", case_id)
    grid = page.case.grid
    duty = people.on_duty(grid, now()) if grid is not None and not page.case.about else None
    form = forms.AskVerifyForm(request.POST or None, case=page.case, on_duty=duty.user if duty is not None else None)
    return step(
        page,
        form,
        lambda: verifying.ask_verify(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            worker=form.worker_id,
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@page_or_post
def verify(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say what was found; the page shows what was filed, where it is and what the desk wants to know."""
    page = case_page(request, "verify", case_id)
    form = forms.VerifyForm(**sent(request), viewer=page.viewer)
    page.extra = {
        "beside": "cases/worker/_look.html",
        "asked": looks.asked(page.case),
        "filed_photos": photo_links(page.case.photos.filter(step=None)),
        "navigate": navigation_link(page.case),
    }
    return step(
        page,
        form,
        lambda: verifying.verify(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            finding=form.cleaned_data["finding"],
            words=form.cleaned_data["words"],
            photos=form.cleaned_data["photos"],
            draft_key=form.draft_key,
        ),
    )


@worker_required
@require_POST
def mark_ownerless(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """No clear owner: the place handles it."""
    page = case_page(request, "mark_ownerless", case_id)
    return tap(request, page, lambda key: ownership.mark_ownerless(viewer=page.viewer, case_id=case_id, key=key))


@worker_required
@require_POST
def unmark_ownerless(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The owner is clear after all."""
    page = case_page(request, "unmark_ownerless", case_id)
    return tap(request, page, lambda key: ownership.unmark_ownerless(viewer=page.viewer, case_id=case_id, key=key))


@worker_required
@page_or_post
def ask_exclusion(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask to leave the case out of the statistics."""
    page = case_page(request, "ask_exclusion", case_id)
    form = forms.AskExclusionForm(request.POST or None)
    return step(
        page,
        form,
        lambda: excluding.ask_exclusion(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@page_or_post
def grant_exclusion(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Leave the case out."""
    page = case_page(request, "grant_exclusion", case_id)
    return _of_case(page, forms.ExclusionWordsForm(request.POST or None), excluding.grant_exclusion)


@worker_required
@page_or_post
def refuse_exclusion(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Do not leave the case out."""
    page = case_page(request, "refuse_exclusion", case_id)
    return _of_case(page, forms.RefuseRequestForm(request.POST or None), excluding.refuse_exclusion)


@worker_required
@page_or_post
def lift_exclusion(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Count the case again."""
    page = case_page(request, "lift_exclusion", case_id)
    return _of_case(page, forms.ExclusionWordsForm(request.POST or None), excluding.lift_exclusion)


def _of_case(page: Page, form: forms.WordsForm, act: Callable[..., Case]) -> HttpResponse:
    """A step on the case that needs words only."""
    return step(
        page,
        form,
        lambda: act(viewer=page.viewer, case_id=page.case.id, key=form.key, words=form.cleaned_data["words"]),
    )


@worker_required
@page_or_post
def appeal_lateness(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """A department appeals against lateness."""
    page = task_page(request, "appeal_lateness", task_id)
    return _of_task(page, forms.AppealForm(request.POST or None), appealing_lateness.appeal_lateness)


@worker_required
@page_or_post
def uphold_lateness(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The first review."""
    page = task_page(request, "uphold_lateness", task_id)
    return _of_task(page, forms.ReviewForm(request.POST or None), appealing_lateness.uphold_lateness)


@worker_required
@page_or_post
def exempt_lateness(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The second review."""
    page = task_page(request, "exempt_lateness", task_id)
    return _of_task(page, forms.ReviewForm(request.POST or None), appealing_lateness.exempt_lateness)


@worker_required
@page_or_post
def refuse_lateness(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Either review says no."""
    page = task_page(request, "refuse_lateness", task_id)
    return _of_task(page, forms.RefuseRequestForm(request.POST or None), appealing_lateness.refuse_lateness)


def _of_task(page: Page, form: forms.WordsForm, act: Callable[..., Case]) -> HttpResponse:
    """A step on the task that needs words only."""
    return step(
        page,
        form,
        lambda: act(viewer=page.viewer, task_id=page.task_id, key=form.key, words=form.cleaned_data["words"]),
    )
