"""Each fault is named with its cure, by `doctor` and by Django's system checks."""

import argparse
from pathlib import Path

import pytest
from django.core.checks import ERROR
from django.db import connection
from pytest_django import Settings

from dongli.operations import assets, checks, doctor

GOOD = "a" * 40


@pytest.fixture
def production(settings: Settings) -> Settings:
    """Settings without a fault."""
    settings.PRODUCTION, settings.DEMO, settings.DEBUG = True, False, False
    settings.SECRET_KEY, settings.FIELD_KEYS, settings.HASH_KEY = GOOD, [GOOD], GOOD
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://dongli.example", ["dongli.example"]
    settings.DATABASE_URL, settings.SMS_GATEWAY_URL = "postgresql://dongli@db/dongli", "https://sms.example"
    return settings


def test_good_settings_have_no_fault(production: Settings) -> None:
    assert list(checks.settings_faults()) == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("FIELD_KEYS", [], "dongli.E001"),
        ("HASH_KEY", "", "dongli.E002"),
        ("DEMO", True, "dongli.E003"),
        ("DEBUG", True, "dongli.E004"),
        ("SECRET_KEY", "demonstration-only-not-a-secret", "dongli.E005"),
        ("FIELD_KEYS", [GOOD, "demonstration-only-not-a-secret"], "dongli.E005"),
        ("HASH_KEY", "short", "dongli.E006"),
        ("BASE_URL", "http://dongli.example", "dongli.E007"),
        ("ALLOWED_HOSTS", ["*"], "dongli.E008"),
        ("DATABASE_URL", "", "dongli.W001"),
        ("SMS_GATEWAY_URL", "", "dongli.W002"),
    ],
)
def test_each_bad_setting_is_named(production: Settings, name: str, value: object, code: str) -> None:
    setattr(production, name, value)
    faults = list(checks.settings_faults())
    assert code in [fault.code for fault in faults]
    assert all(fault.cure for fault in faults)


def test_system_checks_refuse_the_demonstration_in_production(production: Settings) -> None:
    production.DEMO = True
    messages = checks.check_settings()
    assert [(message.id, message.level) for message in messages] == [("dongli.E003", ERROR)]


@pytest.mark.django_db
def test_a_migrated_database_has_only_the_worker_missing(capsys: pytest.CaptureFixture[str]) -> None:
    for check in (doctor.database, doctor.extensions, doctor.migrations, doctor.clock):
        assert list(check()) == [], check.__name__
    (fault, *_) = doctor.worker()
    assert fault.code == "dongli.E107"
    assert "serve" in fault.cure


@pytest.mark.django_db
def test_a_beating_worker_is_no_fault_and_a_silent_one_is() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        assert list(doctor.worker()) == []
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'")
    assert [fault.code for fault in doctor.worker()] == ["dongli.E107"]


@pytest.mark.django_db
def test_a_missing_extension_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER EXTENSION btree_gist SET SCHEMA pg_catalog")
        cursor.execute("UPDATE pg_extension SET extname = 'elsewhere' WHERE extname = 'btree_gist'")
    assert [fault.code for fault in doctor.extensions()] == ["dongli.E104"]


def test_uploads_that_cannot_be_written_are_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    assert [fault.code for fault in doctor.media()] == ["dongli.E113"]


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"total": 10**12, "free": 10**9})
    monkeypatch.setattr("dongli.operations.doctor.shutil.disk_usage", lambda path: usage)
    assert [fault.code for fault in doctor.disk()] == ["dongli.E110"]


def test_clocks_apart_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime, timedelta

    monkeypatch.setattr(doctor, "_one", lambda sql: datetime.now(UTC) - timedelta(minutes=3))
    assert [fault.code for fault in doctor.clock()] == ["dongli.E109"]


def test_stale_static_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "static_is_current", lambda: False)
    assert next(fault.code for fault in doctor.static()) in {"dongli.E111", "dongli.E112"}


def test_without_a_database_it_says_so_once_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.db.utils import OperationalError

    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    assert doctor.run(argparse.Namespace()) == 1
    said = capsys.readouterr().out
    assert "No connection to the database" in said
    assert "correct DATABASE_URL" in said
    assert "ok      disk" in said
