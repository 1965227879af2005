"""Cells of spreadsheets."""

import re

_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
LONGEST_CELL = 32_000


def plain_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula, within a cell's length."""
    cut = text[:LONGEST_CELL]
    return f"'{cut}" if _FORMULA.match(cut) else cut
