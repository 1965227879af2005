"""Re-encrypting personal columns under the newest field key.

Add the new key in front of DONGLI_FIELD_KEYS, restart, run `rotate-keys`, then drop the old key. A batch is one
transaction and only rows under an old key are touched, so it can be stopped and run again, while the site serves.
"""

import argparse
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from dongli.common import crypto
from dongli.people.actions import reseal_authenticators

Column = tuple[type[Model], str]


def run(args: argparse.Namespace) -> int:
    """Rotate every encrypted column; 1 when some rows could not be read with the keys given."""
    unreadable = 0
    for model, column in encrypted_columns():
        done, bad = rotate_column(model, column, batch=args.batch)
        unreadable += bad
        print(f"{model._meta.db_table}.{column}: {done} encrypted anew, {bad} unreadable", flush=True)
    print(f"second factors: {reseal_authenticators()} encrypted anew", flush=True)
    if unreadable:
        print("Unreadable rows need the key they were written with: add it to DONGLI_FIELD_KEYS and run this again.")
    return 1 if unreadable else 0


def encrypted_columns() -> Iterator[Column]:
    """Every concrete table with an `EncryptedTextField`, with the column's name."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, crypto.EncryptedTextField):
                yield model, str(field.column)


def rotate_column(model: type[Model], column: str, *, batch: int) -> tuple[int, int]:
    """Rotate one column in key order; returns how many rows were rewritten and how many could not be read."""
    done = bad = 0
    last: Any = None
    while rows := _batch(model, column, after=last, size=batch):
        with transaction.atomic():
            for key, sealed in rows:
                try:
                    text = crypto.decrypt(sealed)
                except (crypto.UnknownKey, InvalidTag, ValueError):
                    bad += 1
                    continue
                done += _replace(model, column, key, sealed, crypto.encrypt(text))
        last = rows[-1][0]
        print(f"\r{model._meta.db_table}.{column}: {done}", end="\r", flush=True)
    return done, bad


def _batch(model: type[Model], column: str, *, after: Any, size: int) -> list[tuple[Any, str]]:
    table, key = _quoted(model)
    name = connection.ops.quote_name(column)
    where = f"{name} <> '' AND {name} NOT LIKE %s"
    values: list[Any] = [f"k{crypto.current_key_id()}:%"]
    if after is not None:
        where += f" AND {key} > %s"
        values.append(after)
    with connection.cursor() as cursor:  # table and columns come from the models
        cursor.execute(f"SELECT {key}, {name} FROM {table} WHERE {where} ORDER BY {key} LIMIT %s", [*values, size])  # noqa: S608
        return list(cursor.fetchall())


def _replace(model: type[Model], column: str, key: Any, old: str, new: str) -> int:
    """Write `new` unless someone changed the row meanwhile (then it is under the newest key already)."""
    table, key_name = _quoted(model)
    name = connection.ops.quote_name(column)
    with connection.cursor() as cursor:  # table and columns come from the models
        cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {key_name} = %s AND {name} = %s", [new, key, old])  # noqa: S608
        return int(cursor.rowcount)


def _quoted(model: type[Model]) -> tuple[str, str]:
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), quote(str(model._meta.pk.column))
