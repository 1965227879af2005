"""`dongli train-categories`: what it learns from, what it prints, what it refuses."""

import csv
from pathlib import Path

import pytest

from dongli.__main__ import main
from dongli.cases import learned, policy, training_commands
from dongli.cases.labelled import closed_cases, read_labelled
from dongli.cases.models import Category, Source
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import now
from tests.cast import City

FRESH = Path(__file__).parent / "data" / "fresh_appeals.csv"


def written(path: Path, heading: list[str], rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([heading, *rows])
    return path


def test_a_labelled_file_is_learned_and_measured(city: City, models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-categories", str(FRESH), "--folds", "2"]) == 0
    said = capsys.readouterr().out
    assert "Cross validation on 262 texts, 2 folds" in said
    assert "By line" in said
    assert "By major class" in said
    assert learned.load(models).about["source"] == "given"


def test_a_dry_run_stores_nothing(city: City, models: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "few.csv", ["主题", "小类名称"], [["路灯坏了", "路灯与景观照明"]])
    assert main(["train-categories", str(path), "--dry-run"]) == 0
    assert not models.exists()


def test_other_labels_are_measured_not_learned(
    city: City, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    themes = {"06": "交通运输", "08": "教育文体", "12": "卫生计生"}
    with FRESH.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["category_code"][:2] in themes]
    cells = [[row["subject"], row["text"], themes[row["category_code"][:2]]] for row in rows]
    path = written(tmp_path / "themes.csv", ["留言主题", "留言详情", "一级分类"], cells, "gb18030")
    assert main(["train-categories", str(path)]) == 0
    said = capsys.readouterr().out
    assert "3 labels are not classes of the catalogue" in said
    assert float(said.split("first")[1].split("%")[0]) >= 75
    assert not models.exists()


def test_a_file_without_classes_is_refused(city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "bare.csv", ["主题", "时间"], [["路灯坏了", "2026-01-01"]])
    assert main(["train-categories", str(path)]) == 1
    assert main(["train-categories", str(tmp_path / "missing.csv")]) == 1
    assert capsys.readouterr().err


def test_classes_go_by_code_or_name_and_the_rest_is_counted(city: City, tmp_path: Path) -> None:
    rows = [["路灯坏了", "0204"], ["路灯没亮", "路灯与景观照明"], ["不知道", "别的"], ["", "0204"]]
    labels = read_labelled(written(tmp_path / "some.csv", ["text", "category"], rows), list(Category.objects.all()))
    assert [one.code for one in labels.examples] == ["0204", "0204"]
    assert (labels.own, labels.unknown) == (True, 1)


def test_only_what_a_person_classed_is_learned_from_cases(city: City, stage: Stage) -> None:
    classes = list(Category.objects.all())
    case = stage.register(stage.file())
    assert closed_cases(classes) == []
    case.closed_at = now()
    case.save(update_fields=["closed_at"])
    assert [one.code for one in closed_cases(classes)] == ["0101"]
    case.source = Source.IMPORT
    case.save(update_fields=["source"])
    assert closed_cases(classes) == []


def test_a_model_is_made_once_and_anew_when_the_catalogue_changes(
    city: City, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training_commands.ensure_model()
    first = learned.load(models).about
    training_commands.ensure_model()
    assert capsys.readouterr().out.count("Trained") == 1
    Category.objects.filter(code="0204").update(keywords=["路灯"])
    policy.forget()
    training_commands.ensure_model()
    assert learned.load(models).about["catalogue"] != first["catalogue"]


def test_a_city_s_own_model_is_not_replaced_unasked(
    city: City, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = training_commands.train_now(list(Category.objects.all()), [], "given")
    Category.objects.filter(code="0204").update(keywords=["路灯"])
    policy.forget()
    training_commands.ensure_model()
    assert "run `dongli train-categories` again" in capsys.readouterr().out
    assert learned.load(models).about == made.about
