"""Exports as they come: any order, encoding, heading and format of time; every bad row by its line."""

import csv
import gc
import io
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from dongli.cases.importing.columns import SYNONYMS, plain
from dongli.cases.importing.problems import FileProblem
from dongli.cases.importing.reading import BadRow, RawRow, read_rows, tidy
from dongli.cases.importing.times import ImplausibleTime, UnreadableTime, parse_time

CHINESE = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
ROW = ["1001", "某网友", "路灯不亮", "2020/1/2 3:04:05", "路灯坏了，\n很黑", "已修好", "2020/1/5 9:00:00"]


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows: list[list[Any]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def good(path: Path, **more: Any) -> list[RawRow]:
    rows = list(read_rows(path, **more))
    assert [row for row in rows if isinstance(row, BadRow)] == []
    return [row for row in rows if isinstance(row, RawRow)]


def bad(path: Path, **more: Any) -> list[tuple[int, list[str]]]:
    rows = read_rows(path, **more)
    return [(row.line, [found.code for found in row.problems]) for row in rows if isinstance(row, BadRow)]


def refusal(path: Path, **more: Any) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        list(read_rows(path, **more))
    assert str(caught.value)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files_of_any_kind(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (row,) = good(write_csv(tmp_path / "a.csv", [CHINESE, ROW], encoding, delimiter))
    assert row == RawRow(
        line=2,
        source_id="1001",
        user="某网友",
        subject="路灯不亮",
        text="路灯坏了，\n很黑",
        filed_at=datetime(2020, 1, 1, 19, 4, 5, tzinfo=UTC),
        reply="已修好",
        replied_at=datetime(2020, 1, 5, 1, tzinfo=UTC),
        unit="",
        phone="",
        address="",
    )


def test_workbooks_give_the_same(tmp_path: Path) -> None:
    cells: list[Any] = [*ROW]
    cells[0], cells[3] = 1001, datetime.fromisoformat("2020-01-02 03:04:05")
    rows = good(write_xlsx(tmp_path / "a.xlsx", [["导出结果"], [], CHINESE, cells]))
    expected = good(write_csv(tmp_path / "a.csv", [["导出结果"], [], CHINESE, ROW]))
    assert [row.line for row in rows] == [4]
    assert [(row.source_id, row.filed_at, row.text) for row in rows] == [
        (row.source_id, row.filed_at, row.text) for row in expected
    ]


def test_headings_in_english_and_in_any_order(tmp_path: Path) -> None:
    rows = [
        ["Phone", "Content", "No.", "Created At", "Department"],
        ["13800000000", "dark", "7", "2020-01-02", "城管局"],
    ]
    (row,) = good(write_csv(tmp_path / "a.csv", rows))
    assert (row.source_id, row.text, row.phone, row.unit) == ("7", "dark", "13800000000", "城管局")


def test_a_column_can_be_named_by_hand(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["序号", "内容", "什么时候", "说了什么"], ["1", "甲", "2020-01-02", "乙"]])
    (row,) = good(path, mapping={"id": "序号", "time": "什么时候", "text": "说了什么"})
    assert (row.source_id, row.text) == ("1", "乙")
    assert refusal(path, mapping={"colour": "内容"}).code == "unknown_field"
    assert refusal(path, mapping={"id": "编码", "time": "什么时候"}).code == "unmapped"


def test_no_synonym_stands_for_two_fields() -> None:
    words = [plain(word) for group in SYNONYMS.values() for word in group]
    assert len(words) == len(set(words))


def test_bad_rows_are_named_by_the_line_they_start_in(tmp_path: Path) -> None:
    rows = [
        CHINESE,
        ROW,  # lines 2 and 3: its text has a line break
        ["", "", "", "昨天", "", "", ""],
        ["1001", "", "", "2020-01-02", "又一次", "", ""],
        ["1002", "", "", "2020-01-02", "字" * 20_001, "", ""],
        ["1003", "", "", "2020-01-02"],
        ["1004", "", "", "2020-01-02", "好", "", "", "多", "余"],
        ["1.00E+19", "", "", "2020-01-02", "好", "", ""],
        ["1005", "", "", "1820-01-02", "好", "", "不知"],
        CHINESE,
        ["1006", "", "", "2020-01-02", "好", "", "2019-01-01"],
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    assert bad(path) == [
        (4, ["missing", "missing", "bad_time"]),
        (5, ["duplicate_id"]),
        (6, ["too_long"]),
        (7, ["column_count"]),
        (8, ["column_count"]),
        (9, ["id_rounded"]),
        (10, ["time_out_of_range", "bad_time"]),
    ]
    fine = [row for row in read_rows(path) if isinstance(row, RawRow)]
    assert [row.source_id for row in fine] == ["1001", "1006"]
    assert [note.code for note in fine[1].notes] == ["reply_before_filing"]
    assert all(found.message for row in read_rows(path) if isinstance(row, BadRow) for found in row.problems)


def test_times_after_the_export_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [CHINESE, ROW])
    assert bad(path, latest=datetime(2019, 1, 1, tzinfo=UTC)) == [(2, ["time_out_of_range"])]


def test_an_open_quotation_mark_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('编号,时间,内容\n1,2020-01-02,好\n2,2020-01-02,"坏\n3,2020-01-02,好\n', encoding="utf-8")
    assert bad(path) == [(3, ["open_quote"])]
    path.write_text('编号,时间,内容\n2,2020-01-02,"坏\n' + "3,2020-01-02,好\n" * 20_000, encoding="utf-8")
    assert bad(path)[0] == (2, ["open_quote"])


def test_damaged_characters_are_named_and_a_few_are_let_through(tmp_path: Path) -> None:
    head = "编号,时间,内容\n".encode()
    path = tmp_path / "a.csv"
    long = ("路灯坏了" * 40).encode()
    path.write_bytes(head + b"1,2020-01-02,\xff\xff\n2,2020-01-02," + long + b"\xff\n")
    rows = list(read_rows(path))
    assert [type(row) for row in rows] == [BadRow, RawRow]
    assert isinstance(rows[1], RawRow)
    assert [note.code for note in rows[1].notes] == ["bad_characters"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"PK\x03\x04 not a zip", "broken"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web_page"),
        (b"%PDF-1.4\n1 0 obj", "no_header"),
        ("甲,乙,丙\n1,2,3\n".encode(), "no_header"),
        (bytes(range(256)) * 20, "no_header"),
    ],
)
def test_what_is_no_table_of_appeals_is_refused_whole(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert refusal(path).code == code


def test_a_refusal_names_what_was_found_and_what_is_needed(tmp_path: Path) -> None:
    message = str(refusal(write_csv(tmp_path / "a.csv", [["留言编号", "留言详情", "颜色"]])))
    assert "颜色" in message
    assert "留言时间" in message
    assert refusal(tmp_path / "none.csv").code == "missing_file"


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_workbooks_that_are_none_or_a_bomb(tmp_path: Path) -> None:
    assert refusal(make_zip(tmp_path / "a.xlsx", {"readme.txt": b"hello"})).code == "broken"
    assert refusal(make_zip(tmp_path / "b.xlsx", {"xl/sharedStrings.xml": bytes(60_000_000)})).code == "too_big"
    whole = write_xlsx(tmp_path / "c.xlsx", [CHINESE, ROW]).read_bytes()
    (tmp_path / "d.xlsx").write_bytes(whole[: len(whole) // 2])
    assert refusal(tmp_path / "d.xlsx").code == "broken"


def test_texts_are_tidied() -> None:
    assert tidy("\n\t\t你好 \u3000 啊\r\n\r\n\r\n\r\n\t再见<br/>!_x000D_\n\x00") == "你好 啊\n\n再见\n!"


@given(st.text())
def test_tidy_is_stable(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    "written",
    [
        "2020/1/2 15:04:05",
        "2020-01-02 15:04:05.000",
        "2020.1.2 15:04:05",
        "2020年1月2日 15时04分05秒",
        "2020年1月2日下午3时04分05秒",
        "2020/1/2 下午 3:04:05",
        "2020/1/2 3:04:05 PM",
        "２０２０-０１-０２ １５:０４:０５",
        "2020-01-02T15:04:05",
        "2020-01-02T07:04:05Z",
        "2020-01-02T15:04:05+08:00",
        "2020年1月2日 星期四 15:04:05",
        "20200102150405",
        "1577948645",
        "1577948645000",
        "43832.62783564815",
        43832.62783564815,
        datetime.fromisoformat("2020-01-02 15:04:05"),
    ],
)
def test_times_in_every_format(written: object) -> None:
    assert parse_time(written) == datetime(2020, 1, 2, 7, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2020-01-02", "2020-01-01T16:00:00+00:00"),
        ("2020年1月2日", "2020-01-01T16:00:00+00:00"),
        (date(2020, 1, 2), "2020-01-01T16:00:00+00:00"),
        (43832, "2020-01-01T16:00:00+00:00"),
        ("2020/1/2 上午12:30", "2020-01-01T16:30:00+00:00"),
        ("2020/1/2 下午12:30", "2020-01-02T04:30:00+00:00"),
        ("2020/1/2 晚上8点", "2020-01-02T12:00:00+00:00"),
        ("2020/1/2 中午1点", "2020-01-02T05:00:00+00:00"),
    ],
)
def test_days_and_halves(written: object, expected: str) -> None:
    assert parse_time(written).isoformat() == expected


UNREADABLE: list[object] = [
    *("昨天", "1/2/2020", "2020-13-01", "2020-02-30", "2020-01-02 25:00", "12", "", "2020"),
    *(10**400, float("inf"), True, "2020-01-02" + " " * 50_000 + "x"),
]


@pytest.mark.parametrize("written", UNREADABLE, ids=range(len(UNREADABLE)))
def test_unreadable_times_are_refused(written: object) -> None:
    with pytest.raises(UnreadableTime):
        parse_time(written)


@pytest.mark.parametrize("written", ["0202-01-02", "1820-01-02", "2200-01-02"])
def test_implausible_times_are_refused(written: str) -> None:
    with pytest.raises(ImplausibleTime):
        parse_time(written)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with suppress(UnreadableTime, ImplausibleTime):
        assert parse_time(text).tzinfo is UTC


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes("编号,时间,内容\n".encode() + content)
    with suppress(FileProblem):
        for row in read_rows(path):
            assert isinstance(row, RawRow) or row.problems


@pytest.mark.parametrize("rows", [[CHINESE, ROW], [["甲", "乙"], ["1", "2"]]], ids=["read", "refused"])
def test_a_workbook_is_closed_when_it_has_been_read(tmp_path: Path, rows: list[list[str]]) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    gc.disable()  # the collector would close it too, with a warning, at some other time
    try:
        with suppress(FileProblem):
            list(read_rows(path))
        files = [one for one in gc.get_objects() if type(one) is io.BufferedReader and not one.closed]
    finally:
        gc.enable()
    assert str(path) not in [file.name for file in files]
