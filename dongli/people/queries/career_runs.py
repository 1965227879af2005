"""What a yearly run would find, what it found, and what a changed scheme would cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.people.actions.careers import KEEPERS
from dongli.people.careers.account import NOTHING, Account, account
from dongli.people.careers.rules import Scheme
from dongli.people.models import CareerFile, CareerResult, CareerRun, RunState
from dongli.people.queries import careers
from dongli.people.queries.careers import PAGE, Page
from dongli.people.viewer import Viewer

Paid = tuple[int | None, Decimal]
SHOWN = ("stepping", "changed", "unclear", "all")


@dataclass(frozen=True)
class Found:
    """What a run finds for one worker: grade and total before, and the account on its day."""

    file: CareerFile
    before: Paid
    account: Account

    @property
    def changed(self) -> bool:
        return self.before != (self.account.grade, self.account.total)

    @property
    def stepping(self) -> bool:
        return self.account.grade is not None and self.before[0] != self.account.grade

    def row(self, run: CareerRun, place: str) -> CareerResult:
        """The row that keeps it."""
        one, key = self.account, self.account.scheme.key if self.account.scheme is not None else ""
        return CareerResult(
            run=run,
            person_id=self.file.person_id,
            name=self.file.person.name,
            pinyin=self.file.pinyin,
            area_id=self.file.area_id,
            place=place,
            scheme_id=parse_id(key),
            post=one.post_label,
            grade_before=self.before[0],
            total_before=self.before[1],
            grade=one.grade,
            base_pay=one.base_pay,
            allowances=one.allowances,
            total=one.total,
            changed=self.changed,
            problem=one.problem,
            lines=[{"code": line.code, "params": line.params} for line in one.lines],
        )


def find(area: Area, on: date, at: datetime) -> list[Found]:
    """What a run of `area` on the day `on` finds from what was known at `at`. Four queries, however many workers.

    Before is what the last approved run gave; without one, what held a year earlier.
    """
    files, facts, book = careers.files_of(area), careers.facts_of_area(area, at), careers.book()
    last = _last_approved(area, on)
    earlier, found = date(on.year - 1, on.month, 1), []
    for file in files:
        known, path = facts.get(file.person_id, []), file.area.path
        before = last.get(file.person_id)
        if before is None:
            then = account(known, book.at(path, earlier), earlier)
            before = then.grade, then.total
        found.append(Found(file, before, account(known, book.at(path, on), on)))
    return found


def _last_approved(area: Area, on: date) -> dict[UUID, Paid]:
    rows = CareerResult.objects.filter(
        person__career_file__area__path__gte=area.path,
        person__career_file__area__path__lt=area.path_end,
        run__state=RunState.APPROVED,
        run__effective_on__lte=on,
    )
    newest = rows.order_by("person", "-run__effective_on", "-run__decided_at").distinct("person")
    return {person: (grade, total) for person, grade, total in newest.values_list("person_id", "grade", "total")}


def seen(viewer: Viewer) -> Q:
    """Filter over CareerRun: those of areas whose careers the viewer keeps."""
    condition = Q(pk__in=[])
    for path in viewer.paths(*KEEPERS):
        condition |= Q(area__path__startswith=path)
    return condition


def runs(viewer: Viewer, *, after: str = "") -> Page:
    """Runs of the viewer's areas, newest first. At most two queries."""
    rows = CareerRun.objects.filter(seen(viewer)).select_related("area", "made_by", "decided_by")
    key = parse_id(after)
    last = CareerRun.objects.filter(pk=key).values_list("made_at", "id").first() if key is not None else None
    if last is not None:
        rows = rows.filter(Q(made_at__lt=last[0]) | Q(made_at=last[0], pk__lt=last[1]))
    found = list(rows.order_by("-made_at", "-id")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else "")


def run(viewer: Viewer, run_id: UUID) -> CareerRun:
    """One run of the viewer's areas; raises `NotFound`. One query."""
    rows = CareerRun.objects.filter(seen(viewer), pk=run_id).select_related("area", "made_by", "decided_by")
    found = rows.first()
    if found is None:
        raise NotFound("no_run", _("There is no such run in your area."))
    return found


def stepping(rows: QuerySet[CareerResult]) -> QuerySet[CareerResult]:
    """Those whose grade is another than before."""
    return rows.filter(Q(grade_before=None) | ~Q(grade_before=F("grade")), grade__isnull=False)


def results(run: CareerRun, *, show: str = "stepping", after: str = "") -> Page:
    """Who steps (or changes, or is unclear, or everybody), by name. At most two queries."""
    rows = CareerResult.objects.filter(run=run)
    if show == "stepping":
        rows = stepping(rows)
    elif show == "changed":
        rows = rows.filter(changed=True)
    elif show == "unclear":
        rows = rows.exclude(problem="")
    return careers.by_name(rows, CareerResult.objects.filter(run=run), after)


def results_of(person_id: UUID) -> list[CareerResult]:
    """What approved runs gave a worker, newest first. One query."""
    rows = CareerResult.objects.filter(person=person_id, run__state=RunState.APPROVED).select_related("run")
    return list(rows.order_by("-run__effective_on", "-run__decided_at"))


def sheet(run: CareerRun, area: Area) -> Iterator[CareerResult]:
    """Every result of a run within `area`, by place and name, a thousand at a time."""
    rows = CareerResult.objects.filter(run=run, area__path__gte=area.path, area__path__lt=area.path_end)
    return rows.order_by("place", "pinyin", "id").defer("lines").iterator(chunk_size=1000)


@dataclass
class Effect:
    """What a change does in one part of an area: workers, how many get more or less, yuan a month now and then."""

    name: str
    code: str = ""
    people: int = 0
    more: int = 0
    less: int = 0
    unclear: int = 0
    now: Decimal = NOTHING
    then: Decimal = NOTHING

    @property
    def difference(self) -> Decimal:
        return self.then - self.now

    def add(self, before: Account, after: Account) -> None:
        """Count one worker; whoever cannot be computed on either side is counted apart and costs nothing."""
        self.people += 1
        if before.problem or after.problem:
            self.unclear += 1
            return
        self.more += after.total > before.total
        self.less += after.total < before.total
        self.now += before.total
        self.then += after.total


@dataclass(frozen=True)
class Simulation:
    """The effect in each part and in all, on the day `on`, from what is known `at`."""

    area: Area
    on: date
    at: datetime
    parts: list[Effect]
    whole: Effect


def simulate(area: Area, scheme: Scheme, on: date, *, instead_of: str = "") -> Simulation:
    """What `scheme` would cost for the workers of `area`; nothing is written. Four queries.

    `instead_of`: the key of the scheme it replaces; workers under another one stay as they are. Empty: for everybody.
    """
    at = now()
    files, facts, book = careers.files_of(area), careers.facts_of_area(area, at), careers.book()
    names = dict(Area.objects.filter(parent=area).values_list("code", "name"))
    parts: dict[str, Effect] = {}
    whole = Effect(area.name, area.code)
    for file in files:
        known, path = facts.get(file.person_id, []), file.area.path
        holding = book.at(path, on)
        before = account(known, holding, on)
        replaced = not instead_of or (holding is not None and holding.key == instead_of)
        after = account(known, scheme, on) if replaced else before
        code = path[len(area.path) :].split("/")[0] or area.code
        if code not in parts:
            parts[code] = Effect(names.get(code, area.name), code)
        for one in (parts[code], whole):
            one.add(before, after)
    return Simulation(area, on, at, [parts[code] for code in sorted(parts)], whole)
