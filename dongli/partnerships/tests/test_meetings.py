"""Planning meetings and series, inviting and answering, holding, deciding, filing minutes, calling off."""

from datetime import timedelta
from typing import Any

import pytest

from dongli.common.clock import CITY_ZONE, now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.partnerships import actions
from dongli.partnerships.actions import Repeat
from dongli.partnerships.models import Answer, Attendance, Meeting, MeetingState, MeetingStep
from dongli.partnerships.queries import meetings as queries
from dongli.partnerships.queries import units
from dongli.partnerships.tests.conftest import Town

STRANGERS = ["stranger", "housing", "worker", "resident", "auditor"]
WRONG_PLANS: list[tuple[str, dict[str, Any]]] = [
    ("title", {"title": " "}),
    ("place", {"place": ""}),
    ("lasts", {"lasts": 5}),
    ("starts_at", {"starts_at": now() + timedelta(days=1000)}),
    ("agenda", {"agenda": ["事项"] * 31}),
    ("mechanism", {"mechanism": "party"}),
    ("invited", {"invited": frozenset({new_id()})}),
]
LOOKERS = ["subdistrict", "leader", "district", "city", "viewer", "unit"]


def told(town: Town, kind: str, name: str = "unit") -> int:
    return Notification.objects.filter(user=town.city.person(name), kind=f"partnerships.{kind}").count()


def answer(town: Town, meeting: Meeting, name: str, said: str = "coming", **other: Any) -> object:
    fields: dict[str, Any] = {"key": new_id(), "organisation_id": town.school.id, "answer": said} | other
    return actions.answer_invitation(viewer=town.viewer(name), meeting_id=meeting.id, **fields)


# Planning


def test_a_meeting_is_planned_with_its_agenda_and_the_units_officers_are_told(town: Town) -> None:
    meeting = town.meeting()
    assert (meeting.state, meeting.area, meeting.series) == (MeetingState.PLANNED, town.city.community, None)
    assert [item.words for item in meeting.agenda.all()] == ["停车难", "老旧管网"]
    assert [one.organisation for one in queries.invitations(meeting)] == [town.shop, town.school]
    assert told(town, "invite") == 1


def test_the_same_form_plans_one_series_and_whoever_comes_with_its_key_is_refused(town: Town) -> None:
    key, plan = new_id(), town.plan()
    fields: dict[str, Any] = {"key": key, "convenor_id": town.axis.id, "plan": plan, "repeat": Repeat("month", 3)}
    first = actions.plan_meeting(viewer=town.viewer("secretary"), **fields)
    assert actions.plan_meeting(viewer=town.viewer("secretary"), **fields) == first
    assert Meeting.objects.count() == 3
    assert told(town, "invite") == 1
    with pytest.raises(Conflict):
        actions.plan_meeting(viewer=town.viewer("community"), **fields)


def test_a_monthly_series_keeps_its_hour_and_takes_the_last_day_of_a_short_month(town: Town) -> None:
    begins = now().astimezone(CITY_ZONE).replace(year=today().year + 1, month=1, day=31, hour=9, minute=0)
    made = actions.plan_meeting(
        viewer=town.viewer("secretary"),
        key=new_id(),
        convenor_id=town.axis.id,
        plan=town.plan(starts_at=begins),
        repeat=Repeat("month", 4),
    )
    days = [one.starts_at.astimezone(CITY_ZONE) for one in made]
    assert [(day.month, day.hour) for day in days] == [(1, 9), (2, 9), (3, 9), (4, 9)]
    assert [day.day for day in days][::2] == [31, 31]
    assert days[1].day in (28, 29)
    assert {len(queries.series(one)) for one in made} == {3}


def test_what_is_wrong_with_a_plan_is_named(town: Town) -> None:
    for field, wrong in WRONG_PLANS:
        with pytest.raises(Invalid) as refusal:
            town.meeting(**wrong)
        assert refusal.value.field == field


def test_only_who_works_with_the_convenor_can_be_invited(town: Town) -> None:
    offered = {one.name for one in units.invitable(town.axis)}
    assert offered == {"百货商店", town.school.name, "安心物业"}, "linked units and, near by, the property firm"
    with pytest.raises(Invalid):
        town.meeting(invited=frozenset({town.loose.id}))
    assert units.invitable(town.committee) == [town.shop], "members of a committee"


def test_nobody_convenes_for_an_organisation_of_others(town: Town) -> None:
    for name in (*STRANGERS, "subdistrict", "leader", "viewer", "unit"):
        with pytest.raises(NotAllowed):
            actions.plan_meeting(viewer=town.viewer(name), key=new_id(), convenor_id=town.axis.id, plan=town.plan())


def test_a_meeting_that_moves_asks_again(town: Town) -> None:
    meeting, viewer = town.meeting(), town.viewer("secretary")
    answer(town, meeting, "unit")
    change: dict[str, Any] = {"viewer": viewer, "meeting_id": meeting.id, "seen": meeting.steps_count}
    actions.change_meeting(key=new_id(), plan=town.plan(title="改名", starts_at=meeting.starts_at), **change)
    assert queries.invitations(meeting)[1].answer == "coming", "another title is no reason to ask again"
    with pytest.raises(Conflict):
        actions.change_meeting(key=new_id(), plan=town.plan(), **change)
    change["seen"] = Meeting.objects.get(pk=meeting.pk).steps_count
    key, plan = new_id(), town.plan(place="三楼", agenda=["只谈停车"])
    for _again in range(2):
        actions.change_meeting(key=key, plan=plan, **change)
    assert queries.invitations(meeting)[1].answer == ""
    assert [item.words for item in meeting.agenda.all()] == ["只谈停车"]
    assert told(town, "move") == 1


def test_more_are_invited_and_only_they_are_told(town: Town) -> None:
    meeting, key = town.meeting(invited=frozenset({town.shop.id})), new_id()
    for _again in range(2):
        actions.invite(
            viewer=town.viewer("community"), meeting_id=meeting.id, key=key, organisation_ids=[town.school.id]
        )
    assert told(town, "invite") == 1
    assert len(queries.invitations(meeting)) == 2
    with pytest.raises(Invalid):
        actions.invite(
            viewer=town.viewer("community"), meeting_id=meeting.id, key=new_id(), organisation_ids=[town.school.id]
        )


# Answering


def test_a_unit_answers_through_its_officer_and_may_change_its_mind(town: Town) -> None:
    meeting, key = town.meeting(), new_id()
    for _again in range(2):
        answer(town, meeting, "unit", key=key)
    answer(town, meeting, "unit", Answer.NOT_COMING)
    found = queries.invitations(meeting)[1]
    assert (found.answer, found.answered_by) == ("not_coming", town.city.person("unit"))
    assert told(town, "answer", "secretary") == 2
    with pytest.raises(Invalid):
        answer(town, meeting, "unit", "perhaps")


def test_the_desk_records_the_answer_of_a_unit_without_an_account(town: Town) -> None:
    meeting = town.meeting()
    answer(town, meeting, "community", organisation_id=town.shop.id)
    step = MeetingStep.objects.get(meeting=meeting, verb="answer")
    assert step.data == {"organisation": "百货商店", "answer": "coming", "by_desk": True}


def test_nobody_answers_for_others(town: Town) -> None:
    meeting = town.meeting()
    for name in STRANGERS:
        with pytest.raises(NotFound):
            answer(town, meeting, name)
    for name in ("subdistrict", "viewer"):
        with pytest.raises(NotAllowed):
            answer(town, meeting, name)
    with pytest.raises(NotAllowed):
        answer(town, meeting, "unit", organisation_id=town.shop.id)
    with pytest.raises(NotFound):
        answer(town, meeting, "secretary", organisation_id=town.loose.id)


# Calling off


def test_a_meeting_is_called_off_with_a_reason_and_so_are_the_later_ones(town: Town) -> None:
    viewer = town.viewer("secretary")
    made = actions.plan_meeting(
        viewer=viewer, key=new_id(), convenor_id=town.axis.id, plan=town.plan(), repeat=Repeat("week", 3)
    )
    with pytest.raises(Invalid):
        actions.cancel_meeting(viewer=viewer, meeting_id=made[1].id, key=new_id(), reason=" ")
    key = new_id()
    for _again in range(2):
        actions.cancel_meeting(viewer=viewer, meeting_id=made[1].id, key=key, reason="台风", following=True)
    assert [one.state for one in Meeting.objects.order_by("starts_at")] == ["planned", "cancelled", "cancelled"]
    assert told(town, "cancel") == 1
    with pytest.raises(Conflict):
        answer(town, made[2], "unit")


# Holding


def test_a_meeting_held_says_who_came_and_names_are_masked_to_all(town: Town) -> None:
    meeting = town.held()
    assert meeting.state == MeetingState.HELD

    def names(viewer: str, *, unmasked: bool = False) -> list[str]:
        groups = queries.attendance(town.viewer(viewer), meeting, unmasked=unmasked)
        return sorted(guest.name for _unit, guests in groups for guest in guests)

    assert names("secretary") == names("subdistrict") == ["王**", "谭**"]
    assert names("unit") == ["王老师", "谭**"], "a unit knows whom it has sent"
    assert names("secretary", unmasked=True) == ["王老师", "谭志勇"]
    assert "王老师" not in str(list(MeetingStep.objects.values_list("data", flat=True)))


def test_nothing_is_held_before_its_day_and_nobody_comes_uninvited(town: Town) -> None:
    viewer, coming = town.viewer("secretary"), town.meeting()
    with pytest.raises(Invalid):
        actions.hold_meeting(viewer=viewer, meeting_id=coming.id, key=new_id(), came={town.axis.id: []})
    past = town.meeting(starts_at=now() - timedelta(days=1))
    with pytest.raises(Invalid):
        actions.hold_meeting(viewer=viewer, meeting_id=past.id, key=new_id(), came={})
    with pytest.raises(NotFound):
        actions.hold_meeting(viewer=viewer, meeting_id=past.id, key=new_id(), came={town.loose.id: ["甲"]})
    assert not Attendance.objects.exists()


def test_who_came_is_put_right_until_the_minutes_are_filed(town: Town) -> None:
    meeting, viewer = town.held(), town.viewer("secretary")
    key = new_id()
    for _again in range(2):
        actions.add_attendance(viewer=viewer, meeting_id=meeting.id, key=key, came={town.shop.id: ["李四", "李四"]})
    wrong = Attendance.objects.get(organisation=town.shop)
    for key in (new_id(), new_id()):
        actions.strike_attendance(viewer=viewer, meeting_id=meeting.id, key=key, attendance_id=wrong.id)
    assert not Attendance.objects.filter(organisation=town.shop).exists()
    actions.file_minutes(viewer=viewer, meeting_id=meeting.id, key=new_id(), words="议定两项")
    with pytest.raises(Conflict):
        actions.add_attendance(viewer=viewer, meeting_id=meeting.id, key=new_id(), came={town.shop.id: []})
