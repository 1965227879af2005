"""Assigning several cases at once: each through the action, each refusal named, twice is once."""

from typing import Any

import pytest
from django.urls import reverse

from dongli.cases.models import Case, Task
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import Desk
from dongli.cases.workflow import CaseState
from dongli.common.ids import new_id


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage, "community")


def assign(desk: Desk, cases: list[Case], lead: str, **fields: Any) -> Any:
    data = {"idempotency_key": str(new_id()), "cases": [str(case.id) for case in cases], "lead": lead, **fields}
    return desk.client.post(reverse("desk_bulk_assign"), data)


def test_several_are_dispatched_to_one_department(stage: Stage, desk: Desk) -> None:
    cases = [stage.register(stage.file()) for _ in range(3)]
    page = desk.get("desk_bulk_assign").content.decode()
    assert all(case.number in page for case in cases)
    housing = stage.city.department("housing")
    key = str(new_id())
    for _twice in range(2):
        answer = assign(desk, cases[:2], f"organisation:{housing.id}", words="请一并处理", idempotency_key=key)
        assert answer.status_code == 200
        assert answer.content.decode().count("ui-tone-good") == 2
    assert Task.objects.filter(organisation=housing).count() == 2
    assert Case.objects.get(pk=cases[2].pk).state == CaseState.REGISTERED


def test_each_refusal_is_named_and_the_rest_goes_through(stage: Stage, desk: Desk) -> None:
    fine, moved = stage.register(stage.file()), stage.register(stage.file())
    stage.dispatch(moved)
    answer = assign(desk, [fine, moved], f"worker:{stage.city.person('worker').id}").content.decode()
    assert answer.count("ui-tone-good") == 1
    assert answer.count("ui-tone-warn") == 1
    assert Case.objects.get(pk=fine.pk).state == CaseState.DISPATCHED


def test_the_pool_of_each_grid_may_lead(stage: Stage, desk: Desk) -> None:
    case = stage.register(stage.file())
    assert assign(desk, [case], "pool").status_code == 200
    assert Task.objects.get(case=case).worker is None


@pytest.mark.parametrize(("lead", "count"), [("", 1), ("organisation:forged", 1), ("pool", 0)])
def test_what_is_missing_is_said_on_the_page(stage: Stage, desk: Desk, lead: str, count: int) -> None:
    case = stage.register(stage.file())
    answer = assign(desk, [case] * count, lead)
    assert answer.status_code == 422
    assert case.number in answer.content.decode()
    assert Case.objects.get(pk=case.pk).state == CaseState.REGISTERED


def test_only_desks_and_only_their_cases(stage: Stage, desk: Desk) -> None:
    case = stage.register(stage.file())
    for who in ("viewer", "urban", "resident"):
        assert Desk(stage, who).get("desk_bulk_assign").status_code == 403
    stranger = Desk(stage, "stranger")
    answer = assign(stranger, [case], "pool")
    assert case.number not in answer.content.decode()
    assert Case.objects.get(pk=case.pk).state == CaseState.REGISTERED
    assert desk.get("desk_queue", filter="dispatch").content.decode().count("bulk-assign") == 1
