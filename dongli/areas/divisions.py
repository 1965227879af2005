"""Reading a file of administrative divisions, `code,name,level,parent`. Pure; `actions.divisions` loads it."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from dongli.areas.models import Level

COLUMNS = ("code", "name", "level", "parent")
LARGEST_FILE = 64 * 1024 * 1024  # bytes; the whole country's communities are about 40 MB
LONGEST_NAME = 100
LEVELS = {
    "city": Level.CITY,
    "county": Level.DISTRICT,
    "district": Level.DISTRICT,
    "township": Level.SUBDISTRICT,
    "subdistrict": Level.SUBDISTRICT,
    "village": Level.COMMUNITY,
    "community": Level.COMMUNITY,
}
_CODE = re.compile(r"[0-9]{12}")
_DIGITS = {Level.CITY: 4, Level.DISTRICT: 6, Level.SUBDISTRICT: 9, Level.COMMUNITY: 12}


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be loaded: its line in the file (from 1) and why, in the reader's language."""

    line: int
    message: str

    def __str__(self) -> str:
        return _("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


@dataclass(frozen=True, slots=True)
class Division:
    """One good row. `code` is 12 digits; `parent` is the code one level up, None for the city."""

    line: int
    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(slots=True)
class DivisionFile:
    """What a file held: good rows from the city down, bad rows by line, and every code that any row mentions."""

    divisions: list[Division] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)


class _Bad(Exception):
    """Why a row is refused."""


def read_divisions(content: bytes, *, known: dict[str, Level]) -> DivisionFile:
    """Sort the rows of a division file into good and bad.

    `known`: the codes that exist already, with their levels; a row's parent must be among them or in the file.
    """
    result = DivisionFile()
    try:
        rows = list(_rows(content))
    except _Bad as bad:
        result.faults.append(Fault(1, str(bad)))
        return result
    first_lines: dict[str, int] = {}
    candidates: list[Division] = []
    for line, row in rows:
        result.codes.add(row.get("code", ""))
        try:
            division = _division(line, row)
            if (first := first_lines.setdefault(division.code, line)) != line:
                raise _Bad(
                    _("the code %(code)s is already on line %(first)d.") % {"code": division.code, "first": first}
                )
            candidates.append(division)
        except _Bad as bad:
            result.faults.append(Fault(line, str(bad)))
    _keep_those_with_parents(candidates, known, result)
    result.faults.sort(key=lambda fault: fault.line)
    return result


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 (with or without a mark) or GB18030; raises `ValueError` when it is neither."""
    if len(content) > LARGEST_FILE:
        raise ValueError(_("the file is larger than %(limit)d MB.") % {"limit": LARGEST_FILE // 2**20})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        damaged = content.decode("utf-8", errors="replace")
        foreign = sum(1 for character in damaged if character > "\x7f")
        if damaged.count("\ufffd") * 20 < foreign:  # nearly all of it is UTF-8: GB18030 would read rubbish
            line = content.count(b"\n", 0, error.start) + 1
            raise ValueError(_("line %(line)d is damaged: it is not valid UTF-8.") % {"line": line}) from error
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise ValueError(_("the file is neither UTF-8 nor GB18030; please save it as UTF-8.")) from error


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of every row that is not blank; raises `_Bad` when the file as a whole is unusable."""
    try:
        text = decode(content)
    except ValueError as error:
        raise _Bad(str(error)) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if missing := [column for column in COLUMNS if column not in header]:
            raise _Bad(
                _("the first line must name the columns; missing: %(missing)s.") % {"missing": ", ".join(missing)}
            )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False))
    except csv.Error as error:
        raise _Bad(
            _("the file cannot be read from line %(line)d on: %(error)s.") % {"line": reader.line_num, "error": error}
        ) from error


def _division(line: int, row: dict[str, str]) -> Division:
    code, name, parent = row.get("code", ""), row.get("name", ""), row.get("parent", "")
    if not _CODE.fullmatch(code):
        raise _Bad(_("the code “%(code)s” is not 12 digits.") % {"code": _shown(code)})
    if not name:
        raise _Bad(_("%(code)s has no name.") % {"code": code})
    if len(name) > LONGEST_NAME:
        raise _Bad(
            _("the name of %(code)s is longer than %(limit)d characters.") % {"code": code, "limit": LONGEST_NAME}
        )
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise _Bad(_("the name of %(code)s holds a control character.") % {"code": code})
    level = LEVELS.get(row.get("level", "").lower())
    if level is None:
        raise _Bad(
            _("the level “%(level)s” is none of city, county, township, community.")
            % {"level": _shown(row.get("level", ""))}
        )
    _check_level(code, level)
    if level is Level.CITY:
        return Division(line, code, name, level, None)
    expected = _code_above(code, level)
    if parent != expected:
        raise _Bad(
            _("%(code)s must lie in %(expected)s, not in “%(parent)s”.")
            % {"code": code, "expected": expected, "parent": _shown(parent)}
        )
    return Division(line, code, name, level, parent)


def _check_level(code: str, level: Level) -> None:
    digits = _DIGITS[level]
    own = code[_DIGITS[above] : digits] if (above := level.above) else code[:digits]
    if set(code[digits:]) - {"0"} or not own.strip("0"):
        raise _Bad(_("the code %(code)s is not that of a %(level)s.") % {"code": code, "level": level.label})


def _code_above(code: str, level: Level) -> str:

    return code[: _DIGITS[level.above or Level.CITY]].ljust(12, "0")


def _keep_those_with_parents(candidates: list[Division], known: dict[str, Level], result: DivisionFile) -> None:
    """Move candidates to the good rows from the city down; those whose parent is nowhere become faults."""
    levels = dict(known)
    city = next((code for code, level in known.items() if level is Level.CITY), None)
    for division in sorted(candidates, key=lambda each: (each.level.depth, each.line)):
        if division.level is Level.CITY:
            city = city or division.code
            if division.code != city:
                message = _("there is a city already, %(city)s; one place holds one city.") % {"city": city}
                result.faults.append(Fault(division.line, message))
                continue
        elif levels.get(division.parent or "") is not division.level.above:
            message = _("its parent %(parent)s is unknown.") % {"parent": division.parent}
            result.faults.append(Fault(division.line, message))
            continue
        levels[division.code] = division.level
        result.divisions.append(division)


def _shown(text: str) -> str:
    """A cell as it may be quoted in a message: short, printable."""
    return "".join(character if character.isprintable() else "�" for character in text[:40])
