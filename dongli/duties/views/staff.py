"""The duty list, one duty with its progress, and the steps taken on it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.duties import access, actions, queries, sources, wording
from dongli.duties.forms import CloseForm, DropForm, ProgressForm, ReopenForm, StepForm
from dongli.duties.models import Duty, DutyStep, FollowUp
from dongli.people.guards import desk_required, viewer_from

LABELS: dict[str, str | Promise] = {
    "mine": gettext_lazy("Mine and my unit's"),
    "late": gettext_lazy("Mine, overdue"),
    "area": gettext_lazy("All of my area"),
    "done": gettext_lazy("Fulfilled or dropped"),
}


@desk_required
@require_safe
def my_duties(request: HttpRequest) -> HttpResponse:
    """My duty list: open ones by date, the late first; and, by filter, those of the area and the finished."""
    viewer = viewer_from(request)
    asked = request.GET.get("filter", "mine")
    name = asked if asked in queries.FILTERS else "mine"
    found = queries.counts(viewer)
    context = {
        "page": queries.duties(viewer, name, request.GET.get("after", "")),
        "saved": [(one, label, found.get(one, 0), one == name) for one, label in LABELS.items()],
        "name": name,
        "looks": wording.DUTY_LOOKS,
        "today": today(),
    }
    return render(request, "duties/list.html", context)


@desk_required
@require_safe
def of_official(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """The duty list of one official, as far as the viewer may see it."""
    official, page = queries.duties_of(viewer_from(request), user_id, request.GET.get("after", ""))
    context = {"official": official, "page": page, "looks": wording.DUTY_LOOKS, "today": today()}
    return render(request, "duties/list.html", context)


@dataclass(frozen=True)
class Line:
    """One line of the timeline, as its component shows it."""

    title: str
    at: object
    icon: str
    tone: str
    who: str
    text: str


@desk_required
@require_safe
def duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """One duty: facts, progress, follow-ups, and what the viewer may do."""
    return _page(request, queries.duty(viewer_from(request), duty_id), {})


def _page(request: HttpRequest, found: Duty, bound: dict[str, StepForm]) -> HttpResponse:
    viewer = viewer_from(request)
    context = {
        "duty": found,
        "look": wording.DUTY_LOOKS[found.state],
        "steps": [_line(step) for step in reversed(queries.history(found))],
        "follow_ups": [(one, _outcome(one, found)) for one in queries.follow_ups(found)],
        "forms": _forms(found, carries=access.carries(viewer, found), judges=access.may_judge(viewer, found)) | bound,
        "bound": next(iter(bound.values()), None),
        "source": sources.said_of(found),
        "today": today(),
    }
    return render(request, "duties/duty.html", context, status=422 if bound else 200)


def _line(step: DutyStep) -> Line:
    title, icon, tone = wording.STEP_LOOKS[step.verb]
    text = getattr(step, "text", None)
    words = "\n".join(part for part in (wording.detail(step), text.words if text is not None else "") if part)
    return Line(str(title), step.at, icon, tone, str(step.actor or _("By the system")), words)


def _outcome(one: FollowUp, found: Duty) -> wording.Look:
    if not one.outcome and (one.closing != found.closings or found.closed_at is None):
        return wording.OUTCOME_LOOKS["void"]
    return wording.OUTCOME_LOOKS[one.outcome or ("asked" if one.asked_at else "")]


def _forms(found: Duty, *, carries: bool, judges: bool) -> dict[str, StepForm]:
    """The steps that this viewer may take now, as empty forms."""
    forms: dict[str, StepForm] = {}
    if found.is_open and carries:
        forms |= {"progress": ProgressForm(auto_id="progress-%s"), "close": CloseForm(auto_id="close-%s")}
    if found.is_open and judges:
        forms["drop"] = DropForm(auto_id="drop-%s")
    if found.state == "done" and judges:
        forms["reopen"] = ReopenForm(auto_id="reopen-%s")
    return forms


def _take(
    request: HttpRequest, duty_id: UUID, name: str, form: StepForm, act: Callable[[], Duty], said: str
) -> HttpResponse:
    """Take the step, or show the page again with what is wrong in the form."""
    if form.is_valid():
        try:
            act()
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("desk_duty_sheet", args=[duty_id]))
    return _page(request, queries.duty(viewer_from(request), duty_id), {name: form})


@desk_required
@require_POST
def progress(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Report progress."""
    form = ProgressForm(request.POST, auto_id="progress-%s")

    def act() -> Duty:
        data = form.cleaned_data
        return actions.report_progress(
            viewer=viewer_from(request),
            duty_id=duty_id,
            key=form.key,
            words=data["words"],
            published=data["published"],
        )

    return _take(request, duty_id, "progress", form, act, _("Progress reported."))


@desk_required
@require_POST
def close(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Report the duty fulfilled."""
    form = CloseForm(request.POST, auto_id="close-%s")

    def act() -> Duty:
        viewer, evidence = viewer_from(request), form.cleaned_data["evidence"]
        return actions.close_duty(viewer=viewer, duty_id=duty_id, key=form.key, evidence=evidence)

    return _take(request, duty_id, "close", form, act, _("Reported fulfilled. Follow-ups come after 30 and 90 days."))


@desk_required
@require_POST
def drop(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Drop the duty."""
    form = DropForm(request.POST, auto_id="drop-%s")

    def act() -> Duty:
        viewer, reason = viewer_from(request), form.cleaned_data["reason"]
        return actions.drop_duty(viewer=viewer, duty_id=duty_id, key=form.key, reason=reason)

    return _take(request, duty_id, "drop", form, act, _("The duty was dropped."))


@desk_required
@require_POST
def reopen(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Take the duty up again."""
    form = ReopenForm(request.POST, auto_id="reopen-%s")

    def act() -> Duty:
        viewer, data = viewer_from(request), form.cleaned_data
        return actions.reopen_duty(
            viewer=viewer, duty_id=duty_id, key=form.key, reason=data["reason"], due_on=data["due_on"]
        )

    return _take(request, duty_id, "reopen", form, act, _("The duty is taken up again."))
