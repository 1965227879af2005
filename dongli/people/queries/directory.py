"""Who holds which role where, and what a viewer may know of other accounts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Grid
from dongli.common.clock import now
from dongli.common.errors import NotFound
from dongli.common.text import strip_controls
from dongli.people.models import AccessRecord, Grant, Role, RosterEntry, User
from dongli.people.queries.duty import in_force
from dongli.people.viewer import Viewer

PAGE = 50


def working(prefix: str = "") -> Q:
    """Filter: accounts that may log in."""
    left = Q(**{f"{prefix}left_at__isnull": True}) | Q(**{f"{prefix}left_at__gt": now()})
    return Q(**{f"{prefix}is_active": True}) & left


def _codes(area: Area) -> list[str]:
    return area.path.rstrip("/").split("/")


def holders(roles: Iterable[str], area: Area, *, exact: bool = False, at: datetime | None = None) -> list[User]:
    """Who holds one of `roles` over `area`: there or in an enclosing area (`exact`: there only). One query."""
    where = Q(area=area) if exact else Q(area__code__in=_codes(area))
    grants = Grant.objects.filter(in_force(at or now()), where, working("user__"), role__in=list(roles))
    return list({grant.user_id: grant.user for grant in grants.select_related("user").order_by("since", "id")}.values())


def holds_role_over(user: User, roles: Iterable[str], area: Area | None) -> bool:
    """Whether `user` holds one of `roles` over `area` now. One query."""
    if area is None or not user.may_log_in:
        return False
    grants = Grant.objects.filter(in_force(now()), user=user, role__in=list(roles), area__code__in=_codes(area))
    return grants.exists()


def officers_of(organisations: Iterable[UUID], *, at: datetime | None = None) -> dict[UUID, list[User]]:
    """Organisation id → its department officers; organisations without one are left out. One query."""
    grants = Grant.objects.filter(
        in_force(at or now()),
        working("user__"),
        role=Role.DEPARTMENT_OFFICER,
        organisation__in=list(organisations),
    )
    found: dict[UUID, list[User]] = {}
    for grant in grants.select_related("user").order_by("since", "id"):
        if grant.organisation_id is not None:
            found.setdefault(grant.organisation_id, []).append(grant.user)
    return found


def workers_of(grid: Grid | None, community: Area | None) -> list[UUID]:
    """Ids of everyone on the grid's roster now; without a grid, of the grid workers of the community. One query."""
    if grid is not None:
        turns = RosterEntry.objects.filter(in_force(now()), grid=grid).order_by("rank")
        return list(turns.values_list("user_id", flat=True))
    if community is None:
        return []
    grants = Grant.objects.filter(in_force(now()), role=Role.GRID_WORKER, area__code__in=_codes(community))
    return list(grants.order_by("user_id").distinct().values_list("user_id", flat=True))


def manageable(viewer: Viewer) -> Q:
    """Filter over Grant: those in the areas, or of the organisations of the areas, that the viewer administers."""
    condition = Q(pk__in=[])
    for path in viewer.paths(Role.ADMINISTRATOR):
        condition |= Q(area__path__startswith=path) | Q(organisation__area__path__startswith=path)
    return condition


def accounts(viewer: Viewer, *, text: str = "", after: str = "") -> list[User]:
    """Staff accounts the viewer administers, by user name, at most `PAGE` after the user name `after`.

    Accounts without any grant in force belong to no place: whoever administers the whole city sees them. Two queries.
    """
    mine = Grant.objects.filter(manageable(viewer), user=OuterRef("pk"))
    seen = Exists(mine)
    if any(path.count("/") == 1 for path in viewer.paths(Role.ADMINISTRATOR)):
        seen = Exists(mine) | ~Exists(Grant.objects.filter(user=OuterRef("pk")))  # type: ignore[assignment]
    elif not viewer.has(Role.ADMINISTRATOR):
        return []
    found = User.objects.filter(seen, username__isnull=False)
    if wanted := strip_controls(text).strip()[:40]:
        found = found.filter(Q(username__icontains=wanted) | Q(name__icontains=wanted))
    if after:
        found = found.filter(username__gt=strip_controls(after))
    return list(_with_grants(found).order_by("username")[:PAGE])


def _with_grants(users: QuerySet[User]) -> QuerySet[User]:
    grants = Grant.objects.filter(in_force(now())).select_related("area", "organisation").order_by("since", "id")
    return users.prefetch_related(Prefetch("grants", queryset=grants, to_attr="current_grants"))


def account(viewer: Viewer, user_id: UUID) -> User:
    """One staff account the viewer administers; raises `NotFound` for any other. Two queries."""
    city_wide = any(path.count("/") == 1 for path in viewer.paths(Role.ADMINISTRATOR))
    mine = Exists(Grant.objects.filter(manageable(viewer), user=OuterRef("pk")))
    found = User.objects.filter(pk=user_id, username__isnull=False)
    user = (found if city_wide else found.filter(mine)).first()
    if user is None:
        raise NotFound("no_account", _("There is no such account in your area."))
    return user


def grants_of(user: User) -> list[Grant]:
    """All roles a person holds or held, newest first. One query."""
    rows = Grant.objects.filter(user=user).select_related("area", "organisation", "granted_by", "ended_by")
    return list(rows.order_by("-since", "-id"))


def staff_of(area: Area) -> list[User]:
    """Everybody who holds a role somewhere in `area`, by name. One query."""
    grants = Grant.objects.filter(in_force(now()), user=OuterRef("pk"), area__path__startswith=area.path)
    return list(User.objects.filter(working(), Exists(grants)).order_by("name", "id"))


def looked_at(viewer: Viewer, *, limit: int = 50) -> list[AccessRecord]:
    """Who opened the viewer's own personal data, newest first. One query."""
    rows = AccessRecord.objects.filter(person=viewer.known).select_related("viewer")
    return list(rows.order_by("-at", "-id")[:limit])
