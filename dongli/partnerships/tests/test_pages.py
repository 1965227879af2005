"""Every page and form: who may open it, how many statements it takes, what it says and keeps."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.organisations.models import Link, Organisation, OrganisationKind
from dongli.partnerships import actions
from dongli.partnerships.models import Attendance, Decision, Meeting, MeetingState
from dongli.partnerships.tests.conftest import Town, organisation
from dongli.people.models import AccessRecord
from tests.cast import log_in


def as_person(town: Town, name: str) -> Client:
    client = Client()
    if name:
        log_in(client, town.city.person(name))
    return client


def post(client: Client, name: str, *args: UUID, **data: Any) -> HttpResponse:
    fields = {"idempotency_key": str(new_id())} | data
    return client.post(reverse(name, args=args), fields)  # type: ignore[return-value]


def pages(town: Town) -> list[str]:
    """Every page about the town's own links and meetings."""
    held = town.held()
    return [
        reverse("partnership_new_for", args=[town.axis.id]),
        reverse("partnership", args=[town.links[0].id]),
        reverse("meeting_new_for", args=[town.axis.id]),
        reverse("meeting", args=[held.id]),
        reverse("meeting_paper", args=[held.id]),
        reverse("meeting_calendar", args=[held.id]),
        reverse("meeting_change", args=[town.meeting().id]),
        reverse("network", args=[town.axis.id]),
    ]


LISTS = ("partnerships", "meetings", "unlinked", "unlinked_file", "idle_links", "committees")


def test_strangers_find_none_of_the_pages_and_nothing_in_the_lists(town: Town) -> None:
    found = [*pages(town), reverse("committee", args=[town.committee.id])]
    client = as_person(town, "stranger")
    assert [client.get(page).status_code for page in found] == [404] * len(found)
    for name in LISTS:
        answer = client.get(reverse(name))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert answer.status_code == 200
        assert all(one.name not in body.decode() for one in (town.school, town.shop, town.loose, town.committee))
    assert client.get(reverse("my_unit")).status_code == 403
    for name in ("resident", "worker"):
        client = as_person(town, name)
        assert {client.get(page).status_code for page in (*found, reverse("my_unit"))} == {403}
        assert {client.get(reverse(one)).status_code for one in LISTS} == {403}
    client = as_person(town, "")
    assert {client.get(page).status_code for page in (*found, *map(reverse, LISTS))} == {302}


def test_strangers_take_no_step(town: Town) -> None:
    coming, held = town.meeting(), town.held()
    came = held.attendance.all()[0]
    forms: list[tuple[str, tuple[UUID, ...], dict[str, Any]]] = [
        ("partnership_new_for", (town.axis.id,), {"units": str(town.loose.id)}),
        ("partnership_search", (town.axis.id,), {"q": "面馆"}),
        ("partnership_change", (town.links[0].id,), {"doing": "x", "contact": "", "seen": str(new_id())}),
        ("partnership_end", (town.links[0].id,), {"on": today().isoformat()}),
        ("meeting_new_for", (town.axis.id,), {}),
        ("meeting_change", (coming.id,), {}),
        ("meeting_invite", (coming.id,), {"invited": str(town.firm.id)}),
        ("meeting_answer", (coming.id,), {"organisation": str(town.school.id), "answer": "coming"}),
        ("meeting_cancel", (coming.id,), {"reason": "x"}),
        ("meeting_hold", (coming.id,), {"came": str(town.axis.id)}),
        ("meeting_attend", (held.id,), {"came": str(town.shop.id)}),
        ("meeting_strike", (held.id, came.id), {}),
        ("meeting_decide", (held.id,), {}),
        ("meeting_minutes", (held.id,), {"minutes": "x"}),
        ("meeting_names", (held.id,), {}),
        ("meeting_paper", (held.id,), {}),
    ]
    for person, wanted in (("stranger", {403, 404}), ("resident", {403}), ("", {302})):
        client = as_person(town, person)
        for name, args, data in forms:
            assert post(client, name, *args, **data).status_code in wanted, (person, name)
    assert {one.state for one in Meeting.objects.all()} == {"planned", "held"}
    assert not AccessRecord.objects.exists()


def grow(town: Town) -> None:
    """Twenty more units, linked, invited and at a meeting that decided something for each."""
    rows = [organisation(town.city, f"单位{number}", OrganisationKind.LINKED_UNIT) for number in range(20)]
    viewer, since = town.viewer("secretary"), today() - timedelta(days=400)
    Link.objects.bulk_create(Link(axis=town.axis, unit=row, mechanism="pairing", since=since) for row in rows)
    organisation(town.city, "另一家", OrganisationKind.LINKED_UNIT)
    plan = {"starts_at": now() - timedelta(days=1), "invited": frozenset(row.id for row in rows)}
    meeting = town.meeting(**plan)
    town.meeting(invited=plan["invited"])
    came = {row.id: ["甲", "乙"] for row in rows}
    actions.hold_meeting(viewer=viewer, meeting_id=meeting.id, key=new_id(), came=came)


def test_pages_take_as_many_statements_however_much_there_is(town: Town) -> None:
    decision = town.decision()
    names = ("partnerships", "meetings", "unlinked", "idle_links")
    sheets: list[str] = [
        *map(reverse, names),
        reverse("meetings") + "?filter=minutes",
        reverse("network", args=[town.axis.id]),
        reverse("meeting", args=[decision.meeting_id]),
        reverse("meeting_new_for", args=[town.axis.id]),
    ]
    client = as_person(town, "secretary")

    def count() -> list[int]:
        found = []
        for page in sheets:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert client.get(page).status_code == 200
            found.append(len(caught))
        return found

    count()
    before = count()
    grow(town)
    after = count()
    assert [later <= earlier + 1 for earlier, later in zip(before, after, strict=True)] == [True] * len(sheets), (
        before, after,
    )  # fmt: skip
    assert max(after[:5]) <= 14
    assert max(after) <= 30


def test_my_unit_takes_few_statements_and_answers_from_there(town: Town) -> None:
    town.decision()
    meeting = town.meeting()
    client = as_person(town, "unit")
    client.get(reverse("my_unit"))
    with CaptureQueriesContext(connection) as caught:
        page = client.get(reverse("my_unit")).content.decode()
    assert len(caught) <= 14
    for words in (town.axis.name, meeting.title, "腾出操场停车位", "周末开放操场"):
        assert words in page
    data = {"organisation": str(town.school.id), "answer": "not_coming", "back": "unit"}
    answer = post(client, "meeting_answer", meeting.id, **data)
    assert (answer.status_code, answer["Location"]) == (302, reverse("my_unit"))
    assert meeting.invitations.get(organisation=town.school).answer == "not_coming"


def test_units_are_found_by_initials_ticked_and_linked_at_once(town: Town) -> None:
    client = as_person(town, "secretary")
    other = organisation(town.city, "书店", OrganisationKind.LINKED_UNIT)
    assert client.get(reverse("partnership_new"))["Location"] == reverse("partnership_new_for", args=[town.axis.id])
    typed = {"mechanism": "pairing", "since": "2026-01-05", "doing": "图书漂流", "contact": ""}
    found = post(client, "partnership_search", town.axis.id, q="sd", units=[str(town.loose.id)], **typed)
    page = found.content.decode()
    assert f'value="{town.loose.id}"' in page, "what was ticked stays"
    assert f'value="{other.id}"' in page
    assert all(words in page for words in ("图书漂流", "2026-01-05"))
    units = [str(town.loose.id), str(other.id)]
    assert post(client, "partnership_new_for", town.axis.id, units=units, **typed).status_code == 302
    assert Link.objects.filter(doing="图书漂流").count() == 2
    wrong = post(client, "partnership_new_for", town.axis.id, units=units, **(typed | {"since": ""}))
    assert wrong.status_code == 422
    assert "图书漂流" in wrong.content.decode()


def test_a_link_is_changed_and_ended_on_its_page(town: Town) -> None:
    client, found = as_person(town, "secretary"), town.links[0]
    said = {"doing": "夜间开放", "contact": "值班室", "seen": str(found.id)}
    assert post(client, "partnership_change", found.id, **said).status_code == 302
    assert post(client, "partnership_end", found.id, on="", reason="搬走了").status_code == 422
    late = post(client, "partnership_end", found.id, on=str(found.since), reason="搬走了")
    assert late.status_code == 422
    assert "搬走了" in late.content.decode()
    assert post(client, "partnership_end", found.id, on=today().isoformat(), reason="搬走了").status_code == 302
    page = client.get(reverse("partnership", args=[found.id])).content.decode()
    assert all(words in page for words in ("夜间开放", "值班室", "搬走了"))
    assert client.get(reverse("partnerships") + "?ended=1&q=bhsd").content.decode().count("夜间开放") == 1


def test_a_meeting_goes_from_plan_to_minutes_on_its_pages(town: Town) -> None:
    client = as_person(town, "secretary")
    hour = (now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    plan = {"mechanism": "joint_meeting", "title": "停车专题会", "place": "二楼", "starts_at": hour, "lasts": "60"}
    plan |= {"agenda": "一\n\n二", "invited": [str(town.school.id), str(town.shop.id)]}  # type: ignore[dict-item]
    wrong = post(client, "meeting_new_for", town.axis.id, **(plan | {"every": "week"}))
    assert wrong.status_code == 422
    assert "停车专题会" in wrong.content.decode()
    assert post(client, "meeting_new_for", town.axis.id, **plan).status_code == 302
    meeting = Meeting.objects.get(title="停车专题会")
    assert [item.words for item in meeting.agenda.all()] == ["一", "二"]

    def take(name: str, **data: Any) -> HttpResponse:
        return post(client, name, meeting.id, **data)

    assert take("meeting_answer", organisation=str(town.shop.id), answer="coming").status_code == 302
    too_long = take("meeting_hold", came=str(town.school.id), **{f"names-{town.school.id}": "王" * 60})
    assert too_long.status_code == 422
    assert "王" * 60 in too_long.content.decode(), "what was typed is kept"
    assert (
        take("meeting_hold", came=str(town.axis.id), **{f"names-{town.school.id}": "王老师，李老师"}).status_code == 302
    )
    assert Attendance.objects.filter(meeting=meeting).count() == 3
    decided = {"words": "共享车位", "follower": f"{town.school.id}:{town.city.person('unit').id}"}
    assert take("meeting_decide", **decided, due_on="", measures="").status_code == 422
    due = (today() + timedelta(days=9)).isoformat()
    assert take("meeting_decide", **decided, due_on="2020-01-01", measures="").status_code == 422
    assert take("meeting_decide", **decided, due_on=due, measures="").status_code == 302
    assert Decision.objects.get().duty.organisation == town.school
    assert take("meeting_minutes", minutes="议定一项").status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).state == MeetingState.MINUTED
    paper = client.get(reverse("meeting_paper", args=[meeting.id])).content.decode()
    assert all(words in paper for words in ("议定一项", "共享车位", "百货商店", "王**"))
    assert "王老师" not in paper


def test_names_are_shown_to_the_convenor_and_every_look_is_written_down(town: Town) -> None:
    meeting, client = town.held(), as_person(town, "secretary")
    sheet = reverse("meeting", args=[meeting.id])
    assert "王老师" not in client.get(sheet).content.decode()
    for name in ("meeting_names", "meeting_paper"):
        assert "王老师" in post(client, name, meeting.id).content.decode()
    assert AccessRecord.objects.filter(viewer=town.city.person("secretary"), subject_id=meeting.id).count() == 2
    assert post(as_person(town, "subdistrict"), "meeting_names", meeting.id).status_code == 403
    assert AccessRecord.objects.count() == 2


def test_lists_and_networks_say_what_there_is(town: Town) -> None:
    town.decision()
    client = as_person(town, "organiser")

    def body(address: str) -> str:
        answer = client.get(address)
        return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()  # type: ignore[attr-defined]

    assert town.loose.name in body(reverse("unlinked"))
    assert town.loose.name not in body(reverse("unlinked") + "?kind=park")
    table = body(reverse("unlinked_file"))
    assert table.startswith("\ufeff")
    assert len(table.splitlines()) == 2
    page = body(reverse("network", args=[town.axis.id]))
    assert page.count(f"<title>{town.school.name}</title>") == 1
    assert page.count('data-id="') == 2, "as many rows as boxes"
    assert town.committee.name in body(reverse("committees"))
    assert town.shop.name in body(reverse("committee", args=[town.committee.id]))
    calendar = client.get(reverse("meeting_calendar", args=[town.meeting().id]))
    assert calendar["Content-Type"].startswith("text/calendar")
    assert "第四季度联席会议" in calendar.content.decode()


def test_a_name_that_looks_like_a_formula_is_text_in_the_export(town: Town) -> None:
    Organisation.objects.filter(pk=town.loose.pk).update(name="=1+1")
    answer = as_person(town, "organiser").get(reverse("unlinked_file"))
    assert "'=1+1" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("mangle", [lambda _one: "x", lambda _one: str(new_id()), lambda one: f"{one}'--"])
def test_forged_parameters_are_no_error(town: Town, mangle: Callable[[str], str]) -> None:
    client, meeting = as_person(town, "secretary"), town.meeting()
    forged = mangle(str(meeting.id))
    for name in (*LISTS, "partnership_new", "meeting_new"):
        address = (
            reverse(name) + f"?after={forged}&area={forged}&kind={forged}&q={forged}&filter={forged}&unit={forged}"
        )
        assert client.get(address).status_code in (200, 302)
    fields = {"invited": forged, "came": forged, "organisation": forged, "answer": forged, "follower": forged}
    for name in ("meeting_invite", "meeting_answer", "meeting_hold", "meeting_decide"):
        assert post(client, name, meeting.id, **fields).status_code in (404, 409, 422), name
