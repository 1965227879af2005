"""The operator's commands: serve, migrate, backup, restore, rotate-keys, doctor."""

import argparse
import os
from pathlib import Path
from typing import Any

from dongli.operations import assets, backup, doctor, keys, serve
from dongli.operations.seeding import commands as seeding


def register(subparsers: Any) -> None:
    """Add the commands to the `dongli` parser."""
    _add_serve(subparsers)
    _add_migrate(subparsers)
    seeding.register(subparsers)
    _add_backup(subparsers)
    _add_restore(subparsers)
    add = subparsers.add_parser(
        "rotate-keys", help="encrypt personal columns anew under the first of DONGLI_FIELD_KEYS"
    )
    add.add_argument("--batch", type=int, default=500, help="rows a transaction (default 500)")
    add.set_defaults(run=keys.run)
    add = subparsers.add_parser(
        "doctor", help="check settings, database, worker, clock, disk and files; name each cure"
    )
    add.set_defaults(run=doctor.run)


def _add_serve(subparsers: Any) -> None:
    add = subparsers.add_parser(
        "serve", help="run the site: web workers, job worker, and the embedded database if used"
    )
    add.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add.add_argument("--port", type=int, default=8000, help="default 8000")
    add.add_argument("--workers", type=positive, default=max(2, min(os.cpu_count() or 2, 8)), help="web processes")
    add.add_argument("--migrate", action="store_true", help="bring the tables up to date first")
    add.set_defaults(run=serve.run)


def _add_migrate(subparsers: Any) -> None:
    add = subparsers.add_parser(
        "migrate", help="make or update tables, compile message catalogues, collect static files"
    )
    add.set_defaults(run=migrate)


def _add_backup(subparsers: Any) -> None:
    add = subparsers.add_parser("backup", help="write database and uploaded files into one archive")
    add.add_argument("file", type=Path, help="archive to write: .tar, .tar.gz or .tar.xz")
    add.add_argument("--check", action="store_true", help="then restore it into a throw-away database and compare")
    add.set_defaults(run=backup.run_backup)


def _add_restore(subparsers: Any) -> None:
    add = subparsers.add_parser("restore", help="bring back an archive made by backup")
    add.add_argument("file", type=Path)
    add.add_argument("--replace", action="store_true", help="even if the database has tables: they are replaced")
    add.set_defaults(run=backup.run_restore)


def positive(text: str) -> int:
    """An argument that is a whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def migrate(args: argparse.Namespace) -> int:
    """Make everything ready that `serve` needs; policy that is not there yet is loaded as shipped."""
    from dongli.cases.actions.policy import load_policy
    from dongli.cases.training_commands import ensure_model
    from dongli.reporting.actions.listing import load_gap_reasons
    from dongli.volunteering.actions.offering import load_offers

    assets.migrate()
    load_policy()
    load_offers()
    load_gap_reasons()
    ensure_model()
    for path in assets.compile_catalogues():
        print(f"Compiled {path}")
    if assets.collect_static():
        print("Collected the static files")
    return 0
