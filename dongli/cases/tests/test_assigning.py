"""Assignment by letter after consultation and by a leader; the letter's number and who may read it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dongli.cases.actions import assigning, clocks, handling
from dongli.cases.actions.assigning import Duty, OwnLimit
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.models import Case, Letter, Step, Task
from dongli.cases.queries import letters
from dongli.cases.queries.detail import case_file
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState, Tier
from dongli.common.clock import now
from dongli.common.errors import Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from tests.cast import log_in

pytestmark = pytest.mark.django_db


def jointly(stage: Stage, case: Case, *duties: Duty, name: str = "community") -> Case:
    """Assigned by letter: housing leads, urban management helps unless other duties are named."""
    return assigning.assign_jointly(
        viewer=stage.viewer(name),
        case_id=case.id,
        key=new_id(),
        lead=Assignee(organisation=stage.city.department("housing").id),
        words="牵头现场勘查，提出整改方案",
        cohandlers=duties or (Duty(stage.city.department("urban_management").id, "清理现场，维持秩序"),),
    )


def as_leader(stage: Stage, case: Case, limit: OwnLimit | None = None, name: str = "leader") -> Case:
    return assigning.assign_by_leader(
        viewer=stage.viewer(name),
        case_id=case.id,
        key=new_id(),
        lead=Assignee(worker=stage.city.person("worker").id),
        words="请今天到现场，晚上报我",
        limit=limit,
    )


@pytest.mark.usefixtures("clock")
def test_a_letter_gives_lead_and_cohandlers_their_duties_in_one_step(stage: Stage) -> None:
    case = jointly(stage, stage.register(stage.file()))
    tasks = {task.kind: task for task in Task.objects.filter(case=case)}
    assert case.state == CaseState.DISPATCHED
    assert {task.tier for task in tasks.values()} == {Tier.CONSULTATIVE}
    assert {task.consult_due_at for task in tasks.values()} == {now() + timedelta(days=1)}
    sheet = letters.newest(stage.viewer("community"), case)
    assert [(party.is_lead, party.duty) for party in sheet.parties] == [
        (True, "牵头现场勘查，提出整改方案"), (False, "清理现场，维持秩序"),
    ]  # fmt: skip
    assert list(Step.objects.filter(case=case).values_list("verb", flat=True))[-2:] == [
        "assign_jointly",
        "add_cohandler",
    ]
    seen = case_file(stage.viewer("resident"), Case.objects.select_related("desk", "community").get(pk=case.pk))
    assert not any("牵头" in entry.words or "维持" in entry.words for entry in seen.timeline)


def test_a_desk_numbers_its_letters_within_the_year(stage: Stage) -> None:
    first, second = (jointly(stage, stage.register(stage.file())) for _turn in range(2))
    with time_machine.travel(now() + timedelta(days=366)):
        third = jointly(stage, stage.register(stage.file()))
    found = [Letter.objects.get(case=case) for case in (first, second, third)]
    assert [letter.serial for letter in found] == [1, 2, 1]
    assert found[0].year == found[1].year != found[2].year


@pytest.mark.parametrize("wrong", ["none", "no_words", "twice", "lead"])
def test_what_a_letter_cannot_say_is_refused(stage: Stage, wrong: str) -> None:
    case = stage.register(stage.file())
    urban, housing = (stage.city.department(name).id for name in ("urban_management", "housing"))
    duties = {
        "none": [],
        "no_words": [Duty(urban, "  ")],
        "twice": [Duty(urban, "一"), Duty(urban, "二")],
        "lead": [Duty(housing, "一")],
    }[wrong]
    with pytest.raises(Invalid):
        assigning.assign_jointly(
            viewer=stage.viewer("community"),
            case_id=case.id,
            key=new_id(),
            lead=Assignee(organisation=housing),
            words="牵头",
            cohandlers=duties,
        )
    assert not Letter.objects.exists()
    assert not Task.objects.filter(case=case).exists()


@pytest.mark.usefixtures("clock")
def test_a_consultation_not_held_in_time_is_told_upwards_and_acceptance_ends_it(
    stage: Stage, clock: time_machine.Traveller
) -> None:
    case = jointly(stage, stage.register(stage.file()))
    Task.objects.filter(case=case).update(due_at=now() + timedelta(days=5))
    lead, helper = Task.objects.get(case=case, kind="lead"), Task.objects.get(case=case, kind="cohandler")
    handling.accept(viewer=stage.viewer("housing"), task_id=lead.id, key=new_id())
    clock.shift(timedelta(days=1, minutes=1))
    clocks.sweep()
    told = Step.objects.filter(case=case, verb="escalate")
    assert [(step.task_id, step.data["late_for"]) for step in told] == [(helper.id, "consultation")]


@pytest.mark.usefixtures("clock")
def test_a_leader_sets_words_and_a_limit_of_its_own(stage: Stage) -> None:
    usual = as_leader(stage, stage.register(stage.file()))
    own = as_leader(stage, stage.register(stage.file()), OwnLimit(6, "emergency_hour"))
    assert Task.objects.get(case=usual).limit_amount == 3
    task = Task.objects.get(case=own)
    assert (task.due_at - now(), task.tier) == (timedelta(hours=6), Tier.LEADERS)
    for bad in (OwnLimit(0, "working_day"), OwnLimit(9999, "working_day"), OwnLimit(1, "moon")):
        with pytest.raises(Invalid):
            as_leader(stage, stage.register(stage.file()), bad)


def test_a_leaders_assignment_stands_before_other_work(stage: Stage, client: Client) -> None:
    other = stage.dispatch(stage.register(stage.file()))
    Task.objects.filter(case=other).update(due_at=now() + timedelta(days=90))
    chosen = as_leader(stage, stage.register(stage.file()), OwnLimit(60, "working_day"))
    log_in(client, stage.city.person("worker"))
    page = client.get("/work/today/").content.decode()
    assert "#flag" in page
    assert page.index(str(Task.objects.get(case=chosen).id)) < page.index(str(Task.objects.get(case=other).id))
    log_in(client, stage.city.person("community"))
    assert "#flag" in client.get(reverse("desk_case", args=[chosen.number])).content.decode()


@pytest.mark.parametrize("name", ["community", "secretary", "subdistrict", "worker", "housing"])
def test_only_leaders_assign_as_leaders(stage: Stage, name: str) -> None:
    case = stage.register(stage.file())
    with pytest.raises((NotAllowed, NotFound)):
        as_leader(stage, case, name=name)


def test_a_stranger_neither_assigns_nor_reads_a_letter(stage: Stage, client: Client) -> None:
    case = stage.register(stage.file())
    for name in ("stranger", "resident-2"):
        with pytest.raises(NotFound):
            jointly(stage, case, name=name)
    jointly(stage, case)
    url = reverse("case_letter", args=[case.id])
    assert client.get(url).status_code == 302
    for name, status in (
        ("community", 200),
        ("housing", 200),
        ("leader", 200),
        ("stranger", 404),
        ("police", 404),
        ("resident", 403),
    ):
        log_in(client, stage.city.person(name))
        assert client.get(url).status_code == status, name
    log_in(client, stage.city.person("stranger"))
    for verb in ("assign-jointly", "assign-by-leader"):
        assert client.get(f"/case/{case.id}/{verb}/").status_code == 404
        assert client.post(f"/case/{case.id}/{verb}/", {"idempotency_key": str(new_id())}).status_code == 404


def test_a_case_without_a_letter_has_no_letter_page(stage: Stage, client: Client) -> None:
    case = stage.dispatch(stage.register(stage.file()))
    log_in(client, stage.city.person("community"))
    assert client.get(reverse("case_letter", args=[case.id])).status_code == 404


def test_the_forms_assign(stage: Stage, client: Client) -> None:
    case = stage.register(stage.file())
    log_in(client, stage.city.person("community"))
    url = reverse("case_assign_jointly", args=[case.id])
    housing, urban, market = (stage.city.department(name).id for name in ("housing", "urban_management", "market"))
    assert client.get(url).status_code == 200
    sent = {
        "idempotency_key": str(new_id()), "lead": f"organisation:{housing}", "words": "牵头",
        "cohandler_1": str(urban), "duty_1": "清理", "cohandler_4": str(market),
    }  # fmt: skip
    page = client.post(url, sent)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["duty_4"]
    assert client.post(url, {**sent, "duty_4": "检查"}).status_code == 302
    assert Task.objects.filter(case=case, letter__serial=1).count() == 3
    other = stage.register(stage.file())
    log_in(client, stage.city.person("leader"))
    url = reverse("case_assign_by_leader", args=[other.id])
    assert client.get(url).status_code == 200
    sent = {
        "idempotency_key": str(new_id()),
        "lead": f"organisation:{housing}",
        "words": "速办",
        "amount": "2",
        "unit": "working_day",
    }
    assert client.post(url, sent).status_code == 302
    assert Task.objects.get(case=other).tier == Tier.LEADERS
