"""The shipped catalogue holds together, and a spreadsheet's bad rows are named by line."""

import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from dongli.cases import catalogue, policy
from dongli.cases.catalogue import COLUMNS, HEADERS, LINES, Reading, read_catalogue, read_table, shipped_catalogue
from dongli.cases.views.policy import LIMIT_LABELS

GOOD = {
    "code": "0101",
    "name": "暴露垃圾",
    "major_code": "01",
    "major_name": "市容环境",
    "line": "urban_management",
    "condition": "有暴露垃圾",
    "closing": "已清除",
    "limit": "1",
    "unit": "working_day",
    "contact_hours": "8",
    "solver": "grid",
    "lead_district": "urban_management",
    "lead_city": "urban_management",
    "audience": "public",
    "urgent": "0",
    "keywords": "垃圾|~打扫",
    "legal_basis": "",
    "auto_register": "1",
    "since": "2026-01-01",
    "until": "",
}


def sheet(*changes: dict[str, str], headers: dict[str, str] | None = None) -> bytes:
    names = [(headers or {}).get(name, name) for name in COLUMNS]
    lines = [",".join(names)] + [",".join({**GOOD, **change}[name] for name in COLUMNS) for change in changes]
    return "\n".join(lines).encode()


def read(content: bytes, **options: Any) -> Reading:
    return read_catalogue(content, filename="c.csv", **options)


def test_shipped_catalogue_covers_every_line_and_major() -> None:
    rows = shipped_catalogue()
    assert len(rows) >= 110
    assert len({row.code for row in rows}) == len(rows)
    lines = Counter(row.line for row in rows)
    assert set(lines) == set(LINES)
    assert min(lines.values()) >= 8
    assert len({row.major_code for row in rows}) >= 15
    assert all(row.code.startswith(row.major_code) for row in rows)
    assert {row.audience for row in rows} == {"public", "staff"}


def test_shipped_leading_departments_exist_at_their_level() -> None:
    departments = {row["function"]: row for row in read_table(catalogue.SHIPPED_DEPARTMENTS)}
    for row in shipped_catalogue():
        assert departments[row.lead_district]["district_name"], row.code
        assert departments[row.lead_city]["city_name"], row.code
    assert {row["line"] for row in departments.values()} <= set(LINES)


def test_shipped_reasons_are_complete() -> None:
    reasons = read_table(catalogue.SHIPPED_REASONS)
    kinds = {"refuse", "return", "withdraw", "release", "not_solved", "nothing", "exclude"}
    assert {row["kind"] for row in reasons} == kinds
    assert len({row["code"] for row in reasons}) == len(reasons)
    assert all(row["label_en"] and row["label_zh"] for row in reasons)
    assert {row[name] for row in reasons for name in ("needs_words", "counts_against")} == {"0", "1"}


def test_shipped_limits_are_worded() -> None:
    assert {row["key"] for row in policy.shipped("limits.csv")} == set(LIMIT_LABELS)


def test_shipped_appeals_are_many_and_known() -> None:
    appeals = read_table(catalogue.SHIPPED_APPEALS)
    codes = {row.code for row in shipped_catalogue() if row.audience == "public"}
    assert len(appeals) >= 320
    assert len({row["text"] for row in appeals}) == len(appeals)
    assert {row["category_code"] for row in appeals} == codes
    assert sum(bool(row["reply"]) for row in appeals) >= 160
    assert all(bool(row["reply"]) == bool(row["reply_time"]) == bool(row["unit"]) for row in appeals)
    assert all(not row["reply_time"] or row["reply_time"] > row["time"] for row in appeals)


def test_a_good_row_is_typed() -> None:
    reading = read(sheet({"until": "2027/1/1"}))
    assert reading.problems == ()
    (row,) = reading.rows
    assert (row.limit, row.contact_hours, row.urgent, row.auto_register) == (1, 8, False, True)
    assert row.keywords == ("垃圾", "~打扫")
    assert (row.since, row.until) == (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headers_words_and_encodings(encoding: str) -> None:
    content = sheet({"line": "城管", "unit": "工作日", "solver": "网格"}, headers=HEADERS).decode().encode(encoding)
    (row,) = read(content).rows
    assert (row.line, row.unit, row.solver) == ("urban_management", "working_day", "grid")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"code": "0101'; drop"}, "code"),
        ({"name": ""}, "name"),
        ({"line": "weather"}, "line"),
        ({"limit": "0"}, "limit"),
        ({"limit": "99999"}, "limit"),
        ({"limit": "三"}, "limit"),
        ({"unit": "fortnight"}, "unit"),
        ({"urgent": "perhaps"}, "urgent"),
        ({"lead_district": "magic"}, "lead_district"),
        ({"since": "2026-13-01"}, "since"),
        ({"since": ""}, "since"),
        ({"until": "2025-12-31"}, "until"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(change: dict[str, str], column: str) -> None:
    reading = read(sheet({"code": "0100"}, change), functions={"urban_management"})
    assert [row.code for row in reading.rows] == ["0100"]
    (problem,) = reading.problems
    assert (problem.line, problem.column) == (3, column)
    assert problem.message


def test_one_code_twice_on_the_same_dates_is_refused_but_may_follow_on() -> None:
    follow_on = read(sheet({"until": "2026-07-01"}, {"since": "2026-07-01"}))
    assert len(follow_on.rows) == 2
    overlap = read(sheet({}, {"since": "2026-07-01"}))
    assert [problem.line for problem in overlap.problems] == [3]


def test_line_numbers_survive_line_breaks_inside_cells() -> None:
    content = sheet({"condition": '"两行\n条件"'}, {"code": "0102", "limit": "x"})
    assert [problem.line for problem in read(content).problems] == [4]


def test_a_workbook_reads_like_a_csv() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(list(COLUMNS))
    page.append([*(GOOD | {"since": date(2026, 1, 1), "limit": 2}).values()])
    stream = io.BytesIO()
    book.save(stream)
    (row,) = read_catalogue(stream.getvalue(), filename="C.XLSX").rows
    assert (row.limit, row.since) == (2, date(2026, 1, 1))


@pytest.mark.parametrize("filename", ["c.csv", "c.xlsx"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"PK\x03\x04junk", b"a,b\n1,2", b'"' * 200_000])
def test_what_is_no_catalogue_is_one_problem_and_no_crash(content: bytes, filename: str) -> None:
    reading = read_catalogue(content, filename=filename)
    assert reading.rows == ()
    assert len(reading.problems) == 1
