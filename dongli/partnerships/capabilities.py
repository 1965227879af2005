"""Who links units, convenes joint meetings and sees both, for the page on permissions; roles come from `access`."""

from django.utils.translation import gettext_lazy as _

from dongli.partnerships import access
from dongli.people.capabilities import Capability, Group, Reach, Rule, register

DESKS = tuple(dict.fromkeys(role for roles in access.DESKS.values() for role in roles))
KEEPING = (
    Rule(access.WIDE_ROLES),
    Rule(
        DESKS,
        when=_("the organisation is of exactly the level of their desk; a community's desk, of its compounds too"),
    ),
)
ROWS = (
    Capability(
        "links.see",
        Group.ORGANISATIONS,
        _("See links and joint meetings"),
        (
            Rule(access.WATCHING_ROLES),
            Rule(access.OFFICER_ROLES, Reach.UNIT, _("their unit is linked, or invited")),
        ),
    ),
    Capability(
        "links.watch",
        Group.ORGANISATIONS,
        _("See units linked to nobody, and links where nothing happens"),
        (Rule(access.WATCHING_ROLES),),
        pages=("idle_links", "unlinked", "unlinked_file"),
    ),
    Capability(
        "links.keep",
        Group.ORGANISATIONS,
        _("Link a unit, convene a joint meeting"),
        KEEPING,
        pages=("partnership_new", "meeting_new"),
    ),
    Capability(
        "links.own",
        Group.ORGANISATIONS,
        _("Speak for one's unit: its links, invitations and duties"),
        (Rule(access.OFFICER_ROLES, Reach.UNIT),),
        pages=("my_unit",),
    ),
)


def register_all() -> None:
    """Called at start-up."""
    register(*ROWS)
