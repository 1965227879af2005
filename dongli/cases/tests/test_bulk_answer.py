"""One answer to many: looked over once, undone within its wait, sent exactly once, what failed named."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from dongli.cases.actions import bulk_answering, closing, handling
from dongli.cases.models import BulkAnswer, BulkMember, Case, Step, StepText
from dongli.cases.models.bulk import BulkState
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import Desk
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification

WORDS = "已安排维修队，今晚八点前恢复供水"


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage, "urban")


def in_hand(stage: Stage, count: int = 1) -> list[Case]:
    """Cases that the urban department has accepted."""
    found = []
    for _each in range(count):
        case = stage.dispatch(stage.register(stage.file()), to=stage.city.department("urban_management").id)
        found.append(handling.accept(viewer=stage.viewer("urban"), task_id=stage.lead(case).id, key=new_id()))
    return found


def asked(stage: Stage, cases: list[Case], *, key: UUID | None = None, who: str = "urban") -> BulkAnswer:
    return bulk_answering.ask(
        viewer=stage.viewer(who), key=key or new_id(), case_ids=[case.id for case in cases], words=WORDS
    )


def over(bulk: BulkAnswer) -> BulkAnswer:
    """The answer with its wait behind it."""
    BulkAnswer.objects.filter(pk=bulk.pk).update(send_at=now() - timedelta(seconds=1))
    return bulk


def state(case: Case) -> str:
    return Case.objects.values_list("state", flat=True).get(pk=case.pk)


def answers() -> int:
    return Step.objects.filter(verb="answer").count()


def test_ticked_looked_over_sent_and_answered_each_by_its_own_step(stage: Stage, desk: Desk) -> None:
    first, second, third = in_hand(stage, 3)
    page = desk.get("desk_bulk_answer").content.decode()
    assert all(case.number in page for case in (first, second, third))
    assert "bulk-answer" in desk.get("desk_queue", filter="in_hand").content.decode()
    fields: dict[str, Any] = {
        "cases": [str(first.id), str(second.id)],
        "words": WORDS,
        "idempotency_key": str(new_id()),
    }
    look = desk.post("desk_bulk_answer", **fields).content.decode()
    assert WORDS in look
    assert third.number not in look
    assert not BulkAnswer.objects.exists()
    for _twice in range(2):
        answer = desk.post("desk_bulk_answer", **fields, send="1")
        assert answer.status_code == 303
    bulk = BulkAnswer.objects.get()
    assert answer.url == reverse("bulk_answer", args=[bulk.id])
    job = ProcrastinateJob.objects.get(task_name__endswith="send_bulk_answer")
    assert job.scheduled_at == bulk.send_at
    assert timedelta(seconds=9) < bulk.send_at - bulk.created_at <= timedelta(seconds=10)
    assert "bulk-undo" in desk.get("bulk_answer", bulk.id).content.decode()
    bulk_answering.send(bulk.id)
    assert answers() == 0, "it waits"
    for _again in range(2):
        bulk_answering.send(over(bulk).id)
    assert answers() == 2
    assert set(StepText.objects.filter(step__verb="answer").values_list("words", flat=True)) == {WORDS}
    assert (state(first), state(second), state(third)) == (CaseState.ANSWERED, CaseState.ANSWERED, CaseState.WORKING)
    bulk.refresh_from_db()
    assert (bulk.state, bulk.words) == (BulkState.SENT, "")
    told = Notification.objects.get(kind="cases.bulk_answer")
    assert told.params == {"answered": 2, "refused": 0}


def test_undone_in_time_nothing_is_sent(stage: Stage, desk: Desk) -> None:
    cases = in_hand(stage, 2)
    bulk = asked(stage, cases)
    for _twice in range(2):
        assert desk.post("bulk_answer_undo", bulk.id).status_code == 302
    bulk_answering.send(over(bulk).id)
    assert answers() == 0
    assert "bulk-undo" not in desk.get("bulk_answer", bulk.id).content.decode()


def test_once_it_is_sent_it_cannot_be_undone(stage: Stage, desk: Desk) -> None:
    bulk = over(asked(stage, in_hand(stage)))
    bulk_answering.send(bulk.id)
    assert desk.post("bulk_answer_undo", bulk.id).status_code == 409
    with pytest.raises(Conflict):
        bulk_answering.undo(viewer=stage.viewer("urban"), bulk_id=bulk.id)


def test_what_moved_on_meanwhile_is_named_and_the_rest_is_answered(stage: Stage, desk: Desk) -> None:
    fine, returned = in_hand(stage, 2)
    bulk = over(asked(stage, [fine, returned]))
    handling.return_task(
        viewer=stage.viewer("urban"),
        task_id=stage.lead(returned).id,
        key=new_id(),
        reason="wrong_department",
        words="不是我们的",
    )
    bulk_answering.send(bulk.id)
    assert state(fine) == CaseState.ANSWERED
    page = desk.get("bulk_answer", bulk.id).content.decode()
    assert returned.number in page
    assert fine.number not in page
    live = desk.client.get(reverse("bulk_answer_live", args=[bulk.id]))
    assert returned.number in live.content.decode()
    again = desk.client.get(live.request["PATH_INFO"], headers={"If-None-Match": live.headers["ETag"]})
    assert again.status_code == 304


def test_what_cannot_be_answered_is_left_out_with_why(stage: Stage, desk: Desk) -> None:
    fine = in_hand(stage)[0]
    waiting = stage.dispatch(stage.register(stage.file()), to=stage.city.department("urban_management").id)
    foreign = stage.accepted()
    look = desk.post(
        "desk_bulk_answer", cases=[str(one.id) for one in (fine, waiting, foreign)], words=WORDS
    ).content.decode()
    assert f'value="{fine.id}"' in look
    assert f'value="{waiting.id}"' not in look
    assert waiting.number in look
    assert foreign.number not in look, "a case that one may not see is not named"
    helped = stage.dispatch(
        stage.register(stage.file()),
        stage.city.department("housing").id,
        to=stage.city.department("urban_management").id,
    )
    handling.accept(viewer=stage.viewer("urban"), task_id=stage.lead(helped).id, key=new_id())
    sorting = bulk_answering.sort_out(stage.viewer("urban"), [fine, waiting, Case.objects.get(pk=helped.pk)])
    assert [task.case_id for task in sorting.fit] == [fine.id]
    assert len({why for _case, why in sorting.left_out}) == 2


@pytest.mark.parametrize(("words", "count"), [("", 1), (WORDS, 0), ("很" * 2001, 1)])
def test_what_is_missing_is_said_on_the_page(stage: Stage, desk: Desk, words: str, count: int) -> None:
    case = in_hand(stage)[0]
    answer = desk.post("desk_bulk_answer", cases=[str(case.id)] * count, words=words, send="1")
    assert answer.status_code == 422
    assert case.number in answer.content.decode()
    assert not BulkAnswer.objects.exists()


def test_changing_it_keeps_words_and_ticks(stage: Stage, desk: Desk) -> None:
    case = in_hand(stage)[0]
    page = desk.post("desk_bulk_answer", cases=[str(case.id)], words=WORDS, change="1").content.decode()
    assert WORDS in page
    assert f'value="{case.id}" checked' in page


def test_strangers_neither_answer_nor_look_nor_undo(stage: Stage, desk: Desk) -> None:
    case = in_hand(stage)[0]
    with pytest.raises(Invalid):
        asked(stage, [case], who="stranger")
    with pytest.raises(Invalid):
        asked(stage, [case], who="community")
    bulk = asked(stage, [case])
    with pytest.raises(NotFound):
        bulk_answering.undo(viewer=stage.viewer("city"), bulk_id=bulk.id)
    with pytest.raises(Conflict):
        asked(stage, [case], key=bulk.id, who="city")
    for who, status in (("stranger", 404), ("city", 404), ("resident", 403), ("worker", 403)):
        other = Desk(stage, who)
        assert other.get("bulk_answer", bulk.id).status_code == status
        assert other.get("bulk_answer_live", bulk.id).status_code == status
        assert other.post("bulk_answer_undo", bulk.id).status_code == status


def test_grants_that_ended_meanwhile_answer_nothing(stage: Stage) -> None:
    case = in_hand(stage)[0]
    bulk = over(asked(stage, [case]))
    stage.city.person("urban").grants.update(until=now())
    bulk_answering.send(bulk.id)
    assert answers() == 0
    assert BulkMember.objects.get().outcome == "refused"


def test_a_job_that_died_halfway_is_taken_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = in_hand(stage, 3)
    bulk = asked(stage, cases)
    BulkAnswer.objects.filter(pk=bulk.pk).update(send_at=now() - timedelta(minutes=2))
    real = handling.answer
    done: list[Case] = []

    def dies(**fields: Any) -> Case:
        if len(done) == 1:
            raise RuntimeError("the power went")
        done.append(real(**fields))
        return done[-1]

    monkeypatch.setattr(handling, "answer", dies)
    with pytest.raises(RuntimeError):
        bulk_answering.send(bulk.id)
    assert answers() == 1
    monkeypatch.undo()
    assert bulk_answering.take_up() == 1
    assert answers() == 3
    assert bulk_answering.take_up() == 0


def test_checked_cases_go_on_as_usual_and_old_rows_are_forgotten(stage: Stage) -> None:
    case = in_hand(stage)[0]
    bulk = over(asked(stage, [case]))
    bulk_answering.send(bulk.id)
    closing.check(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words="看过")
    assert bulk_answering.forget_old() == 0
    BulkAnswer.objects.update(created_at=now() - timedelta(days=31))
    assert bulk_answering.forget_old() == 1
    assert answers() == 1


def test_choosing_takes_the_same_statements_however_many_cases(stage: Stage, desk: Desk) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get("desk_bulk_answer").status_code == 200
        return len(caught)

    in_hand(stage)
    few = statements()
    in_hand(stage, 4)
    assert statements() == few
