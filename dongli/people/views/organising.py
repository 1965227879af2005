"""Acts on organisations: one address per verb, each a form with its date and document."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.common.errors import NotFound, Refusal
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.organisations import rules
from dongli.organisations.models import Ground, Membership, Organisation, OrganisationKind
from dongli.people.actions import organising, reorganising
from dongli.people.actions.reorganising import Parting
from dongli.people.guards import desk_required, viewer_from
from dongli.people.organising_forms import (
    ActForm,
    FoundForm,
    GroundForm,
    JoinForm,
    MergeForm,
    MoveForm,
    RenameForm,
    SplitForm,
    ground_levels,
    label_of_area,
)
from dongli.people.queries import organisations as queries

CHOICES = 12
SPLIT_ROWS = 200
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
        context = {"page": self, "form": self.form, "words": _words(request), **self.more}
        return render(request, template, context, status=status)


def _words(request: HttpRequest) -> str:
    return strip_controls((request.POST or request.GET).get("q", "")).strip()[: queries.LONGEST_SEARCH]


def choices(request: HttpRequest, page: Page) -> list[Choice]:
    """(value, label, note) of what may be chosen: what was looked for, else what is near; the chosen one first."""
    words, chosen = _words(request), str(page.form["other"].value() or "") if page.form.seeks else ""
    if page.form.seeks == "compound":
        return _areas(words, page, chosen)
    if page.form.seeks != "organisation":
        return []
    near = page.area
    found = queries.found_near(words, page.kinds, near) if words else queries.near(near, page.kinds)
    key = parse_id(chosen) if chosen else None
    first = [one for one in [queries.by_id(key)] if one is not None] if key is not None else []
    own = page.organisation.pk if page.organisation is not None else None
    rows = {one.pk: one for one in [*first, *found] if one.pk != own}
    return [(str(one.pk), one.name, f"{one.area.name} · {one.get_kind_display()}") for one in rows.values()][:CHOICES]


def _areas(words: str, page: Page, chosen: str) -> list[Choice]:
    found = areas.search(words, levels=[Level(level) for level in page.kinds], limit=CHOICES) if words else []
    first = list(Area.objects.active().filter(code=strip_controls(chosen)).select_related("parent")) if chosen else []
    rows = {one.pk: one for one in [*first, *found]}
    return [(one.code, label_of_area(one), str(one.get_level_display())) for one in rows.values()]


@require_safe
@desk_required
def choose(request: HttpRequest) -> HttpResponse:
    """The choices of a form while somebody types: organisations of some kinds, or places of some levels."""
    kinds = tuple(request.GET.get("kinds", "").split(","))
    words = _words(request)
    found: list[Choice] = []
    if request.GET.get("seeks") == "compound":
        levels = [level for level in Level if level in kinds]
        rows = areas.search(words, levels=levels, limit=CHOICES)
        found = [(one.code, label_of_area(one), str(one.get_level_display())) for one in rows]
    elif words:
        known = [kind for kind in kinds if kind in OrganisationKind.values]
        near = Area.objects.filter(code=strip_controls(request.GET.get("near", ""))[:20]).first()
        named = queries.found_near(words, known, near)[:CHOICES]
        found = [(str(one.pk), one.name, f"{one.area.name} · {one.get_kind_display()}") for one in named]
    return render(request, "people/organisations/_choices.html", {"choices": found, "words": words})


def _handle(
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


def _form(request: HttpRequest, shape: type[ActForm], **options: Any) -> Any:
    """The form, filled in with what was sent; pressing “find” sends nothing yet."""
    if request.method != "POST":
        return shape(None, **options)
    if request.POST.get("do") != "find":
        return shape(request.POST, **options)
    initial = {name: request.POST[name] for name in shape.base_fields if request.POST.get(name)}
    return shape(None, initial=initial, **options)


def _kept(request: HttpRequest, organisation_id: UUID) -> Organisation:
    """The organisation, when it is the viewer's to keep; raises `NotFound`, `NotAllowed`."""
    found = queries.organisation(organisation_id)
    organising.check_organises(viewer_from(request), found.area)
    return found


def _sheet(organisation_id: UUID) -> str:
    return reverse("people:organisation", args=[organisation_id])


@require_http_methods(["GET", "POST"])
@desk_required
def found(request: HttpRequest) -> HttpResponseBase:
    """Found an organisation at a place: first its kind, then what the kind needs."""
    viewer = viewer_from(request)
    area = areas.area_by_code(strip_controls(request.GET.get("area", ""))[:20])
    organising.check_organises(viewer, area)
    back = f"{reverse('people:organisations')}?area={area.code}"
    kind = next((one for one in rules.kinds_at(area.level) if one == request.GET.get("kind")), None)
    if kind is None:
        context = {"area": area, "kinds": rules.kinds_at(area.level), "back": back}
        return render(request, "people/organisations/kinds.html", context)
    form: FoundForm = _form(request, FoundForm, kind=kind, functions=queries.functions())
    title = _("Found: %(kind)s") % {"kind": kind.label}
    page = Page(title, form, back, _("Found it"), area=area, kinds=rules.PARENTS[kind], optional=_("Under nobody"))
    page.lead = area.name
    made: list[Organisation] = []

    def act() -> None:
        made.append(organising.found(viewer=viewer, area=area, founding=form.founding, basis=form.basis))

    return _handle(request, page, act, _("Founded."), then=lambda: _sheet(made[0].pk))


@require_http_methods(["GET", "POST"])
@desk_required
def rename(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Rename it."""
    one = _kept(request, organisation_id)
    form: RenameForm = _form(request, RenameForm)
    page = Page(_("Rename"), form, _sheet(one.pk), _("Rename"), organisation=one)
    page.lead = _("Its work, staff and routing stay as they are: only the name changes.")
    return _handle(
        request,
        page,
        lambda: organising.rename(
            viewer=viewer_from(request), organisation_id=one.pk, name=form.cleaned_data["name"], basis=form.basis
        ),
        _("Renamed."),
    )


@require_http_methods(["GET", "POST"])
@desk_required
def move(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Put it under another parent."""
    one = _kept(request, organisation_id)
    form: MoveForm = _form(request, MoveForm)
    kinds = tuple(str(kind) for kind in rules.PARENTS[OrganisationKind(one.kind)])
    page = Page(_("Put under another parent"), form, _sheet(one.pk), _("Change parent"), one, one.area, kinds)
    page.optional = _("Under nobody")
    if one.parent is not None:
        page.lead = _("Now under: %(name)s") % {"name": one.parent.name}
    return _handle(
        request,
        page,
        lambda: organising.move(
            viewer=viewer_from(request), organisation_id=one.pk, parent_id=form.other_id(), basis=form.basis
        ),
        _("Moved."),
    )


@require_http_methods(["GET", "POST"])
@desk_required
def merge(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Merge it into another: what passes is shown first, then confirmed."""
    one = _kept(request, organisation_id)
    viewer = viewer_from(request)
    form: MergeForm = _form(request, MergeForm)
    kinds = tuple(str(kind) for kind in rules.together(OrganisationKind(one.kind)))
    page = Page(
        _("Merge into another organisation"), form, _sheet(one.pk), _("Merge into another"), one, one.area, kinds
    )
    page.more = {
        "template": "people/organisations/reorganise.html",
        "holdings": queries.holdings(viewer, one),
        "verb": "merge",
    }

    def act() -> None:
        data = form.cleaned_data
        reorganising.merge(
            viewer=viewer,
            organisation_id=one.pk,
            into_id=data["other"],
            basis=form.basis,
            new_name=data["new_name"],
        )

    return _handle(
        request, page, act, _("Merged: everything has passed on."), then=lambda: _sheet(form.cleaned_data["other"])
    )


@require_http_methods(["GET", "POST"])
@desk_required
def split(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Split a part off: what passes to it is chosen, shown, then confirmed."""
    one = _kept(request, organisation_id)
    viewer = viewer_from(request)
    kind = OrganisationKind(one.kind)
    form: SplitForm = _form(request, SplitForm, kind=kind)
    page = Page(_("Split a part off"), form, _sheet(one.pk), _("Split off a part"), one, one.area)
    page.kinds, page.optional = tuple(str(like) for like in rules.together(kind)), _("The new part named above")
    passes = frozenset(request.POST.getlist("passes"))
    chosen = {
        part: frozenset(filter(None, map(parse_id, request.POST.getlist(f"row-{part}"))))
        for part in queries.choosable()
    }
    page.more = {
        "template": "people/organisations/reorganise.html",
        "holdings": queries.holdings(viewer, one, limit=SPLIT_ROWS),
        "verb": "split",
        "passes": passes,
        "chosen": {str(row) for rows in chosen.values() for row in rows},
    }
    made: list[Organisation] = []

    def act() -> None:
        parting = Parting(form.founding, form.other_id(), passes, chosen)
        made.append(reorganising.split(viewer=viewer, organisation_id=one.pk, parting=parting, basis=form.basis))

    return _handle(request, page, act, _("Split: what you chose has passed on."), then=lambda: _sheet(made[-1].pk))


@require_http_methods(["GET", "POST"])
@desk_required
def dissolve(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Dissolve it, once it holds nothing."""
    one = _kept(request, organisation_id)
    viewer = viewer_from(request)
    form: ActForm = _form(request, ActForm)
    page = Page(_("Dissolve"), form, _sheet(one.pk), _("Dissolve"), one)
    page.more = {
        "template": "people/organisations/reorganise.html",
        "holdings": queries.holdings(viewer, one),
        "verb": "dissolve",
    }
    return _handle(
        request,
        page,
        lambda: reorganising.dissolve(viewer=viewer, organisation_id=one.pk, basis=form.basis),
        _("Dissolved. Its records stay."),
    )


@require_http_methods(["GET", "POST"])
@desk_required
def put_on_ground(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Let it serve another place."""
    one = queries.organisation(organisation_id)
    viewer = viewer_from(request)
    if not viewer.has(*organising.ORGANISERS):
        organising.check_organises(viewer, one.area)
    form: GroundForm = _form(request, GroundForm)
    levels = tuple(ground_levels(OrganisationKind(one.kind)))
    page = Page(_("Put on a ground"), form, _sheet(one.pk), _("Put on this ground"), one, one.area, levels)

    def act() -> None:
        area = areas.area_by_code(form.cleaned_data["other"])
        organising.put_on_ground(viewer=viewer, organisation_id=one.pk, area=area, basis=form.basis)

    return _handle(request, page, act, _("The ground is recorded."))


@require_http_methods(["GET", "POST"])
@desk_required
def take_off_ground(request: HttpRequest, ground_id: UUID) -> HttpResponseBase:
    """End the service of a ground."""
    row = Ground.objects.select_related("area", "organisation__area").filter(pk=ground_id).first()
    if row is None:
        raise NotFound("no_ground", _("There is no such ground."))
    viewer = viewer_from(request)
    if not viewer.covers(organising.ORGANISERS, row.area):
        organising.check_organises(viewer, row.organisation.area)
    form: ActForm = _form(request, ActForm)
    form.fields["on"].label = _("First day without it")
    page = Page(_("Take off a ground"), form, _sheet(row.organisation_id), _("End it"), row.organisation)
    page.lead = row.area.name
    return _handle(
        request,
        page,
        lambda: organising.take_off_ground(viewer=viewer, ground_id=row.pk, basis=form.basis),
        _("The ground has ended."),
    )


@require_http_methods(["GET", "POST"])
@desk_required
def join(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Let an organisation join this committee."""
    one = _kept(request, organisation_id)
    form: JoinForm = _form(request, JoinForm)
    page = Page(_("Take in a member"), form, _sheet(one.pk), _("Take in"), one, one.area)

    def act() -> None:
        organising.join(
            viewer=viewer_from(request), committee_id=one.pk, member_id=form.cleaned_data["other"], basis=form.basis
        )

    return _handle(request, page, act, _("The member is recorded."))


@require_http_methods(["GET", "POST"])
@desk_required
def leave(request: HttpRequest, membership_id: UUID) -> HttpResponseBase:
    """End a membership in a committee."""
    row = Membership.objects.select_related("committee__area", "member").filter(pk=membership_id).first()
    if row is None:
        raise NotFound("no_membership", _("There is no such membership."))
    viewer = viewer_from(request)
    organising.check_organises(viewer, row.committee.area)
    form: ActForm = _form(request, ActForm)
    form.fields["on"].label = _("First day without it")
    page = Page(_("End a membership"), form, _sheet(row.committee_id), _("End it"), row.committee)
    page.lead = row.member.name
    return _handle(
        request,
        page,
        lambda: organising.leave(viewer=viewer, membership_id=row.pk, basis=form.basis),
        _("The membership has ended."),
    )
