"""Filing for somebody else: building captains and grid workers where they serve, the hotline's desk anywhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dongli.areas.models import Area, Level
from dongli.cases import access
from dongli.cases.actions.lost_link import send_lost_link
from dongli.cases.models import Case, Source
from dongli.cases.queries.detail import case_by_number
from dongli.cases.views.doors import private
from dongli.cases.views.filing import Mode, filing_page
from dongli.common.errors import NotAllowed, TooMany
from dongli.people.guards import viewer_from
from dongli.people.models import Role
from dongli.people.ratelimits import RateKey, hit
from dongli.people.viewer import Viewer

BOTH = ["GET", "HEAD", "POST"]


@require_http_methods(BOTH)
def worker_report(request: HttpRequest) -> HttpResponse:
    """A captain or grid worker files what a neighbour told them, in the place where they serve."""
    viewer = viewer_from(request)
    roots = _served(viewer)
    if not roots:
        raise NotAllowed("not_your_place", _("You can file for others only where you serve."))
    root = next((area for area in roots if area.code == request.GET.get("in")), roots[0])
    source = Source.WORKER if viewer.has(Role.GRID_WORKER) or not viewer.has(Role.CAPTAIN) else Source.CAPTAIN
    mode = Mode(
        template="cases/resident/behalf_worker.html",
        done=lambda case: reverse("work_report_done", args=[case.number]),
        filed=_tell,
        source=source,
        root=root,
        roots=tuple(roots),
        place=_own_building(viewer, root),
    )
    return filing_page(request, mode)


@require_http_methods(BOTH)
def hotline(request: HttpRequest) -> HttpResponse:
    """A hotline clerk files a call, under the hotline's own ticket number."""
    if not viewer_from(request).has(*access.HOTLINE_ROLES):
        raise NotAllowed("hotline_only", _("This page is for the hotline's clerks."))
    mode = Mode(
        template="cases/resident/behalf_hotline.html",
        done=lambda case: reverse("hotline_done", args=[case.number]),
        filed=_tell,
        source=Source.HOTLINE,
    )
    return filing_page(request, mode)


@require_safe
def worker_done(request: HttpRequest, number: str) -> HttpResponse:
    """The number, for the worker to tell; the secret link goes to the resident's phone only."""
    return _done(request, number, "cases/resident/behalf_worker_done.html")


@require_safe
def hotline_done(request: HttpRequest, number: str) -> HttpResponse:
    """The number, for the clerk to tell; the secret link goes to the caller's phone only."""
    return _done(request, number, "cases/resident/behalf_hotline_done.html")


def _done(request: HttpRequest, number: str, template: str) -> HttpResponse:
    case = case_by_number(viewer_from(request), number)
    has_phone = bool(getattr(case, "contact", None) and case.contact.phone)
    return private(render(request, template, {"case": case, "has_phone": has_phone}))


def _tell(case: Case, phone: str) -> None:
    """Send the resident their link; a phone that has just had several is left in peace."""
    if not phone:
        return
    try:
        hit(RateKey("link_by_phone", phone))
    except TooMany:
        return
    send_lost_link(number=case.number, phone=phone)


def _served(viewer: Viewer) -> list[Area]:
    """The communities (or larger areas) in which the viewer may file for others, the one they serve longest first."""
    paths = viewer.paths(*access.FILING_ROLES)
    codes = [path.rstrip("/").split("/")[: Level.COMMUNITY.depth + 1][-1] for path in paths]
    found = {area.code: area for area in Area.objects.active().filter(code__in=codes)}
    return [found[code] for code in dict.fromkeys(codes) if code in found]


def _own_building(viewer: Viewer, root: Area) -> str:
    """The code of the building or compound that a captain serves in `root`; empty for others."""
    below = (path for path in viewer.paths(Role.CAPTAIN) if path.startswith(root.path) and path != root.path)
    return next((path.rstrip("/").rsplit("/", 1)[-1] for path in below), "")
