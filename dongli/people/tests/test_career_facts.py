"""Pay facts: recorded once, superseded and never edited, never in contradiction; what was known when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from dongli.common.ids import new_id
from dongli.people.actions import careers
from dongli.people.actions.careers import NewFact
from dongli.people.models import AccessRecord, CareerFile, FactKind, PayFact
from dongli.people.queries import careers as queries
from tests.cast import City, make_city
from tests.racing import race

BORN = date(2020, 1, 1)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def record(city: City, kind: str, since: date, value: str = "", until: date | None = None, **more: Any) -> PayFact:
    options = {"viewer": city.viewer("organiser"), "person": city.person("worker"), "key": new_id(), **more}
    return careers.record_fact(fact=NewFact(kind, since, value, until, "证 1"), **options)


def known(city: City) -> list[tuple[str, str, date, date | None]]:
    rows = queries.facts_known(city.person("worker"))
    return [(one.kind, one.value, one.since, one.until) for one in rows]


def test_the_first_fact_opens_the_record_where_the_person_serves(city: City) -> None:
    made = record(city, "service", BORN)
    file = CareerFile.objects.get(person=city.person("worker"))
    assert (file.area, file.opened_by, bool(file.pinyin)) == (city.community, city.person("organiser"), True)
    assert (made.recorded_by, made.document, made.superseded_at) == (city.person("organiser"), "证 1", None)
    assert record(city, "service", BORN, key=made.pk) == made
    assert record(city, "service", BORN) == made, "the same fact is recorded once"
    assert PayFact.objects.count() == 1


def test_a_correction_supersedes_and_nothing_is_lost(city: City) -> None:
    first = record(city, "degree", BORN, "bachelor")
    with pytest.raises(Invalid) as refused:
        record(city, "degree", BORN, "master", supersedes=first.pk)
    assert refused.value.field == "reason"
    second = record(city, "degree", date(2019, 6, 30), "bachelor", supersedes=first.pk, reason="证书日期")
    first.refresh_from_db()
    assert (second.supersedes, first.superseded_at) == (first, second.recorded_at)
    assert known(city) == [("degree", "bachelor", date(2019, 6, 30), None)]
    with pytest.raises(Conflict):
        record(city, "degree", BORN, "bachelor", supersedes=first.pk, reason="又一次")
    assert {one.pk for one in queries.history(city.person("worker"))} == {first.pk, second.pk}


def test_what_was_recorded_wrongly_is_taken_back(city: City) -> None:
    made, key = record(city, "certificate", BORN, "senior"), new_id()
    viewer = city.viewer("organiser")
    for _again in range(2):
        gone = careers.withdraw_fact(viewer=viewer, key=key, fact_id=made.pk, reason="弄错了人")
        assert (gone.withdrawn, gone.supersedes) == (True, made)
    assert known(city) == []
    again = record(city, "certificate", BORN, "senior")
    assert again not in (made, gone), "it may be recorded anew"


def test_a_new_post_ends_the_one_before(city: City) -> None:
    record(city, "post", BORN, "staff")
    record(city, "post", date(2024, 7, 1), "deputy")
    assert known(city) == [
        ("post", "staff", BORN, date(2024, 7, 1)), ("post", "deputy", date(2024, 7, 1), None),
    ]  # fmt: skip
    with pytest.raises(Conflict) as refused:
        record(city, "post", date(2022, 1, 1), "head")
    assert refused.value.field == "since"


@pytest.mark.parametrize(
    ("kind", "value", "other"),
    [
        ("service", "", ""),
        ("interruption", "", ""),
        ("appraisal", "qualified", "unqualified"),
        ("degree", "master", "master"),
    ],
)
def test_no_two_known_facts_contradict(city: City, kind: str, value: str, other: str) -> None:
    record(city, kind, BORN, value, date(2023, 1, 1) if kind != "degree" else None)
    with pytest.raises(Conflict):
        record(city, kind, date(2020, 6, 1), other, date(2022, 1, 1))


def test_two_degrees_and_two_allowances_do_not(city: City) -> None:
    for kind, values in (("degree", ("bachelor", "master")), ("allowance", ("night_duty", "other"))):
        for value in values:
            record(city, kind, BORN, value)
    assert len(known(city)) == 4


BAD: list[tuple[str, date, str, date | None, str]] = [
    ("wealth", BORN, "", None, "kind"), ("degree", BORN, "", None, "value"), ("degree", BORN, "duke", None, "value"),
    ("post", BORN, "", None, "value"), ("service", date(1900, 1, 1), "", None, "since"),
    ("service", date(2999, 1, 1), "", None, "since"), ("service", BORN, "", BORN, "until"),
    ("post", BORN, "x" * 31, None, "value"), ("appraisal", date(2027, 1, 1), "qualified", None, "since"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "since", "value", "until", "field"), BAD)
def test_what_cannot_be_is_refused_and_the_field_named(
    city: City, kind: str, since: date, value: str, until: date | None, field: str
) -> None:
    if kind == "appraisal":
        since = date(now().year + 1, 1, 1)
    with pytest.raises(Invalid) as refused:
        record(city, kind, since, value, until)
    assert refused.value.field == field


def test_an_appraisal_is_of_its_whole_year(city: City) -> None:
    made = record(city, "appraisal", date(2024, 5, 17), "unqualified")
    assert (made.since, made.until) == (date(2024, 1, 1), date(2025, 1, 1))


OTHERS = (
    "worker-2",
    "secretary",
    "subdistrict",
    "leader",
    "district",
    "city",
    "viewer",
    "auditor",
    "stranger",
    "resident",
)


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_records(city: City, name: str) -> None:
    made = record(city, "service", BORN)
    viewer = city.viewer(name)
    with pytest.raises(NotAllowed):
        record(city, "post", BORN, "staff", viewer=viewer)
    with pytest.raises(NotAllowed):
        careers.withdraw_fact(viewer=viewer, key=new_id(), fact_id=made.pk, reason="x")
    with pytest.raises(NotAllowed):
        careers.move_career_file(viewer=viewer, person=city.person("worker"), area=city.second_community)


def test_the_desk_of_one_district_keeps_its_own_only(city: City) -> None:
    viewer = city.viewer("organiser")
    with pytest.raises(NotAllowed):
        record(city, "service", BORN, person=city.person("stranger-worker"))
    with pytest.raises(Invalid) as refused:
        record(city, "service", BORN, person=city.person("leader"))
    assert refused.value.field == "person"
    with pytest.raises(NotAllowed):
        record(city, "service", BORN, person=city.person("organiser"))
    record(city, "service", BORN)
    with pytest.raises(NotAllowed):
        careers.move_career_file(viewer=viewer, person=city.person("worker"), area=city.other_community)
    moved = careers.move_career_file(viewer=viewer, person=city.person("worker"), area=city.second_community)
    assert moved.area == city.second_community
    with pytest.raises(NotFound):
        careers.withdraw_fact(viewer=viewer, key=new_id(), fact_id=new_id(), reason="x")


def test_looking_is_on_record_once_a_day_and_never_ones_own(city: City) -> None:
    record(city, "service", BORN)
    file = CareerFile.objects.get()
    for _again in range(2):
        careers.note_look(viewer=city.viewer("organiser"), file=file)
    careers.note_look(viewer=city.viewer("worker"), file=file)
    found = AccessRecord.objects.get()
    assert (found.person, found.viewer, found.field) == (city.person("worker"), city.person("organiser"), "pay")


EDITS: list[Callable[[PayFact], Any]] = [
    lambda fact: PayFact.objects.filter(pk=fact.pk).update(value="doctor"),
    lambda fact: PayFact.objects.filter(pk=fact.pk).update(since=date(2010, 1, 1)),
    lambda fact: PayFact.objects.filter(pk=fact.pk).update(superseded_at=now(), value="doctor"),
    lambda fact: PayFact.objects.filter(pk=fact.pk).delete(),
]


@pytest.mark.parametrize("edit", EDITS)
def test_the_database_refuses_to_edit_or_delete(city: City, edit: Callable[[PayFact], Any]) -> None:
    fact = record(city, "degree", BORN, "bachelor")
    with pytest.raises(DatabaseError), transaction.atomic():
        edit(fact)
    record(city, "degree", BORN, "master", supersedes=fact.pk, reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        PayFact.objects.filter(pk=fact.pk).update(superseded_at=None)


def test_the_database_itself_refuses_a_contradiction(city: City) -> None:
    fact = record(city, "service", BORN)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayFact.objects.create(person=fact.person, kind="service", since=date(2024, 1, 1))


@dataclass(frozen=True)
class Known:
    """A fact in the replay."""

    kind: str
    value: str
    since: date
    until: date | None


MONTHS = st.integers(0, 60).map(lambda count: date(2018 + count // 12, count % 12 + 1, 1))
KINDS = st.sampled_from(["service", "degree", "post", "appraisal"])
NEW = st.tuples(KINDS, st.integers(0, 1), MONTHS, st.none() | st.integers(30, 900))
STEPS = st.lists(st.tuples(st.sampled_from(["record", "correct", "withdraw"]), NEW, st.integers(0, 9)), max_size=9)
VALUES = {
    "service": ("", ""),
    "degree": ("bachelor", "master"),
    "post": ("staff", "deputy"),
    "appraisal": ("basic", "qualified"),
}


def _fact(drawn: tuple[str, int, date, int | None]) -> NewFact:
    kind, which, since, length = drawn
    until = since + timedelta(days=length) if length is not None and kind != "degree" else None
    if kind == "appraisal":
        since, until = date(since.year, 1, 1), date(since.year + 1, 1, 1)
    return NewFact(kind, since, VALUES[kind][which], until)


class Replay:
    """What ought to be known, as a plain list of who knew what from when to when; written without looking at rows."""

    def __init__(self) -> None:
        self.known: dict[UUID, Known] = {}
        self.past: list[tuple[datetime, dict[UUID, Known]]] = []

    def note(self, moment: datetime) -> None:
        self.past.append((moment, dict(self.known)))

    def at(self, moment: datetime) -> set[Known]:
        found = [known for when, known in self.past if when <= moment]
        return set(found[-1].values()) if found else set()

    def put(self, row: PayFact, gone: UUID | None, cut: bool) -> None:
        if gone is not None:
            del self.known[gone]
        for key, one in list(self.known.items()):
            if cut and one.kind == "post" and one.until is None and one.since < row.since:
                del self.known[key]
                self.known[new_id()] = Known(one.kind, one.value, one.since, row.since)
        if not row.withdrawn:
            self.known[row.pk] = Known(row.kind, row.value, row.since, row.until)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.fromisoformat("2026-03-02T02:00:00+00:00"), tick=False) as found:
        yield found


@pytest.fixture
def frozen_city(clock: time_machine.Traveller, db: None) -> City:
    return make_city()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_what_was_known_when_equals_a_replay(clock: time_machine.Traveller, frozen_city: City, steps: Any) -> None:
    city = frozen_city
    with transaction.atomic():
        replay = Replay()
        moments = [now()]
        for verb, drawn, pick in steps:
            clock.shift(timedelta(hours=7))
            moments.append(now())
            _take(city, replay, verb, _fact(drawn), pick)
            replay.note(now())
        for moment in [*moments, *[one - timedelta(seconds=1) for one in moments]]:
            for day in (date(2018, 6, 1), date(2020, 2, 15), date(2023, 1, 1)):
                rows = queries.as_known(city.person("worker"), at=moment, on=day)
                found = {Known(row.kind, row.value, row.since, row.until) for row in rows}
                wanted = replay.at(moment)
                assert found == {one for one in wanted if one.since <= day and (one.until is None or day < one.until)}
        transaction.set_rollback(True)


def _take(city: City, replay: Replay, verb: str, fact: NewFact, pick: int) -> None:
    """One step, in the database and, if it was not refused, in the replay."""
    viewer, person = city.viewer("organiser"), city.person("worker")
    targets = [key for key in replay.known if PayFact.objects.filter(pk=key).exists()]
    old = targets[pick % len(targets)] if targets and verb != "record" else None
    before = set(PayFact.objects.values_list("pk", flat=True))
    try:
        if verb == "withdraw" and old is not None:
            row = careers.withdraw_fact(viewer=viewer, key=new_id(), fact_id=old, reason="x")
        else:
            row = careers.record_fact(
                viewer=viewer, key=new_id(), person=person, fact=fact, supersedes=old, reason="x" if old else ""
            )
    except Refusal:
        return
    if row.pk not in before:
        replay.put(row, old, cut=old is None and row.kind == FactKind.POST)
        _adopt(replay)


def _adopt(replay: Replay) -> None:
    """Give a post that was cut the key that its row has in the database, so that it can be picked."""
    for key, one in list(replay.known.items()):
        if not PayFact.objects.filter(pk=key).exists():
            made = PayFact.objects.filter(kind=one.kind, since=one.since, until=one.until, superseded_at=None).first()
            if made is not None:
                replay.known[made.pk] = replay.known.pop(key)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_record_at_once_do_not_contradict() -> None:
    city = make_city()
    one, other = city.viewer("organiser"), city.viewer("admin")

    def put(viewer: Any, since: date) -> Callable[[], PayFact]:
        fact = NewFact("service", since)
        return lambda: careers.record_fact(viewer=viewer, key=new_id(), person=city.person("worker"), fact=fact)

    found = race(put(one, BORN), put(other, date(2021, 1, 1)))
    assert sorted(type(row).__name__ for row in found) == ["Conflict", "PayFact"], found
    old = PayFact.objects.get()

    def correct(viewer: Any) -> Callable[[], PayFact]:
        fact = NewFact("service", date(2019, 1, 1))
        return lambda: careers.record_fact(
            viewer=viewer, key=new_id(), person=old.person, fact=fact, supersedes=old.pk, reason="x"
        )

    found = race(correct(one), correct(other))
    assert PayFact.objects.filter(superseded_at=None).count() == 1, found
    assert not [one for one in found if isinstance(one, Exception) and not isinstance(one, Conflict)]
