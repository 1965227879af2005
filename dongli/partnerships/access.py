"""Who a viewer is to a link or a joint meeting: who keeps it, who serves in the unit, who may look.

Kept by the organisation desk or the administrators of the axis organisation's area, or by the desk of exactly that
level; a compound has no desk of its own, its community's keeps what belongs to it.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from dongli.areas.models import Level
from dongli.organisations.models import COMMITTEE_KINDS, PARTY_KINDS, Mechanism, Organisation, OrganisationKind
from dongli.partnerships.models import Invitation
from dongli.people.models import Role
from dongli.people.viewer import Viewer

AXIS_KINDS = (*PARTY_KINDS, OrganisationKind.OFFICE)
CONVENING_KINDS = (*AXIS_KINDS, *COMMITTEE_KINDS)
UNIT_KINDS = (OrganisationKind.LINKED_UNIT, OrganisationKind.DEPARTMENT)
PROPERTY_KINDS = (
    OrganisationKind.PROPERTY_FIRM,
    OrganisationKind.OWNERS_COMMITTEE,
    OrganisationKind.MANAGEMENT_COMMITTEE,
)
PARTNERS: dict[str, tuple[OrganisationKind, ...]] = {
    Mechanism.JOINT_MEETING: UNIT_KINDS,
    Mechanism.PAIRING: UNIT_KINDS,
    Mechanism.JOINT_COMMITTEE: UNIT_KINDS,
    Mechanism.PROPERTY_MEETING: (*PROPERTY_KINDS, *UNIT_KINDS),
}
"""What a mechanism links the axis with."""

WIDE_ROLES = (Role.ORGANISER, Role.ADMINISTRATOR)
DESKS: dict[str, tuple[Role, ...]] = {
    Level.COMMUNITY: (Role.COMMUNITY_SECRETARY, Role.COMMUNITY_DESK),
    Level.SUBDISTRICT: (Role.SUBDISTRICT_LEADER, Role.SUBDISTRICT_DESK),
    Level.DISTRICT: (Role.DISTRICT_DESK,),
    Level.CITY: (Role.CITY_DESK,),
}
WATCHING_ROLES = (*WIDE_ROLES, Role.CITY_VIEWER, *(role for roles in DESKS.values() for role in roles))
OFFICER_ROLES = (Role.UNIT_OFFICER, Role.DEPARTMENT_OFFICER)
SMALL = (Level.COMPOUND, Level.BUILDING)


def under(field: str, paths: Iterable[str]) -> Q:
    """Filter: `field` (the name of an area's relation) lies in one of the areas with these paths."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__path__startswith": path})
    return condition


def serves(viewer: Viewer) -> set[UUID]:
    """Ids of the units and departments the viewer is an officer of."""
    return viewer.organisations(*OFFICER_ROLES)


def keeps(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether the viewer links for this organisation and convenes its meetings."""
    if organisation.kind not in CONVENING_KINDS or organisation.dissolved_on is not None:
        return False
    if viewer.covers(WIDE_ROLES, organisation.area):
        return True
    if organisation.area.level in SMALL:
        return viewer.covers(DESKS[Level.COMMUNITY], organisation.area)
    roles = DESKS.get(organisation.area.level, ())
    return any(held.role in roles and held.area == organisation.area_id for held in viewer.held)


def kept(viewer: Viewer) -> Q:
    """Filter over Organisation: those that `keeps` allows."""
    condition = under("area", viewer.paths(*WIDE_ROLES))
    for level, roles in DESKS.items():
        own = [held.area for held in viewer.held if held.role in roles and held.area is not None]
        if own:
            condition |= Q(area__in=own)
        if level == Level.COMMUNITY:
            condition |= under("area", viewer.paths(*roles)) & Q(area__level__in=SMALL)
    return condition & Q(kind__in=CONVENING_KINDS, dissolved_on=None)


def watches(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether the organisation lies in an area the viewer watches over."""
    return viewer.covers(WATCHING_ROLES, organisation.area)


def links_seen(viewer: Viewer) -> Q:
    """Filter over Link: those of the areas the viewer watches, on either side, and those of their own unit.

    Whoever watches the whole city is asked for nothing; for others the organisations are found first.
    """
    paths, own = viewer.paths(*WATCHING_ROLES), serves(viewer)
    if any(path.count("/") == 1 for path in paths):
        return Q()
    seen = Q(unit__in=own)
    if paths:
        near = Organisation.objects.filter(under("area", paths)).values("pk")
        seen |= Q(axis__in=near) | Q(unit__in=near)
    return seen


def meetings_seen(viewer: Viewer) -> Q:
    """Filter over Meeting: those of the areas the viewer watches, and those their own unit is invited to."""
    seen = under("area", viewer.paths(*WATCHING_ROLES))
    if own := serves(viewer):
        seen |= Q(Exists(Invitation.objects.filter(meeting=OuterRef("pk"), organisation__in=own)))
    return seen
