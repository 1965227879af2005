"""Finding by words, pure: text is folded and cut into grams when stored, a search into terms. Any substring is found.

One- and two-character grams in an array under GIN find Chinese of every length, where
trigrams find nothing shorter than three characters. A term longer than its grams is compared with the folded words.
"""

import itertools
import re
import unicodedata
from dataclasses import dataclass

from dongli.common.errors import Invalid
from dongli.common.text import clean_phone

MOST_TERMS = 8
MOST_LETTERS = 4000
_LATIN = re.compile(r"[0-9a-z]{3,}")
# The beginning of a number as far as its month: 202611, 20261122, 20261122-AB…
_NUMBER = re.compile(r"20\d{4}(?:\d{0,2}|\d{2}-[0-9a-z]{0,12})", re.IGNORECASE)


def fold(text: str) -> str:
    """NFKC, lower case, and a single space for whatever is neither letter nor digit."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def grams(folded: str) -> set[str]:
    """Every letter and every two letters side by side of folded text, and its Latin words whole."""
    found = {sign for sign in folded if sign != " "}
    found.update(pair for pair in map("".join, itertools.pairwise(folded)) if " " not in pair)
    found.update(_LATIN.findall(folded))
    return found


def pairs(term: str) -> list[str]:
    """The grams that every text with `term` in it has: the term itself up to two letters, else its pairs."""
    return [term] if len(term) <= 2 else sorted({term[at : at + 2] for at in range(len(term) - 1)})


@dataclass(frozen=True)
class Search:
    """What somebody typed: the beginnings of numbers, whole phones (11 digits), and terms of text; all must hold."""

    numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for (punctuation alone)."""
        return not (self.numbers or self.phones or self.terms)


def parse(words: str) -> Search:
    """The search in `words`, at most eight terms."""
    numbers, phones, terms = [], [], []
    for word in unicodedata.normalize("NFKC", words).split():
        if _NUMBER.fullmatch(word):
            numbers.append(word.upper())
        elif phone := _phone(word):
            phones.append(phone)
        else:
            terms += fold(word).split()
    return Search(tuple(numbers[:1]), tuple(phones[:1]), tuple(dict.fromkeys(terms))[:MOST_TERMS])


def _phone(word: str) -> str:
    try:
        return clean_phone(word)
    except Invalid:
        return ""


def is_word(term: str) -> bool:
    """Whether the term may be a Latin word or a number's code, stored whole."""
    return _LATIN.fullmatch(term) is not None
