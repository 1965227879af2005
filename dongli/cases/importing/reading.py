"""Rows of appeals out of an export of a hotline or message board, as it comes.

`read_rows` streams: memory does not grow with the file, but for one short entry per number to find duplicates.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from dongli.cases.importing.columns import Columns, check_found, check_mapping, recognise
from dongli.cases.importing.problems import FileProblem, Problem, problem
from dongli.cases.importing.times import ImplausibleTime, UnreadableTime, parse_time
from dongli.common.sheets import Table, TableRow, open_tables
from dongli.common.text import strip_controls

HEADING_WITHIN = 30
"""The heading stands among the first rows: titles and remarks may stand above it."""

LIMITS = {"id": 64, "user": 100, "subject": 500, "text": 20_000, "reply": 20_000, "unit": 200, "phone": 100,
          "address": 500}  # fmt: skip
"""Most characters a cell may have, by field."""

LONGEST_EXACT_NUMBER = 10**15
"""From here on a spreadsheet's numbers lose digits."""

_ROUNDED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_FORMULA_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
_LINE_BREAK_MARKS = re.compile(r"_x000D_|<br\s*/?>", re.IGNORECASE)
_SPACES = re.compile(r"(?:&nbsp;|[\t\f\v \u00a0\u2000-\u200b\u3000\ufeff])+")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One appeal as exported. Texts are cleaned, times are aware UTC; what the file does not have is empty or None.

    `notes` are remarks that do not keep the row out.
    """

    line: int
    source_id: str
    user: str
    subject: str
    text: str
    filed_at: datetime
    reply: str
    replied_at: datetime | None
    unit: str
    phone: str
    address: str
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be imported, named by the line where it starts, and everything that is wrong with it."""

    line: int
    source_id: str
    problems: tuple[Problem, ...]


def read_rows(
    path: str | Path, mapping: Mapping[str, str] | None = None, *, latest: datetime | None = None
) -> Iterator[RawRow | BadRow]:
    """The appeals in the .csv or .xlsx file at `path`, in its order.

    `mapping` (field → heading) overrides how columns are recognised. A filing time after `latest` is refused. Raises
    `FileProblem`, before the first row, when the file can't be read as a table of appeals.
    """
    wanted = check_mapping(mapping or {})
    with open_tables(Path(path)) as tables:
        table, columns, heading_line = _find_heading(tables, wanted)
        yield from _read(table, columns, heading_line, latest)


def _read(table: Table, columns: Columns, heading_line: int, latest: datetime | None) -> Iterator[RawRow | BadRow]:
    seen: dict[str, int] = {}
    width = len(columns.heading) if table.is_text else None
    for row in table.rows():
        if row.line <= heading_line or _is_heading(row, columns):
            continue
        read = _read_row(row, columns, width, latest)
        first = seen.setdefault(read.source_id, row.line) if read.source_id else row.line
        if first != row.line:
            repeated = problem("duplicate_id", "id", value=read.source_id, first=first)
            read = BadRow(row.line, read.source_id, (repeated, *(read.problems if isinstance(read, BadRow) else ())))
        yield read


def _find_heading(tables: list[Table], mapping: Mapping[str, str]) -> tuple[Table, Columns, int]:
    """The table, and the row in it, that is most like a heading."""
    best: tuple[tuple[bool, int], Table, Columns, int] | None = None
    for table in tables:
        for row in islice(table.rows(), HEADING_WITHIN):
            columns = recognise(row.cells, mapping)
            score = (not columns.missing, len(columns.places))
            if best is None or score > best[0]:
                best = (score, table, columns, row.line)
    if best is None:
        raise FileProblem("empty")
    _score, table, columns, line = best
    check_found(columns, mapping)
    return table, columns, line


def _is_heading(row: TableRow, columns: Columns) -> bool:
    """Whether the heading is repeated here, as where exports were pasted together."""
    return tuple(str(cell if cell is not None else "").strip() for cell in row.cells) == columns.heading


def _read_row(row: TableRow, columns: Columns, width: int | None, latest: datetime | None) -> RawRow | BadRow:
    if row.torn_until:
        return BadRow(row.line, "", (problem("open_quote", line=row.line, last=row.torn_until),))
    cells = _Cells(row.cells, columns)
    if width is not None and _wrong_width(row.cells, width):
        return BadRow(row.line, "", (problem("column_count", found=len(row.cells), expected=width),))
    source_id, user, subject = cells.number(), cells.line("user"), cells.line("subject")
    text = cells.text("text") or subject
    if not text and not cells.complains_of("text"):
        cells.complain("missing", "text")
    filed_at = cells.time("filed_at", latest)
    if filed_at is None and not cells.complains_of("filed_at"):
        cells.complain("missing", "filed_at")
    reply, replied_at = cells.text("reply"), cells.time("replied_at", None)
    unit, phone, address = cells.line("unit"), cells.line("phone"), cells.line("address")
    if cells.problems or filed_at is None:
        return BadRow(row.line, source_id, tuple(cells.problems))
    if replied_at is not None and replied_at < filed_at and (filed_at - replied_at).days >= 1:
        replied_at = None
        cells.notes.append(problem("reply_before_filing", "replied_at"))
    notes = tuple(cells.notes)
    return RawRow(row.line, source_id, user, subject, text, filed_at, reply, replied_at, unit, phone, address, notes)


def _wrong_width(cells: list[Any], width: int) -> bool:
    """Whether a row of a text file was cut wrongly: fewer cells than headings, or more that are not empty."""
    return len(cells) < width or any(cell.strip() for cell in cells[width:])


class _Cells:
    """The cells of one row by field, and what is wrong with them."""

    def __init__(self, cells: list[Any], columns: Columns) -> None:
        self._values = {field: cells[place] for field, place in columns.places.items() if place < len(cells)}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def complain(self, code: str, field: str, **params: Any) -> None:
        self.problems.append(problem(code, field, **params))

    def complains_of(self, field: str) -> bool:
        return any(found.field == field for found in self.problems)

    def text(self, field: str) -> str:
        """A cell as text with line breaks."""
        return self._checked(field, tidy(_as_text(self._values.get(field))))

    def line(self, field: str) -> str:
        """A cell as one line."""
        return self._checked(field, " ".join(tidy(_as_text(self._values.get(field))).split()))

    def number(self) -> str:
        """The appeal's own number, without what protects it from spreadsheets (`'123`, `="123"`)."""
        value = self._values.get("id")
        text = self.line("id").removeprefix("=").strip("'\"")
        rounded = isinstance(value, int | float) and abs(value) >= LONGEST_EXACT_NUMBER
        if rounded or _ROUNDED.fullmatch(text):
            self.complain("id_rounded", "id", value=text)
        elif not text and not self.complains_of("id"):
            self.complain("missing", "id")
        return text

    def time(self, field: str, latest: datetime | None) -> datetime | None:
        """A cell as a moment; None when empty or unreadable."""
        value = self._values.get(field)
        if value is None or not str(value).strip():
            return None
        try:
            moment = parse_time(value)
            if latest is not None and moment > latest:
                raise ImplausibleTime(str(value))
        except ImplausibleTime:
            self.complain("time_out_of_range", field, value=str(value).strip())
        except UnreadableTime:
            self.complain("bad_time", field, value=str(value).strip())
        else:
            return moment
        return None

    def _checked(self, field: str, text: str) -> str:
        if len(text) > LIMITS[field]:
            self.complain("too_long", field, length=len(text), limit=LIMITS[field])
        elif text.count("\ufffd") * 20 > len(text):
            self.complain("bad_characters", field)
        elif _FORMULA_ERROR.fullmatch(text):
            self.complain("formula_error", field, value=text)
        else:
            if "\ufffd" in text:
                self.notes.append(problem("bad_characters", field))
            return text
        return text[: LIMITS["id"]] if field == "id" else ""


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def tidy(text: str) -> str:
    """Text as people would type it: LF line ends, no tabs or doubled spaces, at most one blank line in a row."""
    unified = strip_controls(_LINE_BREAK_MARKS.sub("\n", text))
    lines = (_SPACES.sub(" ", line).strip() for line in unified.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
