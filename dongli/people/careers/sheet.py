"""The pay sheet as a table for spreadsheets. Amounts are numbers, texts never formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext as _

from dongli.common.cells import plain_cell

Cell = str | int | Decimal | None


def headings() -> list[str]:
    """The first row."""
    return [
        _("Place"), _("Name"), _("Post in the scheme"), _("Grade before"), _("Grade"), _("Pay before, yuan"),
        _("Base pay, yuan"), _("Allowances, yuan"), _("Total, yuan"), _("Difference, yuan"), _("Not computed because"),
    ]  # fmt: skip


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read the Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings())
    for row in rows:
        writer.writerow(["" if one is None else plain_cell(one) if isinstance(one, str) else one for one in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet; amounts with two decimals."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page, money = book.add_worksheet(), book.add_format({"num_format": "0.00"})
        page.freeze_panes(1, 0)
        page.set_column(0, 0, 32)
        page.set_column(1, 10, 14)
        for column, heading in enumerate(headings()):
            page.write_string(0, column, heading)
        for at, row in enumerate(rows, start=1):
            for column, one in enumerate(row):
                if isinstance(one, str):
                    page.write_string(at, column, plain_cell(one))
                elif one is not None:
                    page.write_number(at, column, one, money if isinstance(one, Decimal) else None)
    return out.getvalue()


WRITERS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
