"""Words as a condition over cases: text by its grams, a number by its beginning, a phone by its keyed hash."""

from dataclasses import dataclass

from django.db.models import Q

from dongli.areas import queries as area_queries
from dongli.areas.models import Area, Level
from dongli.cases import access, search
from dongli.cases.models import CaseContact, CaseSearch
from dongli.common.crypto import keyed_hash
from dongli.people.viewer import Viewer

_DAY = len("20261122")
PLACES = 5
RECENT = 1000
COMMON = 20
"""A word that so many of the newest `RECENT` cases have is common: a page of it is found among the newest soon."""


@dataclass(frozen=True)
class Found:
    """Words as a condition; `rare` when few rows fit, to be gathered and sorted rather than met on the way back."""

    condition: Q
    rare: bool


def matching(viewer: Viewer, words: str) -> Found:
    """Cases in which all of `words` are found. Says nothing of who may see them.

    Looks at the newest cases first (one statement): whether a word is common decides by which index its cases are
    found, since a page cut from too long a walk, or sorted out of too many, takes as long as there are cases.
    """
    asked = search.parse(words)
    if asked.is_empty:
        return Found(Q(pk__in=[]), rare=True)
    condition, rare = Q(), bool(asked.phones) or any(len(number) >= _DAY for number in asked.numbers)
    for number in asked.numbers:
        condition &= Q(number__startswith=number)
    for phone in asked.phones:
        condition &= _with_phone(viewer, phone)
    if asked.terms:
        is_common = _is_common(asked.terms)
        condition &= _with_terms(asked.terms, "search__") if is_common else _gathered(asked.terms)
        rare = rare or not is_common
    return Found(condition, rare)


def _is_common(terms: tuple[str, ...]) -> bool:
    newest = CaseSearch.objects.order_by("-case_id").values("case_id")[:RECENT]
    return CaseSearch.objects.filter(_with_terms(terms), pk__in=newest)[:COMMON].count() >= COMMON


def _gathered(terms: tuple[str, ...]) -> Q:
    return Q(pk__in=CaseSearch.objects.filter(_with_terms(terms)).values("case_id"))


def _with_terms(terms: tuple[str, ...], prefix: str = "") -> Q:
    condition = Q()
    for term in terms:
        condition &= _with_term(prefix, term)
    return condition


def _with_term(prefix: str, term: str) -> Q:
    """The term as any part of the words; a Latin word or a number's code also whole."""
    found = Q(**{f"{prefix}grams__contains": search.pairs(term)})
    if len(term) > 2:
        found &= Q(**{f"{prefix}words__contains": term})
    return found | Q(**{f"{prefix}grams__contains": [term]}) if search.is_word(term) else found


def _with_phone(viewer: Viewer, phone: str) -> Q:
    """Filed with exactly this phone, where the viewer may open contacts; or with the phone among the words."""
    contacts = CaseContact.objects.filter(access.desked(viewer, "case__"), phone_hash=keyed_hash(phone))
    texts = CaseSearch.objects.filter(_with_term("", phone))
    return Q(pk__in=contacts.values("case_id").union(texts.values("case_id"), all=True))


def places(words: str) -> list[Area]:
    """Places that are called so, five at most: offered beside what the words found."""
    asked = search.parse(words)
    if len(words) < 2 or asked.phones or asked.numbers:
        return []
    return list(area_queries.search(words, levels=tuple(Level)[1:-1], limit=PLACES))
