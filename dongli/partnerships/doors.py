"""Which pages the page of an organisation leads to: its network, and a committee at work."""

from django.utils.translation import gettext_lazy as _

from dongli.organisations.models import COMMITTEE_KINDS, Organisation
from dongli.partnerships import access
from dongli.people.organisation_doors import Door, register
from dongli.people.viewer import Viewer


def _seen(viewer: Viewer, organisation: Organisation) -> bool:
    return access.watches(viewer, organisation) or organisation.id in access.serves(viewer)


def _committee(viewer: Viewer, organisation: Organisation) -> bool:
    return organisation.kind in COMMITTEE_KINDS and access.watches(viewer, organisation)


def register_all() -> None:
    """Called at start-up."""
    register(Door("network", _("Network"), "git-branch", _seen))
    register(Door("committee", _("Meetings of the committee"), "calendar-event", _committee))
