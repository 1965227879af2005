"""Corners of the loop that random play (`tests/test_state_machine.py`) found, each played plainly."""

import pytest

from dongli.cases.actions import closing, dispatching, handling
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.models import Case, Step, Task
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.common.ids import new_id
from dongli.people.models import Grant


def test_a_case_answered_from_the_pool_by_the_desk_can_be_reopened(stage: Stage) -> None:
    case = stage.file(category="0101", where=Where(*stage.city.point_in(stage.city.unmanned_grid)))
    desk, task = stage.viewer("community"), stage.lead(case)
    handling.accept(viewer=desk, task_id=task.id, key=new_id())
    handling.answer(viewer=desk, task_id=task.id, key=new_id(), words="已清扫")
    case = closing.fail_check(viewer=stage.viewer("secretary"), case_id=case.id, key=new_id(), words="没有清扫")
    assert case.state == CaseState.REGISTERED
    assert case.round == 2


def test_a_lead_who_serves_elsewhere_now_does_not_block_the_reopening(stage: Stage) -> None:
    case = stage.closed()
    Grant.objects.filter(user=stage.city.person("worker")).update(until=now())
    case = closing.reopen(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), words="又堵了")
    assert case.state == CaseState.REGISTERED


def test_a_complaint_about_the_community_is_not_given_back_to_it(stage: Stage) -> None:
    case = stage.file(what="社区办事推诿", about="community")
    leader = stage.viewer("leader")
    dispatching.register(viewer=leader, case_id=case.id, key=new_id(), category="0101")
    for lead in (Assignee(), Assignee(worker=stage.city.person("secretary").id)):
        with pytest.raises(Invalid):
            dispatching.dispatch(viewer=leader, case_id=case.id, key=new_id(), lead=lead)
    lead = Assignee(organisation=stage.city.department("civil_affairs").id)
    assert dispatching.dispatch(viewer=leader, case_id=case.id, key=new_id(), lead=lead).state == CaseState.DISPATCHED


def test_a_complaint_about_the_worker_of_an_unmanned_grid_is_hidden_from_the_communitys_workers(stage: Stage) -> None:
    case = stage.file(what="网格员不上门", about="worker", where=Where(*stage.city.point_in(stage.city.unmanned_grid)))
    with pytest.raises(NotFound):
        dispatching.register(viewer=stage.viewer("worker"), case_id=case.id, key=new_id(), category="0101")
    assert stage.city.person("worker").id in Case.objects.get(pk=case.id).hidden_from


def test_nothing_is_written_to_a_case_that_has_ended(stage: Stage) -> None:
    housing = stage.city.department("housing")
    case = stage.dispatch(stage.register(stage.file()), housing.id)
    helper = Task.objects.get(case=case, organisation=housing)
    handling.return_task(
        viewer=stage.viewer("housing"), task_id=helper.id, key=new_id(), reason="wrong_department", words="不归我们"
    )
    worker, lead, desk = stage.viewer("worker"), stage.lead(case), stage.viewer("community")
    handling.accept(viewer=worker, task_id=lead.id, key=new_id())
    handling.answer(viewer=worker, task_id=lead.id, key=new_id(), words="已疏通")
    closing.check(viewer=desk, case_id=case.id, key=new_id())
    closing.close(viewer=desk, case_id=case.id, key=new_id(), words="已疏通")
    before = Step.objects.filter(case=case).count()
    with pytest.raises(Conflict):
        handling.release(viewer=desk, task_id=helper.id, key=new_id(), reason="not_needed", words="不需要")
    assert Step.objects.filter(case=case).count() == before
