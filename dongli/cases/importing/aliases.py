"""Coded and colloquial place names: `alias,code,note` rows, maintained by the city."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dongli.cases.importing.problems import Problem, problem
from dongli.common.sheets import detect_encoding

ELSEWHERE = "-"
"""In place of a code: the name of a place that is not in this city."""

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "place_aliases.csv"

_CODE = re.compile(r"\d{12}|-")
_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that stands for the area of `code` (12 digits), or for a place elsewhere (`ELSEWHERE`)."""

    line: int
    alias: str
    code: str
    note: str


@dataclass(frozen=True, slots=True)
class BadAlias:
    """A row that can't be used, by line of the file."""

    line: int
    problem: Problem


def read_aliases(path: Path = SHIPPED) -> Iterator[Alias | BadAlias]:
    """The rows of an alias file (UTF-8 or GB18030, heading first). Lines that start with # are remarks."""
    seen: dict[str, int] = {}
    with path.open(encoding=detect_encoding(path), errors="replace", newline="") as file:
        reader = csv.reader(file)
        for row in reader:
            line, cells = reader.line_num, [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#") or cells[:_COLUMNS] == ["alias", "code"]:
                continue
            read = _read(line, cells, seen)
            if isinstance(read, Alias):
                seen[read.alias] = line
            yield read


def pairs(path: Path = SHIPPED) -> list[tuple[str, str]]:
    """(alias, code) of every good row, for `PlaceIndex.build`."""
    return [(row.alias, row.code) for row in read_aliases(path) if isinstance(row, Alias)]


def _read(line: int, cells: list[str], seen: dict[str, int]) -> Alias | BadAlias:
    if len(cells) < _COLUMNS or not all(cells[:_COLUMNS]):
        return BadAlias(line, problem("alias_columns"))
    alias, code = cells[:_COLUMNS]
    if not _CODE.fullmatch(code):
        return BadAlias(line, problem("alias_code", value=code))
    if len(alias) < _COLUMNS:
        return BadAlias(line, problem("alias_short", value=alias))
    if alias in seen:
        return BadAlias(line, problem("alias_twice", value=alias, first=seen[alias]))
    return Alias(line, alias, code, cells[_COLUMNS] if len(cells) > _COLUMNS else "")
