"""What passes on when an organisation is merged or split: every app registers its part at start-up.

A part counts what an organisation holds, and passes it to another organisation. It runs in the transaction of the
reorganisation, so that everything passes or nothing does; what is left behind refuses the merger.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils.functional import Promise

from dongli.organisations.models import Organisation
from dongli.people.models import User
from dongli.people.viewer import Viewer

WORK, STAFF, PLACE = 1, 2, 3


@dataclass(frozen=True)
class Passing:
    """What passes from one organisation to another, from the day `on`; `only` (if given) names the rows that do.

    `whole`: the first organisation ends with it (a merger); otherwise it goes on beside the other (a split).
    """

    giver: Organisation
    taker: Organisation
    viewer: Viewer
    moment: datetime
    on: date
    document: str = ""
    whole: bool = True
    only: frozenset[UUID] | None = None


@dataclass(frozen=True)
class Row:
    """One thing that would pass, as a preview shows it; `person` is masked for who may not read names there."""

    id: UUID
    label: str
    person: User | None = None
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Part:
    """One kind of thing that passes on.

    `count`: how many an organisation holds. `pass_on`: passes them, answers how many. `rows`: some of them to show
    (at most as many as asked for). `prepare`: takes the locks that must come before the organisations' own, and
    answers a function that says whether everything there is now locked.
    `end`: how a dissolution ends them on a day; without it they must have been passed on or ended before.
    `chosen`: in a split, single rows may be chosen.
    """

    name: str
    label: str | Promise
    count: Callable[[Organisation], int]
    pass_on: Callable[[Passing], int]
    rows: Callable[[Organisation, int], list[Row]]
    prepare: Callable[[Organisation], Callable[[], bool]] | None = None
    end: Callable[[Organisation, date], None] | None = None
    chosen: bool = False
    order: int = field(default=WORK)


_parts: dict[str, Part] = {}
_listeners: list[Callable[[Passing, dict[str, int]], None]] = []


def register(part: Part) -> None:
    """Register a part under its name; registering it again changes nothing."""
    _parts[part.name] = part


def on_passed(listener: Callable[[Passing, dict[str, int]], None]) -> None:
    """Call `listener` with what was passed and how much, in the same transaction. Twice is once."""
    if listener not in _listeners:
        _listeners.append(listener)


def parts() -> list[Part]:
    """Every registered part in the order in which they pass: work, then staff, then places and ties."""
    return sorted(_parts.values(), key=lambda part: (part.order, part.name))


def told(passing: Passing, passed: dict[str, int]) -> None:
    """Let every listener know."""
    for listener in _listeners:
        listener(passing, passed)
