"""Acts on one organisation: one address per verb, each a form with its date and document."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.common.errors import NotFound
from dongli.common.text import strip_controls
from dongli.organisations import rules
from dongli.organisations.models import Ground, Membership, Organisation, OrganisationKind
from dongli.people.actions import organising
from dongli.people.guards import desk_required, viewer_from
from dongli.people.organising_forms import (
    ActForm,
    FoundForm,
    GroundForm,
    JoinForm,
    MoveForm,
    RenameForm,
    ground_levels,
    label_of_area,
)
from dongli.people.queries import organisations as queries
from dongli.people.views.acting import CHOICES, Choice, Page, form_of, handle, kept, sheet_of, words_of


@require_safe
@desk_required
def choose(request: HttpRequest) -> HttpResponse:
    """The choices of a form while somebody types: organisations of some kinds, or places of some levels."""
    kinds = tuple(request.GET.get("kinds", "").split(","))
    words = words_of(request)
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
    form: FoundForm = form_of(request, FoundForm, kind=kind, functions=queries.functions())
    title = _("Found: %(kind)s") % {"kind": kind.label}
    page = Page(title, form, back, _("Found it"), area=area, kinds=rules.PARENTS[kind], optional=_("Under nobody"))
    page.lead = area.name
    made: list[Organisation] = []

    def act() -> None:
        made.append(organising.found(viewer=viewer, area=area, founding=form.founding, basis=form.basis))

    return handle(request, page, act, _("Founded."), then=lambda: sheet_of(made[0].pk))


@require_http_methods(["GET", "POST"])
@desk_required
def rename(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Rename it."""
    one = kept(request, organisation_id)
    form: RenameForm = form_of(request, RenameForm)
    page = Page(_("Rename"), form, sheet_of(one.pk), _("Rename"), organisation=one)
    page.lead = _("Its work, staff and routing stay as they are: only the name changes.")
    return handle(
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
    one = kept(request, organisation_id)
    form: MoveForm = form_of(request, MoveForm)
    kinds = tuple(str(kind) for kind in rules.PARENTS[OrganisationKind(one.kind)])
    page = Page(_("Put under another parent"), form, sheet_of(one.pk), _("Change parent"), one, one.area, kinds)
    page.optional = _("Under nobody")
    if one.parent is not None:
        page.lead = _("Now under: %(name)s") % {"name": one.parent.name}
    return handle(
        request,
        page,
        lambda: organising.move(
            viewer=viewer_from(request), organisation_id=one.pk, parent_id=form.other_id(), basis=form.basis
        ),
        _("Moved."),
    )


@require_http_methods(["GET", "POST"])
@desk_required
def put_on_ground(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Let it serve another place."""
    one = queries.organisation(organisation_id)
    viewer = viewer_from(request)
    if not viewer.has(*organising.ORGANISERS):
        organising.check_organises(viewer, one.area)
    form: GroundForm = form_of(request, GroundForm)
    levels = tuple(ground_levels(OrganisationKind(one.kind)))
    page = Page(_("Put on a ground"), form, sheet_of(one.pk), _("Put on this ground"), one, one.area, levels)

    def act() -> None:
        area = areas.area_by_code(form.cleaned_data["other"])
        organising.put_on_ground(viewer=viewer, organisation_id=one.pk, area=area, basis=form.basis)

    return handle(request, page, act, _("The ground is recorded."))


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
    form: ActForm = form_of(request, ActForm)
    form.fields["on"].label = _("First day without it")
    page = Page(_("Take off a ground"), form, sheet_of(row.organisation_id), _("End it"), row.organisation)
    page.lead = row.area.name
    return handle(
        request,
        page,
        lambda: organising.take_off_ground(viewer=viewer, ground_id=row.pk, basis=form.basis),
        _("The ground has ended."),
    )


@require_http_methods(["GET", "POST"])
@desk_required
def join(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Let an organisation join this committee."""
    one = kept(request, organisation_id)
    form: JoinForm = form_of(request, JoinForm)
    page = Page(_("Take in a member"), form, sheet_of(one.pk), _("Take in"), one, one.area)

    def act() -> None:
        organising.join(
            viewer=viewer_from(request), committee_id=one.pk, member_id=form.cleaned_data["other"], basis=form.basis
        )

    return handle(request, page, act, _("The member is recorded."))


@require_http_methods(["GET", "POST"])
@desk_required
def leave(request: HttpRequest, membership_id: UUID) -> HttpResponseBase:
    """End a membership in a committee."""
    row = Membership.objects.select_related("committee__area", "member").filter(pk=membership_id).first()
    if row is None:
        raise NotFound("no_membership", _("There is no such membership."))
    viewer = viewer_from(request)
    organising.check_organises(viewer, row.committee.area)
    form: ActForm = form_of(request, ActForm)
    form.fields["on"].label = _("First day without it")
    page = Page(_("End a membership"), form, sheet_of(row.committee_id), _("End it"), row.committee)
    page.lead = row.member.name
    return handle(
        request,
        page,
        lambda: organising.leave(viewer=viewer, membership_id=row.pk, basis=form.basis),
        _("The membership has ended."),
    )
