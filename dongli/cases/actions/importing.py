"""Taking over appeals from another system's export: placed by the names in them, classed by their words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice

from django.db import transaction

from dongli.areas.models import Area, Level
from dongli.cases import policy, safety
from dongli.cases.actions import searching
from dongli.cases.importing.named import NAMED_LEVELS, build_index
from dongli.cases.importing.places import Match
from dongli.cases.importing.reading import RawRow
from dongli.cases.models import Case, CaseContact, CaseText, Category, Kind, Source, Step, StepText
from dongli.cases.suggesting import suggester_for
from dongli.cases.workflow import Actor, CaseState
from dongli.common.clock import city_date, now, today
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Invalid
from dongli.common.ids import new_id, short_code
from dongli.common.text import clean_phone

BATCH = 500
MOST_WORDS = 20_000


@dataclass
class Tally:
    """What an import did (or, in a dry run, would do), in appeals."""

    added: int = 0
    known: int = 0
    placed: dict[str, int] = field(default_factory=dict)
    classed: int = 0


@dataclass(frozen=True)
class Sorted:
    """An appeal with the place and class its words speak for."""

    row: RawRow
    match: Match | None
    place: Area | None
    category: Category | None
    danger: str


class Sorter:
    """Finds place and class for many appeals; holds the names and the catalogue in memory, no rows."""

    def __init__(self, aliases: Iterable[tuple[str, str]]) -> None:
        self.areas = {area.code: area for area in Area.objects.active().filter(level__in=NAMED_LEVELS)}
        self.places = build_index(aliases)
        self.classes = {row.code: row for row in policy.catalogue(today())}
        self.suggester = suggester_for(self.classes.values())

    @cached_property
    def city(self) -> Area:
        """The city itself: where an appeal lies that names no place."""
        return next(area for area in self.areas.values() if area.level == Level.CITY)

    def sort(self, row: RawRow) -> Sorted:
        """Where the appeal belongs and which class its words speak for; None where they say nothing."""
        match = self.places.find(row.text, row.unit, subject=row.subject, address=row.address, reply=row.reply)
        found = self.suggester.suggest(words_of(row), limit=1)
        signs = safety.danger_signs(words_of(row))
        return Sorted(
            row=row,
            match=match,
            place=self.areas.get(match.code) if match else None,
            category=self.classes[found[0].code] if found else None,
            danger=signs[0].kind if signs and not row.reply else "",
        )


def words_of(row: RawRow) -> str:
    """The subject and the text, as a resident would have written them in one box."""
    return f"{row.subject}\n{row.text}".strip() if row.subject not in row.text else row.text


def import_rows(rows: Iterable[RawRow], *, system: str, sorter: Sorter, dry_run: bool = False) -> Iterator[Tally]:
    """Store appeals of `system` that are not there yet, a batch a transaction; yields the running tally after each.

    The source's own number makes it safe to run again. An appeal with a reply is closed at the reply's time; one
    without lies at the desk of the place it names (the city's when it names none).
    """
    tally = Tally()
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        _import_batch(batch, system, sorter, tally, dry_run=dry_run)
        yield tally


@transaction.atomic
def _import_batch(batch: list[RawRow], system: str, sorter: Sorter, tally: Tally, *, dry_run: bool) -> None:
    ids = [row.source_id for row in batch]
    known = set(Case.objects.filter(external_system=system, external_id__in=ids).values_list("external_id", flat=True))
    fresh = [sorter.sort(row) for row in batch if row.source_id not in known]
    tally.known += len(batch) - len(fresh)
    tally.added += len(fresh)
    tally.classed += sum(one.category is not None for one in fresh)
    for one in fresh:
        level = one.match.level if one.match else ""
        tally.placed[level] = tally.placed.get(level, 0) + 1
    if not dry_run:
        _store(fresh, system, sorter)


def _store(fresh: list[Sorted], system: str, sorter: Sorter) -> None:
    moment = now()
    cases = [_case(one, system, sorter, moment) for one in fresh]
    Case.objects.bulk_create(cases)
    searching.index(
        CaseText.objects.bulk_create(
            CaseText(case=case, description=words_of(one.row)[:MOST_WORDS], address=one.row.address[:200])
            for case, one in zip(cases, fresh, strict=True)
        )
    )
    CaseContact.objects.bulk_create(_contact(case, one.row) for case, one in zip(cases, fresh, strict=True))
    steps, texts = [], []
    for case, one in zip(cases, fresh, strict=True):
        made = _steps(case, one)
        steps += made
        if one.row.reply:
            texts.append(StepText(step=made[-1], words=one.row.reply))
    Step.objects.bulk_create(steps)
    StepText.objects.bulk_create(texts)


def _case(one: Sorted, system: str, sorter: Sorter, moment: datetime) -> Case:
    row, place = one.row, one.place
    closed = _replied_at(row)
    community = place if place is not None and place.level == Level.COMMUNITY else None
    desk = community or _unplaced_desk(place, sorter)
    return Case(
        id=new_id(),
        number=f"{city_date(row.filed_at):%Y%m%d}-{short_code(8)}",
        kind=Kind.APPEAL,
        source=Source.IMPORT,
        state=CaseState.CLOSED if closed else CaseState.FILED,
        category=one.category,
        desk=desk,
        community=community,
        place=place,
        pooled=True,
        danger=one.danger,
        urgent=bool(one.danger),
        external_system=system,
        external_id=row.source_id,
        filed_at=row.filed_at,
        registered_at=row.filed_at if closed else None,
        closed_at=closed,
        closings=1 if closed else 0,
        updated_at=moment,
        steps_count=3 if closed else 2,
    )


def _unplaced_desk(place: Area | None, sorter: Sorter) -> Area:
    """The district desk sorts what names no community; what names no district lies at the city's."""
    district = sorter.areas.get(place.code_at(Level.DISTRICT) or "") if place is not None else None
    return district or sorter.city


def _replied_at(row: RawRow) -> datetime | None:
    """When the appeal was closed; a reply without a time counts from a second after filing, so that order holds."""
    if not row.reply:
        return None
    return row.replied_at or row.filed_at + timedelta(seconds=1)


def _contact(case: Case, row: RawRow) -> CaseContact:
    try:
        phone = clean_phone(row.phone) if row.phone else ""
    except Invalid:
        phone = ""
    return CaseContact(case=case, name=row.user[:60], phone=phone, phone_hash=keyed_hash(phone) if phone else "")


def _steps(case: Case, one: Sorted) -> list[Step]:
    why = (
        {"why": "named", "place": one.place.name, "words": one.match.matched_text, "how": one.match.reason}
        if (one.match and one.place)
        else {"why": "unplaced"}
    )
    category = {"category": one.category.name, "code": one.category.code} if one.category else {}
    steps = [
        _step(case, 1, "import", one.row.filed_at, {"system": case.external_system, **category}, CaseState.FILED),
        _step(case, 2, "route", one.row.filed_at, {"why": [why]}, CaseState.FILED),
    ]
    if case.closed_at is not None:
        data = {"system": case.external_system, "unit": one.row.unit}
        steps.append(_step(case, 3, "import", case.closed_at, data, CaseState.CLOSED))
    return steps


def _step(case: Case, seq: int, verb: str, at: datetime, data: Mapping[str, object], state: CaseState) -> Step:
    before = "" if seq == 1 else CaseState.FILED
    return Step(
        case=case,
        seq=seq,
        verb=verb,
        at=at,
        actor_as=Actor.SYSTEM,
        data=dict(data),
        state_before=before,
        state_after=state,
    )
