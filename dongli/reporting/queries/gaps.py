"""The gap list: every gap of an area, filtered, a page at a time by key, or all of them for a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.duties.models import OPEN_DUTY_STATES, DutyState
from dongli.people.models import User
from dongli.people.viewer import Viewer
from dongli.reporting import access, listed
from dongli.reporting.coverage import ITEMS, Item
from dongli.reporting.facts import Span, facts, spans
from dongli.reporting.models import GapReason

PAGE, MOST = 50, 50_000
REASON_FILTERS = {"given": "given_id IS NOT NULL", "none": "given_id IS NULL"}
DUTY_FILTERS = {
    "open": "duty_state = ANY(%(open)s)",
    "late": "duty_state = ANY(%(open)s) AND due_on < %(day)s",
    "ended": "duty_id IS NOT NULL AND NOT duty_state = ANY(%(open)s)",
    "none": "(duty_id IS NULL OR NOT duty_state = ANY(%(open)s))",
}
_COLUMNS = (
    "code, name, path, position, key, detail, reason_id, words, reason_until, duty_id, duty_state, due_on, owner_id"
)

_WITH_DUTY = " AND place.id IN (SELECT compound_id FROM reporting_gapduty WHERE current)"
_WITH_REASON = """ AND place.id IN (
    SELECT compound_id FROM reporting_givenreason WHERE withdrawn_at IS NULL AND until > %(day)s
)"""
_SELECT = " SELECT {columns} FROM listed WHERE {conditions}"
_PAGED = " AND (path, position) > (%(path)s, %(position)s) ORDER BY path, position LIMIT %(most)s"


@dataclass(frozen=True)
class Sieve:
    """What is looked for: the gaps of `area`; of one item; with or without reason; by their duty. "" is any."""

    area: Area
    item: str = ""
    reason: str = ""
    duty: str = ""

    @classmethod
    def of(cls, area: Area, asked: Mapping[str, str]) -> "Sieve":
        """From an address; what is not known there counts as any."""
        item, reason, duty = (asked.get(name, "") for name in ("item", "reason", "duty"))
        return cls(
            area,
            item if item in ITEMS else "",
            reason if reason in REASON_FILTERS else "",
            duty if duty in DUTY_FILTERS else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """What its address carries."""
        said = {"area": self.area.code, "item": self.item, "reason": self.reason, "duty": self.duty}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Gap:
    """One gap with where it is, the reason that holds ("" for none), and the duty that counts.

    `detail`: of captains, how many buildings of how many have one.
    """

    code: str
    name: str
    path: str
    item: Item
    detail: str
    community: str
    reason: str
    words: str
    reason_until: date | None
    duty_id: UUID | None
    duty_state: str
    due_on: date | None
    owner: str

    @property
    def cursor(self) -> str:
        return f"{self.code}.{self.item.key}"

    @property
    def last_day(self) -> date | None:
        """The last day on which the reason holds."""
        return self.reason_until - timedelta(days=1) if self.reason_until is not None else None

    @property
    def late(self) -> bool:
        """Whether its duty is open and overdue."""
        return self.duty_state in OPEN_DUTY_STATES and self.due_on is not None and self.due_on < today()

    @property
    def ended(self) -> bool:
        """Whether its duty was fulfilled or dropped, though the gap is still there."""
        return self.duty_state in (DutyState.DONE, DutyState.DROPPED)


@dataclass(frozen=True)
class Page:
    """A page of gaps; `next` is the key of the following one."""

    rows: list[Gap]
    next: str = ""


def gaps(viewer: Viewer, sieve: Sieve, after: str = "") -> Page:
    """The gaps that the viewer sees, by place, then in the order of the items; raises `NotFound`.

    A forged key starts at the top. At most eleven statements, mostly six.
    """
    access.check(viewer, sieve.area)
    start = _start(after)
    rows: list[tuple[Any, ...]] = []
    for span in _spans(sieve, start[0]):
        rows += _rows(sieve, PAGE + 1 - len(rows), start, span)
        if len(rows) > PAGE:
            break
    found = _named(rows[:PAGE])
    return Page(found, found[-1].cursor if len(rows) > PAGE else "")


def every(viewer: Viewer, sieve: Sieve) -> Iterator[Gap]:
    """All of them (at most `MOST`), for a file."""
    access.check(viewer, sieve.area)
    yield from _named(_rows(sieve, MOST, ("", -1), (sieve.area.path, sieve.area.path_end)))


def count(viewer: Viewer, sieve: Sieve) -> int:
    """How many gaps there are."""
    access.check(viewer, sieve.area)
    ((number,),) = _asked(sieve, (sieve.area.path, sieve.area.path_end), "count(*)")
    return int(number)


def _start(after: str) -> tuple[str, int]:
    """The key as (path, position): nothing comes before ("", -1)."""
    code, _dot, item = after.partition(".")
    path = Area.objects.filter(level=Level.COMPOUND, code=code[:20]).values_list("path", flat=True).first()
    if path is None or item not in ITEMS:
        return "", -1
    return path, list(ITEMS).index(item)


def _asked(sieve: Sieve, span: Span, columns: str, rest: str = "", **more: Any) -> list[tuple[Any, ...]]:
    """Columns of the gaps that the sieve lets through; `rest` follows its conditions."""
    wanted = ["key = %(item)s"] if sieve.item else []
    wanted += [f"({REASON_FILTERS[sieve.reason]})"] if sieve.reason else []
    wanted += [f"({DUTY_FILTERS[sieve.duty]})"] if sieve.duty else []
    chosen = _SELECT.format(columns=columns, conditions=" AND ".join(["true", *wanted]))
    params = {"item": sieve.item, "open": sorted(OPEN_DUTY_STATES), **more}
    narrowed = _WITH_DUTY if sieve.duty in DUTY_FILTERS.keys() - {"none"} else ""
    narrowed += _WITH_REASON if sieve.reason == "given" else ""
    return facts(sieve.area, narrowed=narrowed, span=span).rows(listed.LISTED + chosen + rest, **params)


def _spans(sieve: Sieve, start: str) -> Iterable[Span]:
    """Stretch by stretch; at once where reasons or duties lead to the few compounds there can be."""
    if sieve.reason == "given" or sieve.duty in DUTY_FILTERS.keys() - {"none"}:
        return [(max(start, sieve.area.path), sieve.area.path_end)]
    return spans(sieve.area, start)


def _rows(sieve: Sieve, most: int, start: tuple[str, int], span: Span) -> list[tuple[Any, ...]]:
    return _asked(sieve, span, _COLUMNS, _PAGED, path=start[0], position=start[1], most=most)


def _named(rows: list[tuple[Any, ...]]) -> list[Gap]:
    """Rows with the names of communities, reasons and owners: three statements."""
    codes = {str(row[2]).split("/")[3] for row in rows}
    communities = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    reasons = dict(GapReason.objects.filter(pk__in={row[6] for row in rows if row[6]}).values_list("pk", "name"))
    owners = dict(User.objects.filter(pk__in={row[12] for row in rows if row[12]}).values_list("pk", "name"))
    return [_gap(row, communities, reasons, owners) for row in rows]


def _gap(row: tuple[Any, ...], communities: dict[str, str], reasons: dict[UUID, str], owners: dict[UUID, str]) -> Gap:
    code, name, path, _position, key, detail, reason, words, until, duty, state, due_on, owner = row
    return Gap(
        code=code, name=name, path=path, item=ITEMS[key], detail=detail,
        community=communities.get(path.split("/")[3], ""),
        reason=reasons.get(reason, ""), words=words or "", reason_until=until, duty_id=duty, duty_state=state or "",
        due_on=due_on, owner=owners.get(owner, ""),
    )  # fmt: skip
