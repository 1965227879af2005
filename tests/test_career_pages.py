"""The pages of careers: who gets in, what stands on them, contests answered, statements counted, forms kept."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.operations.seeding.careers import make_careers
from dongli.people.actions import career_contests, careers
from dongli.people.actions.careers import NewFact
from dongli.people.models import (
    AccessRecord,
    CareerContest,
    CareerFile,
    CareerResult,
    CareerRun,
    CareerScheme,
    ContestState,
    Grant,
    PayFact,
    Role,
)
from tests.cast import City, log_in, make_city
from tests.test_career_runs import THIS, approved, proposed, staffed

STRANGERS = ("stranger", "district", "city", "secretary", "auditor", "viewer")


@pytest.fixture
def city(db: None) -> City:
    return staffed(make_city())


@pytest.fixture
def desk(city: City) -> Client:
    return signed_in(city, "organiser")


def signed_in(city: City, name: str) -> Client:
    client = Client()
    log_in(client, city.person(name))
    return client


def degree(city: City) -> PayFact:
    fact = NewFact("degree", date(THIS.year - 2, 6, 30), "bachelor")
    return careers.record_fact(viewer=city.viewer("organiser"), key=new_id(), person=city.person("worker"), fact=fact)


def contested(city: City) -> CareerContest:
    fact = degree(city)
    return career_contests.contest(viewer=city.viewer("worker"), key=new_id(), words="早一年", fact_id=fact.pk)


def pages(city: City) -> list[str]:
    worker, run = city.person("worker"), approved(city)
    return [
        reverse("people:careers"),
        reverse("people:career_newcomers"),
        reverse("people:career", args=[worker.pk]),
        reverse("people:career_fact", args=[worker.pk]) + "?kind=degree",
        reverse("people:career_contest", args=[contested(city).pk]),
        reverse("people:career_schemes"),
        reverse("people:career_scheme", args=[CareerScheme.objects.get().pk]),
        reverse("people:career_scheme_set"),
        reverse("people:career_simulation"),
        reverse("people:career_runs"),
        reverse("people:career_run", args=[run.pk]),
        reverse("people:career_run_state", args=[run.pk]),
        reverse("people:career_result", args=[run.pk, worker.pk]),
        reverse("people:career_sheet", args=[run.pk, "csv"]),
    ]


def test_the_desk_reads_every_page_and_nobody_else_does(city: City, desk: Client) -> None:
    paths = pages(city)
    assert [(path, desk.get(path).status_code) for path in paths] == [(path, 200) for path in paths]
    for name in STRANGERS:
        other = signed_in(city, name)
        assert {path: other.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)
    resident = signed_in(city, "resident")
    assert {resident.get(path).status_code for path in paths} == {403}
    assert {Client().get(path).status_code for path in paths} == {302}


def test_the_desk_of_another_district_finds_nothing(city: City) -> None:
    own = pages(city)[2:]
    Grant.objects.create(user=city.person("stranger"), role=Role.ORGANISER, area=city.other_district)
    other = signed_in(city, "stranger")
    shared = (reverse("people:career_runs"), reverse("people:career_simulation"))
    closed = [path for path in own if "schemes" not in path and path not in shared]
    assert {path: other.get(path).status_code for path in closed} == dict.fromkeys(closed, 404)
    assert city.person("worker").name not in other.get(reverse("people:careers")).content.decode()
    run = CareerRun.objects.get()
    for name in ("career_run_approve", "career_run_drop"):
        assert other.post(reverse(f"people:{name}", args=[run.pk])).status_code == 404
    assert other.post(reverse("people:career_open", args=[city.person("worker").pk])).status_code == 404


def test_lists_ask_the_same_however_many(city: City, desk: Client, django_assert_max_num_queries: Any) -> None:
    make_careers(count=120)
    CareerFile.objects.exclude(area=city.community).exclude(area=city.other_community).update(area=city.community)
    run = approved(city)
    worker = city.person("worker")
    degree(city)
    desk.get(reverse("people:career", args=[worker.pk]))
    counts = {
        reverse("people:careers"): 12,
        reverse("people:career", args=[worker.pk]): 16,
        reverse("people:career_runs"): 12,
        reverse("people:career_run", args=[run.pk]) + "?show=all": 14,
        reverse("people:career_simulation") + "?area=" + city.district.code: 14,
    }
    for path, most in counts.items():
        with django_assert_max_num_queries(most):
            assert desk.get(path).status_code == 200
    first = desk.get(reverse("people:careers"))
    page = first.context["page"]
    assert len(page.rows) == 50
    following = desk.get(f"{reverse('people:careers')}?after={page.next}").context["page"]
    names = [one.pinyin for one in (*page.rows, *following.rows)]
    assert names == sorted(names)
    assert not {one.pk for one in page.rows} & {one.pk for one in following.rows}


def test_the_list_shows_neither_grade_nor_pay(city: City, desk: Client) -> None:
    page = desk.get(reverse("people:careers")).content.decode()
    assert city.person("worker").name in page
    paid = CareerResult.objects.filter(run=approved(city)).values_list("total", flat=True)
    assert paid
    assert not [total for total in paid if str(total) in page]


def test_a_worker_sees_their_own_record_and_who_opened_it(city: City, desk: Client) -> None:
    degree(city)
    desk.get(reverse("people:career", args=[city.person("worker").pk]))
    own = signed_in(city, "worker")
    page = own.get(reverse("people:my_career")).content.decode()
    assert "示例一" in page
    assert f"{THIS.year - 6}-01-01" in page
    found = own.get(reverse("people:my_career")).context["record"]
    assert (found.account.grade, len(found.facts), bool(found.lines)) == (4, 3, True)
    assert city.person("organiser").name in own.get(reverse("people:me")).content.decode()
    assert signed_in(city, "resident").get(reverse("people:my_career")).context["record"] is None
    assert Client().get(reverse("people:my_career")).status_code == 302
    half = Client()
    half.force_login(city.person("worker"))
    assert half.get(reverse("people:my_career")).status_code == 302


def test_a_record_is_shown_as_it_was_known(city: City) -> None:
    own, path = signed_in(city, "worker"), reverse("people:my_career")
    degree(city)
    assert own.get(path).context["record"].account.grade == 4
    earlier = own.get(f"{path}?on={THIS.year - 3}-01-01").context["record"].account
    assert (earlier.grade, earlier.on) == (2, date(THIS.year - 3, 1, 1))
    unknown = own.get(f"{path}?known={THIS.year - 1}-01-01").context["record"]
    assert (unknown.facts, unknown.account.problem) == ([], "not_in_service")
    assert own.get(f"{path}?on=x&known=9999-99-99").status_code == 200


def test_facts_are_filled_in_corrected_and_taken_back(city: City, desk: Client) -> None:
    worker = city.person("worker")
    path = reverse("people:career_fact", args=[worker.pk])
    bad = desk.post(f"{path}?kind=degree", {"idempotency_key": str(new_id()), "value": "", "document": "证书 7"})
    assert (bad.status_code, "证书 7" in bad.content.decode()) == (422, True)
    key = str(new_id())
    sent = {"idempotency_key": key, "value": "bachelor", "since": f"{THIS.year - 1}-06-30", "document": "证书 7"}
    for _again in range(2):
        assert desk.post(f"{path}?kind=degree", sent).status_code == 302
    made = PayFact.objects.get(kind="degree")
    change = {
        "idempotency_key": str(new_id()),
        "value": "master",
        "since": f"{THIS.year - 1}-06-30",
        "reason": "看错了",
    }
    assert desk.post(f"{path}?of={made.pk}", change).status_code == 302
    again = desk.post(f"{path}?of={made.pk}", {**change, "idempotency_key": str(new_id())})
    assert again.status_code == 422
    second = PayFact.objects.get(kind="degree", superseded_at=None)
    gone = {"idempotency_key": str(new_id()), "do": "withdraw", "reason": "不是本人"}
    assert desk.post(f"{path}?of={second.pk}", gone).status_code == 302
    assert not [one for one in PayFact.objects.filter(kind="degree", superseded_at=None) if not one.withdrawn]
    assert desk.get(f"{path}?kind=wealth").status_code == 302


def test_a_record_is_opened_for_whoever_has_none(city: City, desk: Client) -> None:
    newcomer = city.person("captain")
    Grant.objects.create(user=newcomer, role=Role.GRID_WORKER, area=city.second_community)
    assert newcomer.name in desk.get(reverse("people:career_newcomers")).content.decode()
    for _again in range(2):
        assert desk.post(reverse("people:career_open", args=[newcomer.pk])).status_code == 302
    assert CareerFile.objects.get(person=newcomer).area == city.second_community
    assert desk.post(reverse("people:career_open", args=[city.person("resident").pk])).status_code == 404


def test_a_worker_contests_and_both_are_told(city: City) -> None:
    fact = degree(city)
    own, path = signed_in(city, "worker"), reverse("people:my_career_contest")
    assert own.post(path, {"idempotency_key": str(new_id()), "words": ""}).status_code == 422
    sent = {"idempotency_key": str(new_id()), "words": "早一年", "fact": str(fact.pk)}
    for _again in range(2):
        assert own.post(path, sent).status_code == 302
    assert own.post(path, {**sent, "idempotency_key": str(new_id())}).status_code == 422
    made = CareerContest.objects.get()
    assert (made.fact, made.person, made.state) == (fact, city.person("worker"), ContestState.OPEN)
    told = Notification.objects.filter(kind="people.career_contest")
    assert [one.user for one in told] == [city.person("organiser")]
    desk = signed_in(city, "organiser")
    assert city.person("worker").name in desk.get(reverse("people:careers")).content.decode()
    right = f"{THIS.year - 3}-06-30"
    answer = {"idempotency_key": str(new_id()), "decision": "correct", "answer": "核对无误，已更正"}
    answer |= {"value": "bachelor", "since": right}
    at = reverse("people:career_contest", args=[made.pk])
    assert desk.post(at, {**answer, "since": ""}).status_code == 422
    for _again in range(2):
        assert desk.post(at, answer).status_code == 302
    made.refresh_from_db()
    corrected = PayFact.objects.get(kind="degree", superseded_at=None)
    assert (made.state, made.correction, str(corrected.since)) == (ContestState.UPHELD, corrected, right)
    kinds = set(Notification.objects.filter(kind__contains="contest_").values_list("user__username", "kind"))
    assert kinds == {("demo-worker", "people.contest_upheld"), ("demo-organiser", "people.contest_decided")}
    assert "核对无误" in own.get(reverse("people:my_career")).content.decode()


def test_a_contest_that_is_not_upheld_corrects_nothing(city: City) -> None:
    made, viewer = contested(city), city.viewer("organiser")
    decide = career_contests.decide_contest
    with pytest.raises(Invalid):
        decide(viewer=viewer, contest_id=made.pk, upheld=False, answer="不更正", withdraw=True)
    with pytest.raises(Invalid):
        decide(viewer=viewer, contest_id=made.pk, upheld=False, answer=" ")
    for name in ("worker", "secretary", "stranger", "district"):
        with pytest.raises((NotFound, NotAllowed)):
            decide(viewer=city.viewer(name), contest_id=made.pk, upheld=True, answer="x")
    for _again in range(2):
        found = decide(viewer=viewer, contest_id=made.pk, upheld=False, answer="证书日期以学信网为准")
    assert (found.state, found.correction) == (ContestState.REFUSED, None)
    with pytest.raises(Conflict):
        decide(viewer=viewer, contest_id=made.pk, upheld=True, answer="x")
    with pytest.raises(NotFound):
        career_contests.contest(viewer=city.viewer("worker-2"), key=new_id(), words="x", fact_id=made.fact_id)
    with pytest.raises(NotFound):
        career_contests.contest(viewer=city.viewer("resident"), key=new_id(), words="x")


def test_a_run_from_the_form_to_its_approval(city: City, desk: Client) -> None:
    path, sent = reverse("people:career_runs"), {"idempotency_key": str(new_id()), "area": city.district.code}
    assert desk.post(path, {**sent, "effective_on": "2020-01-01"}).status_code == 422
    assert desk.post(path, {**sent, "effective_on": f"{THIS.year + 1}-01-01"}).status_code == 302
    run = CareerRun.objects.get()
    waiting = desk.get(reverse("people:career_run", args=[run.pk]))
    assert "data-live=" in waiting.content.decode()
    state = reverse("people:career_run_state", args=[run.pk])
    tag = desk.get(state).headers["ETag"]
    assert desk.get(state, headers={"If-None-Match": tag}).status_code == 304
    run = proposed(city)
    assert desk.post(reverse("people:career_run_approve", args=[run.pk])).status_code == 403
    admin = signed_in(city, "admin")
    assert admin.post(reverse("people:career_run_approve", args=[run.pk])).status_code == 302
    assert admin.post(reverse("people:career_run_drop", args=[run.pk])).status_code == 409


def test_numbers_are_tried_out_and_set(city: City, desk: Client) -> None:
    path = reverse("people:career_simulation")
    start = desk.get(path)
    fields = {name: str(start.context["form"].initial[name]) for name in start.context["form"].fields}
    asked = {**fields, "uplift": "2.20", "do": "simulate", "from": start.context["start"].key}
    found = desk.get(path, asked).context["found"]
    assert found.whole.then == 2 * found.whole.now > 0
    page = desk.get(path, {**asked, "uplift": "zwei"})
    assert (page.status_code, "zwei" in page.content.decode()) == (422, True)
    assert desk.get(path, {**asked, "grade_2": "0.1"}).status_code == 422
    head = {
        "area": city.district.code,
        "since": f"{THIS.year + 1}-01-01",
        "name": "三岗十八级",
        "version": "荷塘〔2026〕1号",
    }
    sent = {**fields, **head, "uplift": "1.20", "idempotency_key": str(new_id())}
    at = f"{reverse('people:career_scheme_set')}?from={start.context['start'].key}"
    assert desk.post(at, {**sent, "version": ""}).status_code == 422
    for _again in range(2):
        assert desk.post(at, sent).status_code == 302
    row = CareerScheme.objects.get(area=city.district)
    assert (row.rule["uplift"], row.example, row.set_by) == ("1.20", False, city.person("organiser"))
    end = reverse("people:career_scheme_end", args=[row.pk])
    assert desk.post(end, {"until": ""}).status_code == 422
    assert desk.post(end, {"until": str(row.since)}).status_code == 422
    assert desk.post(end, {"until": f"{THIS.year + 2}-01-01"}).status_code == 302
    above = CareerScheme.objects.get(area=city.city)
    assert desk.post(reverse("people:career_scheme_end", args=[above.pk]), {"until": "2030-01-01"}).status_code == 403


def test_looking_at_a_worker_is_on_record(city: City, desk: Client) -> None:
    desk.get(reverse("people:career", args=[city.person("worker").pk]))
    assert AccessRecord.objects.filter(person=city.person("worker"), field="pay").count() == 1
