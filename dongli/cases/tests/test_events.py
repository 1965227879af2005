"""Mass events: who may open one, what belongs to it, grouping in a job, what residents read, one answer for all."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.areas.models import Area
from dongli.cases.actions import closing, dispatching, events, handling, merging
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.actions.events import NewEvent
from dongli.cases.models import Case, Grouping, MassEvent, Step
from dongli.cases.queries import events as queries
from dongli.cases.queries import nearby
from dongli.cases.queries.nearby import Spot
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_merging import copies
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from tests.cast import log_in

WATER = "0206"
NOTICE = "总管抢修，预计今天18:00恢复供水"


def opened(stage: Stage, name: str = "subdistrict", **other: Any) -> MassEvent:
    fields: dict[str, Any] = {
        "title": "城北停水",
        "notice": NOTICE,
        "category": WATER,
        "areas": [stage.city.compound.code, stage.city.compounds[1].code],
        "starts_at": now() - timedelta(hours=3),
        "ends_at": now() + timedelta(hours=5),
    }
    return events.open_event(viewer=stage.viewer(name), event_id=new_id(), event=NewEvent(**(fields | other)))


def no_water(stage: Stage, place: Area | None = None, **fields: Any) -> Case:
    place = place or stage.city.compound
    return stage.file(what="家里停水了", category=WATER, where=Where(area_code=place.code), **fields)


def group(stage: Stage, event: MassEvent, name: str = "subdistrict", **other: Any) -> Grouping:
    found = events.ask_grouping(viewer=stage.viewer(name), event_id=event.id, key=new_id(), **other)
    events.group(found.id)
    found.refresh_from_db()
    return found


def close(stage: Stage, event: MassEvent) -> None:
    case, desk, officer = event.lead_case, stage.viewer("subdistrict"), stage.viewer("housing")
    housing = stage.city.department("housing").id
    dispatching.dispatch(viewer=desk, case_id=case.id, key=new_id(), lead=Assignee(organisation=housing))
    task = stage.lead(case)
    handling.accept(viewer=officer, task_id=task.id, key=new_id())
    handling.answer(viewer=officer, task_id=task.id, key=new_id(), words="总管已修好")
    closing.check(viewer=desk, case_id=case.id, key=new_id())
    closing.close(viewer=desk, case_id=case.id, key=new_id(), words="供水已恢复")


def test_an_upper_desk_opens_an_event_with_a_case_that_leads(stage: Stage) -> None:
    event = opened(stage)
    lead = event.lead_case
    assert (lead.state, lead.desk, lead.resident, lead.source) == ("registered", stage.city.community, None, "event")
    assert set(event.areas.all()) == set(stage.city.compounds[:2])
    wider = opened(stage, areas=[stage.city.community.code, stage.city.compound.code, stage.city.second_community.code])
    assert wider.lead_case.desk == stage.city.subdistrict
    assert wider.areas.count() == 2  # the compound lies within one of them


def test_the_same_form_twice_is_one_event(stage: Stage) -> None:
    key, viewer = new_id(), stage.viewer("subdistrict")
    event = NewEvent("停水", NOTICE, WATER, [stage.city.compound.code], now() - timedelta(hours=1))
    assert {events.open_event(viewer=viewer, event_id=key, event=event).id for _ in range(2)} == {key}
    with pytest.raises(Conflict):
        events.open_event(viewer=stage.viewer("city"), event_id=key, event=event)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("name", ["community", "secretary", "stranger", "worker", "housing", "viewer", "resident"])
def test_nobody_else_opens_one(stage: Stage, name: str) -> None:
    with pytest.raises(NotAllowed):
        opened(stage, name)


def test_a_desk_opens_none_beyond_its_ground(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        opened(stage, areas=[stage.city.compound.code, stage.city.other_community.code])
    both = [stage.city.compound.code, stage.city.other_community.code]
    assert opened(stage, "city", areas=both).lead_case.desk == stage.city.city


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("areas", []),
        ("areas", ["000000000000"]),
        ("title", "  "),
        ("title", "长" * 61),
        ("notice", ""),
        ("category", "9999"),
        ("starts_at", now() - timedelta(days=31)),
        ("ends_at", now() - timedelta(days=1)),
        ("ends_at", now() + timedelta(days=200)),
    ],
    ids=["no area", "no such area", "blank", "long", "no notice", "no class", "long begun", "over", "endless"],
)
def test_bad_input_is_refused_naming_the_field(stage: Stage, field: str, bad: object) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(stage, "subdistrict", **{field: bad})
    assert refusal.value.field == field
    assert not MassEvent.objects.exists()


def test_what_belongs_to_it(stage: Stage) -> None:
    event = opened(stage)
    here, there = no_water(stage), no_water(stage, stage.city.buildings[2])
    no_water(stage, stage.city.compounds[2])  # another community
    stage.file(what="家里停水了", category="0201", where=Where(area_code=stage.city.compound.code))  # another class
    old, secret = no_water(stage), no_water(stage, danger="life")
    Case.objects.filter(pk=old.pk).update(filed_at=now() - timedelta(days=2))
    assert set(queries.matching(stage.viewer("subdistrict"), event)) == {here.id, there.id}
    assert queries.matching(stage.viewer("stranger"), event) == []
    assert secret.danger
    whole = opened(stage, whole_line=True)
    assert len(queries.matching(stage.viewer("subdistrict"), whole)) == 3


def test_hundreds_are_grouped_closed_and_asked_with_few_statements(stage: Stage) -> None:
    first = no_water(stage)
    copies(first, 299)
    event = opened(stage)
    with CaptureQueriesContext(connection) as seen:
        grouping = group(stage, event)
    assert len(seen) < 80
    assert (grouping.done, grouping.passed_over, grouping.state) == (300, 0, "done")
    events.group(grouping.id)  # once more changes nothing
    assert Step.objects.filter(verb="merge").count() == 300
    found = queries.tally(event)
    assert (found.total, found.states, found.places) == (300, {"merged": 300}, [(stage.city.compound.name, 300)])
    close(stage, event)
    from dongli.cases import following

    following.settle_all(event.lead_case_id)
    assert queries.tally(event).states == {"closed": 300}
    assert nearby.events_of(stage.city.compound) == []


def test_only_those_ticked_and_only_those_that_match(stage: Stage) -> None:
    event = opened(stage)
    one, other = no_water(stage), no_water(stage)
    far = no_water(stage, stage.city.compounds[2])
    assert group(stage, event, cases=[one.id, far.id]).done == 1
    assert Case.objects.get(pk=one.id).lead_case_id == event.lead_case_id
    assert Case.objects.filter(pk__in=[other.id, far.id], lead_case=None).count() == 2
    with pytest.raises(Invalid):
        group(stage, event, cases=[far.id])


def test_what_has_moved_on_or_leads_others_is_passed_over(stage: Stage) -> None:
    event = opened(stage)
    one, other, third = no_water(stage), no_water(stage), no_water(stage)
    grouping = events.ask_grouping(viewer=stage.viewer("subdistrict"), event_id=event.id, key=new_id())
    merging.merge(viewer=stage.viewer("community"), case_id=other.id, key=new_id(), lead_id=one.id)
    events.group(grouping.id)
    grouping.refresh_from_db()
    assert (grouping.done, grouping.passed_over) == (1, 2)
    assert Case.objects.get(pk=third.id).lead_case_id == event.lead_case_id


@pytest.mark.parametrize("name", ["stranger", "worker", "resident", "community", "housing"])
def test_nobody_else_groups_or_changes_the_notice(stage: Stage, name: str) -> None:
    event = opened(stage)
    no_water(stage)
    with pytest.raises((NotAllowed, NotFound)):
        group(stage, event, name)
    with pytest.raises((NotAllowed, NotFound)):
        events.change_notice(viewer=stage.viewer(name), event_id=event.id, notice="停水结束", ends_at=None)


def test_an_event_that_is_over_takes_no_more(stage: Stage) -> None:
    event = opened(stage)
    no_water(stage)
    close(stage, event)
    with pytest.raises(Conflict):
        group(stage, event)
    with pytest.raises(Conflict):
        events.change_notice(viewer=stage.viewer("subdistrict"), event_id=event.id, notice="又停了", ends_at=None)


def test_a_filer_is_told_and_may_join_and_a_member_is_taken_out_again(stage: Stage, client: Client) -> None:
    event = opened(stage)
    data = {"what": "家里停水了，怎么回事", "place": stage.city.building.code, "idempotency_key": str(new_id())}
    asked = client.post(reverse("report"), data)
    assert (asked.status_code, NOTICE in asked.content.decode()) == (200, True)
    assert client.post(reverse("report"), {**data, "join": str(event.lead_case_id)}).status_code == 303
    member = Case.objects.get(lead_case=event.lead_case_id)
    assert member.category is not None
    assert member.category.code == WATER
    merging.unmerge(viewer=stage.viewer("community"), case_id=member.id, key=new_id())
    assert queries.tally(event).total == 0


@pytest.mark.parametrize("where", ["compound", "building", "point"])
def test_an_event_covers_its_places(stage: Stage, where: str) -> None:
    area = {"compound": stage.city.compound, "building": stage.city.building}.get(where)
    event = opened(stage, areas=[(area or stage.city.community).code])
    longitude, latitude = stage.city.point_in(stage.city.grid) if area is None else (None, None)
    from dongli.cases.policy import category
    from dongli.common.clock import today

    water = [category(WATER, today())]
    here = Spot(water[0].line, (WATER,), longitude, latitude, area)
    assert [one.event for one in nearby.known(here)] == [event]
    elsewhere = Spot(water[0].line, (WATER,), None, None, stage.city.other_community)
    assert nearby.known(elsewhere) == []


def test_residents_read_it_on_the_board_and_at_home(stage: Stage, client: Client) -> None:
    event = opened(stage)
    assert NOTICE in client.get(reverse("place_board", args=[stage.city.compound.code])).content.decode()
    other = client.get(reverse("place_board", args=[stage.city.compounds[4].code])).content.decode()
    assert NOTICE not in other
    resident = stage.city.person("resident")
    resident.home = stage.city.compound
    resident.save(update_fields=["home"])
    log_in(client, resident)
    assert NOTICE in client.get("/").content.decode()
    close(stage, event)
    assert NOTICE not in client.get("/").content.decode()


def test_the_desks_pages(stage: Stage, client: Client) -> None:
    log_in(client, stage.city.person("subdistrict"))
    assert client.get(reverse("desk_events")).status_code == 200
    assert client.get(reverse("desk_event_new")).status_code == 200
    data: dict[str, Any] = {
        "idempotency_key": str(new_id()), "title": "停水", "notice": NOTICE, "category": WATER,
        "starts_at": "2020-01-01T00:00", "areas": [stage.city.compound.code],
    }  # fmt: skip
    bad = client.post(reverse("desk_event_new"), data)
    assert (bad.status_code, NOTICE in bad.content.decode()) == (422, True)
    assert client.post(reverse("desk_event_new"), {**data, "starts_at": "rubbish"}).status_code == 422
    data["starts_at"] = (now() + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M")  # the city's clock, an hour ago
    assert client.post(reverse("desk_event_new"), data).status_code == 302
    event = MassEvent.objects.get()
    page = reverse("desk_event", args=[event.id])
    case = no_water(stage)
    assert case.number in client.get(page).content.decode()
    address = reverse("desk_event_group", args=[event.id])
    assert client.post(address, {"idempotency_key": str(new_id()), "do": "all"}).status_code == 302
    assert client.post(address, {"do": "all"}).status_code == 422
    live = client.get(reverse("desk_event_live", args=[event.id]))
    assert live.status_code == 200
    assert client.get(live.request["PATH_INFO"], headers={"If-None-Match": live["ETag"]}).status_code == 304
    events.group(Grouping.objects.get().id)
    assert case.number in client.get(page).content.decode()
    notice = reverse("desk_event_notice", args=[event.id])
    assert client.post(notice, {"idempotency_key": str(new_id()), "notice": ""}).status_code == 422
    assert client.post(notice, {"idempotency_key": str(new_id()), "notice": "推迟到20:00"}).status_code == 302
    assert "推迟到20:00" in client.get(page).content.decode()


def test_the_pages_take_the_same_statements_however_many_belong(stage: Stage, client: Client) -> None:
    log_in(client, stage.city.person("subdistrict"))
    event = opened(stage)
    page = reverse("desk_event", args=[event.id])

    def statements(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    one = no_water(stage)
    group(stage, event)
    no_water(stage)
    few = statements(page), statements(reverse("desk_events"))
    copies(one, 60)
    opened(stage)
    assert (statements(page), statements(reverse("desk_events"))) == few


@pytest.mark.parametrize("name", ["stranger", "worker", "resident", "captain", ""])
def test_the_stranger_sees_no_event(stage: Stage, client: Client, name: str) -> None:
    event = opened(stage)
    if name:
        log_in(client, stage.city.person(name))
    for page in ("desk_event", "desk_event_live"):
        assert client.get(reverse(page, args=[event.id])).status_code in {302, 403, 404}
    for page in ("desk_event_group", "desk_event_notice"):
        sent = client.post(reverse(page, args=[event.id]), {"idempotency_key": str(new_id()), "notice": "没有的事"})
        assert sent.status_code in {302, 403, 404}
    if name == "stranger":
        assert event.title not in client.get(reverse("desk_events")).content.decode()
    event.refresh_from_db()
    assert event.notice == NOTICE


def test_the_community_reads_the_event_but_only_its_own_members(stage: Stage, client: Client) -> None:
    event = opened(stage, areas=[stage.city.subdistrict.code])
    mine, theirs = no_water(stage), no_water(stage, stage.city.compounds[2])
    group(stage, event)
    log_in(client, stage.city.person("community"))
    html = client.get(reverse("desk_event", args=[event.id])).content.decode()
    assert (mine.number in html, theirs.number in html) == (True, False)
