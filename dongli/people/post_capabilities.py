"""What each role may do with posts and persons, for the page on permissions; roles come from `people.posts`."""

from django.utils.translation import gettext_lazy as _

from dongli.people.capabilities import Capability, Group, Rule, register
from dongli.people.models import Role
from dongli.people.posts import EVERYWHERE, MEMBERSHIP_READERS, NUMBER_READERS, READERS

OF_THE_COMMUNITY = (
    Rule((Role.COMMUNITY_SECRETARY,), when=_("a captain, a member of the branch, a community worker")),
    Rule(
        (Role.COMMUNITY_SECRETARY, Role.COMMUNITY_DESK),
        when=_("the owners’ committee and the property manager: the community records them"),
    ),
)
ROWS = (
    Capability(
        "posts.see",
        Group.PEOPLE,
        _("See who holds which post, and what is vacant"),
        (Rule(READERS),),
        pages=("people:posts", "people:posts_export", "people:persons"),
        others=(_("everybody their own page"),),
    ),
    Capability(
        "posts.appoint",
        Group.PEOPLE,
        _("Appoint to a post, end it, hand over what is open"),
        (Rule(EVERYWHERE), *OF_THE_COMMUNITY),
        needs=(_("nobody appoints themselves"),),
    ),
    Capability("persons.number", Group.PEOPLE, _("Open the number of a post-holder"), (Rule(NUMBER_READERS),)),
    Capability(
        "persons.membership",
        Group.PEOPLE,
        _("See and record the party membership of a post-holder"),
        (Rule(MEMBERSHIP_READERS),),
        others=(_("the member sees it"),),
    ),
)


def register_all() -> None:
    """Called at start-up."""
    register(*ROWS)
