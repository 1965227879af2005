"""Who is looking, with the grants that hold at this moment: what every query and action asks."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Union
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import NotAllowed

if TYPE_CHECKING:
    from dongli.people.models import User

DESK_ROLES = frozenset(
    {
        "community_desk",
        "community_secretary",
        "subdistrict_desk",
        "subdistrict_leader",
        "district_desk",
        "city_desk",
        "city_viewer",
        "hotline_clerk",
        "department_officer",
        "organiser",
        "unit_officer",
        "auditor",
        "administrator",
    }
)
WORKER_ROLES = frozenset({"grid_worker", "captain"})


@dataclass(frozen=True)
class Held:
    """One grant as the viewer holds it: `path` for an area's subtree, `organisation` for a department.

    `place` is the name of either.
    """

    role: str
    area: UUID | None
    path: str
    organisation: UUID | None
    place: str = ""


@dataclass(frozen=True)
class Viewer:
    """A user (or nobody) and the grants in force. Made once per request by the middleware.

    `links`: ids of the cases whose secret link this visitor holds; a view adds them with `dataclasses.replace`.
    `needs_second_factor`: grants are held, but none counts until this session has passed the second factor.
    `memo`: what queries have found out for this viewer, kept as long as the viewer: a request.
    """

    user: Union["User", None] = None
    held: tuple[Held, ...] = field(default=())
    links: frozenset[UUID] = field(default=frozenset())
    needs_second_factor: bool = False
    memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def nobody(cls) -> "Viewer":
        """The anonymous visitor: sees what is public, holds nothing."""
        return cls()

    @classmethod
    def of(cls, user: Union["User", AnonymousUser, None]) -> "Viewer":
        """The viewer for `user`, with their grants in force now (one query); a leaver holds nothing."""
        from dongli.people.models import Grant, User

        if not isinstance(user, User):
            return cls.nobody()
        if not user.may_log_in:
            return cls(user=user)
        moment = now()
        rows = (
            Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=moment), user=user, since__lte=moment)
            .order_by("role", "id")
            .values_list("role", "area_id", "area__path", "organisation_id", "area__name", "organisation__name")
        )
        held = (Held(role, area, path or "", org, name or unit or "") for role, area, path, org, name, unit in rows)
        return cls(user=user, held=tuple(held))

    def without_grants(self) -> "Viewer":
        """The same person before the second factor: what they hold does not count yet."""
        return replace(self, held=(), needs_second_factor=bool(self.held), memo={})

    @property
    def is_authenticated(self) -> bool:
        return self.user is not None

    @property
    def known(self) -> "User":
        """The user; raises `NotAllowed` for the anonymous visitor."""
        if self.user is None:
            raise NotAllowed("log_in_first", _("Please log in first."))
        return self.user

    @property
    def title(self) -> str:
        """The first role and its place in words, for the user's menu; empty for residents."""
        from dongli.people.models import Role

        return f"{Role(self.held[0].role).label} · {self.held[0].place}" if self.held else ""

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.held)

    @property
    def is_desk(self) -> bool:
        """Whether any role opens the desk."""
        return bool(self.roles & DESK_ROLES)

    @property
    def is_worker(self) -> bool:
        """Whether any role opens the worker's phone."""
        return bool(self.roles & WORKER_ROLES)

    @property
    def is_staff_member(self) -> bool:
        """Whether any role is held at all: such a log-in needs a second factor."""
        return bool(self.held)

    def has(self, *roles: str) -> bool:
        """Whether one of `roles` is held anywhere."""
        return bool(self.roles & set(roles))

    def covers(self, roles: Iterable[str], area: Area | None) -> bool:
        """Whether one of `roles` is held over `area` (its own or an enclosing area)."""
        return area is not None and self.covers_path(roles, area.path)

    def covers_path(self, roles: Iterable[str], path: str) -> bool:
        wanted = set(roles)
        return any(grant.role in wanted and grant.path and path.startswith(grant.path) for grant in self.held)

    def paths(self, *roles: str) -> list[str]:
        """Paths of the areas in which one of `roles` is held."""
        return [grant.path for grant in self.held if grant.role in roles and grant.path]

    def organisations(self, *roles: str) -> set[UUID]:
        """Ids of the organisations in which one of `roles` is held."""
        return {grant.organisation for grant in self.held if grant.role in roles and grant.organisation}
