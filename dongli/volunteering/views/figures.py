"""Counts: of a unit's members for the unit; of compounds for whoever watches over them; and the catalogue of offers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.people.guards import desk_required, viewer_from
from dongli.volunteering import access
from dongli.volunteering.actions import offering
from dongli.volunteering.forms import OfferForm
from dongli.volunteering.queries import figures, offers, units
from dongli.volunteering.views.helping import key_of
from dongli.volunteering.views.taking import form_view, serving_required, status, take


@desk_required
@require_safe
def of_unit(request: HttpRequest) -> HttpResponse:
    """What my unit may know of its members: how many, by quarter; nothing about one of them."""
    found = units.my_units(viewer_from(request))
    if not found:
        raise NotAllowed("no_unit", _("This page is for officers of a unit or department."))
    asked = request.GET.get("unit", "")
    unit = next((one for one in found if str(one.pk) == asked), found[0])
    context = {"unit": unit, "units": found, "figures": units.unit_figures(unit), "fewest": units.FEWEST}
    return render(request, "volunteering/desk/unit.html", context)


@serving_required
@require_safe
def of_compounds(request: HttpRequest) -> HttpResponse:
    """Members, wishes and hours of each compound of my area."""
    viewer = viewer_from(request)
    if not access.watching_paths(viewer):
        raise NotAllowed("no_area", _("These figures are for whoever watches over an area."))
    page = figures.by_compound(viewer, after=request.GET.get("after", ""))
    return render(request, "volunteering/desk/figures.html", {"page": page, "fewest": units.FEWEST})


@desk_required
@form_view
def offer_list(request: HttpRequest) -> HttpResponse:
    """What members can offer: the city edits it, every desk reads it."""
    viewer = viewer_from(request)
    form = OfferForm(request.POST or None)

    def act() -> object:
        data = form.cleaned_data
        return offering.add_offer(viewer=viewer, key=form.key, name=data["name"], position=data["position"])

    if take(request, form, act):
        messages.success(request, _("On offer from today on."))
        return HttpResponseRedirect(reverse("desk_offers"))
    context = {"offers": offers.on_offer(), "form": form if access.edits_offers(viewer) else None}
    return render(request, "volunteering/desk/offers.html", context, status=status(form))


@desk_required
@require_POST
def rename_offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Call a kind of help by another name."""
    name = request.POST.get("name", "")
    try:
        offering.rename_offer(viewer=viewer_from(request), key=key_of(request), offer_id=offer_id, name=name)
    except (Invalid, Conflict) as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Renamed from today on."))
    return HttpResponseRedirect(reverse("desk_offers"))


@desk_required
@require_POST
def end_offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Offer it no longer."""
    offering.end_offer(viewer=viewer_from(request), offer_id=offer_id)
    messages.success(request, _("Ended. It is offered no longer."))
    return HttpResponseRedirect(reverse("desk_offers"))
