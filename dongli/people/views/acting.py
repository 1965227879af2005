"""How a form of an act is shown, previewed and sent: shared by `organising` and `reorganising`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.common.errors import Refusal
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.organisations.models import Organisation
from dongli.people.actions import organising, reorganising
from dongli.people.guards import viewer_from
from dongli.people.organising_forms import ActForm, label_of_area
from dongli.people.queries import organisations as queries

CHOICES = 12
Choice = tuple[str, str, str]


@dataclass
class Page:
    """One form as it is shown: what is offered, what was looked for."""

    title: str
    form: ActForm
    back: str
    button: str
    organisation: Organisation | None = None
    area: Area | None = None
    kinds: tuple[str, ...] = ()
    choices: list[Choice] = field(default_factory=list)
    optional: str = ""
    lead: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def shown(self, request: HttpRequest, *, status: int = 200) -> HttpResponse:
        """The page."""
        self.choices = choices(request, self)
        template = self.more.get("template", "people/organisations/act.html")
        context = {"page": self, "form": self.form, "words": words_of(request), **self.more}
        return render(request, template, context, status=status)


def words_of(request: HttpRequest) -> str:
    return strip_controls((request.POST or request.GET).get("q", "")).strip()[: queries.LONGEST_SEARCH]


def choices(request: HttpRequest, page: Page) -> list[Choice]:
    """(value, label, note) of what may be chosen: what was looked for, else what is near; the chosen one first."""
    words, chosen = words_of(request), str(page.form["other"].value() or "") if page.form.seeks else ""
    if page.form.seeks == "compound":
        return _places(words, page, chosen)
    if page.form.seeks != "organisation":
        return []
    near = page.area
    found = queries.found_near(words, page.kinds, near) if words else queries.near(near, page.kinds)
    key = parse_id(chosen) if chosen else None
    first = [one for one in [queries.by_id(key)] if one is not None] if key is not None else []
    own = page.organisation.pk if page.organisation is not None else None
    rows = {one.pk: one for one in [*first, *found] if one.pk != own}
    return [(str(one.pk), one.name, f"{one.area.name} · {one.get_kind_display()}") for one in rows.values()][:CHOICES]


def _places(words: str, page: Page, chosen: str) -> list[Choice]:
    found = areas.search(words, levels=[Level(level) for level in page.kinds], limit=CHOICES) if words else []
    first = list(Area.objects.active().filter(code=strip_controls(chosen)).select_related("parent")) if chosen else []
    rows = {one.pk: one for one in [*first, *found]}
    return [(one.code, label_of_area(one), str(one.get_level_display())) for one in rows.values()]


def handle(
    request: HttpRequest, page: Page, act: Callable[[], object], done: str, *, then: Callable[[], str] | None = None
) -> HttpResponseBase:
    """Show the form, look again, or act; a refusal belongs in the form, so that nothing typed is lost."""
    if request.method != "POST" or request.POST.get("do") == "find":
        return page.shown(request)
    if not page.form.is_valid():
        return page.shown(request, status=422)
    try:
        if request.POST.get("do") == "preview":
            page.more["rehearsed"] = reorganising.rehearse(act)
            page.more["goes_to"] = queries.by_id(page.form.other_id()) or page.form.cleaned_data.get("name", "")
            return page.shown(request)
        act()
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        explain(page.form, refusal)
        return page.shown(request, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(then() if then is not None else page.back)


def explain(form: forms.Form, refusal: Refusal) -> None:
    """A refusal as an error of the form, at its field when it names one that is there."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def form_of(request: HttpRequest, shape: type[ActForm], **options: Any) -> Any:
    """The form, filled in with what was sent; pressing “find” sends nothing yet."""
    if request.method != "POST":
        return shape(None, **options)
    if request.POST.get("do") != "find":
        return shape(request.POST, **options)
    initial = {name: request.POST[name] for name in shape.base_fields if request.POST.get(name)}
    return shape(None, initial=initial, **options)


def kept(request: HttpRequest, organisation_id: UUID) -> Organisation:
    """The organisation, when it is the viewer's to keep; raises `NotFound`, `NotAllowed`."""
    found = queries.organisation(organisation_id)
    organising.check_organises(viewer_from(request), found.area)
    return found


def sheet_of(organisation_id: UUID) -> str:
    return reverse("people:organisation", args=[organisation_id])
