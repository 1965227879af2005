"""Policies that a level sets and the levels below inherit: apps name them at start-up, and ask what holds at a place.

    policies.register(Policy(key="rating_window", …))
    policies.value("rating_window", case.community, on)

Nearest level first (`resolving`); all dated rows are kept in memory (`kept`), so that asking costs no statement.
"""

from datetime import date

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.people.models import LevelPolicy
from dongli.people.policies.kept import forget, holds, rows_of, told
from dongli.people.policies.registry import (
    DESKS,
    ORGANISERS,
    Elsewhere,
    Policy,
    Value,
    ValueKind,
    elsewhere,
    every,
    get,
    register,
    register_page,
)
from dongli.people.policies.resolving import Holding, resolve


def holding(key: str, place: Area | str | None, on: date | None = None) -> Holding[LevelPolicy]:
    """What holds for policy `key` at `place` (an area, or its path; None: as shipped) on a day, and who said it."""
    day, policy = on or today(), get(key)
    said = (row for code in _codes(place) for row in rows_of(key, code) if holds(row, day))
    return resolve(policy, policy.shipped(day), said)


def value(key: str, place: Area | str | None, on: date | None = None) -> Value:
    """What holds for policy `key` at `place` on a day (today)."""
    return holding(key, place, on).value


def whole(key: str, place: Area | str | None, on: date | None = None) -> int:
    """`value` of a policy that counts something."""
    return int(value(key, place, on))


def _codes(place: Area | str | None) -> list[str]:
    """The codes from the city down to the place."""
    path = place.path if isinstance(place, Area) else place or ""
    return path.rstrip("/").split("/")


__all__ = [
    "DESKS",
    "ORGANISERS",
    "Elsewhere",
    "Holding",
    "Policy",
    "Value",
    "ValueKind",
    "elsewhere",
    "every",
    "forget",
    "get",
    "holding",
    "holds",
    "register",
    "register_page",
    "resolve",
    "rows_of",
    "told",
    "value",
    "whole",
]
