"""Who reads coverage, who gives reasons for gaps, who gives them to somebody as a duty."""

from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.errors import NotFound
from dongli.duties import access as duties
from dongli.people.models import Role
from dongli.people.viewer import Viewer

READING_ROLES = (*duties.WATCHING_ROLES, Role.ORGANISER)
"""Who sees the coverage of the area they hold the role over."""
EXPLAINING_ROLES = (Role.COMMUNITY_SECRETARY, Role.ORGANISER)
"""Who gives the reason for a gap, and takes it back."""


def reads(viewer: Viewer, area: Area) -> bool:
    """Whether the viewer sees the coverage of `area`."""
    return viewer.covers(READING_ROLES, area)


def check(viewer: Viewer, area: Area) -> None:
    """Raises `NotFound` unless the viewer sees the coverage of `area`."""
    if not reads(viewer, area):
        raise NotFound("no_coverage", _("There is no coverage here that you may see."))


def explains(viewer: Viewer, area: Area) -> bool:
    """Whether the viewer may give reasons for gaps of `area`."""
    return viewer.covers(EXPLAINING_ROLES, area)


def assigns(viewer: Viewer, area: Area) -> bool:
    """Whether the viewer may give gaps of `area` to somebody as a duty: whoever gives duties there."""
    return duties.supervises(viewer, area)


def follows(viewer: Viewer, area: Area) -> bool:
    """Whether the viewer sees every duty of `area`, not only their own."""
    return viewer.covers(duties.WATCHING_ROLES, area)


def widest(viewer: Viewer) -> Area:
    """The widest area whose coverage the viewer sees; raises `NotFound` when there is none."""
    path = min(viewer.paths(*READING_ROLES), key=len, default="")
    area = Area.objects.filter(path=path).first() if path else None
    if area is None:
        raise NotFound("no_coverage", _("Your roles open no coverage here. Ask your administrator if they should."))
    return area
