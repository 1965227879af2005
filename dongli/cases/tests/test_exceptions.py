"""What does not go the usual way: arbitration after two returns."""

import pytest
from django.test import Client
from django.urls import reverse

from dongli.cases.actions import arbitrating, closing, handling
from dongli.cases.models import Case, Step, Task
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
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
