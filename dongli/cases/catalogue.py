"""The category catalogue as a spreadsheet: read, check, and hand over as typed rows. No tables, no database.

A catalogue lists minor classes (立案结案标准): what is registered, when it counts as closed, who leads, and by when.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

DATA = Path(__file__).parent / "data"
SHIPPED_CATALOGUE = DATA / "catalogue.csv"
SHIPPED_CONDITIONS = DATA / "conditions.csv"
SHIPPED_PHRASES = DATA / "phrases.csv"
SHIPPED_DEPARTMENTS = DATA / "departments.csv"
SHIPPED_REASONS = DATA / "refusal_reasons.csv"
SHIPPED_APPEALS = DATA / "sample_appeals.csv"

LINES = ("party", "safety", "civil_affairs", "urban_management", "petitions", "market", "health", "emergency")
UNITS = ("working_hour", "working_day", "calendar_day", "emergency_hour")
SOLVERS = ("grid", "department")
AUDIENCES = ("public", "staff")
LONGEST_LIMIT = 1000

HEADERS = {
    "code": "小类代码",
    "number": "立案条件序号",
    "name": "小类名称",
    "major_code": "大类代码",
    "major_name": "大类名称",
    "line": "条线",
    "condition": "立案条件",
    "closing": "结案条件",
    "limit": "处置时限",
    "unit": "时限单位",
    "contact_hours": "首次联系时限（工作时）",
    "solver": "首办",
    "lead_district": "区县主办",
    "lead_city": "市级主办",
    "audience": "适用对象",
    "urgent": "紧急",
    "keywords": "关键词",
    "legal_basis": "法律依据",
    "auto_register": "自动立案",
    "since": "生效日期",
    "until": "失效日期",
}
WORDS = {
    "党建": "party",
    "综治": "safety",
    "民政": "civil_affairs",
    "城管": "urban_management",
    "信访": "petitions",
    "市场监管": "market",
    "卫健": "health",
    "卫生健康": "health",
    "应急": "emergency",
    "应急管理": "emergency",
    "工作时": "working_hour",
    "工作日": "working_day",
    "自然日": "calendar_day",
    "紧急工作时": "emergency_hour",
    "网格": "grid",
    "部门": "department",
    "公众": "public",
    "内部": "staff",
}
_OF_CONDITION = ("code", "condition", "closing", "limit", "unit")
_NEEDED = ("code", "name", "major_code", "major_name", "line", "condition", "closing", "limit", "unit", "lead_district")
MOST_CONDITIONS = 20
_YES, _NO = {"1", "true", "yes", "y", "是"}, {"", "0", "false", "no", "n", "否"}


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One minor class. `limit` counts `unit`s; `contact_hours` counts working hours; `until` is the day it ends."""

    code: str
    name: str
    major_code: str
    major_name: str
    line: str
    condition: str
    closing: str
    limit: int
    unit: str
    contact_hours: int
    solver: str
    lead_district: str
    lead_city: str
    audience: str
    urgent: bool
    keywords: tuple[str, ...]
    legal_basis: str
    auto_register: bool
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A filing condition of class `code`: `number` from 1; `limit` counts `unit`s; `until` is the day it ends."""

    code: str
    number: int
    condition: str
    closing: str
    limit: int
    unit: str
    urgent: bool
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one line of a spreadsheet. `line` counts from 1, the header included; 0 is the whole file."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a spreadsheet held: the good rows, and every problem by line.

    `conditions`: every filing condition, the first of each class too, when the sheet numbers them; none otherwise.
    """

    rows: tuple[CategoryRow, ...]
    problems: tuple[Problem, ...]
    conditions: tuple[ConditionRow, ...] = ()


class _Bad(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


def read_catalogue(content: bytes, *, filename: str, functions: Collection[str] | None = None) -> Reading:
    """Rows and problems of a catalogue in csv (UTF-8 or GB18030) or xlsx, with English or Chinese headers.

    A class with several filing conditions has a line for each, numbered from 1 in the column `number`; of the lines
    after the first only code, condition, closing, limit, unit, urgent and dates are read.
    Never raises for bad content. When `functions` is given, a leading department outside it is a problem.
    """
    try:
        lines = list(_lines(content, filename))
    except (ValueError, KeyError, OSError, csv.Error, BadZipFile, InvalidFileException):
        return Reading((), (Problem(0, "", _("This file cannot be read; please save it as CSV or XLSX.")),))
    if not lines:
        return Reading((), (Problem(0, "", _("The file is empty.")),))
    columns = [_column(cell) for cell in lines[0][1]]
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        message = _("Columns are missing: %(columns)s") % {"columns": ", ".join(missing)}
        return Reading((), (Problem(lines[0][0], "", message),))
    return _check_rows(columns, lines[1:], functions)


def shipped_catalogue() -> tuple[CategoryRow, ...]:
    """The catalogue that comes with the product. Raises `ValueError` if the file was damaged."""
    functions = {row["function"] for row in read_table(SHIPPED_DEPARTMENTS)}
    reading = read_catalogue(SHIPPED_CATALOGUE.read_bytes(), filename="catalogue.csv", functions=functions)
    if reading.problems:
        raise ValueError(f"catalogue.csv line {reading.problems[0].line}: {reading.problems[0].message}")
    return reading.rows


def shipped_conditions() -> tuple[ConditionRow, ...]:
    """The filing conditions of the shipped classes that have several. Raises `ValueError` if the file was damaged."""
    rows = []
    for line, cells in enumerate(read_table(SHIPPED_CONDITIONS), start=2):
        try:
            rows.append(_condition_row(cells))
        except _Bad as bad:
            raise ValueError(f"conditions.csv line {line}: {bad.message}") from bad
    return tuple(rows)


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a csv that ships with the product, as text by header."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _check_rows(
    columns: list[str], lines: Iterable[tuple[int, list[str]]], functions: Collection[str] | None
) -> Reading:
    rows: list[CategoryRow] = []
    conditions: list[ConditionRow] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, int], list[ConditionRow]] = {}
    for line, texts in lines:
        if not any(texts):
            continue
        cells = dict(zip(columns, texts, strict=False))
        try:
            condition = _condition_row(cells)
            row = _row(cells, functions) if condition.number == 1 else None
            _refuse_overlap(condition, seen.setdefault((condition.code, condition.number), []))
            if row is None and (condition.code, 1) not in seen:
                raise _Bad("number", _("The first condition of a class (number 1) must stand before the others."))
        except _Bad as bad:
            problems.append(Problem(line, bad.column, bad.message))
            continue
        seen[condition.code, condition.number].append(condition)
        conditions.append(condition)
        if row is not None:
            rows.append(row)
    return Reading(tuple(rows), tuple(problems), tuple(conditions) if "number" in columns else ())


def _condition_row(cells: dict[str, str]) -> ConditionRow:
    for name in _OF_CONDITION:
        if not cells.get(name):
            raise _Bad(name, _("This cell must be filled in."))
    since, until = _days(cells)
    return ConditionRow(
        code=_code(cells, "code"),
        number=_number(cells, "number", default="1", most=MOST_CONDITIONS),
        condition=cells["condition"],
        closing=cells["closing"],
        limit=_number(cells, "limit", default=""),
        unit=_choice(cells, "unit", UNITS),
        urgent=_flag(cells, "urgent"),
        since=since,
        until=until,
    )


def _days(cells: dict[str, str]) -> tuple[date, date | None]:
    since, until = _date(cells, "since"), _date(cells, "until")
    if since is None:
        raise _Bad("since", _("This cell must be filled in."))
    if until is not None and until <= since:
        raise _Bad("until", _("The last day must come after the first."))
    return since, until


def _row(cells: dict[str, str], functions: Collection[str] | None) -> CategoryRow:
    for name in _NEEDED:
        if not cells.get(name):
            raise _Bad(name, _("This cell must be filled in."))
    since, until = _days(cells)
    return CategoryRow(
        code=_code(cells, "code"),
        name=cells["name"],
        major_code=_code(cells, "major_code"),
        major_name=cells["major_name"],
        line=_choice(cells, "line", LINES),
        condition=cells["condition"],
        closing=cells["closing"],
        limit=_number(cells, "limit", default=""),
        unit=_choice(cells, "unit", UNITS),
        contact_hours=_number(cells, "contact_hours", default="8"),
        solver=_choice(cells, "solver", SOLVERS),
        lead_district=_function(cells, "lead_district", functions),
        lead_city=_function(cells, "lead_city", functions) or _function(cells, "lead_district", functions),
        audience=_choice(cells, "audience", AUDIENCES),
        urgent=_flag(cells, "urgent"),
        keywords=_keywords(cells.get("keywords", "")),
        legal_basis=cells.get("legal_basis", ""),
        auto_register=_flag(cells, "auto_register"),
        since=since,
        until=until,
    )


def _code(cells: dict[str, str], name: str) -> str:
    code = cells[name]
    if re.fullmatch(r"[0-9A-Za-z]{2,12}", code, re.ASCII) is None:
        raise _Bad(name, _("A code is 2 to 12 letters and digits, for instance 0101."))
    return code


def _number(cells: dict[str, str], name: str, *, default: str, most: int = LONGEST_LIMIT) -> int:
    text = cells.get(name, "") or default
    if re.fullmatch(r"\d{1,4}(\.0+)?", text, re.ASCII) is None or not 1 <= int(text.split(".")[0]) <= most:
        raise _Bad(name, _("Please give a whole number from 1 to %(most)d.") % {"most": most})
    return int(text.split(".")[0])


def _choice(cells: dict[str, str], name: str, allowed: tuple[str, ...]) -> str:
    text = cells.get(name, "") or allowed[0]
    value = WORDS.get(text, text)
    if value not in allowed:
        raise _Bad(name, _("“%(value)s” is none of: %(allowed)s") % {"value": text, "allowed": ", ".join(allowed)})
    return value


def _flag(cells: dict[str, str], name: str) -> bool:
    text = cells.get(name, "").lower()
    if text not in _YES | _NO:
        raise _Bad(name, _("Please write 1 for yes or 0 for no."))
    return text in _YES


def _function(cells: dict[str, str], name: str, functions: Collection[str] | None) -> str:
    value = cells.get(name, "")
    if value and functions is not None and value not in functions:
        raise _Bad(name, _("No department has the function “%(value)s”.") % {"value": value})
    return value


def _date(cells: dict[str, str], name: str) -> date | None:
    text = cells.get(name, "").split(" ")[0].replace("/", "-").replace("T00:00:00", "")
    if not text:
        return None
    try:
        return date(*(int(part) for part in text.split("-")))
    except (ValueError, TypeError):
        raise _Bad(name, _("Please write a date like 2026-01-01.")) from None


def _keywords(text: str) -> tuple[str, ...]:
    words = (word.strip() for word in re.split(r"[|｜、，,;；\n]", text))
    return tuple(dict.fromkeys(word for word in words if word))


def _refuse_overlap(row: ConditionRow, others: Iterable[ConditionRow]) -> None:
    for other in others:
        starts_before_end = other.until is None or row.since < other.until
        ends_after_start = row.until is None or other.since < row.until
        if starts_before_end and ends_after_start:
            raise _Bad("code", _("Code %(code)s is already in force on these dates.") % {"code": row.code})


def _column(header: str) -> str:
    chinese: dict[str, str] = {label: name for name, label in HEADERS.items()}
    return chinese.get(header, header.lower())


def _lines(content: bytes, filename: str) -> Iterator[tuple[int, list[str]]]:
    reader: Callable[[bytes], Iterator[tuple[int, list[str]]]] = (
        _xlsx_lines if filename.lower().endswith((".xlsx", ".xlsm")) else _csv_lines
    )
    return reader(content)


def _csv_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    reader = csv.reader(io.StringIO(text.replace("\x00", "")))
    start = 1
    for cells in reader:
        yield start, [cell.strip() for cell in cells]
        start = reader.line_num + 1


def _xlsx_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    with closing(load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield number, [_cell_text(cell) for cell in cells]


def _cell_text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell).strip()


COLUMNS = tuple(field.name for field in fields(CategoryRow))
