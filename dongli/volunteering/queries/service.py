"""Service: one's own with the hours, and what waits for the compound."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_name
from dongli.people.viewer import Viewer
from dongli.volunteering import access
from dongli.volunteering.models import Service, ServiceState, ServiceStep

PAGE = 30
WAITING = (ServiceState.DRAFT, ServiceState.DISPUTED)
FILTERS = ("waiting", "decided")


@dataclass(frozen=True)
class Page:
    """A page of records; `next` is the key of the following one."""

    rows: list[Service]
    next: str = ""


@dataclass(frozen=True)
class Served:
    """A record as the desk's list shows it, with the masked name."""

    service: Service
    name: str


@dataclass(frozen=True)
class DeskPage:
    """A page of records at the desk."""

    rows: list[Served]
    next: str = ""


def _listed() -> QuerySet[Service]:
    return Service.objects.select_related("compound", "wish", "text")


def mine(viewer: Viewer, after: str = "") -> Page:
    """The viewer's own records, newest first. One query."""
    rows = _listed().filter(report_in__person=viewer.known)
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows.order_by("-id")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def hours(viewer: Viewer) -> float:
    """Hours of the viewer's service that were confirmed, ever. One query."""
    rows = Service.objects.filter(report_in__person=viewer.known, state=ServiceState.CONFIRMED)
    return round((rows.aggregate(all=Sum("confirmed_minutes"))["all"] or 0) / 60, 1)


def my_service(viewer: Viewer, service_id: UUID) -> Service:
    """One record of the viewer's; raises `NotFound`. One query."""
    found = _listed().filter(pk=service_id, report_in__person=viewer.known).first()
    if found is None:
        raise NotFound("no_service", _("There is no such record of yours."))
    return found


def desk_services(viewer: Viewer, name: str, after: str = "") -> DeskPage:
    """Records of the compounds the viewer keeps: those that wait, the oldest first; or decided, newest first."""
    rows = _kept(viewer)
    key = parse_id(after)
    if name == "waiting":
        rows = rows.filter(Q(pk__gt=key) if key else Q(), state__in=WAITING).order_by("id")
    else:
        rows = rows.filter(Q(pk__lt=key) if key else Q()).exclude(state__in=WAITING).order_by("-id")
    found = list(rows[: PAGE + 1])
    return DeskPage([_masked(one) for one in found[:PAGE]], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def desk_service(viewer: Viewer, service_id: UUID) -> Served:
    """One record of a compound the viewer keeps; raises `NotFound`. One query."""
    found = _kept(viewer).select_related("decided_by").filter(pk=service_id).first()
    if found is None:
        raise NotFound("no_service", _("There is no such record here."))
    return _masked(found)


def _kept(viewer: Viewer) -> QuerySet[Service]:
    kept = access.under("compound", access.keeping_paths(viewer))
    return _listed().select_related("report_in__person").filter(kept)


def _masked(one: Service) -> Served:
    person = one.report_in.person
    return Served(one, mask_name(person.name) if person is not None else "")


def history(service: Service) -> list[ServiceStep]:
    """Everything that happened to it, newest first. One query."""
    return list(ServiceStep.objects.filter(service=service).select_related("actor").order_by("-seq"))


def waiting(viewer: Viewer, most: int = 100) -> int:
    """How many records wait for the viewer, up to `most`. One query."""
    kept = access.under("compound", access.keeping_paths(viewer))
    return Service.objects.filter(kept, state__in=WAITING)[:most].count()
