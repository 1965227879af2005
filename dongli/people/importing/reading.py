"""Rows of a known kind out of a .csv or .xlsx file, streamed; what is wrong is said by line, column, remedy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from dongli.common.errors import Invalid
from dongli.common.sheets import FileProblem, Range, Table, TableRow, open_tables
from dongli.people.importing.columns import Column, plain, text_of
from dongli.people.importing.kinds import Row, TableKind

HEADING_WITHIN = 20
MOST_UNPACKED = 300_000_000
MOST_ROWS = 50_000
MOST_MERGED = 1000


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row: the heading of the column ("" for the row as a whole), and what to do."""

    line: int
    column: str
    text: str


@dataclass
class BadRow:
    """A row that cannot be taken in, with everything that is wrong with it."""

    line: int
    problems: list[Problem]


@dataclass
class Sheet:
    """The table found in a file: which cell of a row is which column. `unread`: headings that name no column."""

    table: Table
    heading_line: int
    places: dict[int, Column]
    unread: list[str]
    merged: list[Range] = field(default_factory=list)


@contextmanager
def open_sheet(kind: TableKind, path: Path) -> Iterator[Sheet]:
    """The table of this kind in the file; raises `FileProblem` naming what is missing. Closed when left."""
    with open_tables(path, most_unpacked=MOST_UNPACKED, formulas=True) as tables:
        yield _find(kind, tables)


def _find(kind: TableKind, tables: list[Table]) -> Sheet:
    """The table and the row in it that name most columns."""
    best: Sheet | None = None
    found: list[str] = []
    for table in tables:
        for row in islice(table.rows(), HEADING_WITHIN):
            sheet = _as_heading(kind, table, row)
            if best is None or len(sheet.places) > len(best.places):
                best, found = sheet, [str(cell) for cell in row.cells if cell not in (None, "")]
    if best is None:
        raise FileProblem("empty")
    there = {column.name for column in best.places.values()}
    missing = [str(column.label) for column in kind.columns if column.required and column.name not in there]
    if missing:
        raise FileProblem("no_heading", found=_listed(found), missing=_listed(missing))
    best.merged = [one for one in islice(best.table.merged(), MOST_MERGED) if one[2] > best.heading_line]
    return best


def _as_heading(kind: TableKind, table: Table, row: TableRow) -> Sheet:
    headings = {heading: column for column in kind.columns for heading in column.headings}
    places: dict[int, Column] = {}
    unread = []
    for place, cell in enumerate(row.cells):
        column = headings.get(plain(cell))
        if column is not None and column not in places.values():
            places[place] = column
        elif plain(cell):
            unread.append(str(cell)[:40])
    return Sheet(table, row.line, places, unread)


def _listed(words: list[str]) -> str:
    return "、".join(word[:20] for word in words[:20]) or _("nothing")


def read_rows(kind: TableKind, sheet: Sheet) -> Iterator[Row | BadRow]:
    """The rows below the heading; a row that repeats another one's key is bad. Raises `FileProblem` when too long."""
    seen: dict[tuple[Any, ...], int] = {}
    for count, raw in enumerate(row for row in sheet.table.rows() if row.line > sheet.heading_line):
        if count >= MOST_ROWS:
            raise FileProblem("too_many", limit=MOST_ROWS)
        row = _read(kind, sheet, raw)
        if row is None:
            continue
        if isinstance(row, Row):
            key = tuple(str(row.get(name)) for name in kind.key)
            first = seen.setdefault(key, row.line)
            if first != row.line:
                text = _("Line %(first)d says this already. Keep one of the two.") % {"first": first}
                row = BadRow(row.line, [Problem(row.line, _label(kind, kind.key[0]), text)])
        yield row


def count_rows(sheet: Sheet, most: int) -> int:
    """How many rows stand below the heading; counting ends at `most`."""
    return sum(1 for _row in islice((row for row in sheet.table.rows() if row.line > sheet.heading_line), most))


def _label(kind: TableKind, name: str) -> str:
    column = kind.column(name)
    return str(column.label) if column is not None else ""


def _read(kind: TableKind, sheet: Sheet, raw: TableRow) -> Row | BadRow | None:
    """The row, what is wrong with it, or None when its cells in known columns are all empty."""
    if raw.torn_until:
        text = _(
            "A quotation mark is opened here and not closed, so lines %(line)d to %(last)d could not be told apart."
        )
        return BadRow(raw.line, [Problem(raw.line, "", text % {"line": raw.line, "last": raw.torn_until})])
    values, problems = dict[str, Any](), list[Problem]()
    for place, column in sheet.places.items():
        cell = raw.cells[place] if place < len(raw.cells) else None
        try:
            if (value := _value(column, cell, place, raw, sheet)) is not None:
                values[column.name] = value
        except Invalid as refusal:
            problems.append(Problem(raw.line, str(column.label), str(refusal)))
    if not values and not problems:
        return None
    complained = {problem.column for problem in problems}
    for column in kind.columns:
        if column.required and column.name not in values and str(column.label) not in complained:
            problems.append(Problem(raw.line, str(column.label), _("This cell is empty. Fill it in.")))
    return BadRow(raw.line, problems) if problems else Row(raw.line, values)


def _value(column: Column, cell: Any, place: int, raw: TableRow, sheet: Sheet) -> Any:
    """The cell's value; None when it is empty. Raises `Invalid`."""
    if place in raw.formulas:
        raise Invalid("formula", _("The cell holds a formula. Paste it as a value."))
    for south, west, north, east in sheet.merged:
        if south <= raw.line <= north and west <= place + 1 <= east:
            raise Invalid("merged", _("The cell is merged with others. Take the merging back and fill in each cell."))
    text = text_of(cell)
    return column.read(text) if text else None
