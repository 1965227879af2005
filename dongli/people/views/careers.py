"""Careers at the desk: workers by name, one worker's record, facts and their corrections, contests."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, Refusal
from dongli.common.ids import parse_id
from dongli.people import career_records as records
from dongli.people.actions import career_contests, careers
from dongli.people.career_forms import DecisionForm, FactForm, offers
from dongli.people.guards import desk_required, viewer_from
from dongli.people.models import CareerContest, CareerFile, FactKind, PayFact
from dongli.people.queries import careers as queries
from dongli.people.viewer import Viewer


def keeper(request: HttpRequest) -> Viewer:
    """The viewer, if they keep the careers of any area; raises `NotAllowed`."""
    viewer = viewer_from(request)
    if not viewer.has(*careers.KEEPERS):
        raise NotAllowed("careers_of_others", _("Careers are kept by the organisation desk of the area."))
    return viewer


def explain(form: forms.Form, refusal: Refusal) -> None:
    """A refusal as an error of the form, at its field when it names one that is there."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@require_safe
@desk_required
def workers(request: HttpRequest) -> HttpResponse:
    """Workers of the viewer's areas by name, and contests that wait for an answer. Neither grade nor pay."""
    viewer = keeper(request)
    text = request.GET.get("q", "")[:40]
    context = {
        "page": queries.files(viewer, text=text, after=request.GET.get("after", "")),
        "text": text,
        "waiting": queries.contests_waiting(viewer),
    }
    return render(request, "people/careers/workers.html", context)


@require_safe
@desk_required
def newcomers(request: HttpRequest) -> HttpResponse:
    """Staff of the viewer's areas who have no record yet, to open one."""
    viewer = keeper(request)
    text = request.GET.get("q", "")[:40]
    return render(request, "people/careers/newcomers.html", {"people": queries.newcomers(viewer, text), "text": text})


@require_POST
@desk_required
def open_file(request: HttpRequest, person_id: UUID) -> HttpResponseBase:
    """Open the record of a worker."""
    viewer = keeper(request)
    careers.open_career_file(viewer=viewer, person=queries.newcomer(viewer, person_id))
    return HttpResponseRedirect(reverse("people:career", args=[person_id]))


@require_safe
@desk_required
def worker(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One worker: grade and pay explained, facts, what was known when, contests. That it was opened is on record."""
    viewer = keeper(request)
    file = queries.file_of(viewer, person_id)
    careers.note_look(viewer=viewer, file=file)
    asked = records.asked(request.GET)
    context = {"record": records.record(file, asked), "kinds": FactKind.choices, "asked": asked, "file": file}
    return render(request, "people/careers/worker.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def fact(request: HttpRequest, person_id: UUID) -> HttpResponseBase:
    """Record a fact (`?kind=`), or correct one (`?of=`); a button takes a fact back."""
    viewer = keeper(request)
    file = queries.file_of(viewer, person_id)
    old = _fact_of(file, request.GET.get("of", ""))
    kind = old.kind if old is not None else request.GET.get("kind", "")
    if kind not in FactKind.values:
        return HttpResponseRedirect(reverse("people:career", args=[person_id]))
    form = FactForm(request.POST or None, kind=kind, offers=_offers(file), old=old)
    taking_back = request.POST.get("do") == "withdraw" and old is not None
    if taking_back:
        for name in ("value", "since"):
            if name in form.fields:
                form.fields[name].required = False
    if request.method == "POST" and form.is_valid():
        try:
            _write(viewer, file, form, old, withdraw=taking_back)
            messages.success(request, _("Recorded."))
            return HttpResponseRedirect(reverse("people:career", args=[person_id]))
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
    context = {"file": file, "form": form, "old": old, "kind": FactKind(kind).label}
    return render(request, "people/careers/fact.html", context, status=422 if form.errors else 200)


def _write(viewer: Viewer, file: CareerFile, form: FactForm, old: PayFact | None, *, withdraw: bool) -> None:
    if withdraw and old is not None:
        careers.withdraw_fact(viewer=viewer, key=form.key, fact_id=old.pk, reason=form.cleaned_data["reason"])
        return
    careers.record_fact(
        viewer=viewer,
        key=form.key,
        person=file.person,
        fact=form.fact,
        supersedes=old.pk if old is not None else None,
        reason=form.cleaned_data.get("reason", ""),
    )


def _fact_of(file: CareerFile, asked: str) -> PayFact | None:
    """The fact that `?of=` names, if it is one of this worker's."""
    key = parse_id(asked)
    return next((one for one in queries.history(file.person) if one.pk == key), None) if key is not None else None


def _offers(file: CareerFile) -> dict[str, list[tuple[str, str]]]:
    scheme = queries.book().at(file.area.path, today())
    return offers([scheme] if scheme is not None else [])


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def contest(request: HttpRequest, contest_id: UUID) -> HttpResponseBase:
    """What a worker contests, and the decision."""
    viewer = keeper(request)
    found = queries.contest(viewer, contest_id)
    file = found.person.career_file
    form = DecisionForm(request.POST or None, old=found.fact, offers=_offers(file))
    if request.method == "POST" and form.is_valid():
        try:
            _decide(viewer, found, form)
            messages.success(request, _("Answered. The worker has been told."))
            return HttpResponseRedirect(reverse("people:career", args=[found.person_id]))
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
    context = {"contest": found, "file": file, "form": form, "said": records.said(found.fact) if found.fact else ""}
    return render(request, "people/careers/contest.html", context, status=422 if form.errors else 200)


def _decide(viewer: Viewer, found: CareerContest, form: DecisionForm) -> None:
    decision = form.cleaned_data["decision"]
    career_contests.decide_contest(
        viewer=viewer,
        contest_id=found.pk,
        upheld=decision != "refused",
        answer=form.cleaned_data["answer"],
        correction=form.correction,
        correction_key=form.key,
        withdraw=decision == "withdraw",
    )
