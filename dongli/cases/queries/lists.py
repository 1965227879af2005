"""Lists of cases and tasks by who is looking: desk queues, the worker's today, the resident's, the whistle board."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Coalesce

from dongli.areas.models import Area, Level
from dongli.cases import access
from dongli.cases.models import Case, CaseContact, Category, Task, Whistle
from dongli.cases.queries.roads import DESK_LEVELS, pool_grids, roads
from dongli.cases.queries.search import matching
from dongli.cases.workflow import (
    CLOSED_STATES,
    OPEN_CASE_STATES,
    OPEN_TASK_STATES,
    OPEN_WHISTLE_STATES,
    UNDER_WAY,
    UNFINISHED,
    CaseState,
    TaskState,
    Tier,
    WhistleState,
)
from dongli.common.clock import CITY_ZONE, now
from dongli.common.ids import parse_id
from dongli.people.models import Role
from dongli.people.viewer import Viewer

PAGE = 50
COUNT_CAP = 100
MAP_CAP = 2000
BOARD_PAGE = 30

# Saved filters of the desk: name → condition at a moment. The label of each is with the page.
FILTERS: dict[str, Callable[[datetime], Q]] = {
    "urgent": lambda _moment: Q(urgent=True, state__in=sorted(OPEN_CASE_STATES - {CaseState.MERGED})),
    "new": lambda _moment: Q(state=CaseState.FILED, community__isnull=False),
    "unplaced": lambda _moment: Q(state=CaseState.FILED, community__isnull=True),
    "dispatch": lambda _moment: Q(state=CaseState.REGISTERED),
    "arbitration": lambda _moment: Q(state=CaseState.ARBITRATION),
    "under_way": lambda _moment: Q(state__in=UNDER_WAY),
    "late": lambda moment: (
        Q(state__in=UNDER_WAY, due_at__lt=moment)
        | Q(state__in=[CaseState.FILED, CaseState.REGISTERED], dispatch_due_at__lt=moment)
        | Q(state=CaseState.ARBITRATION, arbitrate_due_at__lt=moment)
    ),
    "verifying": lambda _moment: Q(state=CaseState.FILED, verifier__isnull=False),
    "ownerless": lambda _moment: Q(ownerless=True),
    "reviewing": lambda _moment: Q(reviewing=True),
    "supervised": lambda _moment: Q(state__in=UNFINISHED, demanded_by__isnull=False),
    "excluded": lambda _moment: Q(excluded_at__isnull=False),
    "check": lambda _moment: Q(state__in=[CaseState.ANSWERED, CaseState.CHECKED]),
    "closed": lambda _moment: Q(state__in=CLOSED_STATES),
    "refused": lambda _moment: Q(state__in=[CaseState.REFUSED, CaseState.WITHDRAWN]),
    "spam": lambda _moment: Q(state=CaseState.SPAM),
    "all": lambda _moment: ~Q(state=CaseState.SPAM),
}


# Saved filters over the viewer's own open tasks (a department's, a worker's): name → condition over Task at a moment.
OWN_FILTERS: dict[str, Callable[[datetime], Q]] = {
    "to_accept": lambda _moment: Q(state=TaskState.DISPATCHED),
    "in_hand": lambda _moment: Q(state__in=[TaskState.ACCEPTED, TaskState.REPORTED_IN]),
    "own_late": lambda moment: Q(due_at__lt=moment),
}


@dataclass(frozen=True)
class Page:
    """A page of a keyset list of cases: `next` is the key to ask the following page with; empty at the end.

    `stamp` of a queue's page changes when the page does: which cases it shows, and when each was last changed.
    """

    rows: list[Case]
    next: str = ""
    stamp: str = ""


@dataclass(frozen=True)
class Sieve:
    """What narrows a desk's queue: a saved filter, a line, an area's subtree, a class's code, the case's source, words
    (`queries.search.matching`), a state, a department with an open task, whether late, days of filing (both inclusive).
    """

    filter: str = "all"
    line: str = ""
    area: Area | None = None
    category: str = ""
    source: str = ""
    words: str = ""
    state: str = ""
    department: UUID | None = None
    late: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def department_text(self) -> str:
        """The department's id as forms write it."""
        return str(self.department or "")


def _listed() -> QuerySet[Case]:
    """Cases with what a row of a list shows (three statements a page)."""
    open_tasks = Task.objects.filter(state__in=sorted(OPEN_TASK_STATES)).select_related("organisation", "worker")
    cases = Case.objects.select_related("text", "category", "desk", "community", "place").defer(*_NOT_LISTED)
    return cases.prefetch_related(Prefetch("tasks", queryset=open_tasks.order_by("id"), to_attr="open_tasks"))


# What no list shows of a class and of an area.
_NOT_LISTED = (
    *(f"category__{name}" for name in ("condition", "keywords", "legal_basis", "solver", "lead_district", "lead_city")),
    *(
        f"{area}__{name}"
        for area in ("desk", "community", "place")
        for name in ("settlement", "longitude", "latitude", "pinyin", "initials", "retired_on")
    ),
)


def _page(cases: QuerySet[Case], after: str, size: int = PAGE) -> Page:
    """The page of `cases` after the case id `after`, newest first; a forged key starts at the top.

    The page is cut in a statement of its own, so that only its rows are joined with what a list shows: within one
    statement a planner without statistics (after a big import) may cut it anew for every row.
    """
    if (key := parse_id(after)) is not None:
        cases = cases.filter(pk__lt=key)
    return _joined(list(cases.order_by("-id").values_list("pk", flat=True)[: size + 1]), size)


def _joined(cut: list[UUID], size: int) -> Page:
    """The first `size` of these cases with what a list shows; one more says that there is a next page."""
    found = list(_listed().filter(pk__in=cut[:size]).order_by("-id"))
    return Page(found, str(cut[size - 1]) if len(cut) > size else "")


def sifted(sieve: Sieve, moment: datetime) -> Q:
    """The sieve as a condition over Case's own columns; an unknown filter means all. A statement each for a line or a
    class, and for an area: their ids are looked up first, so that a list reads one table by one index."""
    condition = FILTERS.get(sieve.filter, FILTERS["all"])(moment)
    if sieve.line or sieve.category:
        asked = {"line": sieve.line, "code": sieve.category}
        classes = Category.objects.filter(**{name: value for name, value in asked.items() if value})
        condition &= Q(category__in=list(classes.values_list("pk", flat=True)))
    if sieve.source:
        condition &= Q(source=sieve.source)
    if sieve.state:
        condition &= Q(state=sieve.state)
    if sieve.late:
        condition &= FILTERS["late"](moment)
    if sieve.department is not None:
        at_work = Task.objects.filter(organisation=sieve.department, state__in=sorted(OPEN_TASK_STATES))
        condition &= Q(pk__in=at_work.values("case"))
    return condition & _within(sieve)


def _within(sieve: Sieve) -> Q:
    """The sieve's area and days, as the city counts them."""
    condition = Q()
    if sieve.since is not None:
        condition &= Q(filed_at__gte=datetime.combine(sieve.since, time(), CITY_ZONE))
    if sieve.until is not None:
        condition &= Q(filed_at__lt=datetime.combine(sieve.until, time(), CITY_ZONE) + timedelta(days=1))
    if sieve.area is None or sieve.area.level == Level.CITY:
        return condition
    inside = Area.objects.within(sieve.area)
    if sieve.area.depth > Level.COMMUNITY.depth:
        return condition & Q(place__in=list(inside.values_list("pk", flat=True)))
    ids = list(inside.filter(level__in=DESK_LEVELS).values_list("pk", flat=True))
    return condition & (Q(community__in=ids) | Q(desk__in=ids) | Q(place__in=ids))


def found_on(viewer: Viewer, sieve: Sieve) -> tuple[list[QuerySet[Case]], bool]:
    """The viewer's roads (`queries.roads`) through the sieve, and whether few cases lie on them.

    An own filter goes by the viewer's open tasks instead.
    """
    moment = now()
    condition, few = sifted(sieve, moment), sieve.department is not None
    if sieve.words:
        found = matching(viewer, sieve.words)
        condition, few = condition & found.condition, few or found.rare
    if own := OWN_FILTERS.get(sieve.filter):
        mine = my_tasks(viewer).filter(own(moment)).values("case")
        return [Case.objects.filter(access.visible(viewer), condition, pk__in=mine)], True
    return [road.filter(condition) for road in roads(viewer)], few


def first(viewer: Viewer, sieve: Sieve, after: str, size: int) -> list[tuple[UUID, datetime]]:
    """Id and latest change of the first `size` cases after the id `after`, newest first: one statement.

    The rows of every road are cut before they are merged. Few are sorted (by an expression, so that no index is walked
    in their order), many are met on the way back from the newest.
    """
    found, few = found_on(viewer, sieve)
    if (key := parse_id(after)) is not None:
        found = [road.filter(pk__lt=key) for road in found]
    turn = Coalesce("pk", "pk") if few else F("pk")
    cut = [road.annotate(turn=turn).order_by("-turn").values_list("pk", "updated_at", "turn")[:size] for road in found]
    rows = cut[0].union(*cut[1:]).order_by("-turn")[:size] if len(cut) > 1 else [row for one in cut for row in one]
    return [(key, changed) for key, changed, _turn in rows]


def several(viewer: Viewer, ids: Sequence[UUID], *, most: int = PAGE) -> list[Case]:
    """The cases among `ids` (`most` of them at most) that this viewer may see, newest first."""
    return list(_listed().filter(access.visible(viewer), pk__in=ids[:most]).order_by("-id"))


def stamp(viewer: Viewer, sieve: Sieve, after: str = "") -> str:
    """The stamp of a page of a queue (one query)."""
    return _stamp(first(viewer, sieve, after, PAGE))


def _stamp(shown: Iterable[tuple[UUID, datetime]]) -> str:
    text = "".join(f"{key.hex}{changed.isoformat()}" for key, changed in shown)
    return sha256(text.encode()).hexdigest()[:24]


def queue(viewer: Viewer, sieve: Sieve, after: str = "", size: int = PAGE) -> Page:
    """A page of a desk's queue, newest first, by keyset; a forged key starts at the top."""
    cut = first(viewer, sieve, after, size + 1)
    return replace(_joined([key for key, _changed in cut], size), stamp=_stamp(cut[:size]))


# What stands for the moment while a filter is written out for good.
_SOME_DAY = datetime.max.replace(tzinfo=UTC)


def counts(viewer: Viewer, names: Iterable[str] = tuple(FILTERS)) -> dict[str, int]:
    """How many cases each saved filter of `names` holds for this viewer, each counted to 100 at most: one statement.

    Asked with every page of a desk, hence put together from SQL: what each road and each filter (once for the process)
    is written as. Composing forty querysets took longer than the statement.
    """
    asked = [name for name in names if name not in {"all", "closed", "refused"}]
    moment, tally, parts, values = now(), Counter[str](), list[str](), list[Any]()
    own = [name for name in asked if name in OWN_FILTERS]
    for road in roads(viewer):
        sql, given = road.order_by().values_list("pk").query.sql_with_params()
        for name in asked:
            if name in FILTERS:
                condition, params = _written(name)
                parts.append(f"(SELECT %s, found.pk FROM ({sql} AND {condition} LIMIT {COUNT_CAP}) found)")  # noqa: S608 (no value in it)
                values += [name, *given, *(moment if value == _SOME_DAY else value for value in params)]
    if parts:
        together = f"SELECT name, count(*) FROM ({' UNION '.join(parts)}) found (name, id) GROUP BY name"  # noqa: S608 (as above)
        with connection.cursor() as cursor:
            cursor.execute(together, values)
            tally.update(dict(cursor.fetchall()))
    found = dict(zip(own, counted(viewer, [Sieve(filter=name) for name in own]), strict=True))
    return found | {name: min(tally[name], COUNT_CAP) for name in asked if name in FILTERS}


@cache
def _written(name: str) -> tuple[str, tuple[Any, ...]]:
    """A saved filter as SQL over Case's own columns, with its values."""
    query = Case.objects.filter(FILTERS[name](_SOME_DAY)).query
    sql, params = query.get_compiler(connection=connection).compile(query.where)
    return sql, tuple(params)


def counted(viewer: Viewer, sieves: Sequence[Sieve]) -> list[int]:
    """How many cases each sieve holds for this viewer, each counted to 100 at most: one statement for all."""
    found = [
        road.order_by().annotate(nth=Value(nth, IntegerField())).values_list("nth", "pk")[:COUNT_CAP]
        for nth, sieve in enumerate(sieves)
        for road in found_on(viewer, sieve)[0]
    ]
    if not found:
        return [0] * len(sieves)
    tally = Counter(nth for nth, _key in (found[0].union(*found[1:]) if len(found) > 1 else found[0]))
    return [min(tally[nth], COUNT_CAP) for nth in range(len(sieves))]


def size(viewer: Viewer, sieve: Sieve, most: int) -> int:
    """How many cases a queue holds, counted to `most` (one query)."""
    found = [road.order_by().values_list("pk", flat=True)[:most] for road in found_on(viewer, sieve)[0]]
    if not found:
        return 0
    return min(most, (found[0].union(*found[1:]) if len(found) > 1 else found[0]).count())


def every(viewer: Viewer, sieve: Sieve, *, most: int, size: int = 500) -> Iterator[list[Case]]:
    """All cases of a queue, newest first and `most` at most, a page at a time (three statements each)."""
    after, left = "", most
    while left > 0:
        page = queue(viewer, sieve, after, min(size, left))
        yield page.rows
        after, left = page.next, left - len(page.rows)
        if not after:
            return


def stored(sieve: Sieve) -> dict[str, str]:
    """A sieve as JSON, for a job that looks through it later; what it does not ask for is left out."""
    values = {field.name: getattr(sieve, field.name) for field in fields(sieve)} | {
        "area": sieve.area.code if sieve.area is not None else "",
        "late": "1" if sieve.late else "",
    }
    return {name: str(value) for name, value in values.items() if value}


def restored(parts: Mapping[str, str]) -> Sieve:
    """The sieve that `stored` put away."""
    area, since, until = parts.get("area"), parts.get("since"), parts.get("until")
    texts = {name: parts[name] for name in ("filter", "line", "category", "source", "words", "state") if name in parts}
    return Sieve(
        **texts,
        area=Area.objects.filter(code=area).first() if area else None,
        department=parse_id(parts.get("department", "")),
        late="late" in parts,
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
    )


def my_cases(viewer: Viewer, after: str = "") -> Page:
    """What the resident filed (or a captain or clerk filed for others), newest first."""
    return _page(Case.objects.filter(Q(resident=viewer.known) | Q(filed_by=viewer.known)), after, 20)


@dataclass(frozen=True)
class Today:
    """A worker's (or a department's) open tasks by urgency: late, due by the end of today, later.

    `reachable`: ids of their cases with somebody to call. `next`: the key of the less urgent ones; empty at the end.
    """

    late: list[Task]
    today: list[Task]
    later: list[Task]
    reachable: frozenset[UUID]
    next: str = ""


def my_tasks(viewer: Viewer) -> QuerySet[Task]:
    """Open tasks that are this viewer's: their own, their departments', and their communities' pool."""
    mine = Q(worker=viewer.known) | Q(organisation__in=viewer.organisations(Role.DEPARTMENT_OFFICER))
    if grids := pool_grids(viewer):
        mine |= Q(worker=None, organisation=None, grid__in=grids)
    tasks = Task.objects.filter(mine, state__in=sorted(OPEN_TASK_STATES))
    return tasks.exclude(case__hidden_from__contains=[viewer.known.id])


def today(viewer: Viewer, after: str = "") -> Today:
    """A page of open tasks, the most urgent first, after the task with the id `after` (a forged one starts at the top).

    Three statements, four beyond the first page.
    """
    rows = my_tasks(viewer).select_related(
        "case__text", "case__category", "case__place", "case__community", "organisation", "whistle", "worker"
    )
    rows = rows.annotate(by_leader=Q(tier=Tier.LEADERS)).filter(_less_urgent(after))
    found = list(rows.order_by("-case__urgent", "-by_leader", "due_at", "id")[: PAGE + 1])
    tasks = found[:PAGE]
    contacts = CaseContact.objects.filter(case__in=[task.case_id for task in tasks]).exclude(phone_hash="")
    moment = now()
    tonight = datetime.combine(moment.astimezone(CITY_ZONE).date() + timedelta(days=1), time(), CITY_ZONE)
    return Today(
        late=[task for task in tasks if task.due_at < moment],
        today=[task for task in tasks if moment <= task.due_at < tonight],
        later=[task for task in tasks if task.due_at >= tonight],
        reachable=frozenset(contacts.values_list("case_id", flat=True)),
        next=str(tasks[-1].id) if len(found) > PAGE else "",
    )


def open_tasks(viewer: Viewer) -> int:
    """How many open tasks are this viewer's, counted to 100 at most (one statement)."""
    return my_tasks(viewer)[:COUNT_CAP].count()


def _less_urgent(after: str) -> Q:
    """Tasks that stand behind this one in the order of today's list."""
    key = parse_id(after)
    last = Task.objects.select_related("case").filter(pk=key).first() if key is not None else None
    if last is None:
        return Q()
    same, by_leader = Q(case__urgent=last.case.urgent), last.tier == Tier.LEADERS
    later = Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk)
    behind = same & Q(by_leader=by_leader) & later
    if by_leader:
        behind |= same & Q(by_leader=False)
    return behind | Q(case__urgent=False) if last.case.urgent else behind


@dataclass(frozen=True)
class Board:
    """The whistle board's columns; a whistle stands in the one its least advanced department has reached."""

    blown: list[Whistle]
    reporting_in: list[Whistle]
    on_site: list[Whistle]
    done: list[Whistle]
    next: str = ""


# What a card shows, and what tells what its viewer may do: the rest of 140 columns is not fetched.
_ON_CARD = (
    *("kind", "state", "why", "place", "wanted_at", "blown_at", "ended_at", "blown_by__name"),
    *("case__number", "case__resident", "case__verifier", "case__danger", "case__hidden_from"),
    *("case__text__description", "case__desk__path", "case__community__path", "case__community__name"),
)
_CALLED_ON_CARD = (
    *("whistle", "state", "due_at", "report_in_due_at", "ring_at", "acknowledged_at", "reported_in_at", "ended_at"),
    "organisation__name",
)


def board(viewer: Viewer, after: str = "") -> Board:
    """A page of the whistles of the cases this viewer may see, after the whistle id `after`, newest first: all open
    ones, and those done in the last three days. `next` of the board: the key of the following page."""
    recent = Q(state=WhistleState.DONE, ended_at__gte=now() - timedelta(days=3))
    open_or_recent = Q(state__in=sorted(OPEN_WHISTLE_STATES)) | recent
    if (key := parse_id(after)) is not None:
        open_or_recent &= Q(pk__lt=key)
    called = Task.objects.select_related("organisation")
    whistles = list(
        Whistle.objects.filter(open_or_recent)
        .filter(Exists(Case.objects.filter(access.visible(viewer), pk=OuterRef("case"))))
        .select_related("case__text", "case__community", "case__desk", "blown_by")
        .only(*_ON_CARD)
        .prefetch_related(Prefetch("tasks", called.only(*_CALLED_ON_CARD).order_by("id")))
        .order_by("-id")[: BOARD_PAGE + 1]
    )
    further = str(whistles[BOARD_PAGE - 1].id) if len(whistles) > BOARD_PAGE else ""
    board = Board([], [], [], [], further)
    for whistle in whistles[:BOARD_PAGE]:
        _column(board, whistle).append(whistle)
    prefetch_related_objects(board.blown, "wanted")  # only there is it shown
    return board


def _column(board: Board, whistle: Whistle) -> list[Whistle]:
    if whistle.state == WhistleState.BLOWN:
        return board.blown
    if whistle.state == WhistleState.DONE:
        return board.done
    states = {task.state for task in whistle.tasks.all()}
    return board.reporting_in if states & {TaskState.DISPATCHED, TaskState.RETURNED} else board.on_site


@dataclass(frozen=True)
class Point:
    """A case on the map (degrees, WGS-84)."""

    number: str
    state: str
    urgent: bool
    longitude: float
    latitude: float


def task_points(viewer: Viewer) -> list[Point]:
    """The viewer's open tasks on the map."""
    rows = my_tasks(viewer).filter(case__longitude__isnull=False)
    values = rows.values_list("case__number", "state", "case__urgent", "case__longitude", "case__latitude")
    return [Point(*row) for row in values[:MAP_CAP]]  # type: ignore[arg-type]  # as above
