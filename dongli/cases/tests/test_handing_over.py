"""One step hands over open tasks, looks on site, duties and turns; histories say so; nothing is lost; races."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dongli.cases import wording
from dongli.cases.actions import handling, verifying
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, Step, Task, Verification
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import TaskState
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties.actions import Assignment, assign_duty
from dongli.duties.models import Duty, DutyStep
from dongli.notices.models import Notification
from dongli.people import actions
from dongli.people.actions import posts
from dongli.people.actions.passing import pass_on
from dongli.people.actions.posts import Appointment
from dongli.people.models import HandOver, Post, Role, RosterEntry, Tenure, User
from dongli.people.queries.passing import left_by, waiting
from tests.cast import City, log_in, make_city
from tests.racing import race


def serving(city: City, name: str, post: Post = Post.GRID_WORKER) -> Tenure:
    """The appointment of a persona at the home community."""
    wanted = Appointment(post=post, area=city.community, since=today() - timedelta(days=9))
    person = city.person(name).pk
    return posts.appoint(viewer=city.viewer("admin"), key=new_id(), appointment=wanted, person=person)


def end(city: City, tenure: Tenure) -> Tenure:
    return posts.end_tenure(viewer=city.viewer("admin"), tenure_id=tenure.pk, on=today(), why="退休")


def hand_over(
    city: City, tenure: Tenure, successor: str = "worker-2", *, by: str = "admin", key: UUID | None = None
) -> HandOver:
    return pass_on(
        viewer=city.viewer(by), key=key or new_id(), tenure_id=tenure.pk, successor_id=city.person(successor).pk
    )


def counts(city: City, name: str) -> dict[str, int]:
    return {one.estate.name: one.count for one in left_by(city.person(name), city.community)}


def a_duty(city: City, owner: str) -> Duty:
    wanted = Assignment(
        title="楼道堆物反复出现",
        source_kind="problem",
        source_id=new_id(),
        area=city.compound,
        owner_id=city.person(owner).pk,
        organisation_id=_office(city),
        measures="每周清理",
        due_on=today() + timedelta(days=30),
    )
    return assign_duty(viewer=city.viewer("subdistrict"), key=new_id(), assignment=wanted)


def _office(city: City) -> UUID:
    from dongli.organisations.queries import office

    found = office(city.community)
    assert found is not None
    return found.pk


def test_everything_open_goes_to_the_successor_in_one_step(stage: Stage) -> None:
    city = stage.city
    accepted, waits = stage.accepted(), stage.dispatch(stage.register(stage.file()))
    filed = stage.file()
    verifying.ask_verify(
        viewer=stage.viewer("community"),
        case_id=filed.pk,
        key=new_id(),
        worker=city.person("worker").pk,
        words="请看看",
    )
    tenure = serving(city, "worker")
    assert counts(city, "worker") == {"turns": 1, "duties": 0, "tasks": 3}
    end(city, tenure)
    assert waiting(city.district) == [tenure]
    assert counts(city, "worker") == {"turns": 1, "duties": 0, "tasks": 3}  # the turn has ended, its place is free
    due = {task.pk: task.due_at for task in Task.objects.all()}
    done = hand_over(city, tenure)
    assert done.passed == {"turns": 1, "duties": 0, "tasks": 3}
    heir = city.person("worker-2")
    assert set(Task.objects.values_list("worker", flat=True)) == {heir.pk}
    assert {task.pk: task.due_at for task in Task.objects.all()} == due
    assert Verification.objects.get(case=filed).worker == heir
    assert Case.objects.get(pk=filed.pk).verifier == heir
    for case in (accepted, waits, filed):
        step = Step.objects.filter(case=case, verb="route").latest("seq")
        told = wording.lines(step, for_staff=True)[0].text
        assert heir.name in told
        assert city.person("worker").name in told
        assert heir.name not in wording.lines(step, for_staff=False)[0].text
    assert [note.params["count"] for note in Notification.objects.filter(user=heir, kind="people.hand_over")] == [4]
    assert counts(city, "worker") == {"turns": 0, "duties": 0, "tasks": 0}
    assert waiting(city.district) == []
    lead = stage.lead(Case.objects.get(pk=accepted.pk))
    handling.answer(viewer=stage.viewer("worker-2"), task_id=lead.pk, key=new_id(), words="已处理")
    assert Task.objects.get(pk=lead.pk).state == TaskState.ANSWERED


def test_duties_go_along_with_a_step(stage: Stage) -> None:
    city = stage.city
    duty = a_duty(city, "secretary")
    tenure = serving(city, "secretary", Post.COMMUNITY_SECRETARY)
    assert counts(city, "secretary")["duties"] == 1
    hand_over(city, tenure, "community")
    duty.refresh_from_db()
    assert duty.owner == city.person("community")
    step = DutyStep.objects.get(duty=duty, verb="pass_on")
    assert step.data == {"from": city.person("secretary").name, "owner": city.person("community").name}
    assert step.actor == city.person("admin")


def test_turns_pass_at_the_same_rank(stage: Stage) -> None:
    city = stage.city
    tenure = serving(city, "worker")
    newcomer = User.objects.create(username="newcomer", name="新人", password="!")
    actions.grant_role(viewer=city.viewer("admin"), user=newcomer, role=Role.GRID_WORKER, area=city.community)
    pass_on(viewer=city.viewer("organiser"), key=new_id(), tenure_id=tenure.pk, successor_id=newcomer.pk)
    turn = RosterEntry.objects.get(user=newcomer)
    assert (turn.grid, turn.rank, turn.until) == (city.grid, 1, None)
    assert RosterEntry.objects.get(user=city.person("worker")).until is not None


def test_it_repeats_safely_and_then_there_is_nothing_left(stage: Stage) -> None:
    city, key = stage.city, new_id()
    stage.accepted()
    tenure = serving(city, "worker")
    first = hand_over(city, tenure, key=key)
    assert hand_over(city, tenure, key=key) == first
    assert Step.objects.filter(verb="route", data__why__0__why="handed_over").count() == 1
    with pytest.raises(Conflict) as refusal:
        hand_over(city, tenure)
    assert refusal.value.code == "nothing_left"
    with pytest.raises(Conflict):
        hand_over(city, tenure, "secretary", key=key)


def test_what_the_successor_cannot_take_stops_all_of_it(stage: Stage) -> None:
    city = stage.city
    case = stage.accepted()
    tenure = serving(city, "worker")
    for successor in ("resident", "stranger-worker", "worker", "viewer", "captain", "urban"):
        with pytest.raises(Conflict) as refusal:
            hand_over(city, tenure, successor)
        assert str(refusal.value)
    Case.objects.filter(pk=case.pk).update(hidden_from=[city.person("worker-2").pk])
    with pytest.raises(Conflict) as refusal:
        hand_over(city, tenure)
    assert case.number in str(refusal.value)
    assert counts(city, "worker") == {"turns": 1, "duties": 0, "tasks": 1}
    assert not HandOver.objects.exists()
    assert RosterEntry.objects.get(user=city.person("worker")).until is None


@pytest.mark.parametrize("name", ["resident", "stranger", "worker", "secretary", "viewer", "urban"])
def test_nobody_else_hands_over(stage: Stage, name: str) -> None:
    tenure = serving(stage.city, "worker")
    with pytest.raises(NotAllowed):
        hand_over(stage.city, tenure, by=name)
    with pytest.raises(NotFound):
        pass_on(viewer=stage.viewer("admin"), key=new_id(), tenure_id=new_id(), successor_id=new_id())


def test_what_is_elsewhere_stays(stage: Stage) -> None:
    city = stage.city
    tenure = serving(city, "worker")
    second = actions.grant_role(
        viewer=city.viewer("admin"), user=city.person("worker"), role=Role.GRID_WORKER, area=city.second_community
    )
    elsewhere = actions.put_on_roster(viewer=city.viewer("subdistrict"), user=city.person("worker"), grid=city.grids[2])
    assert second.until is None
    hand_over(city, tenure)
    elsewhere.refresh_from_db()
    assert elsewhere.until is None


def test_the_page_lists_it_all_and_hands_over(
    stage: Stage, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    city = stage.city
    case = stage.accepted()
    tenure = serving(city, "worker")
    client = Client()
    log_in(client, city.person("organiser"))
    ended = client.post(f"/desk/posts/{tenure.pk}/end/", {"on": today().isoformat(), "why": "退休"})
    page = f"/desk/posts/{tenure.pk}/hand-over/"
    assert ended["Location"] == page
    with django_assert_max_num_queries(25):
        shown = client.get(page)
    text = shown.content.decode()
    assert case.number in text
    assert city.person("worker-2").name in text
    assert city.person("stranger-worker").name not in text
    assert page in client.get(f"/desk/posts/?area={city.district.code}").content.decode()
    assert client.post(page, {"idempotency_key": str(new_id()), "successor": ""}).status_code == 422
    sent = {"idempotency_key": str(new_id()), "successor": str(city.person("worker-2").pk)}
    for _repeated in range(2):
        assert client.post(page, sent)["Location"] == f"/desk/persons/{city.person('worker-2').pk}/"
    assert HandOver.objects.count() == 1
    assert page not in client.get(f"/desk/posts/?area={city.district.code}").content.decode()
    again = client.get(page)
    assert again.context["count"] == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_hand_over_at_once_and_a_worker_answers_meanwhile() -> None:
    load_policy()
    stage = Stage(make_city())
    city = stage.city
    cases = [stage.accepted() for _number in range(3)]
    tenure = serving(city, "worker")
    lead = stage.lead(cases[0])
    worker = stage.viewer("worker")
    found = race(
        lambda: hand_over(city, tenure, "worker-2"),
        lambda: hand_over(city, tenure, "community", by="organiser"),
        lambda: handling.answer(viewer=worker, task_id=lead.pk, key=new_id(), words="已处理"),
    )
    assert all(not isinstance(one, Exception) or isinstance(one, (Conflict, NotAllowed, NotFound)) for one in found), (
        found
    )
    won = [one for one in found[:2] if isinstance(one, HandOver)]
    assert len(won) == 1, found
    workers = set(Task.objects.exclude(state=TaskState.ANSWERED).values_list("worker", flat=True))
    assert workers == {won[0].successor_id}
    left = Task.objects.filter(state=TaskState.ANSWERED).count()
    assert won[0].passed["tasks"] == 3 - left
    assert now() >= won[0].made_at
