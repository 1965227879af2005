"""Merging, splitting and dissolving: what passes is shown first, then confirmed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dongli.common.ids import parse_id
from dongli.organisations import rules
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.actions import reorganising
from dongli.people.actions.reorganising import Parting
from dongli.people.guards import desk_required, viewer_from
from dongli.people.organising_forms import ActForm, MergeForm, SplitForm
from dongli.people.queries import organisations as queries
from dongli.people.views.acting import Page, form_of, handle, kept, sheet_of

SPLIT_ROWS = 200


@require_http_methods(["GET", "POST"])
@desk_required
def merge(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Merge it into another: what passes is shown first, then confirmed."""
    one = kept(request, organisation_id)
    viewer = viewer_from(request)
    form: MergeForm = form_of(request, MergeForm)
    kinds = tuple(str(kind) for kind in rules.together(OrganisationKind(one.kind)))
    page = Page(
        _("Merge into another organisation"), form, sheet_of(one.pk), _("Merge into another"), one, one.area, kinds
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

    return handle(
        request, page, act, _("Merged: everything has passed on."), then=lambda: sheet_of(form.cleaned_data["other"])
    )


@require_http_methods(["GET", "POST"])
@desk_required
def split(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Split a part off: what passes to it is chosen, shown, then confirmed."""
    one = kept(request, organisation_id)
    viewer = viewer_from(request)
    kind = OrganisationKind(one.kind)
    form: SplitForm = form_of(request, SplitForm, kind=kind)
    page = Page(_("Split a part off"), form, sheet_of(one.pk), _("Split off a part"), one, one.area)
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

    return handle(request, page, act, _("Split: what you chose has passed on."), then=lambda: sheet_of(made[-1].pk))


@require_http_methods(["GET", "POST"])
@desk_required
def dissolve(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """Dissolve it, once it holds nothing."""
    one = kept(request, organisation_id)
    viewer = viewer_from(request)
    form: ActForm = form_of(request, ActForm)
    page = Page(_("Dissolve"), form, sheet_of(one.pk), _("Dissolve"), one)
    page.more = {
        "template": "people/organisations/reorganise.html",
        "holdings": queries.holdings(viewer, one),
        "verb": "dissolve",
    }
    return handle(
        request,
        page,
        lambda: reorganising.dissolve(viewer=viewer, organisation_id=one.pk, basis=form.basis),
        _("Dissolved. Its records stay."),
    )
