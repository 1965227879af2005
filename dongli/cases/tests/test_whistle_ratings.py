"""After a whistle both sides rate: once, finally, never by anybody else, and unread by the other side at first."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from dongli.cases.actions import closing, handling, whistle_ratings, whistling
from dongli.cases.models import Case, Step, Task, Whistle, WhistleRating
from dongli.cases.queries.detail import case_file
from dongli.cases.queries.whistles import Part
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from dongli.common.ids import new_id
from tests.cast import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def whistle(stage: Stage) -> Whistle:
    """A whistle that housing has answered and from which urban management, which never came, was released."""
    case = stage.whistled("housing", "urban_management")
    found = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=found.id, key=new_id())
    first, second = _part(stage, found, "housing"), _part(stage, found, "urban_management")
    whistling.report_in(viewer=stage.viewer("housing"), task_id=first.id, key=new_id())
    handling.answer(viewer=stage.viewer("housing"), task_id=first.id, key=new_id(), words="已换管")
    handling.release(
        viewer=stage.viewer("community"), task_id=second.id, key=new_id(), reason="not_needed", words="没来"
    )
    found.refresh_from_db()
    assert found.state == "done"
    return found


def _part(stage: Stage, whistle: Whistle, function: str) -> Task:
    return Task.objects.get(whistle=whistle, organisation=stage.city.department(function))


def rate(stage: Stage, whistle: Whistle, name: str = "worker", function: str = "housing", **answers: str) -> Case:
    given = {"in_time": "in_time", "helpful": "helpful", "words": "来得快，帮了大忙", **answers}
    part = _part(stage, whistle, function)
    return whistle_ratings.rate_response(
        viewer=stage.viewer(name), whistle_id=whistle.id, key=new_id(), task_id=part.id, **given
    )


def judge(
    stage: Stage, whistle: Whistle, name: str = "housing", function: str = "housing", founded: bool = True
) -> Case:
    part = _part(stage, whistle, function)
    return whistle_ratings.judge_whistle(
        viewer=stage.viewer(name),
        whistle_id=whistle.id,
        key=new_id(),
        task_id=part.id,
        founded=founded,
        words="确需到场",
    )


def seen_by(stage: Stage, name: str, whistle: Whistle) -> Part:
    """Housing's part as this person sees it."""
    case = Case.objects.select_related("desk", "community", "category").get(pk=whistle.case_id)
    parts = case_file(stage.viewer(name), case).parts[whistle.id]
    return next(part for part in parts if part.task.organisation == stage.city.department("housing"))


def test_each_side_rates_once_and_finally(stage: Stage, whistle: Whistle) -> None:
    before = Case.objects.get(pk=whistle.case_id).state
    rate(stage, whistle)
    rate(stage, whistle, function="urban_management", in_time="never", helpful="not_helpful")
    judge(stage, whistle)
    assert Case.objects.get(pk=whistle.case_id).state == before
    assert WhistleRating.objects.count() == 3
    with pytest.raises(Conflict):
        rate(stage, whistle)
    with pytest.raises(Conflict):
        judge(stage, whistle, founded=False)
    rating = WhistleRating.objects.filter(side="whistler").first()
    assert rating is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        WhistleRating.objects.update(founded=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        WhistleRating.objects.all().delete()
    steps = Step.objects.filter(verb__in=["rate_response", "judge_whistle"])
    assert [step.public for step in steps] == [False] * 3
    assert not any("helpful" in str(step.data) or "founded" in str(step.data) for step in steps)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("community", NotAllowed), ("leader", NotAllowed), ("housing", NotAllowed),
        ("stranger", NotFound), ("resident-2", NotFound),
    ],
)  # fmt: skip
def test_nobody_but_the_whistler_rates_a_response(
    stage: Stage, whistle: Whistle, name: str, error: type[Refusal]
) -> None:
    with pytest.raises(error):
        rate(stage, whistle, name)


@pytest.mark.parametrize(
    ("name", "error"),
    [("worker", NotAllowed), ("leader", NotAllowed), ("urban", NotFound), ("police", NotFound), ("stranger", NotFound)],
)
def test_nobody_but_the_department_says_whether_it_was_founded(
    stage: Stage, whistle: Whistle, name: str, error: type[Refusal]
) -> None:
    with pytest.raises(error):
        judge(stage, whistle, name)


def test_only_parts_of_this_whistle_and_known_answers_are_taken(stage: Stage, whistle: Whistle) -> None:
    with pytest.raises(Invalid):
        rate(stage, whistle, helpful="wonderful")
    with pytest.raises(Invalid):
        rate(stage, whistle, in_time="")
    with pytest.raises(Invalid):
        whistle_ratings.rate_response(
            viewer=stage.viewer("worker"),
            whistle_id=whistle.id,
            key=new_id(),
            task_id=stage.lead(whistle.case).id,
            in_time="late",
            helpful="partly",
        )
    with pytest.raises(Invalid):
        judge(stage, whistle, function="urban_management")
    assert not WhistleRating.objects.exists()


def test_a_side_reads_the_other_only_once_both_have_rated(stage: Stage, whistle: Whistle) -> None:
    rate(stage, whistle)
    for name, sees in (("worker", True), ("leader", True), ("community", False), ("housing", False)):
        part = seen_by(stage, name, whistle)
        assert (part.response is not None, part.has_response) == (sees, True), name
    judge(stage, whistle)
    for name in ("worker", "leader", "community", "housing"):
        part = seen_by(stage, name, whistle)
        assert part.response is not None, name
        assert part.judgement is not None, name
        assert part.judgement.text.words == "确需到场"


def test_after_the_time_to_rate_all_is_open_and_nobody_rates(stage: Stage, whistle: Whistle) -> None:
    rate(stage, whistle)
    with time_machine.travel(now() + timedelta(days=9), tick=False):
        assert seen_by(stage, "housing", whistle).response is not None
        with pytest.raises(Conflict):
            judge(stage, whistle)
        assert case_file(stage.viewer("housing"), _case(whistle)).offer("judge_whistle") is None


def _case(whistle: Whistle) -> Case:
    return Case.objects.select_related("desk", "community", "category").get(pk=whistle.case_id)


def test_a_closed_case_may_still_be_rated_by_both(stage: Stage, whistle: Whistle) -> None:
    handling.answer(viewer=stage.viewer("worker"), task_id=stage.lead(whistle.case).id, key=new_id(), words="都好了")
    closing.check(viewer=stage.viewer("community"), case_id=whistle.case_id, key=new_id(), words="看过")
    closing.close(viewer=stage.viewer("community"), case_id=whistle.case_id, key=new_id(), words="已办结")
    rate(stage, whistle)
    judge(stage, whistle)
    assert _case(whistle).state == "closed"


def test_a_whistle_that_is_not_done_is_not_rated(stage: Stage) -> None:
    case = stage.whistled("housing")
    open_one = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=open_one.id, key=new_id())
    for act in (rate, judge):
        with pytest.raises((Conflict, NotAllowed)):
            act(stage, open_one)


def test_the_pages_ask_what_is_left_and_then_offer_no_more(stage: Stage, whistle: Whistle, client: Client) -> None:
    url = reverse("whistle_rate_response", args=[whistle.id])
    log_in(client, stage.city.person("worker"))
    form = client.get(url).context["form"]
    assert len(form.fields["task"].choices) == 2
    for function in ("housing", "urban_management"):
        part = _part(stage, whistle, function)
        sent = {"idempotency_key": str(new_id()), "task": str(part.id), "in_time": "late", "helpful": "partly"}
        assert client.post(url, sent).status_code == 302
    assert client.get(url).status_code == 409
    log_in(client, stage.city.person("housing"))
    url = reverse("whistle_judge_whistle", args=[whistle.id])
    sent = {"idempotency_key": str(new_id()), "task": str(_part(stage, whistle, "housing").id)}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "founded": "0"}).status_code == 302
    assert WhistleRating.objects.get(side="department").founded is False
    for name, path in (
        ("stranger", url),
        ("urban", url),
        ("stranger", reverse("whistle_rate_response", args=[whistle.id])),
    ):
        log_in(client, stage.city.person(name))
        assert client.get(path).status_code == 404
        assert client.post(path, {**sent, "founded": "1"}).status_code == 404
