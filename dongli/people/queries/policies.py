"""Every read of policies by level: what holds at a place and why, its history, what setting one would change.

What a level sets is no secret: whoever works at a desk may read it of any place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.ids import parse_id
from dongli.people import policies
from dongli.people.actions.policies import may_set
from dongli.people.models import LevelPolicy
from dongli.people.policies import Holding, Policy, Value, resolve
from dongli.people.viewer import Viewer

PAGE = 50
MOST_NAMED = 20
SET_LEVELS = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)


@dataclass(frozen=True)
class Explained:
    """One policy at a place in words: its value, whose word it is, and whether the viewer may set it there.

    `source` and `bound_by` come with area and setter at hand; None: as shipped, not bound.
    """

    policy: Policy
    value: str
    source: LevelPolicy | None
    bound_by: LevelPolicy | None
    held_down: list[LevelPolicy]
    planned: int
    may_set: bool


def account(viewer: Viewer, area: Area, on: date) -> list[Explained]:
    """Every policy as it holds at `area` on a day. One statement: the people who set them."""
    found = [(policy, policies.holding(policy.key, area, on)) for policy in policies.every()]
    named = _named(row for _policy, held in found for row in (held.source, held.bound_by, *held.held_down) if row)
    return [
        Explained(
            policy,
            policy.words(held.value),
            named[held.source.id] if held.source else None,
            named[held.bound_by.id] if held.bound_by else None,
            [named[row.id] for row in held.held_down],
            sum(row.since > on and row.until != row.since for row in policies.rows_of(policy.key, area.code)),
            may_set(viewer, policy, area),
        )
        for policy, held in found
    ]


def _named(rows: Iterable[LevelPolicy]) -> dict[UUID, LevelPolicy]:
    ids = {row.id for row in rows}
    found = LevelPolicy.objects.filter(pk__in=ids).select_related("area", "set_by") if ids else ()
    return {row.id: row for row in found}


@dataclass(frozen=True)
class Page:
    """What levels have said, newest first, each with its value in words; `next` is the key of the following page."""

    rows: list[tuple[LevelPolicy, str]]
    next: str = ""


def history(area: Area, policy: Policy, after: str = "") -> Page:
    """All that the levels around `area`, itself included, have ever said of a policy. One statement."""
    rows = LevelPolicy.objects.filter(key=policy.key, area__code__in=area.path.rstrip("/").split("/"))
    rows = rows.select_related("area", "set_by", "ended_by").order_by("-id")
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows[: PAGE + 1])
    shown = [(row, policy.words(policy.read(row.value))) for row in found[:PAGE]]
    return Page(shown, str(found[PAGE - 1].id) if len(found) > PAGE else "")


def own_row(area: Area, policy: Policy, start: date, end: date | None) -> LevelPolicy | None:
    """What exactly this level says, or has planned, of the days from `start` on (before `end`)."""
    return next(
        (
            row
            for row in policies.rows_of(policy.key, area.code)
            if (row.until is None or (row.until > start and row.until > row.since)) and (end is None or row.since < end)
        ),
        None,
    )


@dataclass
class _Word:
    """What a level would say."""

    value: object
    binding: bool


@dataclass(frozen=True)
class Effect:
    """What setting a value would do below: places by name where another value would hold (the first of `changing`).

    `keeping`: places whose own value goes on holding; `held_down`: those whose own would no longer count.
    """

    changing: int
    named: list[tuple[str, str, str]]
    keeping: int
    held_down: list[str]


def effect(area: Area, policy: Policy, value: Value, start: date, *, binding: bool) -> Effect:
    """What would change at and below `area` from `start` on. One statement, the rest in memory."""
    levels = [level for level in SET_LEVELS if level.depth >= area.depth]
    places = Area.objects.active().within(area).filter(level__in=levels).order_by("path")
    word, changing, keeping = _Word(policy.stored(value), binding), 0, 0
    named, held_down = list[tuple[str, str, str]](), list[str]()
    for code, name, path in places.values_list("code", "name", "path"):
        now, then = policies.holding(policy.key, path, start), _with(word, area, policy, path, start)
        own = code != area.code and any(policies.holds(row, start) for row in policies.rows_of(policy.key, code))
        if own and then.source is word:
            held_down.append(name)
        elif own:
            keeping += 1
        if now.value != then.value:
            changing += 1
            if len(named) < MOST_NAMED:
                named.append((name, policy.words(now.value), policy.words(then.value)))
    return Effect(changing, named, keeping, held_down[:MOST_NAMED])


def _with(word: _Word, area: Area, policy: Policy, path: str, on: date) -> "Holding[LevelPolicy | _Word]":
    """What would hold at `path` if `area` said `word`."""
    said: list[LevelPolicy | _Word] = []
    for code in path.rstrip("/").split("/"):
        if code == area.code:
            said.append(word)
        else:
            said += [row for row in policies.rows_of(policy.key, code) if policies.holds(row, on)]
    return resolve(policy, policy.shipped(on), said)


def own_areas(viewer: Viewer) -> list[Area]:
    """The areas for which the viewer may set some policy by a grant of their own, the widest first. One statement."""
    roles = {role for policy in policies.every() for roles in policy.setters.values() for role in roles}
    paths = viewer.paths(*roles)
    found = Area.objects.active().filter(Q(path__in=paths), level__in=SET_LEVELS).order_by("path") if paths else []
    return list(found)


def ended(row: LevelPolicy) -> bool:
    """Whether a row holds no longer, or never did."""
    return row.until is not None and row.until <= max(today(), row.since)
