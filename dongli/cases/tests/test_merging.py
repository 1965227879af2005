"""Duplicates: what is offered as reported before; merging and taking out; followers and their lead."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.cases import following, links
from dongli.cases.actions import closing, dispatching, filing, handling, merging
from dongli.cases.models import Case, Rating, Step, StepText, Task
from dongli.cases.queries import nearby
from dongli.cases.queries.nearby import Spot
from dongli.cases.queries.resident import resident_file
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState, TaskState
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from tests.cast import log_in

METRE = 1 / 111_320
ANSWER = "总阀已换，水压恢复正常"


def beside(stage: Stage, metres: float = 60, **fields: Any) -> Case:
    """A case so far north of the middle of the home grid."""
    longitude, latitude = stage.city.point_in(stage.city.grid)
    fields.setdefault("category", "0201")
    return stage.file(where=Where(longitude, latitude + metres * METRE), **fields)


def merge(stage: Stage, case: Case, lead: Case, name: str = "community", **other: Any) -> Case:
    return merging.merge(viewer=stage.viewer(name), case_id=case.id, key=new_id(), lead_id=lead.id, **other)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def state(case: Case) -> str:
    return fresh(case).state


def at_work(stage: Stage, metres: float, name: str) -> Case:
    case = stage.dispatch(stage.register(beside(stage, metres, category="", viewer=stage.viewer(name)), "0201"))
    return handling.accept(viewer=stage.viewer("worker"), task_id=stage.lead(case).id, key=new_id())


@pytest.fixture
def lead(stage: Stage) -> Case:
    """A case at work that another one may follow."""
    return at_work(stage, 0, "resident")


@pytest.fixture
def follower(stage: Stage) -> Case:
    """A case of another resident, at work too."""
    return at_work(stage, 60, "resident-2")


def answer(stage: Stage, lead: Case) -> Case:
    return handling.answer(
        viewer=stage.viewer("worker"), task_id=stage.lead(lead).id, key=new_id(), words="王女士您好，阀门已换"
    )


def close(stage: Stage, lead: Case) -> Case:
    answer(stage, lead)
    viewer = stage.viewer("community")
    closing.check(viewer=viewer, case_id=lead.id, key=new_id())
    return closing.close(viewer=viewer, case_id=lead.id, key=new_id(), words=ANSWER)


def rate(stage: Stage, case: Case, name: str = "resident-2") -> Case:
    return closing.rate(
        viewer=stage.viewer(name), case_id=case.id, key=new_id(), contacted=True, solved=True, satisfaction="satisfied"
    )


# What is near


def near(stage: Stage, case: Case, name: str = "community") -> list[tuple[UUID, int | None]]:
    found = nearby.cases_near(Spot.of(fresh(case)), viewer=stage.viewer(name), besides=case.id)
    return [(one.case.id, one.metres) for one in found]


def test_the_same_line_near_and_recent_is_found_its_own_class_first_then_the_nearest(stage: Stage) -> None:
    here, there, far = beside(stage, 0), beside(stage, 140), beside(stage, 160)
    close_by = beside(stage, 20, category="0206")
    assert near(stage, here) == [(there.id, 140), (close_by.id, 20)]
    assert {one for one, _metres in near(stage, far)} == {there.id, close_by.id}
    assert near(stage, here, "stranger") == []


@pytest.mark.parametrize(
    "change",
    [
        {"filed_at": now() - timedelta(days=15)},
        {"danger": "life"},
        {"about": "worker"},
        {"hidden_from": [UUID(int=1)]},
        {"closed_at": now(), "state": "closed"},
        {"spam_at": now(), "state": "spam"},
        {"state": "checked", "category": None},
    ],
    ids=["old", "danger", "about staff", "hidden", "closed", "spam", "unclassed"],
)
def test_what_is_old_ended_dangerous_or_about_staff_is_not_found(stage: Stage, change: dict[str, Any]) -> None:
    here, there = beside(stage, 0), beside(stage, 50)
    Case.objects.filter(pk=there.pk).update(**change)
    assert near(stage, here) == []


def test_another_line_is_not_the_same_trouble(stage: Stage) -> None:
    here = beside(stage, 0)
    beside(stage, 30, category="0207")  # the water's quality is for another line
    assert near(stage, here) == []


def test_without_a_point_the_compound_counts(stage: Stage) -> None:
    at_home: dict[str, Any] = {"category": "0201", "where": Where(area_code=stage.city.compound.code)}
    here = stage.file(**at_home)
    building = stage.file(category="0201", where=Where(area_code=stage.city.building.code))
    stage.file(category="0201", where=Where(area_code=stage.city.compounds[1].code))
    assert near(stage, here) == [(building.id, None)]
    assert near(stage, building) == [(here.id, None)]


def test_looking_takes_the_same_few_statements_however_much_is_there(stage: Stage) -> None:
    here = beside(stage, 0)
    for metres in range(3):
        beside(stage, metres)

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            near(stage, here)
        return len(seen)

    few = statements()
    pattern = fresh(here)
    rows = []
    for number in range(300):
        pattern.pk, pattern.number = new_id(), f"N-{number}"
        rows.append(Case(**{f.attname: getattr(pattern, f.attname) for f in Case._meta.concrete_fields}))
    Case.objects.bulk_create(rows)
    assert statements() == few
    assert len(near(stage, here)) == nearby.MOST_LISTED


# Merging and taking out


def test_a_follower_waits_with_its_lead_and_goes_on_where_it_was(stage: Stage, lead: Case, follower: Case) -> None:
    task = stage.lead(follower)
    before = (task.state, task.due_at, task.accepted_at, task.next_escalation_at)
    merge(stage, follower, lead, words="同一处漏水")
    found = fresh(follower)
    assert (found.state, found.lead_case_id, found.due_at) == (CaseState.MERGED, lead.id, None)
    task.refresh_from_db()
    assert (task.state, task.parked_from) == (TaskState.PARKED, "accepted")
    told = Notification.objects.filter(user=stage.city.person("resident-2"), kind="cases.merge")
    assert told.count() == 1
    merging.unmerge(viewer=stage.viewer("community"), case_id=follower.id, key=new_id())
    task.refresh_from_db()
    assert (task.state, task.due_at, task.accepted_at, task.next_escalation_at) == before
    found = fresh(follower)
    assert (found.state, found.lead_case_id, found.merged_at, found.due_at) == ("working", None, None, task.due_at)
    assert state(lead) == "working"


@pytest.mark.parametrize("at", ["filed", "registered"])
def test_what_has_no_tasks_yet_can_be_merged_and_taken_out(stage: Stage, lead: Case, at: str) -> None:
    case = beside(stage, category="")
    if at == "registered":
        stage.register(case, "0201")
    merge(stage, case, lead)
    merging.unmerge(viewer=stage.viewer("community"), case_id=case.id, key=new_id())
    assert state(case) == at


def test_the_same_merge_twice_is_one_step(stage: Stage, lead: Case, follower: Case) -> None:
    key, viewer = new_id(), stage.viewer("community")
    for _ in range(2):
        merging.merge(viewer=viewer, case_id=follower.id, key=key, lead_id=lead.id)
    assert Step.objects.filter(case=follower, verb="merge").count() == 1
    with pytest.raises(Conflict):
        merge(stage, follower, lead)


def test_a_worker_who_holds_both_may_merge_them(stage: Stage, lead: Case, follower: Case) -> None:
    merge(stage, follower, lead, "worker")
    assert Step.objects.get(case=follower, verb="merge").actor_as == "holder"


@pytest.mark.parametrize("name", ["stranger", "stranger-worker", "resident", "resident-2", "housing", "viewer"])
def test_nobody_else_merges_or_takes_out(stage: Stage, lead: Case, follower: Case, name: str) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        merge(stage, follower, lead, name)
    merge(stage, follower, lead)
    with pytest.raises((NotFound, NotAllowed)):
        merging.unmerge(viewer=stage.viewer(name), case_id=follower.id, key=new_id())


def test_both_desks_are_needed_to_merge_across(stage: Stage, lead: Case) -> None:
    far = stage.file(category="0201", where=Where(*stage.city.point_in(stage.city.other_grid)))
    with pytest.raises(NotFound):
        merge(stage, far, lead)
    with pytest.raises(NotFound):
        merge(stage, fresh(lead), far)
    merge(stage, far, lead, "city")
    assert state(far) == "merged"


def test_what_cannot_lead_or_follow(stage: Stage, lead: Case, follower: Case) -> None:
    with pytest.raises(Invalid):
        merge(stage, lead, lead)
    merge(stage, follower, lead)
    third = beside(stage)
    with pytest.raises(Conflict) as refusal:
        merge(stage, third, follower)
    assert refusal.value.code == "cannot_lead"
    with pytest.raises(Conflict) as refusal:
        merge(stage, lead, third)
    assert refusal.value.code == "leads_others"
    Case.objects.filter(pk=third.pk).update(danger="life")
    with pytest.raises(Invalid):
        merge(stage, third, lead, "leader")
    with pytest.raises(NotFound):
        merging.merge(viewer=stage.viewer("community"), case_id=beside(stage).id, key=new_id(), lead_id=new_id())


# With the lead


def test_the_lead_closes_its_followers_and_each_resident_rates_alone(stage: Stage, lead: Case, follower: Case) -> None:
    merge(stage, follower, lead)
    close(stage, lead)
    found = fresh(follower)
    assert (found.state, found.closings, found.lead_case_id) == ("closed", 1, lead.id)
    step = Step.objects.get(case=follower, verb="conclude")
    assert (StepText.objects.get(step=step).words, step.actor_as) == (ANSWER, "system")
    rate(stage, follower)
    assert (state(follower), state(lead)) == ("rated", "closed")
    rate(stage, lead, "resident")
    assert Rating.objects.filter(case__in=[lead, follower]).count() == 2
    kinds = Notification.objects.filter(user=stage.city.person("resident-2")).values_list("kind", flat=True)
    assert list(kinds).count("cases.close") == 1


def test_a_follower_reopens_alone_with_whoever_had_answered(stage: Stage, lead: Case, follower: Case) -> None:
    merge(stage, follower, lead)
    close(stage, lead)
    closing.reopen(viewer=stage.viewer("resident-2"), case_id=follower.id, key=new_id(), words="我家还是没水")
    found = fresh(follower)
    assert (found.state, found.lead_case_id, found.round) == ("dispatched", None, 2)
    assert stage.lead(found).worker == stage.city.person("worker")
    assert set(Task.objects.filter(case=follower, round=1).values_list("state", flat=True)) == {"cancelled"}
    assert state(lead) == "closed"


def test_a_joined_case_that_was_never_registered_can_be_reopened(stage: Stage, lead: Case) -> None:
    case = beside(stage, viewer=stage.viewer("resident-2"), join=lead.id)
    close(stage, lead)
    closing.reopen(viewer=stage.viewer("resident-2"), case_id=case.id, key=new_id(), words="没好")
    assert state(case) == "dispatched"


def test_when_the_lead_is_reopened_those_who_have_not_rated_wait_again(
    stage: Stage, lead: Case, follower: Case
) -> None:
    happy = beside(stage, 30, viewer=stage.viewer("resident-2"), join=lead.id)
    merge(stage, follower, lead)
    close(stage, lead)
    rate(stage, happy)
    closing.reopen(viewer=stage.viewer("resident"), case_id=lead.id, key=new_id(), words="又停水了")
    assert (state(follower), state(happy)) == ("merged", "rated")
    case = stage.lead(lead)
    handling.accept(viewer=stage.viewer("worker"), task_id=case.id, key=new_id())
    close(stage, lead)
    assert (fresh(follower).closings, state(follower)) == (2, "closed")
    rate(stage, follower)


def test_when_the_lead_ends_without_an_answer_followers_stand_where_they_stood(
    stage: Stage, lead: Case, follower: Case
) -> None:
    joined = beside(stage, viewer=stage.viewer("resident-2"), join=lead.id)
    merge(stage, follower, lead)
    filing.withdraw(viewer=stage.viewer("resident"), case_id=lead.id, key=new_id())
    assert (state(follower), state(joined)) == ("working", "filed")
    assert Case.objects.filter(lead_case=lead).count() == 0
    assert Step.objects.get(case=joined, verb="unmerge").actor_as == "system"


def test_a_follower_may_be_withdrawn_and_added_to(stage: Stage, lead: Case, follower: Case) -> None:
    merge(stage, follower, lead)
    resident = stage.viewer("resident-2")
    filing.add_words(viewer=resident, case_id=follower.id, key=new_id(), words="二楼也没水")
    assert state(follower) == "merged"
    filing.withdraw(viewer=resident, case_id=follower.id, key=new_id())
    assert state(follower) == "withdrawn"
    assert set(Task.objects.filter(case=follower).values_list("state", flat=True)) == {"cancelled"}
    close(stage, lead)
    assert state(follower) == "withdrawn"


def test_parked_work_neither_rings_nor_is_done(stage: Stage, lead: Case, follower: Case) -> None:
    task = stage.lead(follower)
    merge(stage, follower, lead)
    Task.objects.filter(pk=task.pk).update(next_escalation_at=now() - timedelta(hours=1))
    from dongli.cases.actions import clocks

    clocks.sweep()
    assert not Step.objects.filter(case=follower, verb="escalate").exists()
    with pytest.raises(Conflict):
        handling.answer(viewer=stage.viewer("worker"), task_id=task.id, key=new_id(), words="好了")


# Many


def test_three_hundred_followers_are_closed_in_batches_of_few_statements(stage: Stage, lead: Case) -> None:
    one = beside(stage, join=lead.id)
    rows = copies(one, 299)
    answer(stage, lead)
    closing.check(viewer=stage.viewer("community"), case_id=lead.id, key=new_id())
    with CaptureQueriesContext(connection) as seen:
        closing.close(viewer=stage.viewer("community"), case_id=lead.id, key=new_id(), words=ANSWER)
    assert len(seen) < 45
    assert set(Case.objects.filter(lead_case=lead).values_list("state", flat=True)) == {"merged"}  # a job does them
    with CaptureQueriesContext(connection) as seen:
        assert following.settle_all(lead.id) == 300
    assert len(seen) < 60  # three batches, the last one empty
    assert following.settle_all(lead.id) == 0
    assert Step.objects.filter(case__in=rows, verb="conclude").count() == 299
    assert set(Case.objects.filter(lead_case=lead).values_list("state", "closings")) == {("closed", 1)}
    closing.reopen(viewer=stage.viewer("resident"), case_id=lead.id, key=new_id(), words="没好")
    assert following.settle_all(lead.id) == 300
    assert Case.objects.filter(lead_case=lead, state="merged").count() == 300


def copies(case: Case, count: int) -> list[Case]:
    """The same case again, so many times, with the steps it has."""
    found = fresh(case)
    rows, steps = [], []
    for number in range(count):
        values = {one.attname: getattr(found, one.attname) for one in Case._meta.concrete_fields}
        rows.append(Case(**(values | {"id": new_id(), "number": f"M-{number:06d}"})))
        steps += [
            Step(case=rows[-1], seq=seq + 1, verb="submit", actor_as="resident", state_after="merged")
            for seq in range(found.steps_count)
        ]
    Case.objects.bulk_create(rows)
    Step.objects.bulk_create(steps)
    return rows


# What the filer is offered


def form(stage: Stage, **other: str) -> dict[str, str]:
    longitude, latitude = stage.city.point_in(stage.city.grid)
    return {
        "what": "楼下的井盖坏了，晚上危险", "category": "0201", "idempotency_key": str(new_id()),
        "longitude": str(longitude), "latitude": str(latitude + 50 * METRE), **other,
    }  # fmt: skip


def test_the_filer_is_asked_once_and_may_join(stage: Stage, client: Client, lead: Case) -> None:
    data = form(stage)
    asked = client.post(reverse("report"), data)
    assert asked.status_code == 200
    html = asked.content.decode()
    assert str(lead.id) in html
    assert data["what"] in html
    assert lead.number not in html
    assert "污水流了一地" not in html  # not a word of the other resident
    assert Case.objects.count() == 1
    done = client.post(reverse("report"), {**data, "join": str(lead.id)})
    assert done.status_code == 303
    case = Case.objects.exclude(pk=lead.pk).get()
    assert (case.state, case.lead_case_id) == ("merged", lead.id)
    page = client.get(reverse("case_link", args=[case.number, links.token(case)]))
    assert lead.number not in page.content.decode()


def test_the_filer_may_go_on_alone(stage: Stage, client: Client, lead: Case) -> None:
    assert client.post(reverse("report"), form(stage, join="own")).status_code == 303
    assert not Case.objects.exclude(lead_case=None).exists()


@pytest.mark.parametrize("join", ["not-an-id", "00000000-0000-7000-8000-000000000000", "\x00", "9" * 40])
def test_a_forged_choice_joins_nothing(stage: Stage, client: Client, lead: Case, join: str) -> None:
    response = client.post(reverse("report"), form(stage, join=join))
    assert response.status_code in {200, 303, 422}
    assert not Case.objects.exclude(lead_case=None).exists()


def test_what_lies_elsewhere_cannot_be_joined(stage: Stage, lead: Case) -> None:
    far = stage.file(category="0201", where=Where(*stage.city.point_in(stage.city.other_grid)), join=lead.id)
    assert far.lead_case_id is None


def test_what_is_dangerous_is_offered_nothing_and_joins_nothing(stage: Stage, client: Client, lead: Case) -> None:
    assert client.post(reverse("report"), form(stage, danger="life")).status_code == 303
    assert client.post(reverse("report"), form(stage, danger="life", join=str(lead.id))).status_code == 303
    assert not Case.objects.exclude(lead_case=None).exists()


def test_lines_that_speak_of_households_are_never_offered(stage: Stage, client: Client) -> None:
    dispatching.register(viewer=stage.viewer("community"), case_id=beside(stage, 0, category="").id, key=new_id(),
                         category="0207")  # fmt: skip
    longitude, latitude = stage.city.point_in(stage.city.grid)
    from dongli.cases.policy import category
    from dongli.common.clock import today

    row = category("0207", today())
    assert row.line not in {"urban_management", "emergency"}
    assert nearby.known(Spot(row.line, (row.code,), longitude, latitude, None)) == []


def test_the_fragment_says_the_same_and_asking_too_often_is_answered_with_nothing(
    stage: Stage, client: Client, lead: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(lead.id) in client.post(reverse("report_known"), form(stage)).content.decode()
    from dongli.people import ratelimits

    monkeypatch.setitem(ratelimits.LIMITS, "nearby_by_device", (ratelimits.Limit(0, ratelimits.HOUR),))
    monkeypatch.setitem(ratelimits.LIMITS, "nearby_by_address", (ratelimits.Limit(0, ratelimits.HOUR),))
    assert str(lead.id) not in client.post(reverse("report_known"), form(stage)).content.decode()


# What each reads


def test_the_follower_reads_what_offices_did_and_nobodys_words(stage: Stage, lead: Case) -> None:
    case = beside(stage, viewer=stage.viewer("resident-2"), join=lead.id)
    filing.add_words(viewer=stage.viewer("resident"), case_id=lead.id, key=new_id(), words="我是3栋302老王")
    answer(stage, lead)
    file = resident_file(stage.viewer("resident-2"), fresh(case))
    shared = [entry for entry in file.timeline if entry.shared]
    assert [entry.verb for entry in shared] == ["register", "dispatch", "accept", "answer"]
    assert not any(entry.words or entry.photos for entry in shared)
    assert file.verbs == {"add", "withdraw"}


def test_the_desk_sees_what_belongs_together(stage: Stage, client: Client, lead: Case, follower: Case) -> None:
    log_in(client, stage.city.person("community"))
    address = reverse("case_others", args=[lead.id])
    html = client.get(address).content.decode()
    assert f"{reverse('case_merge', args=[lead.id])}?with={follower.number}" in html
    merge(stage, follower, lead)
    html = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert follower.number in html
    assert "<html" not in html
    assert lead.number in client.get(reverse("case_others", args=[follower.id])).content.decode()
    assert client.get(reverse("desk_case", args=[follower.number])).status_code == 200


def test_the_desk_merges_and_takes_out_on_its_pages(stage: Stage, client: Client, lead: Case, follower: Case) -> None:
    log_in(client, stage.city.person("community"))
    address = reverse("case_merge", args=[follower.id])
    assert client.get(address, {"with": lead.number}).status_code == 200
    data = {"idempotency_key": str(new_id()), "number": "20260101-XXXXXX", "leads": "other"}
    assert client.post(address, data).status_code == 422
    assert client.post(address, {**data, "number": lead.number, "leads": "this"}).status_code == 302
    assert (state(lead), state(follower)) == ("merged", "working")
    out = client.post(reverse("case_unmerge", args=[lead.id]), {"idempotency_key": str(new_id())})
    assert (out.status_code, state(lead)) == (302, "working")
    assert client.get(reverse("case_merge", args=[close(stage, lead).id])).status_code == 409


@pytest.mark.parametrize("name", ["stranger", "resident", ""])
def test_the_stranger_is_shown_nothing(stage: Stage, client: Client, lead: Case, follower: Case, name: str) -> None:
    if name:
        log_in(client, stage.city.person(name))
    for page in ("case_others", "case_merge"):
        assert client.get(reverse(page, args=[follower.id])).status_code in {302, 403, 404}
    for verb in ("case_merge", "case_unmerge"):
        sent = client.post(reverse(verb, args=[follower.id]), {"idempotency_key": str(new_id()), "number": lead.number})
        assert sent.status_code in {302, 403, 404, 422}
    assert state(follower) == "working"


def test_nobody_joins_what_has_ended_meanwhile(stage: Stage, client: Client, lead: Case) -> None:
    close(stage, lead)
    assert client.post(reverse("report"), form(stage, join=str(lead.id)), follow=True).status_code == 200
    assert not Case.objects.exclude(lead_case=None).exists()
