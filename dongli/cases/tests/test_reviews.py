"""What is counted apart or not at all: no clear owner, exclusions, overdue appeals; each decided by somebody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dongli.cases import counting
from dongli.cases.actions import appealing_lateness, closing, dispatching, excluding, handling, ownership
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.models import Case, Exclusion, LatenessAppeal, Step, Task
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from tests.cast import log_in

WORDS = "情况说明在此"


def told(kind: str) -> set[str | None]:
    return set(Notification.objects.filter(kind=f"cases.{kind}").values_list("user__username", flat=True))


# No clear owner


def test_what_has_no_clear_owner_is_led_by_the_place(stage: Stage) -> None:
    desk = stage.viewer("community")
    case = stage.file()
    case = dispatching.register(viewer=desk, case_id=case.id, key=new_id(), category="0101", ownerless=True)
    assert case.ownerless
    assert list(Step.objects.filter(case=case).values_list("verb", flat=True))[-2:] == ["mark_ownerless", "register"]
    with pytest.raises(Invalid) as refused:
        stage.dispatch(case, to=stage.city.department("housing").id)
    assert refused.value.code == "ownerless"
    case = stage.dispatch(case)
    assert stage.lead(case).worker == stage.city.person("worker")
    assert list(Case.objects.filter(counting.counted(), pk=case.pk)) == []
    with pytest.raises(Conflict):
        ownership.mark_ownerless(viewer=desk, case_id=case.id, key=new_id())
    case = ownership.unmark_ownerless(viewer=desk, case_id=case.id, key=new_id())
    assert list(Case.objects.filter(counting.counted(), pk=case.pk)) == [case]


def test_the_mark_may_be_set_or_taken_off_while_dispatching(stage: Stage) -> None:
    case, desk, key = stage.register(stage.file()), stage.viewer("community"), new_id()
    housing = Assignee(organisation=stage.city.department("housing").id)
    with pytest.raises(Invalid):
        dispatching.dispatch(viewer=desk, case_id=case.id, key=new_id(), lead=housing, ownerless=True)
    case.refresh_from_db()
    assert not case.ownerless
    ownership.mark_ownerless(viewer=desk, case_id=case.id, key=new_id())
    for _ in range(2):
        case = dispatching.dispatch(viewer=desk, case_id=case.id, key=key, lead=housing, ownerless=False)
    assert (case.ownerless, case.state) == (False, CaseState.DISPATCHED)


@pytest.mark.parametrize("name", ["worker", "stranger", "resident", "viewer"])
def test_only_the_desk_marks(stage: Stage, name: str) -> None:
    case = stage.register(stage.file())
    with pytest.raises((NotAllowed, NotFound)):
        ownership.mark_ownerless(viewer=stage.viewer(name), case_id=case.id, key=new_id())


def test_the_mark_on_the_pages(stage: Stage, client: Client) -> None:
    case = stage.file()
    log_in(client, stage.city.person("community"))
    url = reverse("case_register", args=[case.id])
    assert 'name="ownerless"' in client.get(url).content.decode()
    sent = {"category": "0101", "ownerless": "on", "idempotency_key": str(new_id())}
    assert client.post(url, sent).status_code == 302
    assert case.number in client.get(reverse("desk_queue") + "?filter=ownerless").content.decode()
    assert 'name="ownerless"' in client.get(reverse("case_dispatch", args=[case.id])).content.decode()
    assert client.get(reverse("case_dispatch", args=[case.id])).context["form"].initial["ownerless"] is True
    taken_off = client.post(reverse("case_unmark_ownerless", args=[case.id]), {"idempotency_key": str(new_id())})
    assert taken_off.status_code == 302
    case.refresh_from_db()
    assert not case.ownerless


# Exclusion


def ask(stage: Stage, case: Case, name: str = "community", reason: str = "unreasonable_demand") -> Case:
    return excluding.ask_exclusion(viewer=stage.viewer(name), case_id=case.id, key=new_id(), reason=reason, words=WORDS)


def decide(stage: Stage, case: Case, name: str = "subdistrict", *, grant: bool = True) -> Case:
    act = excluding.grant_exclusion if grant else excluding.refuse_exclusion
    return act(viewer=stage.viewer(name), case_id=case.id, key=new_id(), words=WORDS)


def test_an_exclusion_is_granted_by_a_second_level_and_shown_with_its_reason(stage: Stage, client: Client) -> None:
    case = ask(stage, stage.closed(), "worker")
    assert case.reviewing
    assert "demo-subdistrict" in told("ask_exclusion")
    assert list(Case.objects.filter(counting.counted(), pk=case.pk)) == [case]
    case = decide(stage, case)
    assert (case.exclusion_reason, case.reviewing, case.state) == ("unreasonable_demand", False, CaseState.CLOSED)
    assert list(Case.objects.filter(counting.counted(), pk=case.pk)) == []
    log_in(client, stage.city.person("community"))
    page = client.get(reverse("desk_case", args=[case.number])).content.decode()
    assert "诉求不合理" in page
    assert case.number in client.get(reverse("desk_queue") + "?filter=excluded").content.decode()


def test_what_is_left_out_leaves_the_resident_every_right(stage: Stage, client: Client) -> None:
    case = decide(stage, ask(stage, stage.closed()))
    resident = stage.city.person("resident")
    log_in(client, resident)
    page = client.get(reverse("my_case", args=[case.number])).content.decode()
    assert "诉求不合理" in page, "the reason is told to whom it concerns"
    rated = {"contacted": True, "solved": False, "satisfaction": "dissatisfied"}
    closing.rate(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), **rated)  # type: ignore[arg-type]
    case = closing.reopen(viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), words="还是堵")
    assert case.state == CaseState.DISPATCHED
    assert case.excluded_at is not None


def test_whoever_asks_does_not_decide_and_a_refusal_needs_another_request(stage: Stage) -> None:
    case = ask(stage, stage.closed(), "subdistrict")
    with pytest.raises(NotAllowed) as own:
        decide(stage, case, "subdistrict")
    assert own.value.code == "own_request"
    for name in ("community", "secretary", "worker", "stranger", "resident"):
        with pytest.raises((NotAllowed, NotFound)):
            decide(stage, case, name)
    with pytest.raises(Conflict):
        ask(stage, case)
    case = decide(stage, case, "district", grant=False)
    assert (case.reviewing, case.excluded_at) == (False, None)
    with pytest.raises(Conflict) as late:
        decide(stage, case, "leader")
    assert late.value.code == "not_asked"
    decide(stage, ask(stage, case, reason="out_of_scope"))
    with pytest.raises(Conflict) as done:
        ask(stage, case)
    assert done.value.code == "excluded"
    assert list(Exclusion.objects.filter(case=case).order_by("id").values_list("state", flat=True)) == [
        "refused", "granted"
    ]  # fmt: skip


def test_what_was_left_out_wrongly_is_counted_again(stage: Stage, client: Client) -> None:
    def lift(name: str = "district") -> Case:
        return excluding.lift_exclusion(viewer=stage.viewer(name), case_id=case.id, key=new_id(), words=WORDS)

    case = ask(stage, stage.closed())
    with pytest.raises(Conflict) as early:
        lift()
    assert early.value.code == "not_excluded"
    decide(stage, case)
    for name in ("community", "secretary", "worker", "stranger", "resident"):
        with pytest.raises((NotAllowed, NotFound)):
            lift(name)
    log_in(client, stage.city.person("district"))
    url = reverse("case_lift_exclusion", args=[case.id])
    assert url in client.get(reverse("desk_case", args=[case.number])).content.decode()
    assert client.post(url, {"words": "", "idempotency_key": str(new_id())}).status_code == 422
    key = new_id()
    for _turn in range(2):
        assert client.post(url, {"words": "复核后属于职责范围", "idempotency_key": str(key)}).status_code == 302
    case.refresh_from_db()
    assert (case.excluded_at, case.exclusion_reason) == (None, "")
    assert list(Case.objects.filter(counting.counted(), pk=case.pk)) == [case]
    assert Exclusion.objects.get(case=case).state == "lifted"
    assert Step.objects.filter(case=case, verb="lift_exclusion").count() == 1
    log_in(client, stage.city.person("resident"))
    assert "复核后属于职责范围" in client.get(reverse("my_case", args=[case.number])).content.decode()
    assert decide(stage, ask(stage, case)).excluded_at is not None, "it may be asked for again"


@pytest.mark.parametrize("name", ["stranger", "stranger-worker", "resident", "viewer", "housing"])
def test_only_whoever_looks_after_or_handles_it_asks(stage: Stage, name: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        ask(stage, stage.closed(), name)


def test_a_reason_is_needed_and_must_be_one(stage: Stage) -> None:
    case = stage.closed()
    for reason in ("duplicate", "nonsense"):
        with pytest.raises(Invalid) as refused:
            ask(stage, case, reason=reason)
        assert refused.value.field == "reason"


def test_an_exclusion_on_the_pages(stage: Stage, client: Client) -> None:
    case = stage.closed()
    log_in(client, stage.city.person("community"))
    url = reverse("case_ask_exclusion", args=[case.id])
    assert url in client.get(reverse("desk_case", args=[case.number])).content.decode()
    sent = {"reason": "out_of_scope", "words": WORDS, "idempotency_key": str(new_id())}
    assert client.post(url, {**sent, "words": ""}).status_code == 422
    assert client.post(url, sent).status_code == 302
    assert (
        reverse("case_grant_exclusion", args=[case.id])
        not in client.get(reverse("desk_case", args=[case.number])).content.decode()
    )
    log_in(client, stage.city.person("subdistrict"))
    assert case.number in client.get(reverse("desk_queue") + "?filter=reviewing").content.decode()
    page = client.get(reverse("desk_case", args=[case.number])).content.decode()
    for verb in ("grant", "refuse"):
        assert reverse(f"case_{verb}_exclusion", args=[case.id]) in page
        assert client.get(reverse(f"case_{verb}_exclusion", args=[case.id])).status_code == 200
    granted = client.post(
        reverse("case_grant_exclusion", args=[case.id]), {"words": WORDS, "idempotency_key": str(new_id())}
    )
    assert granted.status_code == 302
    log_in(client, stage.city.person("stranger"))
    for verb in ("ask", "grant", "refuse", "lift"):
        assert client.get(reverse(f"case_{verb}_exclusion", args=[case.id])).status_code == 404


# Overdue appeal


@pytest.fixture
def late(stage: Stage) -> Task:
    """A task that the housing department answered late, in a case that is closed."""
    case = stage.dispatch(stage.register(stage.file()), to=stage.city.department("housing").id)
    return answer_late(stage, case, "housing")


def answer_late(stage: Stage, case: Case, name: str) -> Task:
    task = stage.lead(case)
    handling.accept(viewer=stage.viewer(name), task_id=task.id, key=new_id())
    with time_machine.travel(task.due_at + timedelta(hours=3)):
        handling.answer(viewer=stage.viewer(name), task_id=task.id, key=new_id(), words="已换管")
        closing.check(viewer=stage.viewer("community"), case_id=case.id, key=new_id())
        closing.close(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words="已办结")
    task.refresh_from_db()
    return task


ACTS = {
    "appeal": appealing_lateness.appeal_lateness,
    "uphold": appealing_lateness.uphold_lateness,
    "exempt": appealing_lateness.exempt_lateness,
    "refuse": appealing_lateness.refuse_lateness,
}


def act(stage: Stage, verb: str, task: Task, name: str, key: UUID | None = None) -> Case:
    chosen: Any = ACTS[verb]
    return chosen(viewer=stage.viewer(name), task_id=task.id, key=key or new_id(), words=WORDS)  # type: ignore[no-any-return]


def test_two_reviews_exempt_and_the_lateness_stays_in_sight(stage: Stage, late: Task, client: Client) -> None:
    assert not list(Task.objects.filter(counting.on_time_counts(), pk=late.pk, exempted_at__isnull=False))
    key = new_id()
    for _ in range(2):
        case = act(stage, "appeal", late, "housing", key)
    assert case.reviewing
    assert "demo-subdistrict" in told("appeal_lateness")
    act(stage, "uphold", late, "subdistrict")
    assert "demo-district" in told("uphold_lateness")
    case = act(stage, "exempt", late, "district")
    assert not case.reviewing
    late.refresh_from_db()
    assert late.exempted_at is not None
    assert late.answered_at is not None
    assert late.answered_at > late.due_at, "how late it was is not touched"
    assert not Task.objects.filter(counting.on_time_counts(), pk=late.pk).exists()
    assert "demo-housing" in told("exempt_lateness")
    log_in(client, stage.city.person("district"))
    page = client.get(reverse("desk_case", args=[case.number])).content.decode()
    assert "clock-late" in page
    with pytest.raises(Conflict) as again:
        act(stage, "appeal", late, "housing")
    assert again.value.code == "appealed_once"


def test_each_review_is_somebody_else_in_its_order(stage: Stage, late: Task) -> None:
    with pytest.raises(Conflict):
        act(stage, "uphold", late, "subdistrict")
    act(stage, "appeal", late, "housing")
    with pytest.raises(Conflict) as early:
        act(stage, "exempt", late, "district")
    assert early.value.code == "not_upheld"
    for name in ("community", "secretary", "worker", "stranger", "housing"):
        with pytest.raises((NotAllowed, NotFound)):
            act(stage, "uphold", late, name)
    act(stage, "uphold", late, "district")
    with pytest.raises(NotAllowed):
        act(stage, "exempt", late, "district")
    for name in ("subdistrict", "leader"):
        with pytest.raises(NotAllowed):
            act(stage, "exempt", late, name)
        with pytest.raises(NotAllowed):
            act(stage, "refuse", late, name)
    act(stage, "refuse", late, "city")
    late.refresh_from_db()
    assert late.exempted_at is None
    with pytest.raises(Conflict):
        act(stage, "exempt", late, "city")


def test_only_the_department_only_when_late_and_only_after_closing(stage: Stage, late: Task) -> None:
    for name in ("police", "community", "worker", "stranger", "resident"):
        with pytest.raises((NotAllowed, NotFound)):
            act(stage, "appeal", late, name)
    in_time = stage.dispatch(stage.register(stage.file()), to=stage.city.department("housing").id)
    task = stage.lead(in_time)
    housing = stage.viewer("housing")
    handling.accept(viewer=housing, task_id=task.id, key=new_id())
    handling.answer(viewer=housing, task_id=task.id, key=new_id(), words="已办结")
    with pytest.raises(Conflict) as open_still:
        act(stage, "appeal", task, "housing")
    assert open_still.value.code == "state_moved"
    closing.check(viewer=stage.viewer("community"), case_id=in_time.id, key=new_id())
    closing.close(viewer=stage.viewer("community"), case_id=in_time.id, key=new_id(), words="已办结")
    with pytest.raises(Conflict) as not_late:
        act(stage, "appeal", task, "housing")
    assert not_late.value.code == "not_late"
    own = stage.lead(answer_late(stage, stage.dispatch(stage.register(stage.file())), "worker").case)
    with pytest.raises(Conflict):
        act(stage, "appeal", own, "worker")


def test_an_appeal_waits_while_the_resident_has_it_reopened(stage: Stage, late: Task) -> None:
    act(stage, "appeal", late, "housing")
    closing.reopen(viewer=stage.viewer("resident"), case_id=late.case_id, key=new_id(), words="又堵了")
    with pytest.raises(Conflict):
        act(stage, "uphold", late, "subdistrict")
    assert LatenessAppeal.objects.get(task=late).state == "asked"


def test_an_appeal_on_the_pages(stage: Stage, late: Task, client: Client) -> None:
    case = late.case
    log_in(client, stage.city.person("housing"))
    for name, verb in (("housing", "appeal"), ("subdistrict", "uphold"), ("district", "exempt")):
        log_in(client, stage.city.person(name))
        url = reverse(f"task_{verb}_lateness", args=[late.id])
        assert url in client.get(reverse("desk_case", args=[case.number])).content.decode()
        assert client.get(url).status_code == 200
        assert client.post(url, {"words": "", "idempotency_key": str(new_id())}).status_code == 422
        assert client.post(url, {"words": WORDS, "idempotency_key": str(new_id())}).status_code == 302
    log_in(client, stage.city.person("stranger"))
    for verb in ACTS:
        assert client.get(reverse(f"task_{verb}_lateness", args=[late.id])).status_code == 404
