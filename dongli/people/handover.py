"""Open work that outlives a person's post: apps to the right register here, when they start, how it is passed on.

Two registries. `on_leaving`: what happens when somebody is shut out, with nobody named to follow. `on_hand_over`: an
estate, one kind of open work, that can be listed and passed to a successor. Both run in the transaction of the leaving
or the hand-over, so that open work is handed over with it or nothing happens at all.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.utils.functional import Promise

from dongli.areas.models import Area
from dongli.people.models import User
from dongli.people.viewer import Viewer

Handler = Callable[[User], None]
_handlers: list[Handler] = []


def on_leaving(handler: Handler) -> Handler:
    """Register `handler`; usable as a decorator. Registering it twice changes nothing."""
    if handler not in _handlers:
        _handlers.append(handler)
    return handler


def hand_over(user: User) -> None:
    """Let every registered app hand over the open work of `user`."""
    for handler in _handlers:
        handler(user)


@dataclass(frozen=True)
class Item:
    """One thing that is open: what it is, where it is looked at, and a word beside it."""

    title: str
    url: str = ""
    note: str = ""


class Items(Protocol):
    """What of this kind `person` has open in `area`, the most urgent first."""

    def __call__(self, person: User, area: Area) -> list[Item]: ...


class PassOn(Protocol):
    """Gives all of it to `successor`, with a step in each history; how many things went. Raises `Conflict` naming what
    the successor cannot take. The rows of both people are locked.
    """

    def __call__(self, *, person: User, successor: User, area: Area, viewer: Viewer, moment: datetime) -> int: ...


Holders = Callable[[Collection[UUID]], set[UUID]]
"""Which of these people (ids) have any of it open, anywhere: one statement."""


@dataclass(frozen=True)
class Estate:
    """One kind of open work, by its name in records ("tasks") and its words on the page."""

    name: str
    label: str | Promise
    items: Items
    pass_on: PassOn
    holders: Holders


_estates: dict[str, Estate] = {}


def on_hand_over(estate: Estate) -> None:
    """Register an estate; one of the same name is replaced."""
    _estates[estate.name] = estate


def estates() -> list[Estate]:
    """Every registered estate, in the order of registration."""
    return list(_estates.values())
