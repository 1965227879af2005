"""Who a viewer is to members, wishes and service: the compound's branch, a captain, whoever watches figures, a unit."""

from uuid import UUID

from django.db.models import Q

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.people.models import Post, Role, Tenure
from dongli.people.viewer import Viewer

# Who keeps the membership of a compound: confirms who reports in, and what service was done.
KEEPING_ROLES = (Role.COMMUNITY_SECRETARY, Role.COMMUNITY_DESK)
HEADING_POSTS = (Post.COMPOUND_SECRETARY, Post.FIRST_SECRETARY)
WATCHING_ROLES = (
    *KEEPING_ROLES,
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
    Role.CITY_VIEWER,
    Role.ORGANISER,
)
UNIT_ROLES = (Role.UNIT_OFFICER, Role.DEPARTMENT_OFFICER)
OFFERING_ROLES = (Role.CITY_DESK, Role.ADMINISTRATOR)
"""Who edits the catalogue of offers, when the role is held over the whole city."""


def headed(viewer: Viewer) -> list[str]:
    """Paths of the compounds whose branch the viewer heads now. One query, then kept; none before a second factor.

    A secretary need not hold any role: the post is enough for what is masked, and for nothing else.
    """
    if viewer.user is None or viewer.needs_second_factor or not viewer.user.may_log_in:
        return []
    key = "volunteering.headed"
    if key not in viewer.memo:
        in_force = Q(since__lte=today()) & (Q(until__isnull=True) | Q(until__gt=today()))
        rows = Tenure.objects.filter(in_force, person=viewer.user, post__in=HEADING_POSTS)
        viewer.memo[key] = list(rows.values_list("area__path", flat=True))
    return viewer.memo[key]  # type: ignore[return-value]  # what was put there


def keeping_paths(viewer: Viewer) -> list[str]:
    """Paths of the areas whose members the viewer keeps."""
    return [*viewer.paths(*KEEPING_ROLES), *headed(viewer)]


def keeps(viewer: Viewer, compound: Area) -> bool:
    """Whether the viewer confirms report-ins and service of `compound`."""
    return any(compound.path.startswith(path) for path in keeping_paths(viewer))


def serves(viewer: Viewer) -> bool:
    """Whether the viewer may open the pages of members and wishes: staff, and heads of a compound's branch."""
    return viewer.is_desk or viewer.is_worker or is_keeper(viewer)


def is_keeper(viewer: Viewer) -> bool:
    """Whether the viewer keeps any compound's members."""
    return bool(keeping_paths(viewer))


def raises(viewer: Viewer, place: Area) -> bool:
    """Whether the viewer may raise and end wishes at `place`: its keeper, or the captain of the building."""
    return keeps(viewer, place) or viewer.covers((Role.CAPTAIN,), place)


def raising_paths(viewer: Viewer) -> list[str]:
    """Paths of the areas in which the viewer may raise wishes."""
    return [*keeping_paths(viewer), *viewer.paths(Role.CAPTAIN)]


def under(field: str, paths: list[str]) -> Q:
    """Filter: rows whose area `field` lies within one of `paths`; none without paths."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__path__gte": path, f"{field}__path__lt": f"{path[:-1]}0"})
    return condition


def watching_paths(viewer: Viewer) -> list[str]:
    """Paths of the areas whose figures the viewer reads."""
    return [*viewer.paths(*WATCHING_ROLES), *headed(viewer)]


def units(viewer: Viewer) -> set[UUID]:
    """Ids of the organisations whose counts the viewer reads."""
    return viewer.organisations(*UNIT_ROLES)


def edits_offers(viewer: Viewer) -> bool:
    """Whether the viewer edits the catalogue of offers: at the city's desk, or its administrator."""
    return any(path.count("/") == 1 for path in viewer.paths(*OFFERING_ROLES))
