"""Cases as a table for spreadsheets, a row at a time. Contacts are never in it; what looks like a formula is text."""

import csv
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext as _

from dongli.cases.models import Case
from dongli.common.clock import CITY_ZONE, now
from dongli.common.masking import mask_phone

_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
LONGEST_CELL = 32_000


def headings() -> list[str]:
    """The first row."""
    return [
        _("Number"), _("Filed at"), _("State"), _("Source"), _("Line"), _("Class"), _("Community"), _("Place"),
        _("Address"), _("What was asked"), _("Urgent"), _("Handled by"), _("Due"), _("Late"), _("Closed at"),
    ]  # fmt: skip


def row(case: Case) -> list[str]:
    """One case (with its `open_tasks`, as `queries.lists` reads them)."""
    tasks = case.open_tasks  # type: ignore[attr-defined]  # Prefetch to_attr
    holders = ", ".join(dict.fromkeys(str(task.organisation or task.worker or "") for task in tasks))
    cells = [
        case.number,
        _moment(case.filed_at),
        case.get_state_display(),
        case.get_source_display(),
        case.category.get_line_display() if case.category else "",
        case.category.name if case.category else "",
        case.community.name if case.community else "",
        case.place.name if case.place else "",
        case.text.address,
        case.text.description,
        _("Yes") if case.urgent else "",
        holders,
        _moment(case.due_at),
        _("Yes") if case.due_at is not None and case.due_at < now() else "",
        _moment(case.closed_at),
    ]
    return [plain(cell) for cell in cells]


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula, mobile numbers in it masked, within a cell's length."""
    masked = _MOBILE.sub(lambda found: mask_phone(found.group()), text)[:LONGEST_CELL]
    return f"'{masked}" if _FORMULA.match(masked) else masked


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}" if at is not None else ""


def write_csv(path: Path, cases: Iterable[Case]) -> None:
    """UTF-8 with a byte order mark, so that spreadsheets read the Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings())
        writer.writerows(row(case) for case in cases)


def write_xlsx(path: Path, cases: Iterable[Case]) -> None:
    """One sheet, written through: memory stays the same however many rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": path.parent}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 8, 16)
        sheet.set_column(9, 9, 60)
        for at, cells in enumerate(_table(cases)):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)


def _table(cases: Iterable[Case]) -> Iterable[list[str]]:
    yield headings()
    yield from (row(case) for case in cases)


WRITERS: dict[str, Callable[[Path, Iterable[Case]], None]] = {"csv": write_csv, "xlsx": write_xlsx}
