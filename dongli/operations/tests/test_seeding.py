"""The demonstration city is what the actions would have made: a sample of its scripts is played through them."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.db.models import Model

from dongli.areas.models import Area, Level
from dongli.cases.actions import closing, dispatching, filing, handling, whistling
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, CaseText, Rating, Step, StepText, Task, Whistle
from dongli.cases.queries.detail import live_lead
from dongli.common.clock import CITY_ZONE
from dongli.common.ids import new_id
from dongli.operations.seeding.cases import CALLED_WITH, plays
from dongli.operations.seeding.commands import BEFORE_ALL
from dongli.operations.seeding.plays import Play
from dongli.operations.seeding.rehearsal import Rows, Stage, assignee, call_of
from dongli.operations.seeding.scripts import Beat
from dongli.operations.seeding.staff import Hiring, seed_residents
from dongli.organisations.models import Line, Organisation, OrganisationKind
from dongli.people.models import Grant, RosterEntry
from dongli.people.viewer import Viewer
from tests.cast import City, make_city

AS_OF = datetime(2026, 11, 20, 15, 30, tzinfo=CITY_ZONE)
SAMPLE = 80
_OWN = {"id", "_state", "case_id", "task_id", "whistle_id", "step_id", "updated_at"}


@pytest.fixture
def city(db: None) -> City:
    import random

    load_policy()
    city = make_city()
    for area in (city.district, city.other_district):
        for function in (*CALLED_WITH, *_leads()):
            Organisation.objects.get_or_create(
                area=area, function=function, kind=OrganisationKind.DEPARTMENT,
                defaults={"code": f"{area.code}-{function}", "name": f"{area.name}{function}", "line": Line.SAFETY},
            )  # fmt: skip
    Area.objects.filter(level=Level.COMPOUND).update(synthetic=True)
    since = AS_OF - BEFORE_ALL
    Grant.objects.update(since=since)
    RosterEntry.objects.update(since=since)
    hiring = Hiring(random.Random(1), since)
    hiring.desks()
    hiring.departments()
    hiring.write()
    return city


def _leads() -> set[str]:
    from dongli.cases.models import Category

    return set(Category.objects.values_list("lead_district", flat=True)) - {""}


def test_the_bulk_rows_are_those_of_the_actions(city: City) -> None:
    residents = seed_residents(seed=1)
    scripts = list(plays(count=SAMPLE, seed=3, as_of=AS_OF, residents=residents))
    rows = Rows()
    stage = Stage(rows)
    for play in scripts:
        stage.play(play)
    rows.write()
    rehearsed = {play.number: _picture(Case.objects.get(pk=play.key)) for play in scripts}
    _forget()
    for play in scripts:
        case = _through_the_actions(play)
        assert _picture(case) == rehearsed[play.number], play.beats
    assert len({beat.verb for play in scripts for beat in play.beats}) >= 14


def test_the_same_seed_tells_the_same_stories(city: City) -> None:
    residents = seed_residents(seed=1)
    first, second = (
        [(play.key, play.number, play.beats) for play in plays(count=20, seed=5, as_of=AS_OF, residents=residents)]
        for _ in range(2)
    )
    assert first == second


def _forget() -> None:
    """Take the rehearsed cases away; steps and ratings are append-only, so their triggers are told to look away."""
    import pgtrigger

    with pgtrigger.ignore("cases.Step:steps_are_append_only", "cases.Rating:ratings_are_final"):
        for model in (StepText, Rating, Step, Task):
            model.objects.all().delete()
        Whistle.objects.all().delete()
        Case.objects.all().delete()


def _through_the_actions(play: Play) -> Case:
    with time_machine.travel(play.beats[0].at, tick=False):
        case = filing.submit(viewer=Viewer.of(play.person("filer")), key=play.key, filing=play.filing)
    for beat in play.beats[1:]:
        person = play.person(beat.who)
        with time_machine.travel(beat.at, tick=False):
            viewer = Viewer.of(person)
            if beat.who == "resident":
                viewer = Viewer(user=viewer.user, held=viewer.held, links=frozenset({case.id}))
            _act(play, beat, viewer, case)
    case.refresh_from_db()
    return case


def _act(play: Play, beat: Beat, viewer: Viewer, case: Case) -> None:
    case.refresh_from_db()
    about: dict[str, Any] = {"viewer": viewer, "key": new_id()}
    tasks = list(Task.objects.filter(case=case).order_by("id"))
    whistle = Whistle.objects.filter(case=case).first()
    lead = live_lead(case, tasks)
    args = beat.args
    if beat.who.startswith("department:") and whistle is not None and case.state == "whistled":
        wanted = play.organisation(beat.who)
        lead = next(task for task in tasks if task.whistle_id and task.organisation_id == wanted.id)
    match beat.verb:
        case "accept":
            handling.accept(task_id=lead.id, **about)  # type: ignore[union-attr]
        case "contact":
            handling.contact(task_id=lead.id, how=args["how"], **about)  # type: ignore[union-attr]
        case "answer":
            handling.answer(task_id=lead.id, words=args["words"], **about)  # type: ignore[union-attr]
        case "return":
            handling.return_task(task_id=lead.id, reason=args["reason"], words=args["words"], **about)  # type: ignore[union-attr]
        case "report_in":
            whistling.report_in(task_id=lead.id, **about)  # type: ignore[union-attr]
        case "blow":
            whistling.blow(case_id=case.id, call=call_of(play, beat), **about)
        case "sign":
            whistling.sign(whistle_id=whistle.id, **about)  # type: ignore[union-attr]
        case "call":
            gone = next(
                t for t in tasks if t.whistle_id and t.organisation_id == play.organisation(args["instead_of"]).id
            )
            other = play.organisation(args["to"]).id
            whistling.call_department(whistle_id=whistle.id, organisation=other, instead_of=gone.id, **about)  # type: ignore[union-attr]
        case "dispatch":
            dispatching.dispatch(case_id=case.id, lead=assignee(play, args["to"]), **about)
        case "register":
            dispatching.register(case_id=case.id, **about)
        case "refuse" | "mark_spam":
            getattr(dispatching, beat.verb)(case_id=case.id, **args, **about)
        case "withdraw":
            filing.withdraw(case_id=case.id, **args, **about)
        case _:
            getattr(closing, beat.verb)(case_id=case.id, **args, **about)


def _picture(case: Case) -> dict[str, Any]:
    """Everything the database holds of a case, without ids and without the number."""
    steps = Step.objects.filter(case=case).order_by("seq")
    texts = dict(StepText.objects.filter(step__case=case).values_list("step__seq", "words"))
    return {
        "case": {k: v for k, v in _fields(case).items() if k != "number"},
        "text": CaseText.objects.get(case=case).description,
        "tasks": [
            _fields(task)
            for task in Task.objects.filter(case=case).order_by("dispatched_at", "kind", "organisation_id")
        ],
        "whistles": [_fields(whistle) for whistle in Whistle.objects.filter(case=case)],
        "steps": [(_fields(step), texts.get(step.seq)) for step in steps],
        "ratings": [_fields(rating) for rating in Rating.objects.filter(case=case)],
    }


def _fields(row: Model) -> dict[str, Any]:
    return {key: value for key, value in vars(row).items() if key not in _OWN and not key.startswith("_")}
