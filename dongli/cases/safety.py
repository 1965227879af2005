"""Signs of danger and of complaints about the handlers themselves, read from plain words. Hints, not rulings.

`danger_signs` lets a case be marked urgent and opened to few; a person confirms. The word lists stand in
`data/danger_words.csv`, so that anyone may review them. A sign does not count where it is denied (“没有煤气泄漏”),
spoken of as past or as a mere exercise (“演练”), or part of a harmless phrase (“跳楼价”, “气死我了”).
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LONGEST_TEXT = 4000
WORD_LISTS = Path(__file__).parent / "data" / "danger_words.csv"

DENIED = re.compile(
    r"(?:没有|没|无|未|不是|并非|并没有|并未|未发现|不存在|没发现|没见|没闻到|排除|否认|防止|预防|避免|以免|免得|谨防|杜绝|防范)(?:发生|出现|发现|任何|什么|再|了|过|有)?$"
)
DENIAL_EXCEPTIONS = ("没呼吸", "没有呼吸", "没有井盖", "没井盖", "出不来", "不想活", "活不下去", "想不开", "撑不下去了")
NOT_NOW_BEFORE = re.compile(
    "(?:演练|演习|模拟|宣传|讲座|培训|知识|教育|如果|万一|假如|要是|怕|担心|恐怕|生怕|容易|可能|会不会|会"
    "|去年|前年|以前|曾经|多年前|电影|小说|电视)[^，。！？,!?;；\n]{0,6}$"
)
NOT_NOW_AFTER = re.compile(
    "^[^，。！？,!?;；\n]{0,4}(?:演练|演习|宣传|讲座|培训|知识|预防|隐患|风险|的可能|应急预案|已修好|已经修好|已处理|已扑灭|已经扑灭)"
)
CLAUSE = re.compile("[，。！？,!?;；\n]")

BY_STAFF = 14


@dataclass(frozen=True, slots=True)
class Sign:
    """A kind of danger (`life`, `self_harm` or `minor`) and the words of the text that show it."""

    kind: str
    words: tuple[str, ...]


def danger_signs(text: str) -> list[Sign]:
    """Signs that life is in danger, of self-harm, or of harm to a child; at most one `Sign` a kind, in that order."""
    plain = _plain(text)
    found = {
        "life": _standing(plain, _any_of("life")),
        "self_harm": _standing(plain, _any_of("self_harm"), conditional_counts=True),
        "minor": (*_standing(plain, _any_of("minor")), *_harm_to_children(plain)),
    }
    return [Sign(kind, tuple(dict.fromkeys(words))) for kind, words in found.items() if words]


def complaint_about_staff(text: str) -> list[str]:
    """Phrases that seem to complain of those who would handle the case. Only a hint to offer the filer a box to tick.

    Never route by it: who is complained of is for the filer to say.
    """
    plain = _plain(text)
    phrases: list[str] = []
    for clause in CLAUSE.split(plain):
        who = _any_of("staff").search(clause)
        if who is None:
            continue
        what = _any_of("misconduct").search(clause, who.end())
        if what and what.start() - who.end() <= BY_STAFF and not DENIED.search(clause[: what.start()]):
            phrases.append(clause[who.start() : what.end()])
    return list(dict.fromkeys(phrases))


def _plain(text: str) -> str:
    short = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    return _any_of("harmless").sub(lambda match: "〇" * len(match[0]), re.sub(r"[ \t\u3000]+", "", short))


@cache
def _any_of(name: str) -> re.Pattern[str]:
    """A pattern for any word of one list, the longest first."""
    with WORD_LISTS.open(encoding="utf-8", newline="") as stream:
        words = [row["word"] for row in csv.DictReader(stream) if row["list"] == name]
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def _standing(text: str, pattern: re.Pattern[str], *, conditional_counts: bool = False) -> tuple[str, ...]:
    """Words of the pattern that the text asserts. Fear and “if” still count where life may depend on hearing them."""
    return tuple(
        match[0]
        for match in pattern.finditer(text)
        if not _denied(text, match) and (conditional_counts or not _not_now(text, match))
    )


def _denied(text: str, match: re.Match[str]) -> bool:
    if match[0] in DENIAL_EXCEPTIONS:
        return False
    return DENIED.search(text[max(0, match.start() - 8) : match.start()]) is not None


def _not_now(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() : match.end() + 10]
    return NOT_NOW_BEFORE.search(before) is not None or NOT_NOW_AFTER.search(after) is not None


def _harm_to_children(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for clause in CLAUSE.split(text):
        child = _any_of("child").search(clause)
        harm = _any_of("harm").search(clause)
        if child and harm and not _denied(clause, harm) and not _not_now(clause, harm):
            found.extend((child[0], harm[0]))
    return tuple(found)
