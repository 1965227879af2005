"""Canned phrases as the forms of a case offer them, with number, place and class filled in."""

from dataclasses import dataclass

from dongli.cases import policy
from dongli.cases.models import Case, PhraseUse
from dongli.common.clock import today


@dataclass(frozen=True)
class Ready:
    """One phrase to choose: `words` are as they would be sent."""

    key: str
    title: str
    words: str


def phrases_for(verb: str, case: Case) -> list[Ready]:
    """The phrases of the case's place and class for a verb's form; none for verbs without any. No statement."""
    if verb not in PhraseUse.values:
        return []
    found = policy.class_of(case, today())
    rows = policy.phrases(verb, case.community or case.desk, found[0] if found is not None else None, today())
    place = case.place or case.community
    filled = {
        "{number}": case.number,
        "{place}": place.name if place is not None else "",
        "{class}": found[0].name if found is not None else "",
    }
    return [Ready(str(row.id), row.title, _fill(row.words, filled)) for row in rows]


def _fill(words: str, filled: dict[str, str]) -> str:
    for name, value in filled.items():
        words = words.replace(name, value)
    return words
