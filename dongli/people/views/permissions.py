"""Who may see or do what, and why; for oneself, and for administrators and auditors over their area."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.organisations.models import Organisation
from dongli.people import capabilities
from dongli.people.actions.roles import AUDITING
from dongli.people.guards import login_required, staff_required, viewer_from
from dongli.people.models import Role
from dongli.people.queries import permissions as queries
from dongli.people.queries.permissions import EXPLAINING, Question
from dongli.people.role_words import GIVES
from dongli.people.viewer import Viewer

LONGEST = 50


@require_safe
@staff_required
def index(request: HttpRequest) -> HttpResponse:
    """Who may see or do this, and why. Whoever oversees nobody is sent to what they may do themselves."""
    viewer = viewer_from(request)
    if not viewer.has(*EXPLAINING):
        return HttpResponseRedirect(reverse("people:permissions_mine"))
    question = _question(request, viewer)
    asked = question != Question()
    words, person = _words(request, "q"), _words(request, "person")
    paths = viewer.paths(*EXPLAINING)
    context = {
        "question": question,
        "answer": queries.who(viewer, question, after=request.GET.get("after", "")) if asked else None,
        "things": capabilities.grouped(capabilities.every()),
        "words": words,
        "places": _places(paths, words),
        "units": queries.organisations(paths, words),
        "kept": urlencode({"what": question.capability.name}) if question.capability is not None else "",
        "person_words": person,
        "people": list(queries.people(viewer, text=person)[: queries.PAGE]) if person else [],
        "clashes": queries.clashes(viewer),
        "audits": viewer.has(*AUDITING),
    }
    return render(request, "people/permissions.html", context)


def _words(request: HttpRequest, name: str) -> str:
    return strip_controls(request.GET.get(name, "")).strip()[:LONGEST]


def _places(paths: list[str], words: str) -> list[Area]:
    """Places of the viewer's area whose name, pinyin or initials fit."""
    if not words:
        return []
    roots = Area.objects.filter(path__in=paths)
    found = {one.pk: one for root in roots for one in areas.search(words, within=root, limit=queries.FOUND)}
    return list(found.values())[: queries.FOUND]


def _question(request: HttpRequest, viewer: Viewer) -> Question:
    """What the address asks; a place or organisation that is not there asks nothing."""
    code = strip_controls(request.GET.get("place", ""))[:20]
    unit_id = parse_id(request.GET.get("unit", ""))
    area = Area.objects.filter(code=code).first() if code else None
    unit = Organisation.objects.filter(pk=unit_id).select_related("area").first() if unit_id is not None else None
    return Question(area=area, unit=unit, capability=capabilities.named(request.GET.get("what", "")))


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What I may see or do, and by which role."""
    viewer = viewer_from(request)
    base = "web/desk.html" if viewer.is_desk else "web/worker.html" if viewer.is_worker else "web/resident.html"
    return render(request, "people/permissions_person.html", _portrait(viewer, viewer.known.pk) | {"base": base})


@require_safe
@staff_required
def person(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """What this person may see or do: of the viewer's area."""
    context = _portrait(viewer_from(request), user_id)
    return render(request, "people/permissions_person.html", context | {"base": "web/desk.html"})


def _portrait(viewer: Viewer, user_id: UUID) -> dict[str, Any]:
    portrait = queries.portrait(viewer, user_id)
    return {
        "portrait": portrait,
        "own": portrait.user.pk == viewer.known.pk,
        "said": GIVES,
        "rows": [(one, GIVES.get(one.grant.role, "")) for one in portrait.now],
    }


@require_safe
@staff_required
def roles(request: HttpRequest) -> HttpResponse:
    """What each role lets its holder do."""
    viewer = viewer_from(request)
    chosen = request.GET.get("role", "")
    context = {
        "base": "web/desk.html" if viewer.is_desk else "web/worker.html",
        "roles": [(role, GIVES[role]) for role in Role],
        "role": Role(chosen) if chosen in Role.values else None,
        "gives": queries.gives(chosen) if chosen in Role.values else [],
        "words": GIVES.get(chosen, ""),
    }
    return render(request, "people/permissions_roles.html", context)
