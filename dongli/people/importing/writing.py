"""Tables given out: a template to fill in, and what is there as a file of the same columns."""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from dongli.people.importing.columns import Column
from dongli.people.importing.kinds import TableKind

_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
LAST_ROW = 20_000
"""Down to this row the template offers the choices."""
LONGEST_LIST = 250
"""Characters that a spreadsheet takes as a list of choices."""


def heading(column: Column) -> str:
    """What stands above a column; a star marks what must be filled in."""
    return f"{column.label}*" if column.required else str(column.label)


def write_template(kind: TableKind, path: Path) -> None:
    """A workbook with the headings and choices to pick from, and a sheet that explains every column."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, wrap = book.add_format({"bold": True, "bg_color": "#eef1f4"}), book.add_format({"text_wrap": True})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(str(kind.label)[:31])
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(kind.columns):
            sheet.set_column(place, place, 18, text)
            sheet.write_string(0, place, heading(column), bold)
            _offer(sheet, place, column)
        _explain(book.add_worksheet(_("Explanation")), kind, bold, wrap)


def _offer(sheet: Any, place: int, column: Column) -> None:
    labels = [str(label) for _value, label in column.choices]
    if labels and len(",".join(labels)) <= LONGEST_LIST:
        sheet.data_validation(1, place, LAST_ROW, place, {"validate": "list", "source": labels})


def _explain(sheet: Any, kind: TableKind, bold: Any, wrap: Any) -> None:
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 4, 44, wrap)
    for place, words in enumerate((_("Column"), _("Needed"), _("What belongs there"), _("For instance"), _("Choices"))):
        sheet.write_string(0, place, words, bold)
    for line, column in enumerate(kind.columns, start=1):
        labels = "、".join(str(label) for _value, label in column.choices)
        cells = (str(column.label), _("yes") if column.required else "", str(column.hint), str(column.example), labels)
        for place, words in enumerate(cells):
            sheet.write_string(line, place, words)
    remark = _("Text cells that are left empty leave what is known as it is. No formulas, no merged cells.")
    sheet.write_string(len(kind.columns) + 2, 0, remark)


def _rows(kind: TableKind, rows: Iterable[dict[str, str]]) -> Iterator[list[str]]:
    yield [heading(column) for column in kind.columns]
    for row in rows:
        yield [row.get(column.name, "") for column in kind.columns]


def write_csv(kind: TableKind, path: Path, rows: Iterable[dict[str, str]]) -> None:
    """UTF-8 with a byte order mark; what a spreadsheet would take for a formula is marked as text."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for cells in _rows(kind, rows):
            writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])


def write_xlsx(kind: TableKind, path: Path, rows: Iterable[dict[str, str]]) -> None:
    """One sheet, written through: memory stays the same however many rows."""
    with xlsxwriter.Workbook(path, {**_OPTIONS, "tmpdir": path.parent}) as book:
        sheet = book.add_worksheet(str(kind.label)[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(kind.columns), 18)
        for line, cells in enumerate(_rows(kind, rows)):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
