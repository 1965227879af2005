"""How any verb of the staff is asked and answered: its page or panel, the step itself, and the way back."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from dongli.cases.forms.staff import VerbForm
from dongli.cases.models import Case
from dongli.cases.queries import detail
from dongli.cases.queries.phrases import phrases_for
from dongli.cases.views.answers import quiet, taken, to_mend
from dongli.cases.views.casefile import LABELS, room_of, sheet
from dongli.cases.views.rows import row_of
from dongli.cases.workflow import transition
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.common.http import wants_json
from dongli.common.ids import parse_id
from dongli.people.guards import viewer_from
from dongli.people.viewer import Viewer

Act = Callable[[], Case]


@dataclass
class Page:
    """Where a verb is asked: its case, who asks, from which room, and what its page shows beside the form."""

    request: HttpRequest
    verb: str
    case: Case
    task_id: UUID | None = None
    whistle_id: UUID | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        return viewer_from(self.request)

    @property
    def room(self) -> str:
        """The room they ask from."""
        return room_of(self.request, self.viewer)

    def check_offered(self) -> None:
        """A page is shown only for what can be done now: raises `Conflict` otherwise."""
        file = detail.case_file(self.viewer, self.case)
        for offer in file.offers:
            task_fits = self.task_id is None or (offer.task is not None and offer.task.id == self.task_id)
            whistle_fits = self.whistle_id is None or (
                offer.whistle is not None and offer.whistle.id == self.whistle_id
            )
            if offer.verb == self.verb and task_fits and whistle_fits:
                return
        raise Conflict("not_now", _("This cannot be done now. Please look at the latest state of the case."))


def _is_about(offer: detail.Offer, whistle_id: UUID) -> bool:
    return offer.whistle is not None and offer.whistle.id == whistle_id


def step(page: Page, form: VerbForm, act: Act) -> HttpResponse:
    """Take the step the form describes, or show the form; input that the action refuses is said at its field."""
    if page.request.method == "POST" and (wish := page.request.POST.get("do")):
        form.take_back()
        if wish == "phrase":
            put_phrase(page, form)
    elif page.request.method == "POST":
        if form.is_valid():
            try:
                act()
            except Invalid as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            else:
                return done(page)
        elif "idempotency_key" in form.errors:
            raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
    else:
        page.check_offered()
    return form_page(page, form)


def put_phrase(page: Page, form: VerbForm) -> None:
    """The canned phrase chosen goes before the words that are there."""
    chosen = page.request.POST.get("phrase", "")
    found = next((one for one in phrases_for(page.verb, page.case) if one.key == chosen), None)
    if found is not None:
        form.initial["words"] = "\n".join(filter(None, (found.words, str(form.initial.get("words") or ""))))


def sent(request: HttpRequest) -> dict[str, Any]:
    """What was posted, files too, for a form; nothing for a page that is only opened."""
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}


def form_page(page: Page, form: VerbForm) -> HttpResponse:
    """The verb's own page; for htmx, its panel; for a phone that sends by itself, what is to be mended."""
    if form.is_bound and form.errors and wants_json(page.request):
        return to_mend(form)
    context = {
        "page": page,
        "case": page.case,
        "form": form,
        "title": LABELS.get(page.verb, transition(page.verb).label),
        "room": page.room,
        "back": back_to(page),
        "next": page.request.POST.get("next") or page.request.GET.get("next", ""),
        "action": page.request.get_full_path(),
        "phrases": phrases_for(page.verb, page.case) if "words" in form.fields else [],
        **page.extra,
        **quiet(page.request),
    }
    status = 422 if form.is_bound and form.errors else 200
    if is_panel(page.request):
        response = render(page.request, "cases/desk/_form.html", context, status=status)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#detail", "innerHTML show:none"
        return response
    template = "cases/worker/form.html" if page.room == "work" else "cases/desk/form.html"
    return render(page.request, template, context, status=status)


def is_panel(request: HttpRequest) -> bool:
    """Whether htmx asks for the panel of the split view."""
    return request.headers.get("HX-Request") == "true"


def back_to(page: Page) -> str:
    """Where the verb leads back to."""
    if page.room == "work":
        task_id = page.task_id or parse_id(page.request.GET.get("task", ""))
        return reverse("work_task", args=[task_id]) if task_id else reverse("work_today")
    return reverse("desk_case", args=[page.case.number])


def done(page: Page) -> HttpResponse:
    """After the step: the case again if it is still the viewer's to see, else the list."""
    words = _("%(done)s · %(number)s") % {"done": transition(page.verb).done, "number": page.case.number}
    try:
        case = detail.case_by_id(page.viewer, page.case.id)
    except NotFound:
        return _gone(page, words)
    if is_panel(page.request):
        return panel(page.request, page.viewer, case, said=words)
    return taken(page.request, words, _next(page))


def _gone(page: Page, words: str) -> HttpResponse:
    """The step took the case out of the viewer's sight."""
    address = reverse("work_today" if page.room == "work" else "desk_queue")
    if is_panel(page.request):
        messages.success(page.request, words)
        return HttpResponse(headers={"HX-Redirect": address})
    return taken(page.request, words, address)


def _next(page: Page) -> str:
    """The address the form asked to come back to, if it is one of ours."""
    url = page.request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={page.request.get_host()}, require_https=page.request.is_secure()
    )
    return url if ours and "\x00" not in url else back_to(page)


def panel(request: HttpRequest, viewer: Viewer, case: Case, *, said: str = "") -> HttpResponse:
    """The case as the split view shows it; after a step with its row of the list and a word of what was done."""
    file = detail.case_file(viewer, case)
    context = {"sheet": sheet(viewer, file, room="desk"), "row": row_of(viewer, case) if said else None}
    response = render(request, "cases/desk/_case.html", context)
    if said:
        response.headers["HX-Trigger"] = json.dumps({"toast": {"text": said, "tone": "good"}})
    return response


def tap(request: HttpRequest, page: Page, act: Callable[[UUID], Case]) -> HttpResponse:
    """A step that needs nothing but the press."""
    key = parse_id(request.POST.get("idempotency_key", ""))
    if key is None:
        raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
    act(key)
    return done(page)
