"""Rotation of the keys of personal columns."""

import argparse

import pytest
from django.db import connection
from django.db.models import Model
from pytest_django import Settings

from dongli.common import crypto
from dongli.operations import keys

pytestmark = pytest.mark.django_db
TABLE = "rotation_probe"


class _Probe:
    """Stands in for a model: rotation reads names only."""

    class _meta:
        db_table = TABLE

        class pk:
            column = "id"


PROBE: type[Model] = _Probe  # type: ignore[assignment]


@pytest.fixture
def probe(db: None, settings: Settings) -> Settings:
    """Seven rows under the key `old`, one empty."""
    settings.FIELD_KEYS = ["old"]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} (id int PRIMARY KEY, phone text NOT NULL)")
        for number in range(7):
            cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s)", [number, crypto.encrypt(f"1380000000{number}")])
        cursor.execute(f"INSERT INTO {TABLE} VALUES (99, '')")
    return settings


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT phone FROM {TABLE} WHERE phone <> '' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_rotation_leaves_the_text_and_drops_the_old_key(probe: Settings) -> None:
    probe.FIELD_KEYS = ["new", "old"]
    assert keys.rotate_column(PROBE, "phone", batch=3) == (7, 0)
    probe.FIELD_KEYS = ["new"]
    assert [crypto.decrypt(sealed) for sealed in stored()] == [f"1380000000{number}" for number in range(7)]


def test_a_second_run_finds_nothing_to_do(probe: Settings) -> None:
    probe.FIELD_KEYS = ["new", "old"]
    keys.rotate_column(PROBE, "phone", batch=100)
    before = stored()
    assert keys.rotate_column(PROBE, "phone", batch=100) == (0, 0)
    assert stored() == before


def test_rows_of_a_lost_key_are_counted_and_left(probe: Settings) -> None:
    before = stored()
    probe.FIELD_KEYS = ["new"]
    assert keys.rotate_column(PROBE, "phone", batch=3) == (0, 7)
    assert stored() == before


def test_a_row_changed_meanwhile_is_not_overwritten(probe: Settings) -> None:
    probe.FIELD_KEYS = ["new", "old"]
    assert keys._replace(PROBE, "phone", 0, "something else", crypto.encrypt("x")) == 0


def test_every_encrypted_column_is_found() -> None:
    found = {f"{model._meta.label}.{column}" for model, column in keys.encrypted_columns()}
    assert {"people.User.phone", "cases.CaseContact.phone"} <= found


def test_the_command_reports_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert keys.run(argparse.Namespace(batch=10)) == 0
    assert "0 unreadable" in capsys.readouterr().out
