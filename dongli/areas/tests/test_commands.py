"""The two importers as they are called from the shell."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from dongli.areas import commands
from dongli.areas.models import Area, Boundary
from dongli.areas.seed import DATA

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args([str(argument) for argument in arguments])
    return int(args.run(args))


def test_divisions_then_boundaries(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import-divisions", DATA / "zhuzhou_divisions.csv", "--dry-run") == 0
    assert "nothing has been changed" in capsys.readouterr().out
    assert not Area.objects.exists()
    assert run("import-divisions", DATA / "zhuzhou_divisions.csv") == 0
    assert "1522 to add" in capsys.readouterr().out
    assert run("import-divisions", DATA / "zhuzhou_divisions.csv") == 0
    assert "1522 unchanged" in capsys.readouterr().out
    assert run("import-boundaries", DATA / "zhuzhou_counties.geojson", "--source", "Tianditu") == 0
    assert "9 outlines to add" in capsys.readouterr().out
    assert Boundary.objects.count() == 9


def test_bad_files_say_why_and_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad"
    bad.write_text("code,name,level,parent\n430200000000,株洲市,city,\n12,x,community,3\n")
    assert run("import-divisions", bad) == 1
    assert "Line 3" in capsys.readouterr().err
    assert not Area.objects.exists()
    assert run("import-divisions", bad, "--skip-bad") == 0
    assert Area.objects.count() == 1
    assert run("import-boundaries", bad) == 1
    assert "not GeoJSON" in capsys.readouterr().err
    for missing in (tmp_path / "none", tmp_path):
        assert run("import-divisions", missing) == run("import-boundaries", missing) == 1
        assert "cannot be read" in capsys.readouterr().err


def test_many_faults_are_cut_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("code,name,level,parent\n" + "1,x,community,2\n" * 200)
    assert run("import-divisions", bad) == 1
    assert "150 more" in capsys.readouterr().err
