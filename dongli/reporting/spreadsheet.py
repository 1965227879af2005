"""Gaps as a table for spreadsheets; what looks like a formula is text."""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext as _

from dongli.cases.spreadsheet import plain
from dongli.duties.wording import DUTY_LOOKS
from dongli.reporting.queries.gaps import Gap

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def headings() -> list[str]:
    """The first row."""
    return [
        _("Community"), _("Compound"), _("Area code"), _("What is missing"), _("Reason"), _("In words"),
        _("Reason holds until"), _("Duty"), _("Owner"), _("Due on"), _("Overdue"),
    ]  # fmt: skip


def row(gap: Gap) -> list[str]:
    """One gap."""
    cells = [
        gap.community,
        gap.name,
        gap.code,
        f"{gap.item.label} {gap.detail}".strip(),
        gap.reason,
        gap.words,
        gap.last_day.isoformat() if gap.last_day else "",
        str(DUTY_LOOKS[gap.duty_state][0]) if gap.duty_state else "",
        gap.owner,
        gap.due_on.isoformat() if gap.due_on else "",
        _("Yes") if gap.late else "",
    ]
    return [plain(cell) for cell in cells]


def write_csv(path: Path, gaps: Iterable[Gap]) -> None:
    """UTF-8 with a byte order mark, so that spreadsheets read the Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(_table(gaps))


def write_xlsx(path: Path, gaps: Iterable[Gap]) -> None:
    """One sheet, written through: memory stays the same however many rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": path.parent}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 10, 18)
        for at, cells in enumerate(_table(gaps)):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)


def _table(gaps: Iterable[Gap]) -> Iterator[list[str]]:
    yield headings()
    yield from (row(gap) for gap in gaps)


WRITERS: dict[str, Callable[[Path, Iterable[Gap]], None]] = {"csv": write_csv, "xlsx": write_xlsx}
