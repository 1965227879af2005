"""Organisations to look at: the tree along the axis, the search, one organisation, my own."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.text import strip_controls
from dongli.organisations import rules
from dongli.organisations.models import COMMITTEE_KINDS, OrganisationKind
from dongli.people.actions.organising import ORGANISERS
from dongli.people.guards import desk_required, login_required, viewer_from
from dongli.people.organisation_doors import doors
from dongli.people.queries import organisations as queries
from dongli.people.queries.organisation_history import organisation_as_of


@require_safe
@desk_required
def tree(request: HttpRequest) -> HttpResponse:
    """A place with what stands there and the places below it; with words or a kind, what is found instead."""
    viewer = viewer_from(request)
    area = _area(request)
    words, kind = request.GET.get("q", "").strip()[: queries.LONGEST_SEARCH], request.GET.get("kind", "")
    kinds = [kind] if kind in OrganisationKind.values else []
    context: dict[str, Any] = {
        "area": area,
        "crumbs": areas.breadcrumb(area),
        "words": words,
        "kind": kind,
        "kinds": OrganisationKind.choices,
        "may_found": viewer.covers(ORGANISERS, area),
    }
    if words or kinds:
        ended, after = request.GET.get("ended") == "1", request.GET.get("after", "")
        context["page"] = queries.search(words, area=area, kinds=kinds, after=after, ended=ended)
        context["ended"] = ended
        return render(request, "people/organisations/found.html", context)
    context["place"] = queries.place(area)
    return render(request, "people/organisations/tree.html", context)


@require_safe
@desk_required
def below(request: HttpRequest, code: str) -> HttpResponse:
    """One node of the tree as a fragment: fetched when it is opened."""
    return render(request, "people/organisations/_place.html", {"place": queries.place(areas.area_by_code(code))})


def _area(request: HttpRequest) -> Area:
    """The area asked for; else the nearest that holds all of the viewer's own, else the city."""
    code = strip_controls(request.GET.get("area", ""))[:20]
    if code:
        return areas.area_by_code(code)
    paths = sorted({held.path for held in viewer_from(request).held if held.path}, key=len)
    found = Area.objects.filter(path=paths[0]).first() if paths else None
    return found or areas.city()


@require_safe
@desk_required
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation: facts, ground, members, links, who serves there, history, and what may be done."""
    viewer = viewer_from(request)
    sheet = queries.sheet(viewer, organisation_id)
    context = {"sheet": sheet, "doors": doors(viewer, sheet.organisation), **_offers(sheet), "today": today()}
    if (day := _day(request.GET.get("on", ""))) is not None:
        context |= {"day": day, "then": organisation_as_of(sheet.organisation, day)}
    return render(request, "people/organisations/page.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _offers(sheet: queries.Sheet) -> dict[str, Any]:
    """Which acts the page offers."""
    found = sheet.organisation
    kind = OrganisationKind(found.kind)
    may = sheet.may_organise and found.dissolved_on is None
    return {
        "may_act": may,
        "may_merge": may and kind in rules.MERGEABLE,
        "may_ground": may and kind in rules.GROUNDS,
        "may_join": may and kind in COMMITTEE_KINDS,
    }


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """My organisation; a list when there are several. Whoever has no desk reads its facts and no more."""
    viewer = viewer_from(request)
    found = queries.mine(viewer)
    if len(found) == 1 and viewer.is_desk:
        return HttpResponseRedirect(reverse("people:organisation", args=[found[0].pk]))
    base = "web/desk.html" if viewer.is_desk else "web/worker.html" if viewer.is_worker else "web/resident.html"
    return render(request, "people/organisations/mine.html", {"organisations": found, "base": base})


def address(area: Area, **query: str) -> str:
    """The tree's page at an area."""
    return f"{reverse('people:organisations')}?{urlencode({'area': area.code, **query})}"
