"""What narrows the desk's queue, read from an address (or from one that was saved), and what its form offers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise

from dongli.areas.models import Area
from dongli.cases.models import Source
from dongli.cases.queries import choices
from dongli.cases.queries.lists import Sieve
from dongli.cases.workflow import CaseState
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.organisations import queries as organisations
from dongli.organisations.models import Line

WORDS_LIMIT = 100
# The parts of an address that make a sieve, in the order in which they are written.
PARTS = ("filter", "q", "state", "line", "category", "department", "area", "source", "late", "since", "until")
MORE = ("state", "category", "department", "late", "since", "until")
Choices = list[tuple[str, str | Promise]]


@dataclass(frozen=True)
class Scope:
    """What the queue's filters offer a viewer: fixed filters, the widest area they look after, and its parts."""

    filters: tuple[str, ...]
    areas: list[Area]
    widest: Area | None = None

    @property
    def first(self) -> str:
        """The filter a desk starts with."""
        return "all"


def sieve_of(asked: QueryDict, scope: Scope) -> Sieve:
    """What `asked` asks for; whatever is not on offer counts as not asked. One statement if it names a far place."""
    name = asked.get("filter", "")
    return Sieve(
        filter=name if name in scope.filters else scope.first,
        line=_one_of(asked.get("line", ""), Line.values),
        area=_area(asked.get("area", ""), scope),
        category=strip_controls(asked.get("category", ""))[:12],
        source=_one_of(asked.get("source", ""), Source.values),
        words=strip_controls(asked.get("q", "")).strip()[:WORDS_LIMIT],
        state=_one_of(asked.get("state", ""), CaseState.values),
        department=parse_id(asked.get("department", "")),
        late=asked.get("late") == "1",
        since=_date(asked.get("since", "")),
        until=_date(asked.get("until", "")),
    )


def _one_of(value: str, offered: Iterable[str]) -> str:
    return value if value in offered else ""


def _area(code: str, scope: Scope) -> Area | None:
    """A part of the viewer's ground, or any other place: which rows show is not decided by it."""
    if not code:
        return None
    offered = next((area for area in scope.areas if area.code == code), None)
    return offered or Area.objects.active().filter(code=strip_controls(code)[:20]).first()


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def kept(asked: QueryDict, *, without: Iterable[str] = ()) -> dict[str, str]:
    """The parts of a sieve that `asked` names, for a link or a saved view; other parameters and empty ones go."""
    return {
        key: strip_controls(asked.get(key, ""))[:WORDS_LIMIT] for key in PARTS if asked.get(key) and key not in without
    }


def offered(asked: QueryDict, scope: Scope) -> dict[str, object]:
    """What the form of the sieve shows: two statements."""
    return {
        "scope": scope,
        "lines": Line.choices,
        "sources": Source.choices,
        "states": [choice for choice in CaseState.choices if choice[0] != CaseState.SPAM],
        "classes": {
            major: [(one.code, one.name) for one in rows] for major, rows in choices.catalogue(staff=True).items()
        },
        "departments": organisations.names_in_reach(scope.widest) if scope.widest is not None else [],
        "more": sum(1 for key in MORE if asked.get(key)),
    }
