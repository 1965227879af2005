"""The loop through the actions: each step, by whom it may be taken, and what it leaves behind."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from dongli.cases.actions import closing, dispatching, filing, handling, whistling
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.models import Case, Rating, Step, Task, Whistle
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState, TaskState, WhistleState
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.people.actions import let_leave
from dongli.people.viewer import Viewer


def verbs(case: Case) -> list[str]:
    return list(Step.objects.filter(case=case).values_list("verb", flat=True))


def test_the_whole_loop_with_a_whistle_a_return_and_a_reopening(stage: Stage) -> None:
    case = stage.whistled("housing", "urban_management")
    assert case.state == CaseState.WHISTLED
    whistle = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    called = {task.organisation.function: task for task in whistle.tasks.all() if task.organisation}
    whistling.report_in(viewer=stage.viewer("housing"), task_id=called["housing"].id, key=new_id())
    handling.return_task(
        viewer=stage.viewer("urban"), task_id=called["urban_management"].id, key=new_id(),
        reason="wrong_department", words="属于住建职责",
    )  # fmt: skip
    police = stage.city.department("public_security")
    whistling.call_department(
        viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id(), organisation=police.id,
        instead_of=called["urban_management"].id,
    )  # fmt: skip
    handling.answer(viewer=stage.viewer("housing"), task_id=called["housing"].id, key=new_id(), words="已换管")
    second = Task.objects.get(whistle=whistle, organisation=police)
    whistling.report_in(viewer=stage.viewer("police"), task_id=second.id, key=new_id())
    handling.answer(viewer=stage.viewer("police"), task_id=second.id, key=new_id(), words="现场已维持秩序")
    whistle.refresh_from_db()
    assert whistle.state == WhistleState.DONE
    lead = stage.lead(case)
    case = handling.answer(viewer=stage.viewer("worker"), task_id=lead.id, key=new_id(), words="都修好了")
    assert case.state == CaseState.ANSWERED
    desk = stage.viewer("community")
    closing.check(viewer=desk, case_id=case.id, key=new_id())
    case = closing.close(viewer=desk, case_id=case.id, key=new_id(), words="已修好，请评价")
    resident = stage.viewer("resident")
    case = closing.reopen(viewer=resident, case_id=case.id, key=new_id(), words="又堵了")
    assert case.state == CaseState.DISPATCHED
    assert case.round == 2
    assert stage.lead(case).limit_amount == 3
    worker = stage.viewer("worker")
    handling.accept(viewer=worker, task_id=stage.lead(case).id, key=new_id())
    handling.answer(viewer=worker, task_id=stage.lead(case).id, key=new_id(), words="重新疏通")
    closing.check(viewer=desk, case_id=case.id, key=new_id())
    closing.close(viewer=desk, case_id=case.id, key=new_id(), words="已彻底疏通")
    case = closing.rate(
        viewer=resident, case_id=case.id, key=new_id(), contacted=True, solved=True, satisfaction="satisfied"
    )
    assert case.state == CaseState.RATED
    assert list(Step.objects.filter(case=case).values_list("seq", flat=True)) == list(range(1, case.steps_count + 1))


def test_a_class_that_starts_by_itself_reaches_the_worker_on_duty_at_once(stage: Stage) -> None:
    case = stage.file(category="0101")
    assert case.state == CaseState.DISPATCHED
    assert stage.lead(case).worker == stage.city.person("worker")
    assert verbs(case) == ["submit", "route", "register", "dispatch"]


def test_nobody_on_duty_means_the_pool_and_says_so(stage: Stage) -> None:
    where = Where(*stage.city.point_in(stage.city.unmanned_grid))
    case = stage.file(category="0101", where=where)
    assert case.pooled
    assert stage.lead(case).worker is None
    route = Step.objects.get(case=case, verb="route")
    assert [turn["why"] for turn in route.data["why"]] == ["grid", "nobody_on_duty"]
    case = handling.accept(viewer=stage.viewer("worker"), task_id=stage.lead(case).id, key=new_id())
    assert stage.lead(case).worker == stage.city.person("worker")


def test_an_address_alone_waits_at_the_desk_above_until_it_is_placed(stage: Stage) -> None:
    case = stage.file(where=Where(address="老火车站后面那条巷子"))
    assert case.community is None
    assert case.desk == stage.city.city
    with pytest.raises(Invalid) as refused:
        dispatching.register(viewer=stage.viewer("city"), case_id=case.id, key=new_id(), category="0101")
    assert refused.value.field == "place"
    case = dispatching.place(
        viewer=stage.viewer("city"), case_id=case.id, key=new_id(), where=Where(area_code=stage.city.compound.code)
    )
    assert case.desk == stage.city.community
    assert case.grid == stage.city.grid


def test_an_address_that_names_a_district_waits_at_that_district_s_desk(stage: Stage) -> None:
    case = stage.file(where=Where(address="荷塘区老火车站后面那条巷子"))
    assert case.community is None
    assert case.desk == stage.city.district


def test_a_point_outside_the_city_is_refused(stage: Stage) -> None:
    with pytest.raises(Invalid) as refused:
        stage.file(where=Where(longitude=116.4, latitude=39.9))
    assert refused.value.code == "outside_city"


def test_a_repeated_filing_is_one_case_and_a_stolen_key_gets_nothing(stage: Stage) -> None:
    key, viewer = new_id(), Viewer.nobody()
    words = filing.Filing(what="路灯不亮", where=Where(area_code=stage.city.compound.code), phone="13800000009")
    first = filing.submit(viewer=viewer, key=key, filing=words)
    assert filing.submit(viewer=viewer, key=key, filing=words).id == first.id
    with pytest.raises(Conflict):
        filing.submit(viewer=viewer, key=key, filing=replace(words, what="别的事"))
    assert Case.objects.count() == 1


def test_an_appeal_about_the_worker_is_hidden_from_the_worker(stage: Stage) -> None:
    case = stage.file(what="网格员态度恶劣", about="worker")
    assert case.desk == stage.city.community
    for name in ("worker", "worker-2"):
        with pytest.raises(NotFound):
            handling_view(stage, name, case)


def handling_view(stage: Stage, name: str, case: Case) -> None:
    dispatching.register(viewer=stage.viewer(name), case_id=case.id, key=new_id(), category="0101")


@pytest.mark.parametrize(
    ("about", "level"), [("community", "subdistrict"), ("subdistrict", "district"), ("department", "city")]
)
def test_an_appeal_about_an_office_goes_one_level_up(stage: Stage, about: str, level: str) -> None:
    case = stage.file(about=about)
    assert case.desk.level == level
    with pytest.raises(NotFound):
        stage.register(case)


def test_danger_is_marked_and_opened_to_few(stage: Stage) -> None:
    case = stage.file(what="楼下煤气泄漏，味道很大", category="0101")
    assert case.danger == "life"
    assert case.urgent
    assert case.state == CaseState.FILED
    with pytest.raises(NotFound):
        stage.register(case)
    case = dispatching.register(viewer=stage.viewer("secretary"), case_id=case.id, key=new_id(), category="0101")
    assert case.state == CaseState.REGISTERED


def test_a_returned_case_must_be_dispatched_again_by_the_desk(stage: Stage) -> None:
    case = stage.dispatch(stage.register(stage.file()), to=stage.city.department("housing").id)
    lead = stage.lead(case)
    handling.return_task(
        viewer=stage.viewer("housing"), task_id=lead.id, key=new_id(), reason="wrong_department", words="不归我们管"
    )
    case.refresh_from_db()
    assert case.state == CaseState.REGISTERED
    case = stage.dispatch(case)
    assert case.state == CaseState.DISPATCHED
    assert Task.objects.filter(case=case).count() == 2


def test_the_lead_answers_last(stage: Stage) -> None:
    housing = stage.city.department("housing")
    case = stage.dispatch(stage.register(stage.file()), housing.id)
    worker, lead = stage.viewer("worker"), stage.lead(case)
    handling.accept(viewer=worker, task_id=lead.id, key=new_id())
    with pytest.raises(Conflict) as refused:
        handling.answer(viewer=worker, task_id=lead.id, key=new_id(), words="好了")
    assert refused.value.code == "cohandler_open"
    helper = Task.objects.get(case=case, organisation=housing)
    dispatching_release(stage, helper)
    case = handling.answer(viewer=worker, task_id=lead.id, key=new_id(), words="好了")
    assert case.state == CaseState.ANSWERED


def dispatching_release(stage: Stage, task: Task) -> None:
    handling.release(
        viewer=stage.viewer("community"), task_id=task.id, key=new_id(), reason="not_needed", words="不需要了"
    )


def test_whoever_answered_cannot_check(stage: Stage) -> None:
    case = stage.answered()
    with pytest.raises(NotAllowed):
        closing.check(viewer=stage.viewer("worker"), case_id=case.id, key=new_id())


def test_whoever_blew_a_whistle_cannot_sign_it(stage: Stage) -> None:
    case = stage.accepted()
    leader = stage.viewer("leader")
    call = whistling.Call(
        "daily", (stage.city.department("housing").id,), "三栋", now() + timedelta(hours=1), "没有设备"
    )
    whistling.blow(viewer=leader, case_id=case.id, key=new_id(), call=call)
    with pytest.raises(NotAllowed):
        whistling.sign(viewer=leader, whistle_id=Whistle.objects.get(case=case).id, key=new_id())


def test_rating_is_once_by_the_resident_and_within_the_window(stage: Stage) -> None:
    case, other = stage.closed(), stage.closed()
    answers = {"contacted": True, "solved": False, "satisfaction": "dissatisfied"}
    for name in ("worker", "community", "stranger", "resident-2"):
        with pytest.raises((NotAllowed, NotFound)):
            closing.rate(viewer=stage.viewer(name), case_id=case.id, key=new_id(), **answers)  # type: ignore[arg-type]
    closing.rate(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), **answers)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        closing.rate(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), **answers)  # type: ignore[arg-type]
    assert Rating.objects.filter(case=case).count() == 1
    with time_machine.travel(now() + timedelta(days=16)), pytest.raises(Conflict) as late:
        closing.rate(viewer=stage.viewer("resident"), case_id=other.id, key=new_id(), **answers)  # type: ignore[arg-type]
    assert late.value.code == "too_late"


def test_a_repeated_step_is_one_step(stage: Stage) -> None:
    case = stage.dispatch(stage.register(stage.file()))
    key, worker, lead = new_id(), stage.viewer("worker"), stage.lead(case)
    handling.accept(viewer=worker, task_id=lead.id, key=key)
    handling.accept(viewer=worker, task_id=lead.id, key=key)
    assert verbs(case).count("accept") == 1
    with pytest.raises(Conflict):
        handling.accept(viewer=worker, task_id=lead.id, key=new_id())


def test_withdrawing_ends_all_work(stage: Stage) -> None:
    case = stage.whistled()
    case = filing.withdraw(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), words="已经好了")
    assert case.state == CaseState.WITHDRAWN
    assert set(Task.objects.filter(case=case).values_list("state", flat=True)) == {TaskState.CANCELLED}
    assert Whistle.objects.get(case=case).state == WhistleState.CANCELLED


def test_spam_can_be_undone(stage: Stage) -> None:
    case = stage.file(what="加微信贷款")
    desk = stage.viewer("community")
    assert dispatching.mark_spam(viewer=desk, case_id=case.id, key=new_id()).state == CaseState.SPAM
    assert dispatching.unmark_spam(viewer=desk, case_id=case.id, key=new_id()).state == CaseState.FILED


def test_the_stranger_can_do_nothing(stage: Stage) -> None:
    case = stage.accepted()
    stranger, lead = stage.viewer("stranger"), stage.lead(case)
    with pytest.raises(NotFound):
        handling.answer(viewer=stranger, task_id=lead.id, key=new_id(), words="x")
    with pytest.raises(NotFound):
        dispatching.dispatch(viewer=stranger, case_id=case.id, key=new_id(), lead=Assignee())


def test_a_refused_action_changes_nothing(stage: Stage) -> None:
    case = stage.file()
    with pytest.raises(Invalid):
        dispatching.refuse(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), reason="no such reason")
    case.refresh_from_db()
    assert case.state == CaseState.FILED
    assert verbs(case) == ["submit", "route"]


def test_a_leaver_s_open_work_goes_to_the_next_on_duty(stage: Stage) -> None:
    case = stage.accepted()
    let_leave(viewer=stage.viewer("admin"), user=stage.city.person("worker"))
    assert stage.lead(case).worker == stage.city.person("worker-2")
    assert verbs(case)[-1] == "route"
