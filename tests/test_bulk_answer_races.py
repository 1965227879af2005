"""An answer to many that is undone at the moment at which it is sent: one of the two, wholly."""

from datetime import timedelta
from functools import partial

import pytest

from dongli.cases.actions import bulk_answering, handling
from dongli.cases.models import BulkAnswer, Case, Step
from dongli.cases.models.bulk import BulkState
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import now
from dongli.common.errors import Conflict
from dongli.common.ids import new_id
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def _asked(stage: Stage, count: int) -> BulkAnswer:
    cases: list[Case] = []
    for _each in range(count):
        case = stage.dispatch(stage.register(stage.file()), to=stage.city.department("urban_management").id)
        cases.append(handling.accept(viewer=stage.viewer("urban"), task_id=stage.lead(case).id, key=new_id()))
    bulk = bulk_answering.ask(
        viewer=stage.viewer("urban"), key=new_id(), case_ids=[case.id for case in cases], words="已处理"
    )
    BulkAnswer.objects.filter(pk=bulk.pk).update(send_at=now() - timedelta(seconds=1))
    return bulk


def test_undo_against_send_and_send_against_send(stage: Stage) -> None:
    viewer = stage.viewer("urban")
    for count in (3, 2):
        before = Step.objects.filter(verb="answer").count()
        bulk = _asked(stage, count)
        results = race(
            partial(bulk_answering.send, bulk.id),
            partial(bulk_answering.undo, viewer=viewer, bulk_id=bulk.id),
            partial(bulk_answering.send, bulk.id),
        )
        bulk.refresh_from_db()
        sent = Step.objects.filter(verb="answer").count() - before
        if isinstance(results[1], Conflict):
            assert (bulk.state, sent) == (BulkState.SENT, count)
        else:
            assert (bulk.state, sent) == (BulkState.UNDONE, 0)
        assert [results[0], results[2]] == [None, None]
