"""Backup and restore: the database by `pg_dump`, uploaded files, and a manifest that proves both.

The archive is a tar of
  manifest.json   format, time, versions, rows of every table, sha256 and size of every file below
  database.dump   pg_dump's custom format, of one snapshot
  media/...       MEDIA_ROOT, read after the snapshot, so that every file a row names is there
`restore` checks the whole archive before it touches anything, and puts the database back in one transaction.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

import dongli
from dongli.operations import embedded, libpq
from dongli.operations.serve import say

FORMAT = 1
MODES = {".tar": "w", ".gz": "w:gz", ".xz": "w:xz"}
# Settings of newer servers that an older one does not know; pg_restore writes them regardless of its target.
UNKNOWN_TO_OLD_SERVERS = (b"SET transaction_timeout = 0;",)


class BackupError(RuntimeError):
    """A backup cannot be made, is damaged or must not be restored here; the message says why and what to do."""


# --- commands ---------------------------------------------------------------------------------------------------------


def run_backup(args: argparse.Namespace) -> int:
    """`dongli backup FILE [--check]`."""
    try:
        manifest = create(args.file)
        say(f"{args.file}: {sum(manifest['rows'].values())} rows of {len(manifest['rows'])} tables, "
            f"{len(manifest['files']) - 1} files, {args.file.stat().st_size / 1e6:.1f} MB")  # fmt: skip
        if args.check:
            check(args.file)
            say("Checked: restored into a throw-away database; every table has as many rows as before.")
    except (BackupError, OSError) as error:
        say(f"Backup failed: {error}")
        return 1
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """`dongli restore FILE [--replace]`."""
    try:
        manifest = restore(args.file, replace=args.replace)
    except (BackupError, OSError, tarfile.TarError) as error:
        say(f"Restore failed: {error}")
        return 1
    say(f"Restored the backup of {manifest['made']}: {sum(manifest['rows'].values())} rows.")
    return 0


# --- making -----------------------------------------------------------------------------------------------------------


def create(target: Path) -> dict[str, Any]:
    """Write the archive (0600, under its name only when complete) and return its manifest."""
    if target.suffix not in MODES:
        raise BackupError("the file's name must end in .tar, .tar.gz or .tar.xz")
    half = target.with_name(target.name + ".half")
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as scratch:
        dump = Path(scratch) / "database.dump"
        rows = _dump(dump)
        members = {"database.dump": dump, **_media_files()}
        manifest = {
            "format": FORMAT,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {
                "dongli": getattr(dongli, "__version__", ""),
                "django": django.get_version(),
                "python": platform.python_version(),
                "postgresql": connection.pg_version,  # type: ignore[attr-defined]
            },
            "rows": rows,
            "files": {},
        }
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            _write(raw, MODES[target.suffix], members, manifest)
    half.replace(target)
    return manifest


def _write(raw: Any, mode: str, members: dict[str, Path], manifest: dict[str, Any]) -> None:
    with tarfile.open(fileobj=raw, mode=mode) as archive:  # type: ignore[call-overload]
        for name, path in members.items():
            manifest["files"][name] = {"sha256": _sha256(path), "bytes": path.stat().st_size}
            archive.add(path, arcname=name, recursive=False, filter=_anonymous)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(manifest, file, ensure_ascii=False, indent=1)
            file.flush()
            archive.add(file.name, arcname="manifest.json", filter=_anonymous)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _media_files() -> dict[str, Path]:
    root = Path(settings.MEDIA_ROOT)
    return {f"media/{path.relative_to(root)}": path for path in sorted(root.rglob("*")) if path.is_file()}


def _dump(target: Path) -> dict[str, int]:
    """Dump the database into `target`; returns the rows of every table in the same snapshot."""
    with closing(_connect(_database())) as link:
        link.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str(link.execute("SELECT pg_export_snapshot()").fetchone()[0])  # type: ignore[index]
        _tool("pg_dump", "-Fc", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")
        return count_rows(link)


def count_rows(link: psycopg.Connection[Any]) -> dict[str, int]:
    """The number of rows of every table in the schema `public`."""
    names = [
        str(row[0])
        for row in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    ]
    counts = {}
    for name in names:
        row = link.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name))).fetchone()
        counts[name] = int(row[0]) if row else 0
    return counts


# --- bringing back ----------------------------------------------------------------------------------------------------


def restore(source: Path, *, replace: bool) -> dict[str, Any]:
    """Put database and files back. Raises `BackupError` before any change when the archive or the target is unfit."""
    with _unpacked(source) as (folder, manifest):
        with closing(_connect(_database())) as link:
            if count_rows(link) and not replace:
                raise BackupError("the database has tables already; give an empty one, or --replace to lose them")
        if not replace and any(Path(settings.MEDIA_ROOT).rglob("*")):
            raise BackupError(f"{settings.MEDIA_ROOT} is not empty; move it away, or --replace to set it aside")
        new_media = _stage_media(folder)
        connection.close()
        _load(folder / "database.dump", _database(), replace=replace)
        _swap_media(new_media)
        _compare(manifest, _database())
        return manifest


def check(source: Path) -> None:
    """Restore into a database of its own on the same server, compare, drop it again. Raises `BackupError`."""
    name = f"dongli_check_{os.getpid()}"
    identifier = sql.Identifier(name)
    with closing(_connect(_database())) as link:
        link.autocommit = True
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
        try:
            with _unpacked(source) as (folder, manifest):
                _load(folder / "database.dump", name, replace=False)
                _compare(manifest, name)
        finally:
            link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@contextmanager
def _unpacked(source: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The archive's content in a private directory, every byte checked against the manifest."""
    with tempfile.TemporaryDirectory(dir=source.resolve().parent) as scratch:
        folder = Path(scratch)
        try:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
            manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        except (tarfile.TarError, EOFError, OSError, ValueError) as error:
            raise BackupError(f"{source} is not a complete backup: {error}") from error
        if manifest.get("format") != FORMAT:
            raise BackupError(f"{source} has format {manifest.get('format')}; this version reads {FORMAT}")
        for name, facts in manifest["files"].items():
            path = folder / name
            if not path.is_file() or _sha256(path) != facts["sha256"]:
                raise BackupError(f"{source} is damaged: {name} is not what was saved")
        yield folder, manifest


def _load(dump: Path, database: str, *, replace: bool) -> None:
    """Run the dump as one transaction: all of it or nothing."""
    script = dump.with_suffix(".sql")
    _tool("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump), database=None)
    cleaned = dump.with_name("restore.sql")
    with script.open("rb") as lines, cleaned.open("wb") as output:
        if replace:
            output.write(b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
        output.writelines(line for line in lines if line.strip() not in UNKNOWN_TO_OLD_SERVERS)
    _tool("psql", "-X", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(cleaned),
          database=database)  # fmt: skip


def _compare(manifest: dict[str, Any], database: str) -> None:
    with closing(_connect(database)) as link:
        found = count_rows(link)
    for table, rows in manifest["rows"].items():
        if found.get(table) != rows:
            raise BackupError(f"{table} has {found.get(table)} rows after restoring and had {rows}")


def _stage_media(folder: Path) -> Path:
    """Move the files beside MEDIA_ROOT, so that the last step is a rename."""
    root = Path(settings.MEDIA_ROOT)
    staged = root.with_name(f"{root.name}.restoring")
    shutil.rmtree(staged, ignore_errors=True)
    staged.parent.mkdir(parents=True, exist_ok=True)
    if (folder / "media").exists():
        shutil.copytree(folder / "media", staged)
    else:
        staged.mkdir()
    return staged


def _swap_media(staged: Path) -> None:
    root = Path(settings.MEDIA_ROOT)
    if root.exists():
        aside = root.with_name(f"{root.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        root.rename(aside)
        say(f"The files that were there are now in {aside}.")
    staged.rename(root)


# --- the server's own tools -------------------------------------------------------------------------------------------


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _connect(database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(libpq.conninfo(connection.settings_dict, database))


def _tool(name: str, *arguments: str, database: str | None = "") -> None:
    """Run one of PostgreSQL's programs on `database` ("" is ours, None is none); `BackupError` tells what it said."""
    given = libpq.environment(connection.settings_dict, database or _database())
    if database is None:
        del given["PGDATABASE"]
    program = embedded.binaries() / name
    done = subprocess.run(
        [str(program), *arguments], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name}: {done.stderr.strip()[-2000:]}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
