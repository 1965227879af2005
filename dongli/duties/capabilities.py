"""What each role may do with problems and duties, for the page on permissions; roles come from `access`."""

from django.utils.translation import gettext_lazy as _

from dongli.duties import access
from dongli.people.capabilities import Capability, Group, Reach, Rule, register

CARRIERS = (
    Rule(access.OFFICE_ROLES, when=_("the duty is of the office of exactly their area")),
    Rule(access.OFFICER_ROLES, Reach.UNIT, _("the duty is of their department")),
)
ROWS = (
    Capability(
        "duties.see",
        Group.DUTIES,
        _("See a duty"),
        (Rule(access.WATCHING_ROLES), Rule(access.OFFICER_ROLES, Reach.UNIT, _("the duty is of their department"))),
        others=(_("its owner"),),
    ),
    Capability(
        "duties.give",
        Group.DUTIES,
        _("Take a problem on or turn it down; give a duty"),
        (Rule(access.SUPERVISING_ROLES),),
    ),
    Capability(
        "duties.judge",
        Group.DUTIES,
        _("Drop a duty, or take it up again"),
        (Rule(access.SUPERVISING_ROLES, when=_("they are not its owner")),),
    ),
    Capability(
        "duties.carry",
        Group.DUTIES,
        _("Report on a duty, and report it fulfilled"),
        CARRIERS,
        others=(_("its owner"),),
    ),
)


def register_all() -> None:
    """Called at start-up."""
    register(*ROWS)
