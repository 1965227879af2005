"""Who a viewer is to a duty: who sees it, who works on it, who watches over it."""

from uuid import UUID

from django.db.models import Q

from dongli.areas.models import Area
from dongli.duties.models import Duty
from dongli.organisations.models import OrganisationKind
from dongli.people.models import Role
from dongli.people.viewer import Viewer

# Who may give a duty, drop it and take it up again, in their area.
SUPERVISING_ROLES = (
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
)
WATCHING_ROLES = (*SUPERVISING_ROLES, Role.COMMUNITY_DESK, Role.CITY_VIEWER)
OFFICE_ROLES = (*SUPERVISING_ROLES, Role.COMMUNITY_DESK)
OFFICER_ROLES = (Role.DEPARTMENT_OFFICER, Role.UNIT_OFFICER)


def mine(viewer: Viewer) -> Q:
    """Filter over Duty: those the viewer owns, and those of the department or office they serve in."""
    offices = Q(organisation__kind=OrganisationKind.OFFICE, organisation__area__in=_office_areas(viewer))
    departments = Q(organisation__in=viewer.organisations(*OFFICER_ROLES))
    return Q(owner=viewer.known) | departments | offices


def watched(viewer: Viewer) -> Q:
    """Filter over Duty: those in the areas the viewer watches over."""
    condition = Q(pk__in=[])
    for path in viewer.paths(*WATCHING_ROLES):
        condition |= Q(area__path__startswith=path)
    return condition


def visible(viewer: Viewer) -> Q:
    """Filter over Duty: the rows this viewer may see at all."""
    return mine(viewer) | watched(viewer)


def carries(viewer: Viewer, duty: Duty) -> bool:
    """Whether the viewer may report on the duty and close it: its owner, or a colleague in its organisation."""
    if viewer.user is None:
        return False
    if duty.owner_id == viewer.user.id or duty.organisation_id in viewer.organisations(*OFFICER_ROLES):
        return True
    return duty.organisation.kind == OrganisationKind.OFFICE and duty.organisation.area_id in _office_areas(viewer)


def supervises(viewer: Viewer, area: Area) -> bool:
    """Whether the viewer may give duties in `area`, drop them and take them up again."""
    return viewer.covers(SUPERVISING_ROLES, area)


def may_judge(viewer: Viewer, duty: Duty) -> bool:
    """Whether the viewer may drop the duty or take it up again: whoever watches over it, but never its owner."""
    return viewer.user is not None and viewer.user.id != duty.owner_id and supervises(viewer, duty.area)


def _office_areas(viewer: Viewer) -> set[UUID]:
    return {held.area for held in viewer.held if held.role in OFFICE_ROLES and held.area is not None}
