"""The one way in which this app asks the database in SQL."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

# Compiling these statements to machine code takes many times as long as running them; the embedded server never does.
_PLAINLY = "SET jit = off; "


def fetched(sql: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows that a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAINLY + sql, params)
        cursor.nextset()
        return list(cursor.fetchall())
