"""Who is on duty: the roster in the order of its ranks, an absent person's deputy before the next rank."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from dongli.areas.models import Area, Grid, Level
from dongli.areas.queries import children, grids_of
from dongli.common.clock import now
from dongli.people.models import Absence, Role, RosterEntry, User

# Whose phone rings when a desk's roster names nobody.
DESK_ROLES_BY_LEVEL: dict[str, tuple[Role, ...]] = {
    Level.COMMUNITY: (Role.COMMUNITY_SECRETARY, Role.COMMUNITY_DESK),
    Level.SUBDISTRICT: (Role.SUBDISTRICT_LEADER, Role.SUBDISTRICT_DESK),
    Level.DISTRICT: (Role.DISTRICT_DESK,),
    Level.CITY: (Role.CITY_DESK,),
}


# Asked at every filing, hence written out: composing them took longer than running them.
_AT_POST = """
    SELECT someone.*, post.is_turn, EXISTS (
        SELECT FROM people_absence WHERE user_id = someone.id AND since <= %(at)s AND until > %(at)s
    ) AS is_away
    FROM (
        SELECT user_id, true AS is_turn, rank, NULL AS since, id FROM people_rosterentry
        WHERE (grid_id = %(grid)s OR area_id = %(area)s) AND since <= %(at)s AND (until IS NULL OR until > %(at)s)
        UNION ALL
        SELECT user_id, false, 0, since, id FROM people_grant
        WHERE area_id = %(area)s AND role = ANY(%(roles)s) AND since <= %(at)s AND (until IS NULL OR until > %(at)s)
    ) post JOIN people_user someone ON someone.id = post.user_id
    ORDER BY post.is_turn DESC, post.rank, post.since, post.id
"""


@dataclass(frozen=True)
class OnDuty:
    """Who is on duty and why: `why_code` is "first", "next" (`params`: absent) or "deputy" (`params`: absent)."""

    user: User
    why_code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GridDuty:
    """A grid with its roster as the page of people on duty shows it. `duty` None is a gap."""

    grid: Grid
    turns: list[RosterEntry]
    duty: OnDuty | None


def in_force(at: datetime) -> Q:
    """Filter: rows with `since` and `until` that hold at `at`."""
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def on_duty(grid: Grid, at: datetime) -> OnDuty | None:
    """Who is on duty on `grid` at `at`; None is a gap: the case goes to the community's pool. At most two queries."""
    people = _at_post(at, grid=grid)
    return _first_present(people, stand_ins(_away(people), at))


def on_duty_many(grids: Iterable[Grid], at: datetime) -> dict[UUID, OnDuty]:
    """Grid id → who is on duty; grids with nobody are left out. At most two queries for any number of grids."""
    turns = _turns([grid.id for grid in grids], at)
    away = stand_ins({turn.user_id for several in turns.values() for turn in several}, at)
    found = {grid: _first_present([turn.user for turn in several], away) for grid, several in turns.items()}
    return {grid: duty for grid, duty in found.items() if duty is not None}


def _turns(grids: list[UUID], at: datetime) -> dict[UUID, list[RosterEntry]]:
    rows = RosterEntry.objects.filter(in_force(at), grid__in=grids).select_related("user").order_by("rank", "id")
    found: dict[UUID, list[RosterEntry]] = defaultdict(list)
    for row in rows:
        if row.grid_id is not None and row.user.may_log_in:
            found[row.grid_id].append(row)
    return found


def _at_post(at: datetime, *, grid: Grid | None = None, area: Area | None = None) -> list[User]:
    """Who has a turn on `grid` or at `area`'s desk, by rank, then who holds a desk role at `area`; leavers left out."""
    roles = [str(role) for role in DESK_ROLES_BY_LEVEL.get(area.level, ())] if area is not None else []
    where = {"grid": grid.id if grid is not None else None, "area": area.id if area is not None else None}
    rows = User.objects.raw(_AT_POST, {"at": at, "roles": roles, **where})
    return [user for user in rows if user.may_log_in]


def _away(people: Iterable[User]) -> set[UUID]:
    """Those of `_at_post` who are absent."""
    return {user.id for user in people if getattr(user, "is_away", False)}


def stand_ins(users: set[UUID], at: datetime) -> dict[UUID, User | None]:
    """Those of `users` who are away at `at` → their deputy; None when none is named, or the deputy is away or gone."""
    if not users:
        return {}
    away = Absence.objects.filter(in_force(at), user__in=users)
    rows = Absence.objects.filter(in_force(at), Q(user__in=users) | Q(user__in=away.values("deputy")))
    absences = {row.user_id: row.deputy for row in rows.select_related("deputy")}
    return {
        user: deputy if deputy is not None and deputy.may_log_in and deputy.id not in absences else None
        for user, deputy in absences.items()
        if user in users
    }


def _first_present(people: list[User], away: dict[UUID, User | None]) -> OnDuty | None:
    passed_over = ""
    for user in people:
        if user.id not in away:
            return OnDuty(user, "next", {"absent": passed_over}) if passed_over else OnDuty(user, "first")
        deputy = away[user.id]
        if deputy is not None:
            return OnDuty(deputy, "deputy", {"absent": user.name})
        passed_over = passed_over or user.name
    return None


def gaps(area: Area, at: datetime | None = None) -> list[Grid]:
    """The active grids in `area` with nobody on duty at `at` (now if none is given). Three queries."""
    grids = list(grids_of(area).select_related("community").order_by("code"))
    manned = on_duty_many(grids, at or now())
    return [grid for grid in grids if grid.id not in manned]


def people_on_duty(area: Area, at: datetime | None = None) -> list[GridDuty]:
    """Every active grid of `area` with its turns and who is on duty, by code. Three queries."""
    moment = at or now()
    grids = list(grids_of(area).select_related("community").order_by("code"))
    turns = _turns([grid.id for grid in grids], moment)
    away = stand_ins({turn.user_id for several in turns.values() for turn in several}, moment)
    found = [(grid, turns.get(grid.id, [])) for grid in grids]
    return [GridDuty(grid, several, _first_present([turn.user for turn in several], away)) for grid, several in found]


def desk_duty(area: Area, at: datetime) -> list[User]:
    """Who hears of an escalation at `area`'s desk: its roster by rank, else the holders of the desk roles there.

    The absent are replaced by their deputies or left out; empty when there is nobody. One query, two if some are away.
    """
    people = _at_post(at, area=area)
    away = stand_ins(_away(people), at)
    rostered = _present([user for user in people if getattr(user, "is_turn", False)], away)
    return rostered or _present([user for user in people if not getattr(user, "is_turn", False)], away)


def desk_turns(area: Area, at: datetime) -> list[RosterEntry]:
    """The turns at `area`'s desk that hold at `at` or begin later, by rank. One query."""
    rows = RosterEntry.objects.filter(Q(until__isnull=True) | Q(until__gt=at), area=area).select_related("user")
    return [turn for turn in rows.order_by("rank", "since", "id") if turn.user.may_log_in]


def _present(people: list[User], away: dict[UUID, User | None]) -> list[User]:
    """The people who are there, deputies in the place of the absent, nobody twice."""
    stood_in = [away.get(user.id, user) for user in people]
    return list({user.id: user for user in stood_in if user is not None}.values())


def gap_counts(area: Area, at: datetime | None = None) -> list[tuple[Area, int, int]]:
    """For each part one level below `area`: the part, its grids, and how many of them have nobody. Four queries."""
    grids = list(grids_of(area).select_related("community"))
    manned = on_duty_many(grids, at or now())
    found = []
    for part in children(area):
        inside = [grid for grid in grids if grid.community.path.startswith(part.path)]
        found.append((part, len(inside), sum(grid.id not in manned for grid in inside)))
    return found


def absences_of(people: list[User], at: datetime | None = None) -> list[Absence]:
    """Absences of `people` that last beyond `at` (now if none is given), the next first. One query."""
    rows = Absence.objects.filter(user__in=people, until__gt=at or now())
    return list(rows.select_related("user", "deputy").order_by("since", "id"))
