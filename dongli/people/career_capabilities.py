"""What each role may do with careers, for the page on permissions; roles come from the actions."""

from django.utils.translation import gettext_lazy as _

from dongli.people.actions.careers import KEEPERS
from dongli.people.capabilities import Capability, Group, Rule, register

NOT_OWN = _("but never their own record")
ROWS = (
    Capability(
        "careers.see",
        Group.CAREERS,
        _("See a worker's grade and pay, and what is recorded"),
        (Rule(KEEPERS, when=NOT_OWN),),
        others=(_("the worker"),),
        pages=("people:careers", "people:career", "people:career_newcomers"),
    ),
    Capability(
        "careers.record",
        Group.CAREERS,
        _("Record or correct a fact of a worker's pay; answer a contest"),
        (Rule(KEEPERS, when=NOT_OWN),),
        pages=("people:career_fact", "people:career_contest", "people:career_open"),
    ),
    Capability(
        "careers.run",
        Group.CAREERS,
        _("Compute a yearly step, or drop it; take the pay sheet"),
        (Rule(KEEPERS),),
        pages=("people:career_runs", "people:career_run", "people:career_run_drop", "people:career_sheet"),
    ),
    Capability(
        "careers.approve",
        Group.CAREERS,
        _("Approve a yearly step"),
        (Rule(KEEPERS, when=_("somebody else made it, and their own pay is not in it")),),
        pages=("people:career_run_approve",),
    ),
    Capability(
        "careers.scheme",
        Group.CAREERS,
        _("Set a pay scheme; try its numbers out"),
        (Rule(KEEPERS),),
        pages=(
            "people:career_schemes",
            "people:career_scheme",
            "people:career_scheme_set",
            "people:career_scheme_end",
            "people:career_simulation",
        ),
    ),
)


def register_all() -> None:
    """Called at start-up."""
    register(*ROWS)
