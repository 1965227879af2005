"""What each role may do with coverage, for the page on permissions; roles come from `access`."""

from django.utils.translation import gettext_lazy as _

from dongli.duties import access as duties
from dongli.people.capabilities import Capability, Group, Rule, register
from dongli.reporting import access

ROWS = (
    Capability(
        "coverage.see",
        Group.ORGANISATIONS,
        _("See coverage, its gaps and figures; export them"),
        (Rule(access.READING_ROLES),),
        pages=("coverage", "coverage_export", "coverage_gaps", "coverage_map", "coverage_points"),
        others=(_("whoever carries a duty for a gap: the sheet of that compound"),),
    ),
    Capability(
        "coverage.explain",
        Group.ORGANISATIONS,
        _("Give the reason for a gap, and take it back"),
        (Rule(access.EXPLAINING_ROLES),),
    ),
    Capability(
        "coverage.assign",
        Group.DUTIES,
        _("Give a gap to somebody as a duty"),
        (Rule(duties.SUPERVISING_ROLES, when=_("they see its coverage")),),
    ),
)


def register_all() -> None:
    """Called at start-up."""
    register(*ROWS)
