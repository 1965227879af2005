"""What residents open: filing, the timeline behind the secret link or the log-in, rating, a lost link."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Level
from dongli.cases import links, safety, wording
from dongli.cases.actions import closing, filing
from dongli.cases.actions.lost_link import send_lost_link
from dongli.cases.forms.resident import AddForm, FindForm, RateForm, ReopenForm, WithdrawForm
from dongli.cases.models import Case
from dongli.cases.queries import contact_looks as looks
from dongli.cases.queries import lists
from dongli.cases.queries.detail import Entry
from dongli.cases.queries.resident import STAGES, TITLES, public_classes, resident_file, suggestions
from dongli.cases.views.doors import Door, enter, private
from dongli.cases.views.drafts import Drafts, posted
from dongli.cases.views.filing import Mode, add_refusal, filing_page
from dongli.cases.wording import Line
from dongli.common.errors import NotFound, Refusal, TooMany
from dongli.common.ids import new_id, parse_id
from dongli.common.text import strip_controls
from dongli.people.guards import viewer_from
from dongli.people.ratelimits import RateKey, hit, visitor

F = TypeVar("F", AddForm, ReopenForm)
BOTH = ["GET", "HEAD", "POST"]
MOST_ASKED = 4000


@require_http_methods(BOTH)
def report(request: HttpRequest) -> HttpResponse:
    """File an appeal. `?place=` settles the place (a QR code, a list), else it is the visitor's compound."""
    place = request.GET.get("place", "")[:20]
    viewer = viewer_from(request)
    if not place and request.method != "POST" and viewer.user is not None and viewer.user.home is not None:
        place = viewer.user.home.code
    return filing_page(request, Mode(template="cases/resident/report.html", done=_done, place=place))


def _done(case: Case) -> str:
    return reverse("report_done", args=[case.number, links.token(case)])


@require_safe
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """The address behind a QR code: the form with the place filled in; a page that helps when the code is not known."""
    try:
        area = areas.area_by_code(code)
    except NotFound:
        return render(request, "cases/resident/unknown_code.html", status=404)
    if area.retired_on is not None or area.level == Level.CITY:
        return render(request, "cases/resident/unknown_code.html", {"area": area}, status=404)
    query = urlencode({"place": area.code, "scanned": area.code})
    return HttpResponseRedirect(f"{reverse('report')}?{query}")


@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """A fragment: classes that fit what is being typed, and advice when it sounds dangerous or about staff."""
    text = strip_controls(request.POST.get("what", "")[:MOST_ASKED])
    context = {
        "suggested": suggestions(text, public_classes(strip_controls(request.POST.get("place", ""))[:20])),
        "danger": bool(safety.danger_signs(text)),
        "about_staff": bool(safety.complaint_about_staff(text)),
    }
    return private(render(request, "cases/resident/_suggest.html", context))


@require_safe
def done(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """What the filer takes home: number, secret link, what happens next and by when."""
    door = enter(request, number, token)
    file = resident_file(door.viewer, door.case)
    context = {"door": door, "file": file, "link": links.url(door.case)}
    return private(render(request, "cases/resident/done.html", context))


@dataclass(frozen=True)
class Seen:
    """When somebody looked at the contact: a line of the timeline that is no step."""

    at: datetime
    reason: str = ""
    words: str = ""


@dataclass(frozen=True)
class Told:
    """One line of the resident's timeline."""

    entry: Entry | Seen
    title: str
    icon: str
    tone: str
    lines: list[Line]
    photos: list[dict[str, str]]


@require_safe
def case_page(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """The case in plain words: where it is, who has it, by when, what happened, what one can do."""
    return _case_page(request, enter(request, number, token))


def _case_page(
    request: HttpRequest, door: Door, add: AddForm | None = None, drafts: Drafts | None = None
) -> HttpResponse:
    file = resident_file(door.viewer, door.case)
    context = {
        "door": door,
        "file": file,
        "case": door.case,
        "look": wording.CASE_LOOKS.get(door.case.state),
        "stages": [str(stage) for stage in STAGES],
        "steps": _steps(door, file.timeline),
        "photos": door.photo_links(file.photos),
        "add": add or AddForm(),
        "drafts": drafts.photos if drafts else [],
    }
    response = private(render(request, "cases/resident/case.html", context, status=422 if add else 200))
    if drafts is not None:
        drafts.remember(response)
    return response


def _steps(door: Door, timeline: list[Entry]) -> list[Told]:
    """What happened, newest first; and who opened the contact in between."""
    told = [_told(door, entry) for entry in reversed(timeline)]
    return sorted([*told, *map(_looked, looks.at_case(door.case))], key=lambda one: one.entry.at, reverse=True)


def _looked(look: looks.Look) -> Told:
    who = " · ".join(part for part in (look.who, look.office) if part)
    return Told(Seen(look.at), _("Somebody opened your name and phone"), "eye", "", [Line(who)], [])


def _told(door: Door, entry: Entry) -> Told:
    icon, tone = wording.STEP_LOOKS.get(entry.verb, ("circle-dot", ""))
    title = str(TITLES.get(entry.verb, entry.done))
    lines = wording.lines(entry.step, for_staff=False)
    if entry.shared:
        title, lines = str(entry.done), [*lines, Line(_("For all who reported it."))]
    return Told(entry, title, icon, tone, lines, door.photo_links(entry.photos))


def _key(request: HttpRequest) -> UUID:
    return parse_id(request.POST.get("idempotency_key", "")) or new_id()


def _back(door: Door, anchor: str = "") -> HttpResponse:
    response = HttpResponseRedirect(f"{door.page}{anchor}")
    response.status_code = 303
    return private(response)


@require_POST
def add(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """Add words and photos to an open case."""
    door = enter(request, number, token)
    drafts, form = _with_photos(request, AddForm(request.POST))
    if form.is_valid():
        try:
            filing.add_words(
                viewer=door.viewer, case_id=door.case.id, key=_key(request), words=form.cleaned_data["words"],
                photos=drafts.ids, draft_key=drafts.key,
            )  # fmt: skip
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Added. Whoever has the case has been told."))
            return _back(door)
    return _case_page(request, door, form, drafts)


def _with_photos(request: HttpRequest, form: F) -> tuple[Drafts, F]:
    """The form with its photos kept as drafts; what was wrong with some is said at their field."""
    drafts = posted(request)
    try:
        refusals: list[Refusal] = list(drafts.add(request, request.FILES.getlist("photos")).refusals)
    except TooMany as too_many:
        refusals = [too_many]
    for refusal in refusals:
        form.add_error("photos", str(refusal.message))
    return drafts, form


@require_http_methods(BOTH)
def withdraw(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """Take the case back, after one plain question."""
    door = enter(request, number, token)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            filing.withdraw(
                viewer=door.viewer, case_id=door.case.id, key=_key(request), words=form.cleaned_data["words"]
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Your appeal has been withdrawn."))
            return _back(door)
    return _form_page(request, "cases/resident/withdraw.html", door, form)


@require_http_methods(BOTH)
def rate(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """Three questions on one screen; who says “not solved” is led on to having it handled again."""
    door = enter(request, number, token)
    form = RateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            closing.rate(
                viewer=door.viewer, case_id=door.case.id, key=_key(request), contacted=answers["contacted"] == "yes",
                solved=answers["solved"] == "yes", satisfaction=answers["satisfaction"], words=answers["words"],
            )  # fmt: skip
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Thank you. Your answer has been kept."))
            return _back(door) if answers["solved"] == "yes" else private(HttpResponseRedirect(door.reopen_url))
    return _form_page(request, "cases/resident/rate.html", door, form)


@require_http_methods(BOTH)
def reopen(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """Say that it is not solved: it is handled a second time."""
    door = enter(request, number, token)
    drafts, form = Drafts(), ReopenForm()
    if request.method == "POST":
        drafts, form = _with_photos(request, ReopenForm(request.POST))
        if form.is_valid():
            try:
                closing.reopen(
                    viewer=door.viewer, case_id=door.case.id, key=_key(request), words=form.cleaned_data["words"],
                    photos=drafts.ids, draft_key=drafts.key,
                )  # fmt: skip
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("It is being handled again. You see below who has it and by when."))
                return _back(door)
    response = _form_page(request, "cases/resident/reopen.html", door, form, drafts)
    drafts.remember(response)
    return response


def _form_page(
    request: HttpRequest,
    template: str,
    door: Door,
    form: WithdrawForm | RateForm | ReopenForm,
    drafts: Drafts | None = None,
) -> HttpResponse:
    """A page with one question about the case; when the question no longer arises it says so instead."""
    verb = template.rsplit("/", 1)[-1].removesuffix(".html")
    context = {
        "door": door,
        "case": door.case,
        "form": form,
        "drafts": drafts.photos if drafts else [],
        "possible": verb in resident_file(door.viewer, door.case).verbs,
    }
    return private(render(request, template, context, status=422 if form.is_bound else 200))


@require_http_methods(BOTH)
def find(request: HttpRequest) -> HttpResponse:
    """Send the link again to the phone it was filed with; the answer never tells whether there is such a case."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        number, phone = form.cleaned_data["number"].upper(), form.cleaned_data["phone"]
        try:
            hit(RateKey("link_by_phone", phone), *visitor(request, "link"))
        except TooMany as refusal:
            add_refusal(form, refusal)
        else:
            send_lost_link(number=number, phone=phone)
            return private(render(request, "cases/resident/link_sent.html", {"number": number, "phone": phone}))
    return private(render(request, "cases/resident/find.html", {"form": form}, status=422 if form.is_bound else 200))


@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    """What the visitor has filed, newest first."""
    page = lists.my_cases(viewer_from(request), request.GET.get("after", ""))
    context = {"page": page, "looks": wording.CASE_LOOKS}
    return private(render(request, "cases/resident/my_cases.html", context))
