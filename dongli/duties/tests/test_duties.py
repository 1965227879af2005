"""Giving a duty, reporting on it, closing it with evidence, dropping it, taking it up again; and its follow-ups."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties import actions, queries
from dongli.duties.models import Duty, DutyState, DutyStep, FollowUp, Outcome
from dongli.duties.tests.conftest import assignment
from dongli.notices.models import Notification
from tests.cast import City, log_in


def close(city: City, duty: Duty, name: str = "housing") -> Duty:
    return actions.close_duty(viewer=city.viewer(name), duty_id=duty.id, key=new_id(), evidence="管网已换，现场验收")


def follow_up(duty: Duty, days: int = 30) -> FollowUp:
    return FollowUp.objects.get(duty=duty, days=days, closing=duty.closings)


# Giving


def test_a_duty_given_tells_its_owner_and_starts_its_history(city: City, duty: Duty) -> None:
    assert (duty.state, duty.owner, duty.steps_count) == (DutyState.OPEN, city.person("housing"), 1)
    assert Notification.objects.filter(user=duty.owner, kind="duties.assign").count() == 1
    step = DutyStep.objects.get(duty=duty)
    assert (step.verb, step.state_before, step.state_after, step.text.words) == ("assign", "", "open", duty.measures)


def test_the_same_form_sent_twice_is_one_duty_and_another_use_of_its_key_is_refused(city: City) -> None:
    key, given = new_id(), assignment(city)
    first = actions.assign_duty(viewer=city.viewer("secretary"), key=key, assignment=given)
    assert actions.assign_duty(viewer=city.viewer("secretary"), key=key, assignment=given) == first
    with pytest.raises(Conflict):
        actions.assign_duty(viewer=city.viewer("leader"), key=key, assignment=given)
    assert Duty.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("measures", " "),
        ("measures", "很" * 3000),
        ("due_on", today() - timedelta(days=1)),
        ("due_on", today() + timedelta(days=4000)),
        ("owner_id", new_id()),
        ("organisation_id", new_id()),
    ],
)
def test_a_duty_needs_measures_a_date_ahead_and_a_real_owner(city: City, field: str, value: object) -> None:
    with pytest.raises(Invalid):
        actions.assign_duty(
            viewer=city.viewer("secretary"), key=new_id(), assignment=assignment(city, **{field: value})
        )
    assert not Duty.objects.exists()


@pytest.mark.parametrize("name", ["stranger", "housing", "viewer", "community", "worker", "resident"])
def test_only_whoever_watches_over_the_area_gives_duties(city: City, name: str) -> None:
    with pytest.raises(NotAllowed):
        actions.assign_duty(viewer=city.viewer(name), key=new_id(), assignment=assignment(city))


def test_owners_are_the_offices_around_and_the_departments_of_district_and_city(city: City) -> None:
    found = queries.owners(city.compound)
    units = {one.organisation.area for one in found}
    assert {city.community, city.subdistrict, city.district, city.city} == units
    assert city.person("stranger") not in {one.user for one in found}
    assert found[0].organisation.area == city.community, "the nearest first"


# Working


def test_progress_is_reported_by_the_owner_and_shown_when_published(city: City, duty: Duty) -> None:
    viewer = city.viewer("housing")
    actions.report_progress(viewer=viewer, duty_id=duty.id, key=new_id(), words="已进场", published=True)
    actions.report_progress(viewer=viewer, duty_id=duty.id, key=new_id(), words="内部情况")
    assert queries.latest_progress([duty.id]) == {duty.id: "已进场"}


def test_it_closes_only_with_evidence_and_lays_out_two_follow_ups(city: City, duty: Duty) -> None:
    with pytest.raises(Invalid):
        actions.close_duty(viewer=city.viewer("housing"), duty_id=duty.id, key=new_id(), evidence="\x00 ")
    closed = close(city, duty)
    assert closed.state == DutyState.DONE
    dates = list(FollowUp.objects.filter(duty=duty).values_list("due_on", flat=True))
    assert dates == [today() + timedelta(days=30), today() + timedelta(days=90)]
    with pytest.raises(Conflict):
        close(city, duty)


@pytest.mark.parametrize("name", ["secretary", "leader", "city", "viewer"])
def test_whoever_watches_sees_a_duty_but_does_not_report_in_its_owners_place(city: City, duty: Duty, name: str) -> None:
    assert queries.duty(city.viewer(name), duty.id) == duty
    with pytest.raises(NotAllowed):
        close(city, duty, name)


@pytest.mark.parametrize("name", ["stranger", "urban", "resident", "worker"])
def test_others_do_not_know_of_it(city: City, duty: Duty, name: str) -> None:
    with pytest.raises(NotFound):
        queries.duty(city.viewer(name), duty.id)
    with pytest.raises(NotFound):
        close(city, duty, name)


def test_it_is_dropped_with_a_reason_by_whoever_watches_never_by_its_owner(city: City, duty: Duty) -> None:
    def drop(name: str, reason: str) -> Duty:
        return actions.drop_duty(viewer=city.viewer(name), duty_id=duty.id, key=new_id(), reason=reason)

    with pytest.raises(NotAllowed):
        drop("housing", "不想做")
    with pytest.raises(Invalid):
        drop("secretary", "")
    assert drop("secretary", "并入改造项目").state == DutyState.DROPPED
    with pytest.raises(Conflict):
        close(city, duty)


def test_it_is_taken_up_again_with_a_new_date(city: City, duty: Duty) -> None:
    close(city, duty)
    again = actions.reopen_duty(
        viewer=city.viewer("secretary"), duty_id=duty.id, key=new_id(), reason="又堵了", due_on=today()
    )
    assert (again.state, again.closings, again.closed_at) == (DutyState.REOPENED, 1, None)
    assert close(city, duty).closings == 2
    assert FollowUp.objects.filter(duty=duty).count() == 4


def test_history_cannot_be_edited(duty: Duty) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        DutyStep.objects.filter(duty=duty).update(verb="close")
    with pytest.raises(DatabaseError), transaction.atomic():
        DutyStep.objects.filter(duty=duty).delete()


# Follow-ups


def test_a_follow_up_is_asked_once_settled_once_and_one_that_held_leaves_the_duty_closed(
    city: City, duty: Duty
) -> None:
    asked = follow_up(close(city, duty))
    assert [one.id for one in queries.to_ask("problem", asked.due_on)] == [asked.id]
    assert queries.to_ask("meeting", asked.due_on) == []
    assert actions.mark_asked(follow_up_id=asked.id) is not None
    assert actions.mark_asked(follow_up_id=asked.id) is None
    assert actions.record_follow_up(follow_up_id=asked.id, outcome=Outcome.HELD) is not None
    assert actions.record_follow_up(follow_up_id=asked.id, outcome=Outcome.NOT_HELD) is None
    assert Duty.objects.get(pk=duty.pk).state == DutyState.DONE


def test_one_that_did_not_hold_takes_the_duty_up_again_and_voids_the_other(city: City, duty: Duty) -> None:
    closed = close(city, duty)
    actions.record_follow_up(follow_up_id=follow_up(closed).id, outcome=Outcome.NOT_HELD, data={"asked": 3})
    again = Duty.objects.get(pk=duty.pk)
    assert (again.state, again.due_on) == (DutyState.REOPENED, today() + timedelta(days=30))
    assert Notification.objects.filter(user=duty.owner, kind="duties.reopen").count() == 1
    assert actions.record_follow_up(follow_up_id=follow_up(closed, 90).id, outcome=Outcome.HELD) is None
    assert queries.to_ask("problem", today() + timedelta(days=400)) == []


# Pages


@pytest.fixture
def get(city: City) -> Callable[..., Any]:
    def fetch(name: str, address: str, **query: str) -> Any:
        client = Client()
        log_in(client, city.person(name))
        return client.get(address, query)

    return fetch


def test_the_list_shows_ones_own_the_units_and_the_areas(city: City, duty: Duty, get: Callable[..., Any]) -> None:
    url = reverse("desk_duties")
    assert duty.title in get("housing", url).content.decode()
    assert duty.title not in get("secretary", url).content.decode()
    assert duty.title in get("secretary", url, filter="area").content.decode()
    assert duty.title not in get("stranger", url, filter="area").content.decode()
    assert duty.title not in get("housing", url, filter="done").content.decode()
    assert get("housing", url, filter="<x>", after="junk").status_code == 200
    assert get("resident", url).status_code == get("worker", url).status_code == 403


def test_an_officials_list_and_a_duty_are_closed_to_strangers(city: City, duty: Duty, get: Callable[..., Any]) -> None:
    sheet = reverse("desk_duty_sheet", args=[duty.id])
    listed = reverse("desk_duties_of", args=[duty.owner_id])
    assert get("leader", sheet).status_code == get("leader", listed).status_code == 200
    assert get("stranger", sheet).status_code == get("stranger", listed).status_code == 404
    assert get("leader", reverse("desk_duties_of", args=[new_id()])).status_code == 404


def test_a_wrong_form_comes_back_with_what_was_typed(city: City, duty: Duty) -> None:
    client = Client()
    log_in(client, city.person("housing"))
    key = str(new_id())
    answer = client.post(
        reverse("duty_progress", args=[duty.id]), {"idempotency_key": key, "words": "过" * 2001, "published": "on"}
    )
    assert answer.status_code == 422
    assert "过过过" in answer.content.decode()
    assert client.post(reverse("duty_close", args=[duty.id]), {"evidence": "已换"}).status_code == 422
    done = client.post(reverse("duty_close", args=[duty.id]), {"idempotency_key": key, "evidence": "已换"})
    assert done.status_code == 302
    assert Duty.objects.get(pk=duty.pk).state == DutyState.DONE


def test_pages_take_as_many_statements_for_many_duties_as_for_one(city: City, duty: Duty) -> None:
    client = Client()
    log_in(client, city.person("housing"))
    client.get(reverse("desk_duties"))

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse("desk_duties")).status_code == 200
        return len(captured)

    before = statements()
    for _ in range(8):
        actions.assign_duty(viewer=city.viewer("secretary"), key=new_id(), assignment=assignment(city))
    assert statements() == before
