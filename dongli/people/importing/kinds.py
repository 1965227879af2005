"""What a kind of importable table is, and the registry of them; apps to the right may add theirs at start-up."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.errors import NotFound
from dongli.people.importing.columns import Column, Words
from dongli.people.importing.places import Places
from dongli.people.models import Role
from dongli.people.viewer import Viewer

IMPORTERS = (Role.ORGANISER, Role.ADMINISTRATOR)
"""Who takes tables over, in the area they hold the role over."""


class Did(StrEnum):
    """What taking a row in did."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


@dataclass
class Row:
    """One row with its good cells by column name; an empty cell is not there. `line` counts as in the file."""

    line: int
    values: dict[str, Any]

    def get(self, name: str) -> Any:
        """The value of a column, None where the cell is empty: that leaves what is known as it is."""
        return self.values.get(name)


@dataclass
class Run:
    """One pass over a table: who does it, over which area, and what has been looked up."""

    viewer: Viewer
    area: Area
    places: Places
    memo: dict[Any, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What a row did, and of a change what was and what is, in words."""

    did: Did
    changes: list[tuple[str, str, str]] = field(default_factory=list)


Take = Callable[[Run, Row], Outcome]


def _learn_nothing(run: Run, rows: Sequence[Row]) -> None:
    return


def _nothing_waits(run: Run) -> None:
    return


@dataclass(frozen=True)
class TableKind:
    """A table that can be taken over and given out.

    `take` takes one row in through the actions, raising `Refusal`s whose `field` is a column (or named in `fields`).
    `key`: the columns that tell rows apart within one file. `learn` looks up at once what many rows name; `settle`
    stores at once what rows have left waiting. `export` yields the same columns as texts, of what the
    viewer may see; contacts are never in it.
    """

    name: str
    label: Words
    about: Words
    columns: tuple[Column, ...]
    take: Take
    key: tuple[str, ...]
    export: Callable[[Viewer, Area], Iterator[dict[str, str]]]
    fields: Mapping[str, str] = field(default_factory=dict)
    learn: Callable[[Run, Sequence[Row]], None] = _learn_nothing
    settle: Callable[[Run], None] = _nothing_waits
    roles: tuple[Role, ...] = IMPORTERS

    def may(self, viewer: Viewer, area: Area | None) -> bool:
        """Whether the viewer may take this table over for `area`, and take it out."""
        return viewer.covers(self.roles, area)

    def column(self, name: str | None) -> Column | None:
        """The column a refusal means."""
        wanted = self.fields.get(name or "", name)
        return next((column for column in self.columns if column.name == wanted), None)


_kinds: dict[str, TableKind] = {}


def register(kind: TableKind) -> None:
    """Offer a kind; doing so again replaces it."""
    _kinds[kind.name] = kind


def get(name: str) -> TableKind:
    """The kind called `name`; raises `NotFound`."""
    if name not in _kinds:
        raise NotFound("no_kind", _("There is no such table."))
    return _kinds[name]


def every() -> list[TableKind]:
    """All kinds, in the order in which they were registered: what others build on comes first."""
    return list(_kinds.values())
