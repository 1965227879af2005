"""What counts as work done in a compound: kinds that apps register at start-up, one SQL clause each.

The registry stands here, far left, because apps on both sides need it: those that do the work name it, and coverage
(`dongli.reporting`) asks whether there was any.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class WorkKind:
    """One kind of work. `key`: unique; `label`, `definition`: what is counted, in words.

    `clause`: SQL from FROM on, one row for each piece of work done in the compound at hand. It may name the row
    `compound` (`id`, `path`, and `path_end`: the first path no longer within it) and the parameters `%(since)s`,
    `%(until)s` (moments, the end not included). An index must lead from the compound to its rows. `what`, `at`: SQL
    over such a row for its words and its moment or day. `url`: where a record is looked at, from its words; None where
    that is nowhere.
    """

    key: str
    label: str | Promise
    definition: str | Promise
    clause: str
    what: str
    at: str
    url: Callable[[str], str] | None = None


_kinds: dict[str, WorkKind] = {}


def register(kind: WorkKind) -> None:
    """Name a kind of work; doing so again replaces it."""
    _kinds[kind.key] = kind


def kinds() -> list[WorkKind]:
    """Every kind, in the order of registration."""
    return list(_kinds.values())
