"""What each role may do with members, wishes and service, for the page on permissions; roles come from `access`."""

from django.utils.translation import gettext_lazy as _

from dongli.people.capabilities import Capability, Group, Reach, Rule, register
from dongli.people.models import Role
from dongli.volunteering import access

HEADS = _("the secretary and the first secretary of the compound's branch, by their post")
ROWS = (
    Capability(
        "members.keep",
        Group.VOLUNTEERS,
        _("See who reported in at a compound (masked), confirm or decline it"),
        (Rule(access.KEEPING_ROLES, when=_("it is not their own")),),
        pages=("desk_members", "desk_member_sheet"),
        others=(HEADS,),
    ),
    Capability(
        "members.contact",
        Group.VOLUNTEERS,
        _("Open a member's name and number; the look is recorded"),
        (Rule(access.KEEPING_ROLES),),
    ),
    Capability(
        "members.confirm_service",
        Group.VOLUNTEERS,
        _("Confirm, correct or decline service that members logged"),
        (Rule(access.KEEPING_ROLES, when=_("it is not their own")),),
        pages=("desk_services", "desk_service"),
        others=(HEADS,),
    ),
    Capability(
        "members.raise_wish",
        Group.VOLUNTEERS,
        _("Raise a micro-wish, end it or take it back"),
        (Rule((*access.KEEPING_ROLES, Role.CAPTAIN)),),
        pages=("desk_wishes", "desk_wish", "desk_wish_new"),
        others=(HEADS,),
    ),
    Capability(
        "members.figures",
        Group.VOLUNTEERS,
        _("Read figures of members, wishes and hours by compound"),
        (Rule(access.WATCHING_ROLES),),
        pages=("desk_member_figures",),
        others=(HEADS,),
    ),
    Capability(
        "members.unit",
        Group.VOLUNTEERS,
        _("Read how many of a unit's members reported in and served"),
        (Rule(access.UNIT_ROLES, Reach.UNIT),),
        pages=("desk_unit_members",),
    ),
    Capability(
        "members.offers",
        Group.VOLUNTEERS,
        _("Edit the catalogue of what members can offer"),
        (Rule(access.OFFERING_ROLES, Reach.WHOLE_CITY),),
    ),
)


def register_all() -> None:
    """Called at start-up."""
    register(*ROWS)
