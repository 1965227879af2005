"""The yearly step: previewed, approved by somebody else, final; schemes; simulation; the pay sheet."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.actions import career_runs as actions
from dongli.people.actions import career_schemes, careers
from dongli.people.actions.careers import NewFact
from dongli.people.careers.account import account
from dongli.people.careers.rules import Scheme
from dongli.people.models import (
    AccessRecord,
    CareerResult,
    CareerRun,
    CareerScheme,
    Grant,
    PayFact,
    Role,
    RunState,
    User,
)
from dongli.people.queries import career_runs
from dongli.people.queries import careers as queries
from dongli.people.viewer import Viewer
from tests.cast import City, log_in, make_city
from tests.racing import race

THIS = date(today().year, 1, 1)
SINCE = date(THIS.year - 10, 1, 1)
WORKERS = ("worker", "worker-2", "community", "secretary")


@pytest.fixture
def city(db: None) -> City:
    return staffed(make_city())


def staffed(city: City) -> City:
    """The example scheme in the city; four workers of the home community with records, one in the other district."""
    admin = city.viewer("admin")
    example = career_schemes.shipped(SINCE)["three_posts_eighteen_grades"]
    career_schemes.set_scheme(viewer=admin, key=new_id(), area=city.city, scheme=example)
    for at, name in enumerate((*WORKERS, "stranger-worker")):
        began = date(THIS.year - 6 + at, 1, 1)
        for kind, value in (("service", ""), ("post", "staff")):
            fact = NewFact(kind, began, value)
            careers.record_fact(viewer=admin, key=new_id(), person=city.person(name), fact=fact)
    return city


def proposed(city: City, *, area: Area | None = None, on: date = THIS, by: str = "organiser") -> CareerRun:
    run = actions.propose_run(viewer=city.viewer(by), key=new_id(), area=area or city.district, effective_on=on)
    actions.compute_run(run.pk)
    run.refresh_from_db()
    return run


def approved(city: City, **options: Any) -> CareerRun:
    return actions.approve_run(viewer=city.viewer("admin"), run_id=proposed(city, **options).pk)


def grades(run: CareerRun) -> dict[str, tuple[int | None, int | None]]:
    rows = CareerResult.objects.filter(run=run).select_related("person")
    return {str(row.person.username).removeprefix("demo-"): (row.grade_before, row.grade) for row in rows}


def late_degree(city: City, name: str = "worker") -> PayFact:
    fact = NewFact("degree", date(THIS.year - 7, 6, 1), "master")
    return careers.record_fact(viewer=city.viewer("admin"), key=new_id(), person=city.person(name), fact=fact)


def test_the_preview_says_who_steps_and_what_it_costs(city: City) -> None:
    run = proposed(city)
    assert run.state == RunState.PROPOSED
    assert grades(run) == {"worker": (2, 3), "worker-2": (2, 2), "community": (2, 2), "secretary": (1, 2)}
    rows = list(CareerResult.objects.filter(run=run))
    assert (run.people, run.stepping, run.unclear) == (4, 2, 0)
    assert run.total_after == sum(row.total for row in rows)
    assert run.total_before == sum(row.total_before for row in rows)
    assert [row.person for row in career_runs.results(run).rows] == sorted(
        (city.person("worker"), city.person("secretary")), key=lambda one: one.career_file.pinyin
    )
    assert len(career_runs.results(run, show="all").rows) == 4
    assert career_runs.results(run, show="unclear").rows == []


def test_a_run_equals_the_replay_of_what_was_known(city: City) -> None:
    run = approved(city)
    late_degree(city)
    assert run.known_at is not None
    for row in CareerResult.objects.filter(run=run).select_related("person__career_file__area"):
        facts = queries.plain(queries.facts_known(row.person, run.known_at))
        scheme = queries.book().at(row.person.career_file.area.path, run.effective_on)
        found = account(facts, scheme, run.effective_on)
        assert (row.grade, row.total) == (found.grade, found.total)


def test_whoever_made_it_does_not_approve_it(city: City) -> None:
    run = proposed(city)
    with pytest.raises(NotAllowed) as refused:
        actions.approve_run(viewer=city.viewer("organiser"), run_id=run.pk)
    assert refused.value.code == "second_person"
    for _again in range(2):
        run = actions.approve_run(viewer=city.viewer("admin"), run_id=run.pk)
    assert (run.state, run.decided_by) == (RunState.APPROVED, city.person("admin"))
    with pytest.raises(DatabaseError), transaction.atomic():
        CareerRun.objects.filter(pk=proposed(city, on=THIS.replace(month=2)).pk).update(
            state="approved", decided_by=city.person("organiser")
        )


def test_nobody_approves_their_own_pay(city: City) -> None:
    run = proposed(city, by="admin")
    Grant.objects.create(user=city.person("secretary"), role=Role.ORGANISER, area=city.district)
    with pytest.raises(NotAllowed) as refused:
        actions.approve_run(viewer=Viewer.of(city.person("secretary")), run_id=run.pk)
    assert refused.value.code == "own_pay"


def test_those_who_step_are_told_and_whoever_made_it(city: City) -> None:
    Notification.objects.all().delete()
    approved(city)
    told = sorted(Notification.objects.values_list("user__username", "kind"))
    assert told == [
        ("demo-organiser", "people.career_run"), ("demo-secretary", "people.career_step"),
        ("demo-worker", "people.career_step"),
    ]  # fmt: skip


EDITS: list[Callable[[CareerRun], Any]] = [
    lambda run: CareerResult.objects.filter(run=run).update(grade=9),
    lambda run: CareerResult.objects.filter(run=run).delete(),
    lambda run: CareerRun.objects.filter(pk=run.pk).update(total_after=0),
    lambda run: CareerRun.objects.filter(pk=run.pk).update(state="proposed"),
    lambda run: CareerRun.objects.filter(pk=run.pk).delete(),
    lambda run: CareerResult.objects.create(
        run=run, person=User.objects.get(username="demo-admin"), name="x", area=run.area, place="x"
    ),
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_approved_run_is_final_in_the_database(city: City, edit: Callable[[CareerRun], Any]) -> None:
    run = approved(city)
    with pytest.raises(DatabaseError), transaction.atomic():
        edit(run)


def test_what_was_recorded_meanwhile_needs_a_new_run(city: City) -> None:
    run = proposed(city)
    late_degree(city)
    with pytest.raises(Conflict) as refused:
        actions.approve_run(viewer=city.viewer("admin"), run_id=run.pk)
    assert (refused.value.code, "1" in str(refused.value)) == ("facts_moved", True)
    actions.drop_run(viewer=city.viewer("organiser"), run_id=run.pk)
    assert grades(approved(city))["worker"] == (4, 4), "a year ago too, as is known now"


def test_a_late_correction_is_a_new_run_that_starts_from_the_last(city: City) -> None:
    first = approved(city)
    late_degree(city)
    again = approved(city)
    assert (grades(first)["worker"], grades(again)["worker"]) == ((2, 3), (3, 4))
    assert (again.stepping, again.pk != first.pk) == (1, True)
    with pytest.raises(Conflict):
        actions.drop_run(viewer=city.viewer("organiser"), run_id=first.pk)


def test_asking_and_computing_repeat_safely(city: City) -> None:
    viewer, key = city.viewer("organiser"), new_id()
    with app.replace_connector(InMemoryConnector()) as memory:
        for _again in range(2):
            run = actions.propose_run(viewer=viewer, key=key, area=city.district, effective_on=THIS)
        connector: Any = memory.connector
        jobs = list(connector.jobs.values())
    assert [(job["task_name"], job["args"]) for job in jobs] == [
        ("dongli.people.tasks.compute_career_run", {"run_id": str(run.pk)})
    ]
    for _again in range(2):
        actions.compute_run(run.pk)
    assert CareerResult.objects.count() == 4
    with pytest.raises(Conflict):
        actions.propose_run(viewer=viewer, key=new_id(), area=city.district, effective_on=THIS)
    with pytest.raises(Conflict):
        actions.propose_run(viewer=viewer, key=key, area=city.subdistrict, effective_on=THIS)
    assert actions.compute_run(new_id()) is None


def test_days_and_places_that_cannot_be(city: City) -> None:
    viewer = city.viewer("organiser")
    for day in (THIS + timedelta(days=1), date(THIS.year - 3, 1, 1)):
        with pytest.raises(Invalid):
            actions.propose_run(viewer=viewer, key=new_id(), area=city.district, effective_on=day)
    for area in (city.city, city.other_district):
        with pytest.raises(NotAllowed):
            actions.propose_run(viewer=viewer, key=new_id(), area=area, effective_on=THIS)
    run = proposed(city, area=city.city, by="admin")
    for verb in (actions.approve_run, actions.drop_run):
        with pytest.raises(NotFound):
            verb(viewer=viewer, run_id=run.pk)


def test_who_cannot_be_computed_is_shown_and_counted(city: City) -> None:
    fact = NewFact("interruption", date(THIS.year - 1, 6, 1))
    careers.record_fact(viewer=city.viewer("admin"), key=new_id(), person=city.person("worker"), fact=fact)
    run = proposed(city)
    (row,) = career_runs.results(run, show="unclear").rows
    assert (run.unclear, row.problem, row.grade, row.total) == (1, "interrupted", None, Decimal(0))


def test_the_sheet_holds_every_amount_and_is_on_record(city: City, client: Client) -> None:
    late_degree(city)
    run = approved(city)
    log_in(client, city.person("organiser"))
    body = client.get(f"/desk/careers/runs/{run.pk}/sheet.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == 5
    by_name = {row[1]: row for row in rows[1:]}
    mine = CareerResult.objects.get(run=run, person=city.person("worker"))
    amounts = [mine.total_before, mine.base_pay, mine.allowances, mine.total]
    assert by_name[mine.name][4:9] == ["4", *map(str, amounts)]
    answer = client.get(f"/desk/careers/runs/{run.pk}/sheet.xlsx?area={city.subdistrict.code}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    totals = [Decimal(str(row[8])) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert totals == [Decimal(row[8]) for row in rows[1:]]
    taken = AccessRecord.objects.filter(subject_kind="pay_sheet").order_by("at")
    assert list(taken.values_list("field", flat=True)) == ["csv", "xlsx"]
    assert client.get(f"/desk/careers/runs/{run.pk}/sheet.csv?area={city.other_district.code}").status_code == 404
    assert client.get(f"/desk/careers/runs/{run.pk}/sheet.pdf").status_code == 404


def test_a_later_scheme_takes_the_place_of_the_one_before(city: City) -> None:
    admin, key = city.viewer("admin"), new_id()
    four = career_schemes.shipped(THIS)["four_posts_twenty_four_grades"]
    for _again in range(2):
        row = career_schemes.set_scheme(viewer=admin, key=key, area=city.city, scheme=four)
    before = CareerScheme.objects.exclude(pk=row.pk).get()
    assert (before.until, row.until, row.example) == (THIS, None, True)
    with pytest.raises(Conflict):
        career_schemes.set_scheme(viewer=admin, key=new_id(), area=city.city, scheme=four)
    run = proposed(city)
    assert grades(run)["worker"] == (2, 4), "six years: two steps of three before, three of two after"
    with pytest.raises(DatabaseError), transaction.atomic():
        CareerScheme.objects.filter(pk=row.pk).update(rule={})
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_a_district_may_have_its_own(city: City) -> None:
    organiser, four = city.viewer("organiser"), career_schemes.shipped(THIS)["four_posts_twenty_four_grades"]
    row = career_schemes.set_scheme(viewer=organiser, key=new_id(), area=city.district, scheme=four)
    book = queries.book()
    found = [book.at(one.path, THIS) for one in (city.community, city.other_community)]
    assert [one.name for one in found if one is not None] == ["四岗二十四级", "三岗十八级"]
    for area in (city.city, city.other_district):
        with pytest.raises(NotAllowed):
            career_schemes.set_scheme(viewer=organiser, key=new_id(), area=area, scheme=four)
    with pytest.raises(Invalid):
        career_schemes.set_scheme(viewer=organiser, key=new_id(), area=city.community, scheme=four)
    ended = career_schemes.end_scheme(viewer=organiser, scheme_id=row.pk, until=THIS + timedelta(days=40))
    assert ended.until == THIS + timedelta(days=40)
    with pytest.raises(NotAllowed):
        career_schemes.end_scheme(viewer=city.viewer("stranger"), scheme_id=row.pk, until=THIS + timedelta(days=4))


def _written() -> list[int]:
    return [model.objects.count() for model in (CareerResult, CareerRun, CareerScheme, PayFact, AccessRecord)]


def test_a_simulation_writes_nothing_and_says_the_difference(city: City) -> None:
    rule = career_schemes.shipped(SINCE)["three_posts_eighteen_grades"].rule
    dearer = Scheme.read({**rule, "uplift": "2.20"})
    before = _written()
    found = career_runs.simulate(city.city, dearer, THIS)
    assert _written() == before
    assert [(one.name, one.people, one.more) for one in found.parts] == [("荷塘区", 4, 4), ("芦淞区", 1, 1)]
    assert found.whole.then == 2 * found.whole.now
    assert found.whole.difference == sum((one.difference for one in found.parts), Decimal(0))
    same = career_runs.simulate(city.city, Scheme.read(rule), THIS)
    assert (same.whole.difference, same.whole.more, same.whole.less) == (Decimal(0), 0, 0)
    other = career_runs.simulate(city.city, dearer, THIS, instead_of="another")
    assert other.whole.difference == 0, "workers under another scheme stay as they are"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_approve_at_once_and_one_records_meanwhile() -> None:
    city = staffed(make_city())
    run = proposed(city, by="admin")
    organiser, maker = city.viewer("organiser"), city.viewer("admin")

    def approve(viewer: Any) -> Callable[[], Any]:
        return lambda: actions.approve_run(viewer=viewer, run_id=run.pk)

    found = race(approve(organiser), approve(organiser), approve(maker))
    assert sorted(type(one).__name__ for one in found) == ["CareerRun", "CareerRun", "NotAllowed"], found
    again = proposed(city)
    found = race(approve_of(city, again), lambda: late_degree(city))
    again.refresh_from_db()
    degree = PayFact.objects.get(kind="degree")
    if again.state == RunState.APPROVED:
        assert again.decided_at is not None
        assert degree.recorded_at >= again.decided_at, "what was recorded first would have been noticed"
        assert grades(again)["worker"][1] == 3
    else:
        assert isinstance(found[0], Conflict), found
    assert not [one for one in found if isinstance(one, Exception) and not isinstance(one, Conflict)]


def approve_of(city: City, run: CareerRun) -> Callable[[], Any]:
    viewer = city.viewer("admin")
    return lambda: actions.approve_run(viewer=viewer, run_id=run.pk)
