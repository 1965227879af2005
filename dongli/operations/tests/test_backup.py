"""Backup and restore on a database of their own, made from the test database."""

import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from pytest_django import Settings

from dongli.operations import backup, libpq

NAME = f"test_dongli_{os.getpid()}_backup"


@pytest.fixture
def small(
    db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[Any]]:
    """A database with two tables and some files, standing in for the default one."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "photos").mkdir(parents=True)
    (settings.MEDIA_ROOT / "photos" / "树.jpg").write_bytes(b"a tree")
    admin = psycopg.connect(libpq.conninfo(connection.settings_dict), autocommit=True)
    name = sql.Identifier(NAME)
    admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    monkeypatch.setitem(connection.settings_dict, "NAME", NAME)
    monkeypatch.setattr(connection, "close", lambda: None)
    link = psycopg.connect(libpq.conninfo(connection.settings_dict), autocommit=True)
    link.execute("CREATE TABLE area (code text PRIMARY KEY)")
    link.execute("CREATE TABLE appeal (id int PRIMARY KEY, area text REFERENCES area)")
    link.execute("INSERT INTO area VALUES ('430202')")
    link.execute("INSERT INTO appeal SELECT n, '430202' FROM generate_series(1, 5) AS n")
    yield link
    link.close()
    admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
    admin.close()


Link = psycopg.Connection[Any]


def test_a_backup_names_rows_versions_and_checksums(small: Link, tmp_path: Path) -> None:
    target = tmp_path / "b.tar.gz"
    manifest = backup.create(target)
    assert manifest["rows"] == {"appeal": 5, "area": 1}
    assert set(manifest["files"]) == {"database.dump", "media/photos/树.jpg"}
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as archive:
        inside = archive.extractfile("manifest.json")
        assert inside is not None
        assert json.load(inside) == manifest


def test_check_restores_elsewhere_and_leaves_nothing(small: Link, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    backup.create(target)
    backup.check(target)
    row = small.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'dongli_check_%'").fetchone()
    assert row == (0,)
    assert [path.name for path in tmp_path.iterdir() if path.name != "media"] == ["b.tar"]


def test_restore_brings_back_rows_constraints_and_files(small: Link, tmp_path: Path, settings: Settings) -> None:
    target = tmp_path / "b.tar.xz"
    backup.create(target)
    small.execute("DELETE FROM appeal")
    (Path(settings.MEDIA_ROOT) / "photos" / "树.jpg").write_bytes(b"spoilt")
    backup.restore(target, replace=True)
    assert small.execute("SELECT count(*) FROM appeal").fetchone() == (5,)
    assert (Path(settings.MEDIA_ROOT) / "photos" / "树.jpg").read_bytes() == b"a tree"
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        small.execute("INSERT INTO appeal VALUES (9, 'nowhere')")


def test_files_that_were_there_are_set_aside(small: Link, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    backup.create(target)
    backup.restore(target, replace=True)
    (aside,) = tmp_path.glob("media.before-*")
    assert (aside / "photos" / "树.jpg").read_bytes() == b"a tree"


def test_a_database_with_tables_is_not_overwritten_unasked(small: Link, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    backup.create(target)
    small.execute("DELETE FROM appeal WHERE id = 1")
    with pytest.raises(backup.BackupError, match="has tables already"):
        backup.restore(target, replace=False)
    assert small.execute("SELECT count(*) FROM appeal").fetchone() == (4,)


@pytest.mark.parametrize("how", ["cut", "altered", "not an archive"])
def test_a_damaged_archive_changes_nothing(small: Link, tmp_path: Path, how: str) -> None:
    target = tmp_path / "b.tar"
    backup.create(target)
    spoil(target, how)
    small.execute("DELETE FROM appeal WHERE id = 1")
    with pytest.raises(backup.BackupError, match=r"damaged|not a complete backup"):
        backup.restore(target, replace=True)
    assert small.execute("SELECT count(*) FROM appeal").fetchone() == (4,)


def spoil(target: Path, how: str) -> None:
    raw = target.read_bytes()
    if how == "cut":
        target.write_bytes(raw[: len(raw) // 3])
    elif how == "altered":
        target.write_bytes(raw.replace(b"a tree", b"a trap"))
    else:
        target.write_text("hello")


def test_a_failing_restore_rolls_back(small: Link, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "b.tar"
    backup.create(target)
    original = backup._tool

    def break_the_script(name: str, *arguments: str, database: str | None = "") -> None:
        if name == "psql":
            script = Path(arguments[-1])
            script.write_text(script.read_text() + "\nSELECT 1/0;\n")
        original(name, *arguments, database=database)

    monkeypatch.setattr(backup, "_tool", break_the_script)
    small.execute("DELETE FROM appeal WHERE id = 1")
    with pytest.raises(backup.BackupError, match="division by zero"):
        backup.restore(target, replace=True)
    assert small.execute("SELECT count(*) FROM appeal").fetchone() == (4,)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(backup.BackupError, match=r"\.tar\.gz"):
        backup.create(tmp_path / "b.zip")
