"""Dated values of policies as this process last read them: kept while the database's stamp says that they are current.

Once a second at most somebody asks for the stamp (one statement, or none where another statement brought it along);
only when it differs are the rows read anew. Kept rows are shared between requests: nobody changes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from uuid import UUID

from dongli.people.models import LevelPolicy, LevelPolicyStamp

KEPT_SECONDS = 1.0


@dataclass
class _Kept:
    """`rows` by (policy, code of the area), as of the stamp `token`, which was last seen at `asked_at`."""

    rows: dict[tuple[str, str], list[LevelPolicy]] = field(default_factory=dict)
    token: UUID | None = None
    read: bool = False
    asked_at: float = float("-inf")


_kept = _Kept()


def rows_of(key: str, code: str) -> Sequence[LevelPolicy]:
    """All that the level of the area with this code has ever said of a policy, by date."""
    return _current().rows.get((key, code), ())


def holds(row: LevelPolicy, on: date) -> bool:
    """Whether a row holds on `on`."""
    return row.since <= on and (row.until is None or row.until > on)


def told(token: UUID | None) -> None:
    """The stamp, from whoever has just read it together with another: nobody asks for it again within the second."""
    _kept.asked_at = monotonic()
    if not _kept.read or _kept.token != token:
        _read(token)


def forget() -> None:
    """Read everything again at the next step of this process."""
    global _kept
    _kept = _Kept()


def _current() -> _Kept:
    if monotonic() - _kept.asked_at > KEPT_SECONDS:
        told(LevelPolicyStamp.objects.values_list("token", flat=True).first())
    return _kept


def _read(token: UUID | None) -> None:
    """Read after the stamp, so that what changes meanwhile is read again at the next look."""
    global _kept
    rows: dict[tuple[str, str], list[LevelPolicy]] = {}
    for row in LevelPolicy.objects.select_related("area").order_by("since"):
        rows.setdefault((row.key, row.area.code), []).append(row)
    _kept = _Kept(rows, token, read=True, asked_at=_kept.asked_at)
