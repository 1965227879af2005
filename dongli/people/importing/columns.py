"""Columns of importable tables: their headings, what a cell may hold, and how it is read. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from dongli.common.errors import Invalid
from dongli.common.text import clean
from dongli.common.text import clean_phone as _clean_phone

Words = str | Promise
Choices = tuple[tuple[str, Words], ...]
LANGUAGES = ("zh-hans", "en")
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})"
)
_ROUNDED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
LONGEST_EXACT = 10**15
"""From here on a spreadsheet's numbers lose digits."""


@dataclass(frozen=True)
class Column:
    """One column. `read` makes a value of the cell's text (never an empty one) or raises `Invalid`.

    `hint` says what belongs there and `example` shows it, in the template. `choices`: what it may hold, if fixed.
    """

    name: str
    label: Words
    read: Callable[[str], Any]
    hint: Words = ""
    example: Words = ""
    required: bool = False
    choices: Choices = ()

    @property
    def headings(self) -> set[str]:
        """What the column may be called: its name, and its label in each language."""
        return {plain(self.name), *(plain(text) for text in in_each_language(self.label))}


def in_each_language(words: Words) -> list[str]:
    """The words as each language says them."""
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(str(words))
    return found


def plain(heading: object) -> str:
    """A heading as it is compared: small letters, no spaces, no mark of what is required, no remark in brackets."""
    return re.sub(r"[\s*＊]|[(（].*[)）]", "", str(heading if heading is not None else "")).lower()


def text_of(cell: object) -> str:
    """A cell as text: whole numbers without a point, days as 2024-03-01, cleaned. Raises `Invalid` for what is lost."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute) == (0, 0) else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return _number_text(cell)
    text = clean(str(cell), field="", max_length=2000)
    if _ROUNDED.fullmatch(text) or _ERROR.fullmatch(text):
        raise Invalid("not_a_value", _("“%(value)s” is no value. Correct the cell.") % {"value": text})
    return text.removeprefix("'")


def _number_text(number: float) -> str:
    if abs(number) >= LONGEST_EXACT:
        raise Invalid(
            "rounded", _("The spreadsheet has rounded this number. Format the column as text, type it again.")
        )
    return str(int(number)) if float(number).is_integer() else repr(number)


# What cells hold


def text(limit: int) -> Callable[[str], str]:
    """A line of at most `limit` characters."""
    return lambda cell: clean(" ".join(cell.split()), field="", max_length=limit)


def day(cell: str) -> date:
    """A day: 2024-03-01, 2024/3/1, 2024年3月1日 or 20240301."""
    match = _DAY.fullmatch(cell)
    try:
        if match is not None:
            year, month, number = (int(part) for part in match.groups() if part is not None)
            return date(year, month, number)
    except ValueError:
        pass
    raise Invalid("bad_day", _("“%(value)s” is not a day. Write it like 2024-03-01.") % {"value": cell[:30]})


def number(cell: str) -> Decimal:
    """A number with a point."""
    try:
        found = Decimal(cell)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise Invalid("bad_number", _("“%(value)s” is not a number.") % {"value": cell[:30]})
    return found


def phone(cell: str) -> str:
    """A mobile number, 11 digits."""
    return _clean_phone(cell)


def names(cell: str) -> list[str]:
    """Several names, parted by 、 or a comma."""
    parts = (clean(part, field="", max_length=60) for part in re.split(r"[、,，;；/\n]", cell))
    return list(dict.fromkeys(part for part in parts if part))


def choice(choices: Iterable[tuple[str, Words]]) -> Callable[[str], str]:
    """One of the choices: by its value, or by its label in any language."""
    rows = tuple(choices)

    def read(cell: str) -> str:
        wanted = plain(cell)
        for value, label in rows:
            if wanted == plain(value) or wanted in {plain(text) for text in in_each_language(label)}:
                return value
        known = "、".join(str(label) for _value, label in rows)
        raise Invalid("no_choice", _("“%(value)s” is none of: %(known)s.") % {"value": cell[:30], "known": known})

    return read


def chosen(name: str, label: Words, choices: Iterable[tuple[str, Words]], **more: Any) -> Column:
    """A column that holds one of the choices."""
    rows = tuple(choices)
    return Column(name, label, choice(rows), choices=rows, **more)
