"""What can be wrong with an imported file or row, said in words that name the remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.common.sheets import FileProblem

__all__ = ["FIELD_LABELS", "ROW_MESSAGES", "FileProblem", "Problem", "names", "problem"]

FIELD_LABELS = {
    "id": gettext_lazy("appeal number"),
    "user": gettext_lazy("user name"),
    "subject": gettext_lazy("subject"),
    "filed_at": gettext_lazy("filing time"),
    "text": gettext_lazy("appeal text"),
    "reply": gettext_lazy("reply"),
    "replied_at": gettext_lazy("reply time"),
    "unit": gettext_lazy("handling unit"),
    "phone": gettext_lazy("contact phone"),
    "address": gettext_lazy("address"),
}

ROW_MESSAGES = {
    "missing": gettext_lazy("“%(field)s” is empty. Fill it in, or leave the row out."),
    "too_long": gettext_lazy("“%(field)s” has %(length)d characters; shorten it to %(limit)d."),
    "bad_time": gettext_lazy("“%(value)s” is not a time we can read. Write it like 2020-01-31 15:04:05."),
    "time_out_of_range": gettext_lazy("“%(value)s” can’t be right as a time. Correct the date."),
    "id_rounded": gettext_lazy(
        "A spreadsheet has rounded the number to %(value)s. Export it again with that column formatted as text."
    ),
    "duplicate_id": gettext_lazy("The number %(value)s was already used in line %(first)d. Keep one of the two rows."),
    "bad_characters": gettext_lazy("Some characters of “%(field)s” can’t be read. Export the file again as UTF-8."),
    "column_count": gettext_lazy(
        "This row has %(found)d cells, the heading has %(expected)d. "
        "Put text that holds commas or line breaks in quotation marks."
    ),
    "open_quote": gettext_lazy(
        "A quotation mark is opened here and not closed, so lines %(line)d to %(last)d could not be told apart."
    ),
    "formula_error": gettext_lazy("“%(field)s” holds the spreadsheet error %(value)s. Correct the cell."),
    "reply_before_filing": gettext_lazy("The reply is dated before the appeal itself; the reply’s time is left out."),
    "alias_columns": gettext_lazy("An alias needs a name and a code, separated by a comma."),
    "alias_code": gettext_lazy("“%(value)s” is not a code of 12 digits, nor “-” for a place elsewhere."),
    "alias_short": gettext_lazy("“%(value)s” is too short to be told from other words; write at least 2 characters."),
    "alias_twice": gettext_lazy("“%(value)s” already stands in line %(first)d. Keep one of the two."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row. `code` is stable; `field` is a key of `FIELD_LABELS` or empty."""

    code: str
    field: str
    params: Mapping[str, Any]

    @property
    def message(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return str(ROW_MESSAGES[self.code]) % {"field": FIELD_LABELS.get(self.field, self.field), **self.params}


def problem(code: str, field: str = "", **params: Any) -> Problem:
    """A `Problem`; a value that is quoted is cut to 60 characters."""
    shown = {key: _cut(value) if isinstance(value, str) else value for key, value in params.items()}
    return Problem(code, field, shown)


def names(words: list[str]) -> str:
    """Words in a list people can read, cut to a screenful."""
    return _("nothing") if not words else "、".join(_cut(word, 20) for word in words[:20])


def _cut(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[:limit] + "…"
