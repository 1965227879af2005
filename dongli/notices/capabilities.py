"""Who may see what was sent to whom, for the page on permissions."""

from django.utils.translation import gettext_lazy as _

from dongli.notices.queries import TRACING_ROLES
from dongli.people.capabilities import Capability, Group, Reach, Rule, register

DELIVERIES = Capability(
    "notices.deliveries",
    Group.PERMISSIONS,
    _("See what was sent to whom, and send it again"),
    (Rule(TRACING_ROLES, Reach.WHOLE_CITY),),
    pages=("notices:deliveries", "notices:delivery", "notices:trace", "notices:retry"),
)


def register_all() -> None:
    """Called at start-up."""
    register(DELIVERIES)
