"""Every read of duties. What depends on the viewer takes the viewer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.clock import now, today
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.duties import access
from dongli.duties.models import OPEN_DUTY_STATES, Duty, DutyState, DutyStep, FollowUp
from dongli.organisations.models import Link, Membership, Organisation, OrganisationKind
from dongli.people.models import Grant, Role, User
from dongli.people.viewer import Viewer

PAGE = 50
FILTERS = ("mine", "late", "area", "done")


@dataclass(frozen=True)
class Owner:
    """Somebody who can be given a duty, and the organisation they answer for."""

    user: User
    organisation: Organisation


@dataclass(frozen=True)
class Page:
    """A page of duties; `next` is the key of the following one."""

    rows: list[Duty]
    next: str = ""


def _listed() -> QuerySet[Duty]:
    return Duty.objects.select_related("owner", "organisation", "area")


def _of(viewer: Viewer, name: str, on: date) -> Q:
    """The saved filter `name` as a condition."""
    is_open = Q(state__in=sorted(OPEN_DUTY_STATES))
    if name == "done":
        return access.visible(viewer) & ~is_open
    if name == "area":
        return access.visible(viewer) & is_open
    return access.mine(viewer) & is_open & (Q(due_on__lt=on) if name == "late" else Q())


def duties(viewer: Viewer, name: str, after: str = "") -> Page:
    """The duties of a saved filter, the earliest date (so the latest of the late) first. One query."""
    return _page(_listed().filter(_of(viewer, name, today())), after)


def duties_of(viewer: Viewer, user_id: UUID, after: str = "") -> tuple[User, Page]:
    """An official and the duties on their list that the viewer may see. Raises `NotFound` when there is none."""
    rows = _listed().filter(access.visible(viewer), owner=user_id)
    page = _page(rows, after)
    user = page.rows[0].owner if page.rows else None
    if user is None:
        raise NotFound("no_such_official", _("There is no official with duties that you may see here."))
    return user, page


def _page(rows: QuerySet[Duty], after: str) -> Page:
    """Open ones first by date, then the rest; the key is the last row's id, a forged one starts at the top."""
    key = parse_id(after)
    last = Duty.objects.filter(pk=key).values_list("due_on", "id").first() if key is not None else None
    if last is not None:
        rows = rows.filter(Q(due_on__gt=last[0]) | Q(due_on=last[0], pk__gt=last[1]))
    found = list(rows.order_by("due_on", "id")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else "")


def counts(viewer: Viewer) -> dict[str, int]:
    """How many duties each saved filter of the list holds. One query."""
    on = today()
    wanted = {name: Count("pk", filter=_of(viewer, name, on)) for name in FILTERS if name != "done"}
    return Duty.objects.filter(access.visible(viewer), state__in=sorted(OPEN_DUTY_STATES)).aggregate(**wanted)


def duty(viewer: Viewer, duty_id: UUID) -> Duty:
    """One duty that the viewer may see; raises `NotFound`."""
    found = _listed().select_related("assigned_by").filter(access.visible(viewer), pk=duty_id).first()
    if found is None:
        raise NotFound("no_such_duty", _("There is no such duty."))
    return found


def history(duty: Duty) -> list[DutyStep]:
    """Everything that happened to it, with words and actors, oldest first. One query."""
    return list(DutyStep.objects.filter(duty=duty).select_related("text", "actor").order_by("seq"))


def follow_ups(duty: Duty) -> list[FollowUp]:
    """The follow-ups of its closings. One query."""
    return list(FollowUp.objects.filter(duty=duty).order_by("closing", "days"))


def latest_progress(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Duty id → the words of its newest published progress. One query."""
    rows = DutyStep.objects.filter(duty__in=list(ids), verb="progress", published=True, text__isnull=False)
    newest = rows.order_by("duty", "-seq").distinct("duty").values_list("duty_id", "text__words")
    return dict(newest)


def to_ask(source_kind: str, on: date) -> list[FollowUp]:
    """Follow-ups of duties from this kind of source that are due on `on` and have not been asked. One query."""
    return list(_alive(source_kind).filter(due_on__lte=on, asked_at=None).order_by("due_on", "id"))


def to_settle(source_kind: str) -> QuerySet[FollowUp]:
    """Follow-ups that were asked and wait for their outcome."""
    return _alive(source_kind).filter(asked_at__isnull=False)


def _alive(source_kind: str) -> QuerySet[FollowUp]:
    """Those of the last closing of duties that are still fulfilled."""
    return FollowUp.objects.filter(
        duty__source_kind=source_kind, duty__state=DutyState.DONE, closing=F("duty__closings"), outcome=""
    ).select_related("duty")


def owners(area: Area) -> list[Owner]:
    """Who can be given a duty in `area`: those who run the offices of the levels around it, the nearest first, then
    the officers of the district's and the city's departments. Two queries."""
    return _owners(area, _in_force())


def owner(user_id: UUID, organisation_id: UUID, area: Area) -> Owner | None:
    """The owner chosen, if they are among `owners(area)`, or an officer of a unit that works with organisations of the
    area or of those around it. At most three queries."""
    found = _owners(area, _in_force().filter(user=user_id))
    chosen = next((one for one in found if one.organisation.id == organisation_id), None)
    return chosen or _officer_of_unit(user_id, organisation_id, area)


def _officer_of_unit(user_id: UUID, organisation_id: UUID, area: Area) -> Owner | None:
    on, codes = today(), area.path.rstrip("/").split("/")
    holds = Q(since__lte=on) & (Q(until=None) | Q(until__gt=on))
    linked = Link.objects.filter(holds, unit=OuterRef("organisation"), axis__area__code__in=codes)
    member = Membership.objects.filter(holds, member=OuterRef("organisation"), committee__area__code__in=codes)
    near = Q(organisation__area__path__startswith=area.path) | Q(
        organisation__grounds__area__path__startswith=area.path
    )
    grants = _in_force().filter(
        Exists(linked) | Exists(member) | near,
        user=user_id,
        role__in=access.OFFICER_ROLES,
        organisation=organisation_id,
        organisation__dissolved_on=None,
    )
    grant = grants.select_related("organisation__area").first()
    return Owner(grant.user, grant.organisation) if grant is not None and grant.organisation is not None else None


def _in_force() -> QuerySet[Grant]:
    moment = now()
    stays = Q(user__left_at=None) | Q(user__left_at__gt=moment)
    holds = Q(until=None) | Q(until__gt=moment)
    return Grant.objects.filter(stays, holds, since__lte=moment, user__is_active=True).select_related("user")


def _owners(area: Area, grants: QuerySet[Grant]) -> list[Owner]:
    codes = area.path.rstrip("/").split("/")
    offices = {
        office.area_id: office
        for office in Organisation.objects.filter(
            kind=OrganisationKind.OFFICE, dissolved_on=None, area__code__in=codes
        ).select_related("area")
    }
    wide = [area.code_at(Level.DISTRICT), area.code_at(Level.CITY)]
    departments = Q(
        role=Role.DEPARTMENT_OFFICER,
        organisation__area__code__in=[code for code in wide if code],
        organisation__dissolved_on=None,
    )
    desks = Q(role__in=list(access.OFFICE_ROLES), area__in=list(offices))
    rows = grants.filter(departments | desks).select_related("organisation__area")
    found: dict[tuple[UUID, UUID], Owner] = {}
    for grant in rows.order_by("user__name", "id"):
        unit = grant.organisation or offices[grant.area_id]  # type: ignore[index]  # a grant has one or the other
        found.setdefault((grant.user_id, unit.id), Owner(grant.user, unit))
    return sorted(found.values(), key=_nearest_first)


def _nearest_first(one: Owner) -> tuple[bool, int, str]:
    return (one.organisation.kind != OrganisationKind.OFFICE, -one.organisation.area.depth, one.organisation.code)
