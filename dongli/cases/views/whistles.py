"""The whistle's own steps: blow, call another, acknowledge an emergency, rate; and what rings on a page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from dongli.cases.actions import ringing, whistle_ratings, whistling
from dongli.cases.forms import whistles as forms
from dongli.cases.queries import whistles
from dongli.cases.views.live import live_answer
from dongli.cases.views.steps import form_page, step, tap
from dongli.cases.views.verbs import case_page, page_or_post, task_page, whistle_page
from dongli.cases.workflow import TaskState
from dongli.people.guards import viewer_from, worker_required

SOUGHT = 40


def sought_in(request: HttpRequest) -> str | None:
    """The words a department is looked for by, when the form's own “find” was pressed; None when it was sent."""
    return request.POST.get("sought", "")[:SOUGHT] if "find" in request.POST else None


def typed(request: HttpRequest, *several: str) -> dict[str, Any]:
    """What stands in a form that is shown again without being judged; `several` are fields with many values."""
    names = [name for name in request.POST if name not in {"csrfmiddlewaretoken", "find", "sought", "room", "next"}]
    return {name: request.POST.getlist(name) if name in several else request.POST[name] for name in names}


@worker_required
@page_or_post
def blow(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Blow the whistle; departments are found by name or pinyin across districts."""
    page = case_page(request, "blow", case_id)
    sought = sought_in(request)
    if sought is not None:
        page.check_offered()
        return form_page(page, forms.BlowForm(case=page.case, sought=sought, initial=typed(request, "departments")))
    form = forms.BlowForm(request.POST or None, case=page.case)
    return step(page, form, lambda: whistling.blow(viewer=page.viewer, case_id=case_id, key=form.key, call=form.call))


@worker_required
@page_or_post
def call(request: HttpRequest, whistle_id: UUID) -> HttpResponse:
    """Call another department, perhaps instead of one that sent its task back."""
    page = whistle_page(request, "call", whistle_id)
    returned = page.case.tasks.filter(whistle=whistle_id, state=TaskState.RETURNED).select_related("organisation")
    sought = sought_in(request)
    if sought is not None:
        page.check_offered()
        again = forms.CallForm(case=page.case, returned=returned, sought=sought, initial=typed(request))
        return form_page(page, again)
    form = forms.CallForm(request.POST or None, case=page.case, returned=returned)
    return step(
        page,
        form,
        lambda: whistling.call_department(
            viewer=page.viewer,
            whistle_id=whistle_id,
            key=form.key,
            organisation=form.department_id,
            instead_of=form.replaced_id,
        ),
    )


@worker_required
@require_POST
def acknowledge(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The emergency has been seen: it stops ringing."""
    page = task_page(request, "acknowledge", task_id)
    return tap(request, page, lambda key: ringing.acknowledge(viewer=page.viewer, task_id=task_id, key=key))


@worker_required
@page_or_post
def rate_response(request: HttpRequest, whistle_id: UUID) -> HttpResponse:
    """Say how a department responded."""
    page = whistle_page(request, "rate_response", whistle_id)
    form = forms.RateResponseForm(request.POST or None, parts=whistles.to_rate(page.viewer, whistle_id))
    return step(
        page,
        form,
        lambda: whistle_ratings.rate_response(
            viewer=page.viewer,
            whistle_id=whistle_id,
            key=form.key,
            task_id=form.task_id,
            in_time=form.cleaned_data["in_time"],
            helpful=form.cleaned_data["helpful"],
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@page_or_post
def judge_whistle(request: HttpRequest, whistle_id: UUID) -> HttpResponse:
    """Say whether the whistle was founded."""
    page = whistle_page(request, "judge_whistle", whistle_id)
    form = forms.JudgeWhistleForm(request.POST or None, parts=whistles.to_judge(page.viewer, whistle_id))
    return step(
        page,
        form,
        lambda: whistle_ratings.judge_whistle(
            viewer=page.viewer,
            whistle_id=whistle_id,
            key=form.key,
            task_id=form.task_id,
            founded=form.cleaned_data["founded"],
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@require_GET
def ring(request: HttpRequest) -> HttpResponse:
    """What rings for the viewer's departments now, for the band at the top of their pages; 304 when nothing moved."""
    found = whistles.ringing(viewer_from(request))
    back = request.GET.get("next", "")
    return live_answer(
        request, "cases/_ringing.html", tag=whistles.tag_of(found), context=lambda: {"ringing": found, "back": back}
    )
