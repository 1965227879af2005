"""The network of an organisation, units that nobody is linked with, idle links, and committees at work."""

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dongli.areas.queries import breadcrumb
from dongli.common.clock import now
from dongli.common.errors import NotAllowed
from dongli.organisations.models import Organisation, UnitKind
from dongli.partnerships import access, wording
from dongli.partnerships.drawing import draw
from dongli.partnerships.queries import links
from dongli.partnerships.queries import meetings as meeting_queries
from dongli.partnerships.queries import network as queries
from dongli.partnerships.queries.network import Tie
from dongli.people.guards import desk_required, viewer_from

MOST_EXPORTED = 50_000


@desk_required
@require_safe
def network(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Who works with this organisation and how much happened in a year: a drawing, and the same as a table."""
    viewer = viewer_from(request)
    found = queries.network(viewer, organisation_id, request.GET.get("after", ""))
    context = {
        "network": found,
        "drawing": draw(found.centre.name, found.ties, [_said(tie) for tie in found.ties]),
        "crumbs": [*breadcrumb(found.centre.area), _sheet(found.centre)],
        "may_link": access.keeps(viewer, found.centre),
        "as_of": now(),
    }
    return render(request, "partnerships/network.html", context)


def _sheet(found: Organisation) -> tuple[str, str]:
    """The way back to the organisation's own page."""
    return found.name, reverse("people:organisation", args=[found.id])


def _said(tie: Tie) -> str:
    ways = list(dict.fromkeys(tie.ways))
    said = [ways[0] if ways else ""] + ([f"+{len(ways) - 1}"] if len(ways) > 1 else [])
    if tie.met:
        said.append(_("meetings %(came)d/%(met)d") % {"came": tie.came, "met": tie.met})
    if tie.decided:
        said.append(_("decisions %(fulfilled)d/%(decided)d") % {"fulfilled": tie.fulfilled, "decided": tie.decided})
    if not (tie.met or tie.decided):
        said.append(_("nothing in a year"))
    return " · ".join(said)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The area and the kind of unit a list is about. Raises `NotAllowed` for whoever watches over no area."""
    viewer = viewer_from(request)
    if not viewer.has(*access.WATCHING_ROLES):
        raise NotAllowed("no_area", _("This list is for the desks of an area."))
    kind = request.GET.get("kind", "")
    return {
        "area": queries.watched_area(viewer, request.GET.get("area", "")),
        "kind": kind if kind in UnitKind.values else "",
    }


@desk_required
@require_safe
def unlinked(request: HttpRequest) -> HttpResponse:
    """Units that nobody is linked with, by area."""
    viewer, asked = viewer_from(request), _asked(request)
    context = {
        **asked,
        "page": queries.unlinked(viewer, **asked, after=request.GET.get("after", "")),
        "areas": queries.own_areas(viewer),
        "kinds": UnitKind.choices,
    }
    return render(request, "partnerships/unlinked.html", context)


class _Echo:
    """What is written comes back, for a file that is sent as it is made."""

    def write(self, text: str) -> str:
        return text


@desk_required
@require_safe
def unlinked_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as a file for spreadsheets, UTF-8 with a byte order mark."""
    asked = _asked(request)
    rows = queries.unlinked_rows(viewer_from(request), **asked).select_related("area__parent")
    response = StreamingHttpResponse(
        _lines(rows.order_by("pinyin", "id")[:MOST_EXPORTED].iterator(2000)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="unlinked-units.csv"'
    return response


def _lines(rows: Iterator[Organisation]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([_("Code of the unit"), _("Unit"), _("Kind"), _("Area"), _("Within")])
    for one in rows:
        above = one.area.parent.name if one.area.parent is not None else ""
        cells = [one.code, one.name, one.get_unit_kind_display(), one.area.name, above]
        yield writer.writerow([_plain(cell) for cell in cells])


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") else text


@desk_required
@require_safe
def idle(request: HttpRequest) -> HttpResponse:
    """Links in which nothing happened for a year."""
    viewer, asked = viewer_from(request), _asked(request)
    context = {
        "area": asked["area"],
        "page": links.idle(viewer, area=asked["area"], after=request.GET.get("after", "")),
        "areas": queries.own_areas(viewer),
    }
    return render(request, "partnerships/idle.html", context)


@desk_required
@require_safe
def committees(request: HttpRequest) -> HttpResponse:
    """Industry, supply-chain and joint committees of my area, and those my unit belongs to."""
    return render(request, "partnerships/committees.html", {"committees": queries.committees(viewer_from(request))})


@desk_required
@require_safe
def committee(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """A committee at work: its members, and its meetings."""
    viewer = viewer_from(request)
    found = queries.committee(viewer, organisation_id)
    members, following = queries.members(found, request.GET.get("after", ""))
    came = queries.came_from(found, members)
    context = {
        "committee": found,
        "members": [(one, came[one.member_id]) for one in members],
        "next": following,
        "planned": meeting_queries.meetings(viewer, "planned", convenor=found).rows,
        "due": meeting_queries.meetings(viewer, "minutes", convenor=found).rows,
        "held": meeting_queries.meetings(viewer, "held", convenor=found).rows,
        "looks": wording.STATE_LOOKS,
        "may_convene": access.keeps(viewer, found),
        "crumbs": [*breadcrumb(found.area), _sheet(found)],
    }
    return render(request, "partnerships/committee.html", context)
