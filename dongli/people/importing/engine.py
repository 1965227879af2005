"""Taking a table in: everything in one transaction, each row through its actions; a dry run rolls all of it back."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from dongli.areas.models import Area
from dongli.common.errors import Refusal
from dongli.people.importing.kinds import Did, Row, Run, TableKind
from dongli.people.importing.places import Places
from dongli.people.importing.reading import BadRow, Problem, open_sheet, read_rows
from dongli.people.viewer import Viewer

BATCH = 200
MOST_BAD, MOST_SHOWN, MOST_COUNTED = 500, 100, 50_001
Progress = Callable[[int], None]


@dataclass
class Report:
    """What was done, or in a dry run would be: rows by outcome, and the first of the bad, added and changed ones.

    `loaded`: whether it is stored now. `unread`: headings that name no column of the kind.
    """

    added: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    loaded: bool = False
    problems: list[Problem] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.added + self.changed + self.same + self.bad

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class _Undo(Exception):
    """Leaves the transaction without storing anything."""


def take_in(
    kind: TableKind,
    viewer: Viewer,
    area: Area,
    path: Path,
    *,
    dry_run: bool,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Take the table at `path` in for `area`. Nothing is stored when a row is bad, unless `skip_bad`; nor in a dry run.

    Raises `FileProblem` when the file is no table of this kind. `progress` is told how many rows are done.
    """
    report = Report()
    run = Run(viewer, area, Places(area))
    try:
        with open_sheet(kind, path) as sheet, transaction.atomic():
            report.unread = sheet.unread
            for batch in _batches(read_rows(kind, sheet)):
                _take_batch(kind, run, batch, report)
                if progress is not None:
                    progress(report.total)
            if dry_run or (report.bad and not skip_bad):
                raise _Undo
            report.loaded = True
    except _Undo:
        pass
    return report


def _batches(rows: Iterable[Row | BadRow]) -> Iterator[list[Row | BadRow]]:
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _take_batch(kind: TableKind, run: Run, batch: list[Row | BadRow], report: Report) -> None:
    kind.learn(run, [row for row in batch if isinstance(row, Row)])
    for row in batch:
        if isinstance(row, BadRow):
            _note_bad(report, row.problems)
        else:
            _take(kind, run, row, report)
    kind.settle(run)


def _take(kind: TableKind, run: Run, row: Row, report: Report) -> None:
    """One row, in a savepoint: what it refuses leaves no trace."""
    try:
        with transaction.atomic():
            outcome = kind.take(run, row)
    except Refusal as refusal:
        column = kind.column(refusal.field)
        _note_bad(report, [Problem(row.line, str(column.label) if column else "", str(refusal))])
        return
    setattr(report, outcome.did, getattr(report, outcome.did) + 1)
    if outcome.did is not Did.SAME and len(report.shown) < MOST_SHOWN:
        what = "、".join(str(row.get(name)) for name in kind.key if row.get(name) is not None)
        report.shown.append({"line": row.line, "did": outcome.did, "what": what, "changes": outcome.changes})


def _note_bad(report: Report, problems: list[Problem]) -> None:
    report.bad += 1
    report.problems += problems[: max(MOST_BAD - len(report.problems), 0)]
