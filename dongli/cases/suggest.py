"""Suggest a category from the words of an appeal. One transparent function: it counts keywords and shows which.

A class scores the sum over its keywords found in the text of

    rarity × length × repetition × place

* rarity: log(1 + classes / classes with that keyword), so a word that many classes share says little;
* length: the root of the keyword's characters over two, so “楼道充电” outweighs “充电”;
* repetition: 1 + log2(times found) / 2, so a rambling text cannot win by repeating;
* place: 2 when the word stands in the opening (the subject line, at most 60 characters), else 1, and less in the
  far tail of a long text.

* mark: a keyword written “~A” is a common word (学校, 物业) that only supports; it weighs 0.35.

A keyword “A+B” counts where A and B stand within 30 characters of each other. A word inside a longer keyword that
was found (the 停车 of 停车费) does not count by itself, only in such pairs. Where no keyword is found, two-character
pieces of class names and conditions are compared instead. Nothing is ever forced: no evidence, no suggestion.
"""

import math
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

OPENING = 60
TAIL = 600
NEAR = 30
LONGEST_TEXT = 4000
LEAST_SCORE = 1.0
SHOWN_WORDS = 5
PIECE_WEIGHT = 0.25
WEAK_MARK = "~"
WEAK_WEIGHT = 0.35


class Described(Protocol):
    """What a class must tell to be suggested."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def condition(self) -> str: ...
    @property
    def keywords(self) -> Sequence[str]: ...


class Traits(NamedTuple):
    """What suggesting needs of a class; hashable, so that what is prepared from it is prepared once."""

    code: str
    name: str
    condition: str
    keywords: tuple[str, ...]

    @classmethod
    def of(cls, row: Described) -> "Traits":
        """Those of a class that has more to tell."""
        return cls(row.code, row.name, row.condition, tuple(row.keywords))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A class, how strongly the text speaks for it (comparable within one text only), and the words that say so."""

    code: str
    score: float
    words: tuple[str, ...]


def suggest(text: str, catalogue: Iterable[Described], limit: int = 3) -> list[Suggestion]:
    """The best `limit` classes for a text, best first; none when nothing in it speaks for any. See `Suggester`."""
    return Suggester(catalogue).suggest(text, limit=limit)


class Suggester:
    """A catalogue prepared once, for many texts. Holds no state of a text; safe to share between threads."""

    def __init__(self, catalogue: Iterable[Described]) -> None:
        classes = list(catalogue)
        owners, weak = _owners(classes)
        self._owners = owners
        self._weights = {
            word: _weight(word, len(codes), len(classes)) * (WEAK_WEIGHT if word in weak else 1.0)
            for word, codes in owners.items()
        }
        self._pairs = [(word, *word.split("+")) for word in owners if "+" in word]
        self._vocabulary = _by_first_two({part for word in owners for part in word.split("+")})
        self._pieces = _pieces_of(classes)

    def suggest(self, text: str, limit: int = 3) -> list[Suggestion]:
        """The best `limit` classes for a text (its subject as the first line), best first."""
        plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()[:LONGEST_TEXT]
        everywhere, outermost = self._find(plain)
        evidence = self._evidence(everywhere, outermost, _opening_length(plain))
        scores: dict[str, float] = defaultdict(float)
        words: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for word, value in evidence.items():
            for code in self._owners[word]:
                scores[code] += value
                words[code].append((value, word))
        if not scores:
            return self._by_pieces(plain, limit)
        best = sorted(scores, key=lambda code: (-scores[code], code))
        return [
            Suggestion(code, round(scores[code], 2), _strongest(words[code]))
            for code in best[:limit]
            if scores[code] >= LEAST_SCORE
        ]

    def _find(self, text: str) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Where each vocabulary word stands: all of them, and those not inside a longer one."""
        everywhere: dict[str, list[int]] = defaultdict(list)
        outermost: dict[str, list[int]] = defaultdict(list)
        reach = 0
        for start in range(len(text)):
            for word in self._vocabulary.get(text[start : start + 2], ()):
                if text.startswith(word, start):
                    everywhere[word].append(start)
                    if start + len(word) > reach:
                        outermost[word].append(start)
                        reach = start + len(word)
            if text[start] in self._vocabulary:
                everywhere[text[start]].append(start)
        return everywhere, outermost

    def _evidence(
        self, everywhere: dict[str, list[int]], outermost: dict[str, list[int]], opening: int
    ) -> dict[str, float]:
        evidence = {
            word: self._weights[word] * _emphasis(places, opening)
            for word, places in outermost.items()
            if word in self._owners
        }
        for pair, first, second in self._pairs:
            if first in everywhere and second in everywhere:
                places = _meetings(first, everywhere[first], second, everywhere[second])
                if places:
                    evidence[pair] = self._weights[pair] * _emphasis(places, opening)
        return evidence

    def _by_pieces(self, text: str, limit: int) -> list[Suggestion]:
        scores: dict[str, float] = defaultdict(float)
        words: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for piece in {text[at : at + 2] for at in range(len(text) - 1)}:
            codes = self._pieces.get(piece, frozenset())
            for code in codes:
                value = PIECE_WEIGHT * math.log(1 + 200 / len(codes))
                scores[code] += value
                words[code].append((value, piece))
        best = sorted(scores, key=lambda code: (-scores[code], code))
        return [
            Suggestion(code, round(scores[code], 2), _strongest(words[code]))
            for code in best[:limit]
            if scores[code] >= LEAST_SCORE and len(words[code]) > 1
        ]


def _owners(classes: Iterable[Described]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """Which classes have each keyword, and which keywords are marked weak. Single characters say nothing alone."""
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    weak: set[str] = set()
    for one in classes:
        for keyword in (*one.keywords, one.name):
            word = unicodedata.normalize("NFKC", keyword).lower().removeprefix(WEAK_MARK)
            parts = word.split("+")
            if not all(parts) or len(parts) > 2 or len(word) < 2:
                continue
            owners[word][one.code] = None
            if keyword.startswith(WEAK_MARK):
                weak.add(word)
    return {word: tuple(codes) for word, codes in owners.items()}, weak


def _weight(word: str, owners: int, classes: int) -> float:
    length = len(word.replace("+", ""))
    return math.log(1 + classes / owners) * math.sqrt(length / 2)


def _by_first_two(words: set[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = defaultdict(list)
    for word in words:
        index[word[:2]].append(word)
    return {start: tuple(sorted(group, key=len, reverse=True)) for start, group in index.items()}


def _pieces_of(classes: Iterable[Described]) -> dict[str, frozenset[str]]:
    pieces: dict[str, set[str]] = defaultdict(set)
    for one in classes:
        described = f"{one.name}，{one.condition}"
        for at in range(len(described) - 1):
            if described[at : at + 2].isalnum():
                pieces[described[at : at + 2]].add(one.code)
    return {piece: frozenset(codes) for piece, codes in pieces.items() if len(codes) <= 6}


def _opening_length(text: str) -> int:
    first_line = text.strip().find("\n")
    return min(OPENING, first_line) if first_line > 0 else OPENING


def _emphasis(places: Sequence[int], opening: int) -> float:
    place = 2.0 if places[0] < opening else 1.0 if places[0] < TAIL else 0.5
    return place * (1 + math.log2(len(places)) / 2)


def _meetings(first: str, places: Sequence[int], second: str, others: Sequence[int]) -> list[int]:
    """Where `first` stands near `second` without overlapping it. Both lists are sorted."""
    met: list[int] = []
    for at in places:
        near = others[bisect_left(others, at - NEAR) : bisect_right(others, at + NEAR)]
        if any(other >= at + len(first) or at >= other + len(second) for other in near):
            met.append(at)
    return met


def _strongest(words: list[tuple[float, str]]) -> tuple[str, ...]:
    ranked = sorted(words, key=lambda pair: (-pair[0], pair[1]))
    return tuple(word for _value, word in ranked[:SHOWN_WORDS])
