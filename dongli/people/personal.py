"""What apps keep of a person: for the copy a resident asks for, and for the deletion of an account.

Apps to the right of this one register here when they start, so that neither forgets them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dongli.people.models import User


@dataclass(frozen=True)
class Chapter:
    """One part of a person's copy: `name` its key in the data, `title` and `lines` for people, `data` for machines."""

    name: str
    title: str
    lines: list[str]
    data: list[dict[str, Any]] = field(default_factory=list)


Writer = Callable[[User], Chapter]
Eraser = Callable[[User], None]
_writers: list[Writer] = []
_erasers: list[Eraser] = []


def in_copy(writer: Writer) -> Writer:
    """Register what goes into a person's copy; usable as a decorator. Registering it twice changes nothing."""
    if writer not in _writers:
        _writers.append(writer)
    return writer


def on_erasing(eraser: Eraser) -> Eraser:
    """Register what is forgotten with an account; it runs in the transaction of the deletion."""
    if eraser not in _erasers:
        _erasers.append(eraser)
    return eraser


def chapters(user: User) -> list[Chapter]:
    """Everything that registered apps keep of `user`, in the current language."""
    return [writer(user) for writer in _writers]


def erase(user: User) -> None:
    """Let every registered app forget `user`."""
    for eraser in _erasers:
        eraser(user)
