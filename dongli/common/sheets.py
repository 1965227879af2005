"""Rows of cells out of .csv and .xlsx files, streamed, whatever their encoding, delimiter or size."""

import codecs
import csv
import io
import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse

from django.utils.translation import gettext_lazy
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from dongli.common.errors import Invalid

DELIMITERS = (",", "\t", ";", "|")
MAX_COLUMNS = 200
MAX_UNPACKED = 1_000_000_000
MAX_RATIO = 200
"""A workbook that unpacks to more than this many times its size (and to over 50 MB) is not a table."""

_CHUNK = 1 << 20
_TAG = f"{{{SHEET_MAIN_NS}}}"
_MERGED = re.compile(rb'<(?:\w{1,20}:)?mergeCell [^<>]{0,80}?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, IndexError, EOFError, OSError,
           NotImplementedError, TypeError, AttributeError, RuntimeError)  # fmt: skip
"""What openpyxl and zipfile raise, between them, for a workbook that is damaged or made up."""


FILE_MESSAGES = {
    "missing_file": gettext_lazy("There is no file %(name)s, or it may not be read."),
    "empty": gettext_lazy("The file is empty."),
    "old_excel": gettext_lazy("This is an old Excel file (.xls). Open it and save it as .xlsx or .csv."),
    "encrypted": gettext_lazy("The workbook is protected by a password. Save it without one."),
    "web_page": gettext_lazy("This is a web page with the name of a table. Open it in Excel and save it as .xlsx."),
    "broken": gettext_lazy("The workbook is damaged and can’t be opened. Export it again."),
    "too_big": gettext_lazy("The workbook would unpack to %(size)d MB; at most %(limit)d MB are read. Split it."),
    "no_header": gettext_lazy(
        "No row with the names of the columns was found. Found: %(found)s. Needed: %(missing)s. "
        "Name the columns like that, or say which they are with --map text=NAME."
    ),
    "no_heading": gettext_lazy(
        "No row with the headings of this table was found. Found: %(found)s. Missing: %(missing)s. Take the template."
    ),
    "too_many": gettext_lazy("The table has more than %(limit)d rows. Split it."),
    "unknown_field": gettext_lazy("--map knows no field “%(name)s”. It knows: %(known)s."),
    "unmapped": gettext_lazy("The file has no column “%(name)s” that --map names. It has: %(found)s."),
}


class FileProblem(Invalid):
    """The file as a whole can't be read; nothing of it was."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, str(FILE_MESSAGES[code]) % params, field="file")
        self.params = params


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: `line` is the line of the file (or the row of the sheet) where it starts.

    `torn_until`: a quotation mark opens here and nothing closes it, so that all lines up to that one were swallowed.
    `formulas`: the places of cells that hold a formula (only where asked for).
    """

    line: int
    cells: list[Any]
    torn_until: int = 0
    formulas: tuple[int, ...] = ()


Range = tuple[int, int, int, int]


def _nothing() -> Iterator[Range]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Table:
    """A way to read the file as a table: a sheet of a workbook, or a text file cut at one delimiter.

    `merged`: first and last row and column of cells that are merged, counted from 1 (always empty for text).
    """

    rows: Callable[[], Iterator[TableRow]]
    is_text: bool
    merged: Callable[[], Iterator[Range]] = _nothing


@contextmanager
def open_tables(path: Path, *, most_unpacked: int = MAX_UNPACKED, formulas: bool = False) -> Iterator[list[Table]]:
    """The tables `path` may hold, until left; raises `FileProblem` when it is no table at all. Told by content.

    A workbook that unpacks to more than `most_unpacked` bytes is refused. With `formulas` cells that hold one are
    named in each row, instead of being read as what the spreadsheet last computed.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise FileProblem("missing_file", name=path.name) from error
    if not head.strip():
        raise FileProblem("empty")
    if head.startswith(_OLE):
        raise FileProblem("encrypted" if _is_encrypted(path) else "old_excel")
    if head.startswith(b"PK"):
        with _open_workbook(path, most_unpacked, formulas) as sheets:
            yield [Table(_sheet_reader(sheet, formulas), False, _merged_reader(path, sheet)) for sheet in sheets]
        return
    start = head.lstrip(codecs.BOM_UTF8).lstrip()[:300].lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<style")):
        raise FileProblem("web_page")
    encoding = detect_encoding(path)
    yield [Table(_text_reader(path, encoding, delimiter), is_text=True) for delimiter in DELIMITERS]


# Text files


def detect_encoding(path: Path) -> str:
    """The codec of a text file: a byte order mark, else UTF-8 if it is that (a damaged byte here and there), else
    GB18030."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    damaged, wide = _count_damage(path)
    return "utf-8" if damaged * 50 <= wide else "gb18030"


def _count_damage(path: Path) -> tuple[int, int]:
    """(characters that are not UTF-8, characters beyond ASCII); stops early when it is clearly not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    damaged = wide = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            damaged += text.count("\ufffd")
            wide += len(text) - len(text.encode("ascii", "ignore"))
            if damaged > 1000 and damaged * 10 > wide:
                break
    damaged += decoder.decode(b"", final=True).count("\ufffd")
    return damaged, wide


def _text_reader(path: Path, encoding: str, delimiter: str) -> Callable[[], Iterator[TableRow]]:
    return lambda: _text_rows(path, encoding, delimiter)


def _text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[TableRow]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = _QuoteCounter(file)
        reader = csv.reader(lines, delimiter=delimiter)
        while True:
            first = reader.line_num + 1
            lines.quotes = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a cell beyond 128 kB: what follows an opening quotation mark that nothing closes
                yield TableRow(first, [], torn_until=reader.line_num)
                continue
            if lines.ended and lines.quotes % 2 and reader.line_num > first:
                yield TableRow(first, [], torn_until=reader.line_num)
            elif any(cell.strip() for cell in cells):
                yield TableRow(first, list(cells))


class _QuoteCounter:
    """Passes lines on, counting quotation marks, and knows when the file has ended."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self.quotes = 0
        self.ended = False

    def __iter__(self) -> "_QuoteCounter":
        return self

    def __next__(self) -> str:
        line = self._file.readline(_CHUNK)
        if not line:
            self.ended = True
            raise StopIteration
        self.quotes += line.count('"')
        return line.replace("\0", "")


# Workbooks


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(_CHUNK)


@contextmanager
def _open_workbook(path: Path, most_unpacked: int, formulas: bool) -> Iterator[list[Any]]:
    """Its sheets, as openpyxl has them."""
    _check_workbook(path, most_unpacked)
    try:
        reader = _Reader(str(path), read_only=True, keep_vba=False, data_only=not formulas, keep_links=False)
    except _BROKEN as error:
        raise FileProblem("broken") from error
    with closing(reader):
        try:
            reader.read()
        except _BROKEN as error:
            raise FileProblem("broken") from error
        yield reader.wb.worksheets


def _check_workbook(path: Path, most_unpacked: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _BROKEN as error:
        raise FileProblem("broken") from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileProblem("encrypted")
    size, packed = sum(entry.file_size for entry in entries), max(path.stat().st_size, 1)
    if size > most_unpacked or (size > 50_000_000 and size / packed > MAX_RATIO):
        raise FileProblem("too_big", size=size // 1_000_000, limit=most_unpacked // 1_000_000)


def _sheet_reader(sheet: Any, formulas: bool) -> Callable[[], Iterator[TableRow]]:
    return lambda: _formula_rows(sheet) if formulas else _sheet_rows(sheet)


def _sheet_rows(sheet: Any) -> Iterator[TableRow]:
    sheet.reset_dimensions()  # many exporters write a wrong one
    try:
        for line, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
            if any(cell is not None and cell != "" for cell in cells):
                yield TableRow(line, list(cells))
    except _BROKEN as error:
        raise FileProblem("broken") from error


def _formula_rows(sheet: Any) -> Iterator[TableRow]:
    sheet.reset_dimensions()
    try:
        for line, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
            if any(cell.value is not None and cell.value != "" for cell in cells):
                found = tuple(place for place, cell in enumerate(cells) if cell.data_type == "f")
                yield TableRow(line, [cell.value for cell in cells], formulas=found)
    except _BROKEN as error:
        raise FileProblem("broken") from error


def _merged_reader(path: Path, sheet: Any) -> Callable[[], Iterator[Range]]:
    return lambda: _merged(path, sheet._worksheet_path)  # openpyxl tells merged cells only when it reads all at once


def _merged(path: Path, name: str) -> Iterator[Range]:
    """They stand behind the rows: the sheet is searched in pieces, a little of each kept for what lies across."""
    rest = b""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as source:
            while piece := source.read(_CHUNK):
                text, end = rest + piece, 0
                for found in _MERGED.finditer(text):
                    west, south, east, north = range_boundaries(found[1].decode("ascii"))
                    yield south or 1, west or 1, north or 1, east or 1
                    end = found.end()
                rest = text[max(end, len(text) - 200) :]
    except _BROKEN as error:
        raise FileProblem("broken") from error


class _Reader(ExcelReader):
    """openpyxl's reader with the shared texts on disk: they are nearly all of an export's size."""

    shared_strings: Any

    def close(self) -> None:
        """Let go of the workbook and of its texts."""
        self.archive.close()
        if isinstance(self.shared_strings, SpooledTexts):
            self.shared_strings.close()

    def read_strings(self) -> None:
        names = [entry.PartName[1:] for entry in self.package.Override if entry.ContentType == SHARED_STRINGS]
        if names:
            with self.archive.open(names[0]) as source:
                self.shared_strings = SpooledTexts(source)


class SpooledTexts:
    """A sequence of texts kept in an unnamed temporary file; in memory only eight bytes each."""

    def __init__(self, source: Any) -> None:
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the workbook)
        self._ends = array("Q", [0])
        for text in _shared_texts(source):
            written = self._file.write(text.encode("utf-8", "surrogatepass"))
            self._ends.append(self._ends[-1] + written)

    def close(self) -> None:
        """Forget them."""
        self._file.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self):
            raise IndexError(index)
        start, end = self._ends[index], self._ends[index + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode("utf-8", "surrogatepass")


def _runs(node: Element) -> Iterator[str]:
    """The text of a shared string: its own, or that of its formatted runs; phonetic hints left out."""
    for child in node:
        if child.tag == _TAG + "t":
            yield child.text or ""
        elif child.tag == _TAG + "r":
            yield from _runs(child)


def _shared_texts(source: Any) -> Iterator[str]:
    root: Element | None = None
    for event, node in iterparse(source, events=("start", "end")):  # noqa: S314 (expat refuses entity bombs since 2.4)
        if root is None:
            root = node
        if event == "end" and node.tag == _TAG + "si":
            yield "".join(_runs(node))
            root.clear()
