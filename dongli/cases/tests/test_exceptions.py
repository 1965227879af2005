"""What does not go the usual way: arbitration after two returns, more time, holds, transfers."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dongli.cases import deadlines, policy
from dongli.cases.actions import (
    arbitrating,
    clocks,
    closing,
    dispatching,
    extending,
    filing,
    handling,
    holding,
    overseeing,
    transferring,
)
from dongli.cases.models import Case, Extension, Rating, Step, Task
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.clock import city_date, now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.models import Grant, Role
from tests.cast import log_in


def send_back(stage: Stage, case: Case, name: str) -> Case:
    lead = stage.lead(case)
    return handling.return_task(
        viewer=stage.viewer(name), task_id=lead.id, key=new_id(), reason="wrong_department", words="不属于本单位职责"
    )


@pytest.fixture
def disputed(stage: Stage) -> Case:
    """A case that two departments have sent back."""
    case = stage.register(stage.file())
    for name, function in (("housing", "housing"), ("police", "public_security")):
        case = send_back(stage, stage.dispatch(case, to=stage.city.department(function).id), name)
    return case


def test_a_second_return_goes_to_arbitration_and_the_desk_above_hears_of_it(stage: Stage, disputed: Case) -> None:
    assert disputed.state == CaseState.ARBITRATION
    told = Notification.objects.filter(kind="cases.dispute").values_list("user__username", flat=True)
    assert "demo-subdistrict" in set(told)
    with pytest.raises(Conflict):
        stage.dispatch(disputed)


@pytest.mark.parametrize("name", ["community", "secretary", "stranger", "worker", "resident", "viewer"])
def test_only_the_desk_above_arbitrates(stage: Stage, disputed: Case, name: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        arbitrating.arbitrate(viewer=stage.viewer(name), case_id=disputed.id, key=new_id(), words="由你局承办")


def test_the_fallback_department_takes_it_and_cannot_send_it_back(stage: Stage, disputed: Case) -> None:
    key, desk = new_id(), stage.viewer("subdistrict")
    for _ in range(2):
        case = arbitrating.arbitrate(viewer=desk, case_id=disputed.id, key=key, words="职责不清，先办后议")
    task = stage.lead(case)
    assert (case.state, task.final) == (CaseState.DISPATCHED, True)
    assert task.organisation == stage.city.department("urban_management")
    with pytest.raises(Conflict) as refused:
        send_back(stage, case, "urban")
    assert refused.value.code == "final"
    assert Step.objects.filter(case=case, verb="arbitrate").count() == 1
    urban = stage.viewer("urban")
    handling.accept(viewer=urban, task_id=task.id, key=new_id())
    handling.answer(viewer=urban, task_id=task.id, key=new_id(), words="已办结")
    case = closing.fail_check(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words="还没好")
    assert stage.lead(case).final, "what was decided holds for the second handling too"


def test_arbitration_may_name_another_department_that_exists(stage: Stage, disputed: Case) -> None:
    desk, market = stage.viewer("district"), stage.city.department("market")
    with pytest.raises(Invalid) as refused:
        arbitrating.arbitrate(viewer=desk, case_id=disputed.id, key=new_id(), words="由你局承办", organisation=new_id())
    assert refused.value.field == "organisation"
    case = arbitrating.arbitrate(
        viewer=desk, case_id=disputed.id, key=new_id(), words="由你局承办", organisation=market.id
    )
    assert stage.lead(case).organisation == market


def test_without_a_fallback_department_one_must_be_named(stage: Stage, disputed: Case) -> None:
    for level in ("district", "city"):
        department = stage.city.department("urban_management", level)
        department.is_fallback = False
        department.save()
    with pytest.raises(Invalid) as refused:
        arbitrating.arbitrate(viewer=stage.viewer("city"), case_id=disputed.id, key=new_id(), words="先办后议")
    assert refused.value.code == "no_fallback"


def test_a_complaint_about_a_department_falls_back_to_the_city_s(stage: Stage) -> None:
    case = stage.file(what="住建局推诿", about="department")
    assert arbitrating.fallback(case) == stage.city.department("urban_management", "city")


def test_arbitration_on_the_desk(stage: Stage, disputed: Case, client: Client) -> None:
    log_in(client, stage.city.person("subdistrict"))
    url = reverse("case_arbitrate", args=[disputed.id])
    assert url in client.get(reverse("desk_case", args=[disputed.number])).content.decode()
    page = client.get(url)
    form = page.context["form"]
    assert form.initial["organisation"] == str(stage.city.department("urban_management").id)
    key = str(form.initial["idempotency_key"])
    bad = client.post(url, {"idempotency_key": key, "organisation": form.initial["organisation"], "words": " "})
    assert bad.status_code == 422
    sent = client.post(url, {"idempotency_key": key, "organisation": form.initial["organisation"], "words": "先办后议"})
    assert sent.status_code == 302
    assert Task.objects.get(case=disputed, final=True).state == "dispatched"
    log_in(client, stage.city.person("community"))
    assert client.get(url).status_code == 409
    queue = client.get(reverse("desk_queue") + "?filter=arbitration")
    assert queue.status_code == 200


# More time


@pytest.fixture
def task(stage: Stage) -> Task:
    """The worker's accepted task."""
    return stage.lead(stage.accepted())


def ask(stage: Stage, task: Task, amount: int = 1, name: str = "worker") -> Case:
    return extending.ask_extension(
        viewer=stage.viewer(name), task_id=task.id, key=new_id(), amount=amount, words="等配件到货"
    )


def grant(stage: Stage, task: Task, amount: int = 1) -> Case:
    ask(stage, task, amount)
    extending.endorse_extension(viewer=stage.viewer("secretary"), task_id=task.id, key=new_id())
    return extending.grant_extension(viewer=stage.viewer("subdistrict"), task_id=task.id, key=new_id())


def told(kind: str) -> set[str | None]:
    return set(Notification.objects.filter(kind=kind).values_list("user__username", flat=True))


def test_more_time_moves_the_limit_and_keeps_the_first_promise(stage: Stage, task: Task) -> None:
    promised = task.due_at
    case = grant(stage, task, 1)
    task.refresh_from_db()
    assert task.original_due_at == promised
    calendar = policy.work_calendar()
    assert task.due_at == deadlines.due_at(promised, 1, deadlines.LimitUnit(task.limit_unit), calendar).at
    assert case.due_at == task.due_at == task.next_escalation_at
    assert task.remind_at is not None
    assert now() < task.remind_at < task.due_at
    assert "demo-secretary" in told("cases.ask_extension")
    assert "demo-subdistrict" in told("cases.endorse_extension")
    assert told("cases.grant_extension") == {"demo-worker", "demo-resident"}


def test_at_most_twice_and_never_more_than_the_limit_again(stage: Stage, task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(limit_amount=5)
    with pytest.raises(Invalid):
        ask(stage, task, 6)
    grant(stage, task, 2)
    with pytest.raises(Invalid):
        ask(stage, task, 4)
    grant(stage, task, 2)
    with pytest.raises(Conflict) as refused:
        ask(stage, task, 1)
    assert refused.value.code == "no_more_time"


def test_each_level_is_somebody_else(stage: Stage, task: Task) -> None:
    ask(stage, task)
    with pytest.raises(Conflict):
        ask(stage, task)
    for name in ("worker", "community", "stranger"):
        with pytest.raises((NotAllowed, NotFound)):
            extending.endorse_extension(viewer=stage.viewer(name), task_id=task.id, key=new_id())
    with pytest.raises(Conflict) as early:
        extending.grant_extension(viewer=stage.viewer("subdistrict"), task_id=task.id, key=new_id())
    assert early.value.code == "not_endorsed"
    key = new_id()
    for _ in range(2):
        extending.endorse_extension(viewer=stage.viewer("secretary"), task_id=task.id, key=key)
    with pytest.raises(NotAllowed):
        extending.grant_extension(viewer=stage.viewer("secretary"), task_id=task.id, key=new_id())
    with pytest.raises(NotAllowed):
        extending.refuse_extension(viewer=stage.viewer("secretary"), task_id=task.id, key=new_id(), words="不同意")


def test_another_officer_of_the_department_endorses(stage: Stage) -> None:
    housing = stage.city.department("housing")
    task = stage.lead(stage.dispatch(stage.register(stage.file()), to=housing.id))
    handling.accept(viewer=stage.viewer("housing"), task_id=task.id, key=new_id())
    ask(stage, task, name="housing")
    with pytest.raises(NotAllowed):
        extending.endorse_extension(viewer=stage.viewer("housing"), task_id=task.id, key=new_id())
    Grant.objects.create(user=stage.city.person("police"), role=Role.DEPARTMENT_OFFICER, organisation=housing)
    extending.endorse_extension(viewer=stage.viewer("police"), task_id=task.id, key=new_id())
    case = extending.refuse_extension(viewer=stage.viewer("district"), task_id=task.id, key=new_id(), words="抓紧")
    assert case.state == CaseState.WORKING
    task.refresh_from_db()
    assert task.original_due_at is None


def test_what_is_overdue_gets_no_more_time(stage: Stage, task: Task) -> None:
    ask(stage, task)
    extending.endorse_extension(viewer=stage.viewer("secretary"), task_id=task.id, key=new_id())
    with time_machine.travel(task.due_at + timedelta(minutes=1)):
        with pytest.raises(Conflict) as late:
            extending.grant_extension(viewer=stage.viewer("subdistrict"), task_id=task.id, key=new_id())
        assert late.value.code == "overdue"
        clocks.sweep()
        assert Extension.objects.get(task=task).state == "lapsed"
        with pytest.raises(Conflict):
            ask(stage, task)


def test_a_request_lapses_with_the_answer(stage: Stage, task: Task) -> None:
    ask(stage, task)
    handling.answer(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), words="已疏通")
    assert Extension.objects.get(task=task).state == "lapsed"


def test_more_time_on_the_pages(stage: Stage, task: Task, client: Client) -> None:
    log_in(client, stage.city.person("worker"))
    url = reverse("task_ask_extension", args=[task.id])
    assert url in client.get(reverse("work_task", args=[task.id])).content.decode()
    key = str(client.get(url).context["form"].initial["idempotency_key"])
    assert client.post(url, {"idempotency_key": key, "amount": "99", "words": "等配件"}).status_code == 422
    assert client.post(url, {"idempotency_key": key, "amount": "1", "words": "等配件"}).status_code == 302
    for name, verb in (("secretary", "endorse_extension"), ("subdistrict", "grant_extension")):
        log_in(client, stage.city.person(name))
        page = client.get(reverse("desk_case", args=[task.case.number])).content.decode()
        assert reverse(f"task_{verb}", args=[task.id]) in page
        assert reverse("task_refuse_extension", args=[task.id]) in page
        assert client.get(reverse("task_refuse_extension", args=[task.id])).status_code == 200
        sent = client.post(reverse(f"task_{verb}", args=[task.id]), {"idempotency_key": str(new_id())})
        assert sent.status_code == 302
    assert "原定" in client.get(reverse("desk_case", args=[task.case.number])).content.decode()


# Holds


def day(days: int) -> date:
    return city_date(now()) + timedelta(days=days)


def held(stage: Stage, task: Task, days: int = 30) -> Case:
    holding.ask_hold(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), until=day(days), words="等雨季过后")
    return holding.hold(
        viewer=stage.viewer("subdistrict"), task_id=task.id, key=new_id(), until=day(days), words="同意挂账"
    )


def left(task: Task, moment: datetime) -> float:
    return deadlines.remaining(task.due_at, moment, deadlines.LimitUnit(task.limit_unit), policy.work_calendar())


def test_a_hold_keeps_the_time_that_was_left_and_ends_by_itself(stage: Stage, task: Task) -> None:
    promised, before = task.due_at, left(task, now())
    case = held(stage, task)
    assert case.state == CaseState.HELD
    with pytest.raises(Conflict):
        handling.answer(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), words="已疏通")
    with time_machine.travel(now() + timedelta(days=29)):
        assert clocks.sweep()["resumed"] == 0
    task.refresh_from_db()
    assert task.resume_at is not None
    assert task.due_at > task.resume_at
    with time_machine.travel(task.resume_at, tick=False):
        assert clocks.sweep() == {"resumed": 1, "reminded": 0, "escalated": 0}
        assert clocks.sweep()["resumed"] == 0
        task.refresh_from_db()
        assert (task.state, task.original_due_at) == ("accepted", promised)
        assert left(task, now()) == pytest.approx(before, abs=0.01)
        assert task.next_escalation_at == task.due_at
    assert Case.objects.get(pk=case.pk).due_at == task.due_at
    assert Step.objects.get(case=case, verb="resume").actor is None
    assert {"demo-worker", "demo-resident"} <= told("cases.resume")


def test_the_desk_may_end_a_hold_earlier_and_there_is_no_second_one(stage: Stage, task: Task) -> None:
    held(stage, task)
    case = holding.resume(viewer=stage.viewer("leader"), task_id=task.id, key=new_id())
    assert case.state == CaseState.WORKING
    with pytest.raises(Conflict) as refused:
        held(stage, task)
    assert refused.value.code == "held_once"


def test_only_the_desk_above_holds_and_only_what_was_asked_for(stage: Stage, task: Task) -> None:
    act = {"task_id": task.id, "until": day(10), "words": "等"}
    with pytest.raises(Conflict) as early:
        holding.hold(viewer=stage.viewer("subdistrict"), key=new_id(), **act)  # type: ignore[arg-type]
    assert early.value.code == "not_asked"
    holding.ask_hold(viewer=stage.viewer("worker"), key=new_id(), **act)  # type: ignore[arg-type]
    for name in ("community", "secretary", "worker", "stranger"):
        with pytest.raises((NotAllowed, NotFound)):
            holding.hold(viewer=stage.viewer(name), key=new_id(), **act)  # type: ignore[arg-type]
    holding.refuse_hold(viewer=stage.viewer("subdistrict"), task_id=task.id, key=new_id(), words="可以先临时围挡")
    held(stage, task)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_hold_ends_within_a_year(stage: Stage, task: Task, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        held(stage, task, days)
    assert refused.value.field == "until"


def test_what_is_overdue_is_not_put_on_hold(stage: Stage, task: Task) -> None:
    with time_machine.travel(task.due_at + timedelta(minutes=1)), pytest.raises(Conflict) as refused:
        held(stage, task)
    assert refused.value.code == "overdue"


def test_a_hold_waits_for_the_whistle_to_end(stage: Stage) -> None:
    task = stage.lead(stage.whistled())
    with pytest.raises(Conflict) as refused:
        held(stage, task)
    assert refused.value.code == "whistle_open"


def test_a_held_case_can_be_withdrawn(stage: Stage, task: Task) -> None:
    case = held(stage, task)
    filing.withdraw(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), words="好了")
    task.refresh_from_db()
    assert (task.state, task.resume_at) == ("cancelled", None)


def test_a_hold_on_the_pages(stage: Stage, task: Task, client: Client) -> None:
    log_in(client, stage.city.person("worker"))
    url = reverse("task_ask_hold", args=[task.id])
    assert url in client.get(reverse("work_task", args=[task.id])).content.decode()
    sent = {"until": day(30).isoformat(), "words": "等雨季过后"}
    assert client.get(url).status_code == 200
    bad = client.post(url, {**sent, "until": day(900).isoformat(), "idempotency_key": str(new_id())})
    assert bad.status_code == 422
    assert client.post(url, {**sent, "idempotency_key": str(new_id())}).status_code == 302
    log_in(client, stage.city.person("subdistrict"))
    assert (
        reverse("task_hold", args=[task.id])
        in client.get(reverse("desk_case", args=[task.case.number])).content.decode()
    )
    assert client.get(reverse("task_refuse_hold", args=[task.id])).status_code == 200
    url = reverse("task_hold", args=[task.id])
    granting = client.get(url)
    assert granting.context["form"].initial["until"] == day(30)
    assert f'value="{day(30).isoformat()}"' in granting.content.decode(), "a date field takes no other form"
    assert client.post(url, {**sent, "idempotency_key": str(new_id())}).status_code == 302
    page = client.get(reverse("desk_case", args=[task.case.number])).content.decode()
    assert f"挂账至 {day(30).isoformat()}" in page
    assert client.post(reverse("task_resume", args=[task.id]), {"idempotency_key": str(new_id())}).status_code == 302
    assert Case.objects.get(pk=task.case_id).state == CaseState.WORKING


# Transfer between places


def move(stage: Stage, case: Case, name: str = "community", **where: Any) -> Case:
    there = Where(**(where or {"area_code": stage.city.second_community.code}))
    return transferring.transfer(
        viewer=stage.viewer(name), case_id=case.id, key=new_id(), where=there, words="在马路对面，属乙社区"
    )


def test_a_transfer_ends_the_work_here_and_explains_the_way_there(stage: Stage) -> None:
    case = stage.accepted()
    task, grid = stage.lead(case), stage.city.grids[2]
    case = move(stage, case, longitude=stage.city.point_in(grid)[0], latitude=stage.city.point_in(grid)[1])
    task.refresh_from_db()
    assert task.state == "cancelled"
    assert (case.community, case.desk, case.grid) == (stage.city.second_community, stage.city.second_community, grid)
    verbs = list(Step.objects.filter(case=case).values_list("verb", flat=True))
    assert verbs[-3:] == ["transfer", "route", "dispatch"]
    assert stage.lead(case).grid == grid, "its class starts by itself in the grid there"
    said = Step.objects.get(case=case, verb="transfer").data
    assert said == {"from": "甲社区", "to": "乙社区", "due": task.due_at.isoformat()}
    assert "demo-worker" in told("cases.transfer")
    with pytest.raises(NotFound):
        move(stage, case)


def test_a_transfer_goes_somewhere_else_and_waits_for_the_others(stage: Stage) -> None:
    case = stage.accepted()
    for code in (stage.city.compound.code, stage.city.city.code):
        with pytest.raises(Invalid):
            move(stage, case, area_code=code, longitude=None, latitude=None)
    dispatching.add_cohandler(
        viewer=stage.viewer("community"), case_id=case.id, key=new_id(),
        organisation=stage.city.department("housing").id,
    )  # fmt: skip
    with pytest.raises(Conflict) as refused:
        move(stage, case)
    assert refused.value.code == "others_at_work"


def test_what_arbitration_decided_is_not_transferred(stage: Stage, disputed: Case) -> None:
    arbitrating.arbitrate(viewer=stage.viewer("leader"), case_id=disputed.id, key=new_id(), words="先办后议")
    with pytest.raises(Conflict) as refused:
        move(stage, disputed)
    assert refused.value.code == "final"


def test_only_the_desk_transfers(stage: Stage) -> None:
    case = stage.accepted()
    for name in ("worker", "stranger", "viewer", "resident"):
        with pytest.raises((NotAllowed, NotFound)):
            move(stage, case, name)


def test_a_transfer_on_the_desk(stage: Stage, client: Client) -> None:
    case = stage.accepted()
    log_in(client, stage.city.person("community"))
    url = reverse("case_transfer", args=[case.id])
    assert url in client.get(reverse("desk_case", args=[case.number])).content.decode()
    page = client.get(url + "?place=乙社区")
    assert stage.city.second_community.code in page.content.decode()
    sent = {"area": stage.city.second_community.code, "words": "属乙社区"}
    assert client.post(url, {**sent, "words": "", "idempotency_key": str(new_id())}).status_code == 422
    assert client.post(url, {**sent, "idempotency_key": str(new_id())}).headers["Location"] == reverse("desk_queue")
    assert Case.objects.get(pk=case.pk).community == stage.city.second_community


# Supervision and call-backs


def demand(stage: Stage, case: Case, name: str = "district", days: int = 2) -> Case:
    return overseeing.supervise(
        viewer=stage.viewer(name), case_id=case.id, key=new_id(), demanded_by=day(days), words="请尽快办结"
    )


def test_a_late_case_is_supervised_from_above_and_keeps_its_limit(stage: Stage, task: Task, client: Client) -> None:
    with pytest.raises(Conflict) as early:
        demand(stage, task.case)
    assert early.value.code == "not_late"
    with time_machine.travel(task.due_at + timedelta(hours=1), tick=False):
        for name in ("community", "secretary", "worker", "stranger"):
            with pytest.raises((NotAllowed, NotFound)):
                demand(stage, task.case, name)
        with pytest.raises(Invalid):
            demand(stage, task.case, days=-1)
        log_in(client, stage.city.person("district"))
        url = reverse("case_supervise", args=[task.case_id])
        assert url in client.get(reverse("desk_case", args=[task.case.number])).content.decode()
        assert client.get(url).status_code == 200
        sent = {"demanded_by": day(2).isoformat(), "words": "请尽快办结", "idempotency_key": str(new_id())}
        assert client.post(url, sent).status_code == 302
        assert day(2).isoformat() in client.get(reverse("desk_case", args=[task.case.number])).content.decode()
        step = Step.objects.get(case=task.case, verb="supervise")
        assert step.data == {"by": day(2).isoformat(), "level": "district"}
        assert {"demo-worker", "demo-community"} <= told("cases.supervise")
    assert stage.lead(task.case).due_at == task.due_at


def test_a_call_back_is_no_rating(stage: Stage, client: Client) -> None:
    case = stage.closed()
    log_in(client, stage.city.person("community"))
    url = reverse("case_call_back", args=[case.id])
    assert client.get(url).status_code == 200
    assert client.post(url, {"outcome": "pigeon", "idempotency_key": str(new_id())}).status_code == 422
    sent = {"outcome": "not_solved", "words": "说还有味道", "idempotency_key": str(new_id())}
    assert client.post(url, sent).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.rated_at) == (CaseState.CLOSED, None)
    assert not Rating.objects.filter(case=case).exists()
    assert Step.objects.get(case=case, verb="call_back").public is False
    closing.rate(
        viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), contacted=True, solved=True,
        satisfaction="satisfied",
    )  # fmt: skip
    for name in ("worker", "stranger", "resident"):
        with pytest.raises((NotAllowed, NotFound)):
            overseeing.call_back(viewer=stage.viewer(name), case_id=case.id, key=new_id(), outcome="solved")
