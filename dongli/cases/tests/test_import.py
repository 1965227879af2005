"""`import-appeals` from file to cases: places, classes, histories; bad rows by line; safe to run again."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from dongli.__main__ import build_parser
from dongli.cases import policy
from dongli.cases.models import Case, CaseContact, CaseText, Step, StepText
from dongli.cases.models.case import Source
from dongli.cases.workflow import CaseState
from tests.cast import City

HEADING = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间", "承办单位", "联系电话"]
OPEN_ROW = [
    "1",
    "网友甲",
    "路灯不亮",
    "2020/1/2 3:04:05",
    "月塘街道甲社区的路灯坏了，\n晚上很黑",
    "",
    "",
    "",
    "138 0000 0009",
]
REPLY = ("已督促整改。\t谢谢", "2020-01-09 10:00", "芦淞区城管")
ANSWERED = ["2", "网友乙", "占道经营", "2020年1月3日 08:00", "芦淞区夜市占道经营", *REPLY, ""]
NOWHERE = ["3", "网友丙", "咨询", "2020-01-04", "公积金怎么提取", "请到窗口办理", "", "公积金中心", "不便透露"]


def run(*arguments: str) -> int:
    args = build_parser().parse_args(["import-appeals", *arguments])
    return int(args.run(args))


def write_csv(path: Path, *rows: list[str], encoding: str = "gb18030") -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return str(path)


def write_xlsx(path: Path, *rows: list[str]) -> str:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)
    return str(path)


def case(source_id: str) -> Case:
    return Case.objects.select_related("desk", "community", "category", "text", "contact").get(external_id=source_id)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_as_it_comes_becomes_cases(city: City, tmp_path: Path, kind: str) -> None:
    write = {"csv": write_csv, "xlsx": write_xlsx}[kind]
    assert run(write(tmp_path / f"a.{kind}", HEADING, OPEN_ROW, ANSWERED, NOWHERE), "--system", "board") == 0
    assert Case.objects.count() == 3
    first = case("1")
    assert (first.state, first.source, first.external_system) == (CaseState.FILED, Source.IMPORT, "board")
    assert (first.community, first.desk) == (city.community, city.community)
    assert first.text.description == "路灯不亮\n月塘街道甲社区的路灯坏了，\n晚上很黑"
    assert (first.contact.name, first.contact.phone) == ("网友甲", "13800000009")
    assert first.filed_at.isoformat() == "2020-01-01T19:04:05+00:00"


def test_an_answered_appeal_comes_closed_with_its_history(city: City, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "a.csv", HEADING, ANSWERED))
    found = case("2")
    assert (found.state, found.closings) == (CaseState.CLOSED, 1)
    assert found.closed_at is not None
    assert found.closed_at.isoformat() == "2020-01-09T02:00:00+00:00"
    steps = list(Step.objects.filter(case=found))
    assert [step.verb for step in steps] == ["import", "route", "import"]
    assert [step.seq for step in steps] == list(range(1, found.steps_count + 1))
    assert [step.state_after for step in steps] == ["filed", "filed", "closed"]
    assert steps[2].data["unit"] == "芦淞区城管"
    assert StepText.objects.get(step=steps[2]).words == "已督促整改。 谢谢"


def test_what_names_no_community_lies_at_the_district_or_the_city(city: City, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "a.csv", HEADING, ANSWERED, NOWHERE))
    assert (case("2").community, case("2").desk) == (None, city.other_district)
    assert (case("3").community, case("3").desk) == (None, city.city)
    assert case("3").contact.phone == ""


def test_running_again_adds_only_what_is_new(city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(write_csv(tmp_path / "a.csv", HEADING, OPEN_ROW, ANSWERED))
    before = [Step.objects.count(), StepText.objects.count(), CaseText.objects.count(), CaseContact.objects.count()]
    assert run(write_csv(tmp_path / "a.csv", HEADING, OPEN_ROW, ANSWERED)) == 0
    assert "Added 0; already there 2" in capsys.readouterr().out
    after = [Step.objects.count(), StepText.objects.count(), CaseText.objects.count(), CaseContact.objects.count()]
    assert before == after
    run(write_csv(tmp_path / "a.csv", HEADING, OPEN_ROW, ANSWERED, NOWHERE))
    assert Case.objects.count() == 3


def test_two_systems_may_use_the_same_number(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", HEADING, OPEN_ROW)
    assert run(path, "--system", "board") == run(path, "--system", "hotline") == 0
    assert Case.objects.filter(external_id="1").count() == 2


def test_bad_rows_are_named_by_line_and_nothing_is_loaded(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = ["4", "甲", "路灯", "2999-01-01", "路灯坏了", "", "", "", ""]
    nameless = ["", "甲", "路灯", "2020-01-01", "路灯坏了", "", "", "", ""]
    path = write_csv(tmp_path / "a.csv", HEADING, OPEN_ROW, late, nameless)
    assert run(path) == 1
    said = capsys.readouterr().err
    assert "line 4:" in said  # the row before it spans two lines of the file
    assert "line 5:" in said
    assert "line 2:" not in said
    assert Case.objects.count() == 0


def test_skip_bad_loads_the_others(city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = ["", "甲", "路灯", "昨天", "路灯坏了", "", "", "", ""]
    assert run(write_csv(tmp_path / "a.csv", HEADING, broken, OPEN_ROW), "--skip-bad") == 0
    assert "line 2:" in capsys.readouterr().err
    assert list(Case.objects.values_list("external_id", flat=True)) == ["1"]


def test_a_dry_run_says_what_would_happen(city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write_csv(tmp_path / "a.csv", HEADING, OPEN_ROW, ANSWERED), "--dry-run") == 0
    said = capsys.readouterr().out
    assert "Would add 2; already there 0" in said
    assert "community: 1" in said
    assert Case.objects.count() == 0


def test_map_names_columns_that_are_not_recognised(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "a.csv", ["甲列", "乙列", "丙列"], ["9", "2020-01-01 10:00", "甲社区停水了"])
    assert run(path) == 1
    assert "--map" in capsys.readouterr().err
    assert run(path, "--map", "id=甲列", "--map", "time=乙列", "--map", "text=丙列") == 0
    assert case("9").text.description == "甲社区停水了"
    assert run(path, "--map", "nonsense") == 1
    assert run(path, "--map", "colour=甲列") == 1


def test_aliases_place_colloquial_names(city: City, tmp_path: Path) -> None:
    aliases = tmp_path / "aliases.csv"
    aliases.write_text("alias,code\n火车头大院,430202001002\n", encoding="utf-8")
    row = ["7", "甲", "停水", "2020-01-01", "荷塘区火车头大院停水三天了", "", "", "", ""]
    run(write_csv(tmp_path / "a.csv", HEADING, row), "--aliases", str(aliases))
    assert case("7").community == city.second_community
    why = Step.objects.get(case=case("7"), verb="route").data["why"][0]
    assert (why["why"], why["place"]) == ("named", "乙社区")


def test_danger_in_the_words_is_marked(city: City, tmp_path: Path) -> None:
    row = ["8", "甲", "求助", "2020-01-01", "甲社区楼下煤气泄漏，味道很大", "", "", "", ""]
    run(write_csv(tmp_path / "a.csv", HEADING, row))
    assert (case("8").danger, case("8").urgent) == ("life", True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64),
        ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("zip.xlsx", b"PK\x03\x04" + b"\x00" * 40),
        ("nul.csv", b"\x00" * 100),
        ("words.csv", "只是一段话".encode()),
    ],
)
def test_what_is_no_table_is_refused_in_words(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert run(str(path)) == 1
    assert capsys.readouterr().err.strip()
    assert run(str(tmp_path / "missing.csv")) == 1


def test_rare_characters_and_markup_come_through_unharmed(city: City, tmp_path: Path) -> None:
    text = "𠮷野家门口😀 <script>alert(1)</script> {{ 7*7 }} '; DROP TABLE cases_case; --"
    row = ["10", "𣎴", "甲社区", "2020-01-01", text, "", "", "", ""]
    run(write_csv(tmp_path / "a.csv", HEADING, row, encoding="utf-8"))
    assert case("10").text.description.endswith(text)


def test_statements_do_not_grow_with_the_rows(city: City, tmp_path: Path) -> None:
    def statements(count: int, first: int) -> int:
        rows = [
            [str(first + index), "甲", "路灯", "2020-01-01", "甲社区路灯坏了", "已修", "", "", ""]
            for index in range(count)
        ]
        path = write_csv(tmp_path / "a.csv", HEADING, *rows)
        policy.forget()
        with CaptureQueriesContext(connection) as captured:
            assert run(path) == 0
        return len(captured)

    assert statements(200, 1000) <= statements(5, 2000) + 2
