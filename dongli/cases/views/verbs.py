"""One address per verb of the staff: parse the form, call the action, go back. The actions say what may be done."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas.models import Area
from dongli.areas.queries import search
from dongli.cases import suggesting
from dongli.cases.actions import closing, dispatching, handling, whistling
from dongli.cases.forms import staff as forms
from dongli.cases.forms.whistles import ReportInForm
from dongli.cases.models import Case, Category, Step
from dongli.cases.policy import catalogue
from dongli.cases.queries import detail, looks
from dongli.cases.queries.nearby import waiting_with
from dongli.cases.views.casefile import photo_links
from dongli.cases.views.staff import outlines_of
from dongli.cases.views.steps import Page, sent, step, tap
from dongli.common.clock import now, today
from dongli.common.text import strip_controls
from dongli.people import queries as people
from dongli.people.guards import viewer_from, worker_required

page_or_post = require_http_methods(["GET", "HEAD", "POST"])

# The case


def case_page(request: HttpRequest, verb: str, case_id: UUID, **extra: Any) -> Page:
    """The page of a verb on a case that the viewer may see."""
    return Page(request, verb, detail.case_by_id(viewer_from(request), case_id), extra=extra)


@worker_required
@page_or_post
def place(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say where a case is: search a name, or mark the map."""
    page = case_page(request, "place", case_id)
    form = forms.PlaceForm(request.POST or None, places=find_places(page))
    return step(
        page, form, lambda: dispatching.place(viewer=page.viewer, case_id=case_id, key=form.key, where=form.where)
    )


def find_places(page: Page) -> list[Area]:
    """The places that the words searched for name, and the one chosen; the page shows its search and map."""
    words = page.request.GET.get("place", "").strip()
    places = search(words, limit=12) if words else []
    if (chosen := page.request.POST.get("area", "")) and chosen not in {one.code for one in places}:
        places = [*places, *_places_of(chosen)]
    page.extra = {
        "places": places, "words": words, "finds_place": True, "has_map": True, "outlines": outlines_of(page.viewer)
    }  # fmt: skip
    return places


def _places_of(code: str) -> list[Area]:
    return list(Area.objects.active().filter(code=strip_controls(code)[:20]).select_related("parent"))


def _suggested(case: Case) -> list[Category]:
    """What the words speak for, best first."""
    classes = catalogue(today())
    by_code = {one.code: one for one in classes}
    return [by_code[one.code] for one in suggesting.suggest(case.text.description, classes)]


@worker_required
@page_or_post
def classify(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose the class."""
    page = case_page(request, "classify", case_id)
    form = _class_form(page)
    return step(
        page,
        form,
        lambda: dispatching.classify(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            category=form.cleaned_data["category"],
            condition=form.condition_number,
        ),
    )


def _class_form(page: Page, kind: type[forms.ClassifyForm] = forms.ClassifyForm) -> forms.ClassifyForm:
    suggested = _suggested(page.case)
    chosen = page.case.category or (suggested[0] if suggested else None)
    initial: dict[str, Any] = {"ownerless": page.case.ownerless}
    if chosen is not None:
        initial["category"] = chosen.code
    if chosen is not None and page.case.condition is not None:
        initial["condition"] = f"{chosen.code}:{page.case.condition.number}"
    return kind(
        page.request.POST or None,
        suggested=suggested,
        initial=initial,
        area=page.case.community or page.case.desk,
        conditions_at=reverse("case_conditions", args=[page.case.id]),
    )


@worker_required
@require_safe
def conditions(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A fragment: the filing conditions of the class that is being chosen, with their limits where the case lies."""
    case = detail.case_by_id(viewer_from(request), case_id)
    initial = {"category": strip_controls(request.GET.get("category", ""))[:12]}
    form = forms.ClassifyForm(initial=initial, area=case.community or case.desk)
    return render(request, "cases/staff_conditions.html", {"form": form, "bound": form["condition"]})


@worker_required
@page_or_post
def register(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take the case up, under the class chosen; what a look on site found stands beside."""
    page = case_page(request, "register", case_id)
    page.extra = found_on_site(page)
    form = _class_form(page, forms.RegisterForm)
    return step(
        page,
        form,
        lambda: dispatching.register(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            category=form.cleaned_data["category"],
            condition=form.condition_number,
            ownerless=form.cleaned_data["ownerless"],
        ),
    )


def found_on_site(page: Page) -> dict[str, Any]:
    """What a page shows of a look on site: the finding, or that somebody is still asked to look."""
    finding = looks.found(page.case)
    if finding is None and page.case.verifier_id is None:
        return {}
    photos = photo_links(finding.photos) if finding is not None else []
    return {"beside": "cases/desk/_finding.html", "finding": finding, "finding_photos": photos}


@worker_required
@page_or_post
def refuse(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Do not take the case up; what a look on site found stands beside."""
    page = case_page(request, "refuse", case_id)
    page.extra = found_on_site(page)
    form = forms.RefuseForm(request.POST or None)
    return step(
        page, form, lambda: dispatching.refuse(viewer=page.viewer, case_id=case_id, key=form.key, **_reason(form))
    )


def _reason(form: forms.ReasonForm) -> dict[str, str]:
    return {"reason": form.cleaned_data["reason"], "words": form.cleaned_data["words"]}


@worker_required
@require_POST
def mark_spam(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Put the filing aside as spam."""
    page = case_page(request, "mark_spam", case_id)
    return tap(request, page, lambda key: dispatching.mark_spam(viewer=page.viewer, case_id=case_id, key=key))


@worker_required
@require_POST
def unmark_spam(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take the filing out of spam."""
    page = case_page(request, "unmark_spam", case_id)
    return tap(request, page, lambda key: dispatching.unmark_spam(viewer=page.viewer, case_id=case_id, key=key))


@worker_required
@page_or_post
def dispatch(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the case to a lead and any co-handlers."""
    page = case_page(request, "dispatch", case_id)
    case = page.case
    duty = people.on_duty(case.grid, now()) if case.grid is not None and not case.about else None
    form = forms.DispatchForm(request.POST or None, case=case, on_duty=duty.user if duty is not None else None)
    page.extra = {"limit_of": case.category}
    return step(
        page,
        form,
        lambda: dispatching.dispatch(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            lead=form.assignee,
            cohandlers=form.cohandler_ids,
            words=form.cleaned_data["words"],
            ownerless=form.cleaned_data["ownerless"],
        ),
    )


@worker_required
@page_or_post
def add_cohandler(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Bring in one more department."""
    page = case_page(request, "add_cohandler", case_id)
    form = forms.DepartmentForm(request.POST or None, case=page.case)
    return step(
        page,
        form,
        lambda: dispatching.add_cohandler(
            viewer=page.viewer, case_id=case_id, key=form.key, organisation=form.department_id
        ),
    )


@worker_required
@page_or_post
def check(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The answer holds."""
    page = case_page(request, "check", case_id)
    form = forms.CheckForm(**sent(request), viewer=page.viewer)
    return step(
        page,
        form,
        lambda: closing.check(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            words=form.cleaned_data["words"],
            photos=form.cleaned_data["photos"],
            draft_key=form.draft_key,
        ),
    )


@worker_required
@page_or_post
def fail_check(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The answer does not hold."""
    page = case_page(request, "fail_check", case_id)
    form = forms.FailCheckForm(request.POST or None)
    return step(
        page,
        form,
        lambda: closing.fail_check(viewer=page.viewer, case_id=case_id, key=form.key, words=form.cleaned_data["words"]),
    )


@worker_required
@page_or_post
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Close the case with the answer that the resident reads; what the holder wrote stands there to start from."""
    page = case_page(request, "close", case_id)
    initial = {"words": _last_answer(page.case)}
    form = forms.CloseForm(request.POST or None, followers=waiting_with(page.case), initial=initial)
    return step(
        page,
        form,
        lambda: closing.close(viewer=page.viewer, case_id=case_id, key=form.key, words=form.cleaned_data["words"]),
    )


def _last_answer(case: Case) -> str:
    last = Step.objects.filter(case=case, verb="answer", task__kind="lead").select_related("text").last()
    return last.text.words if last is not None and hasattr(last, "text") else ""


# Tasks


def task_page(request: HttpRequest, verb: str, task_id: UUID) -> Page:
    """The page of a verb on a task of a case that the viewer may see."""
    return Page(request, verb, detail.case_of_task(viewer_from(request), task_id), task_id=task_id)


@worker_required
@require_POST
def accept(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Take the task on."""
    page = task_page(request, "accept", task_id)
    return tap(request, page, lambda key: handling.accept(viewer=page.viewer, task_id=task_id, key=key))


@worker_required
@page_or_post
def report_in(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The department is there: one press, or a page for a word and photos."""
    page = task_page(request, "report_in", task_id)
    form = ReportInForm(**sent(request), viewer=page.viewer)
    return step(
        page,
        form,
        lambda: whistling.report_in(
            viewer=page.viewer,
            task_id=task_id,
            key=form.key,
            words=form.cleaned_data["words"],
            photos=form.cleaned_data["photos"],
            draft_key=form.draft_key,
        ),
    )


@worker_required
@page_or_post
def contact(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Record how the resident was contacted."""
    page = task_page(request, "contact", task_id)
    form = forms.ContactForm(request.POST or None)
    page.extra = {"contact": detail.case_file(page.viewer, page.case).contact}
    return step(
        page,
        form,
        lambda: handling.contact(
            viewer=page.viewer,
            task_id=task_id,
            key=form.key,
            how=form.cleaned_data["how"],
            words=form.cleaned_data["words"],
        ),
    )


@worker_required
@page_or_post
def answer(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Say what was done, with photos of before and after."""
    page = task_page(request, "answer", task_id)
    form = forms.AnswerForm(**sent(request), viewer=page.viewer)
    return step(
        page,
        form,
        lambda: handling.answer(
            viewer=page.viewer,
            task_id=task_id,
            key=form.key,
            words=form.cleaned_data["words"],
            before=form.cleaned_data["before"],
            photos=form.cleaned_data["photos"],
            draft_key=form.draft_key,
        ),
    )


@worker_required
@page_or_post
def return_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Send the task back."""
    page = task_page(request, "return", task_id)
    form = forms.ReturnForm(request.POST or None)
    return step(
        page, form, lambda: handling.return_task(viewer=page.viewer, task_id=task_id, key=form.key, **_reason(form))
    )


@worker_required
@page_or_post
def release(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Let a co-handler or a whistled department go."""
    page = task_page(request, "release", task_id)
    form = forms.ReleaseForm(request.POST or None)
    return step(
        page, form, lambda: handling.release(viewer=page.viewer, task_id=task_id, key=form.key, **_reason(form))
    )


# Whistles


def whistle_page(request: HttpRequest, verb: str, whistle_id: UUID) -> Page:
    """The page of a verb on a whistle of a case that the viewer may see."""
    return Page(request, verb, detail.case_of_whistle(viewer_from(request), whistle_id), whistle_id=whistle_id)


@worker_required
@require_POST
def sign(request: HttpRequest, whistle_id: UUID) -> HttpResponse:
    """Sign the whistle: the departments are called."""
    page = whistle_page(request, "sign", whistle_id)
    return tap(request, page, lambda key: whistling.sign(viewer=page.viewer, whistle_id=whistle_id, key=key))


@worker_required
@page_or_post
def decline(request: HttpRequest, whistle_id: UUID) -> HttpResponse:
    """Do not sign the whistle."""
    page = whistle_page(request, "decline", whistle_id)
    form = forms.DeclineForm(request.POST or None)
    return step(
        page,
        form,
        lambda: whistling.decline(
            viewer=page.viewer, whistle_id=whistle_id, key=form.key, words=form.cleaned_data["words"]
        ),
    )
