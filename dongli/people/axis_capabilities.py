"""What each role may do with organisations, careers, tables and policies, for the page on permissions."""

from django.utils.translation import gettext_lazy as _

from dongli.people.actions.careers import PAID_ROLES
from dongli.people.actions.organising import ORGANISERS
from dongli.people.capabilities import Capability, Group, Reach, Rule, register
from dongli.people.importing.kinds import IMPORTERS
from dongli.people.models import Role
from dongli.people.policies import DESKS

SETTERS = tuple(dict.fromkeys(role for roles in DESKS.values() for role in roles))
ROWS = (
    Capability(
        "organisations.change",
        Group.ORGANISATIONS,
        _("Found, rename, move, merge, split and dissolve organisations; their grounds and members"),
        (Rule(ORGANISERS),),
    ),
    Capability(
        "careers.own",
        Group.CAREERS,
        _("See one's own grade and pay, and contest it"),
        (Rule(PAID_ROLES, Reach.ANYWHERE, _("the record is their own")),),
    ),
    Capability(
        "tables.take",
        Group.ORGANISATIONS,
        _("Take tables in and give them out"),
        (Rule(IMPORTERS),),
        pages=("people:tables",),
    ),
    Capability(
        "policies.set",
        Group.RULES,
        _("Set a policy for a level and those below"),
        (
            Rule(SETTERS, when=_("the level is their own desk's, or below it")),
            Rule((Role.ORGANISER,), when=_("the policy is one that organisers keep")),
        ),
    ),
)  # fmt: skip


def register_all() -> None:
    """Called at start-up."""
    register(*ROWS)
