"""Rows by the hundred thousand: a table's lines for COPY, with the model's default wherever nothing is said."""

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def encode(value: object) -> str:
    """A value as COPY's text format writes it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()} seconds"
    if isinstance(value, list | tuple):
        return f"{{{','.join(_element(one) for one in value)}}}".translate(_ESCAPES)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value).translate(_ESCAPES) if not isinstance(value, UUID) else str(value)


def _element(one: object) -> str:
    return '"{}"'.format(str(one).replace("\\", "\\\\").replace('"', '\\"'))


class Sheet:
    """Lines of one table that wait to be written."""

    def __init__(self, model: type[Model]) -> None:
        fields = model._meta.concrete_fields
        self.table = model._meta.db_table
        self.columns = [str(field.column) for field in fields]
        self.lines: list[str] = []
        self._at = {column: at for at, column in enumerate(self.columns)}
        self._blank = [encode(None if field.primary_key else field.get_default()) for field in fields]

    def add(self, **values: Any) -> None:
        """One row by its columns' names; a column not named takes the model's default."""
        row = self._blank.copy()
        for column, value in values.items():
            row[self._at[column]] = encode(value)
        self.lines.append("\t".join(row))

    def write(self) -> None:
        """Write the lines with one COPY, and forget them."""
        if not self.lines:
            return
        listed = ", ".join(f'"{column}"' for column in self.columns)
        text = "\n".join(self.lines) + "\n"
        with connection.cursor() as cursor, cursor.copy(f'COPY "{self.table}" ({listed}) FROM STDIN') as copy:
            copy.write(text)
        self.lines.clear()
