"""Telling people: notices stand to the right of this app and register here how it is done, when they are imported.

A teller runs in the transaction of what it tells of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dongli.areas.models import Area
from dongli.people.models import User


@dataclass(frozen=True)
class Tidings:
    """Who is told of what: `kind` names the words ("people.appoint"), `params` fill them, `url` is where it leads."""

    kind: str
    users: tuple[User, ...]
    params: Mapping[str, str | int] = field(default_factory=dict)
    url: str = ""
    area: Area | None = None


Teller = Callable[[Tidings], None]
_tellers: list[Teller] = []


def on_tidings(teller: Teller) -> Teller:
    """Register `teller`; usable as a decorator. Registering it twice changes nothing."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def tell(tidings: Tidings) -> None:
    """Tell everybody it is for."""
    for teller in _tellers:
        teller(tidings)
