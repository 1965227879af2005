"""Words as a condition over cases: text by its grams, a number by its beginning, a phone by its keyed hash."""

from django.db.models import Q

from dongli.areas import queries as area_queries
from dongli.areas.models import Area, Level
from dongli.cases import access, search
from dongli.cases.models import CaseContact, CaseSearch
from dongli.common.crypto import keyed_hash
from dongli.people.viewer import Viewer

PLACES = 5
FEW = 1000


def matching(viewer: Viewer, words: str) -> Q:
    """Cases in which all of `words` are found. Says nothing of who may see them: filter by `access.visible` as well.

    Asks the index first (one statement, cut short): the database cannot estimate how rare a word is, and would look
    through all cases for the few that have it. What a thousand cases have is found among the newest soon enough.
    """
    asked = search.parse(words)
    if asked.is_empty:
        return Q(pk__in=[])
    condition = Q()
    for number in asked.numbers:
        condition &= Q(number__startswith=number)
    for phone in asked.phones:
        condition &= _with_phone(viewer, phone)
    if asked.terms:
        condition &= _with_terms(asked.terms)
    return condition


def _with_terms(terms: tuple[str, ...]) -> Q:
    alone, joined = Q(), Q()
    for term in terms:
        alone &= _with_term("", term)
        joined &= _with_term("search__", term)
    few = list(CaseSearch.objects.filter(alone).values_list("case_id", flat=True)[: FEW + 1])
    return Q(pk__in=few) if len(few) <= FEW else joined


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
