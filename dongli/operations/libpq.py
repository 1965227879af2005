"""Django's connection settings in the terms of PostgreSQL's own library and programs. Imports no Django."""

from collections.abc import Mapping
from typing import Any

from psycopg.conninfo import make_conninfo

# Django's name, libpq's parameter, the environment variable that programs read
NAMES = (("HOST", "host", "PGHOST"), ("PORT", "port", "PGPORT"), ("USER", "user", "PGUSER"),
         ("PASSWORD", "password", "PGPASSWORD"), ("passfile", "passfile", "PGPASSFILE"))  # fmt: skip


def conninfo(given: Mapping[str, Any], database: str = "") -> str:
    """A connection string for `database` (by default the one given) on the server of Django's settings."""
    known = _flat(given)
    named = {parameter: known[name] for name, parameter, _ in NAMES if known.get(name)}
    return make_conninfo(dbname=database or str(given["NAME"]), **named)


def environment(given: Mapping[str, Any], database: str = "") -> dict[str, str]:
    """The same as variables for `pg_dump` and its kin, which keeps a password off their command lines."""
    known = _flat(given)
    named = {variable: str(known[name]) for name, _, variable in NAMES if known.get(name)}
    return {**named, "PGDATABASE": database or str(given["NAME"])}


def _flat(given: Mapping[str, Any]) -> dict[str, Any]:
    return {**given, **given.get("OPTIONS", {})}
