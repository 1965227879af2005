"""Planning meetings and series, inviting and answering, holding, deciding, filing minutes, calling off."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from dongli.common.clock import CITY_ZONE, now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties.models import Duty
from dongli.notices.models import Notification
from dongli.organisations.models import OrganisationKind
from dongli.partnerships import actions
from dongli.partnerships.actions import Repeat, Terms
from dongli.partnerships.models import Answer, Attendance, Decision, Meeting, MeetingState, MeetingStep
from dongli.partnerships.queries import meetings as queries
from dongli.partnerships.queries import units
from dongli.partnerships.queries.people import candidates
from dongli.partnerships.tests.conftest import Town, organisation

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


# Deciding


def test_a_decision_becomes_a_duty_of_the_unit_that_follows_it_up(town: Town) -> None:
    decision = town.decision()
    duty = decision.duty
    assert (decision.number, decision.follower, duty.title) == (1, town.school, "腾出操场停车位")
    assert (duty.source_kind, duty.source_id, duty.owner) == ("meeting", decision.id, town.city.person("unit"))
    assert (duty.organisation, duty.area) == (town.school, town.city.community)
    assert Notification.objects.filter(user=duty.owner, kind="duties.assign").count() == 1
    assert decision.id in queries.duties_seen(town.viewer("unit"), [decision])
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.update(words="别的")


def test_for_a_unit_without_an_account_the_convenors_office_holds_the_duty(town: Town) -> None:
    meeting = town.held()
    decided = town.decided(town.shop, town.city.person("community").id)
    decision = actions.record_decision(
        viewer=town.viewer("community"), meeting_id=meeting.id, key=new_id(), decided=decided
    )
    assert (decision.follower, decision.duty.organisation) == (town.shop, town.axis)
    assert decision.duty.title == "百货商店: 腾出操场停车位"


def test_an_organiser_records_a_decision_though_not_giving_duties_otherwise(town: Town) -> None:
    decided = town.decided(town.school, town.city.person("unit").id)
    meeting = town.held()
    decision = actions.record_decision(
        viewer=town.viewer("organiser"), meeting_id=meeting.id, key=new_id(), decided=decided
    )
    assert decision.duty.assigned_by == town.city.person("organiser")


def test_who_can_follow_up_is_the_convenor_and_who_is_invited(town: Town) -> None:
    meeting = town.held()
    found = {(one.follower.name, one.user.username, one.holder.name) for one in candidates(meeting)}
    office = {
        (one, name, town.axis.name)
        for one in (town.axis.name, "百货商店")
        for name in ("demo-secretary", "demo-community")
    }
    assert found == office | {(town.school.name, "demo-unit", town.school.name)}
    for wrong in (town.decided(town.loose, town.city.person("secretary").id), town.decided(town.shop, new_id())):
        with pytest.raises(Invalid):
            actions.record_decision(viewer=town.viewer("secretary"), meeting_id=meeting.id, key=new_id(), decided=wrong)
    assert not Duty.objects.exists()


def test_a_decision_and_its_duty_come_together_or_not_at_all(town: Town) -> None:
    meeting = town.held()
    late = town.decided(town.school, town.city.person("unit").id, due_on=today() - timedelta(days=1))
    with pytest.raises(Invalid):
        actions.record_decision(viewer=town.viewer("secretary"), meeting_id=meeting.id, key=new_id(), decided=late)
    assert not Decision.objects.exists()
    assert not MeetingStep.objects.filter(verb="decide").exists()
    key, fine = new_id(), town.decided(town.school, town.city.person("unit").id)
    made = [
        actions.record_decision(viewer=town.viewer("secretary"), meeting_id=meeting.id, key=key, decided=fine)
        for _again in range(2)
    ]
    assert made[0] == made[1]
    assert Duty.objects.count() == 1


def test_a_meeting_to_come_decides_nothing(town: Town) -> None:
    with pytest.raises(Conflict):
        town.decision(town.meeting())


# Minutes


def test_minutes_close_the_meeting_and_can_be_corrected(town: Town) -> None:
    meeting, viewer, key = town.held(), town.viewer("secretary"), new_id()
    for _again in range(2):
        actions.file_minutes(viewer=viewer, meeting_id=meeting.id, key=key, words="议定一项")
    done = actions.file_minutes(viewer=viewer, meeting_id=meeting.id, key=new_id(), words="议定两项")
    assert (done.state, done.minutes) == (MeetingState.MINUTED, "议定两项")
    assert [one.data for one in done.steps.filter(verb="minutes")] == [{"corrected": False}, {"corrected": True}]
    assert told(town, "minutes") == 1
    with pytest.raises(Conflict):
        town.decision(done)


def test_nobody_else_takes_a_step_on_a_meeting(town: Town) -> None:
    coming, held = town.meeting(), town.held()
    before = MeetingStep.objects.count()
    for name in (*STRANGERS, *LOOKERS):
        for act, fields in _steps(town, coming, held):
            with pytest.raises(NotFound if name in STRANGERS else NotAllowed):
                act(viewer=town.viewer(name), key=new_id(), **fields)
    assert MeetingStep.objects.count() == before


def _steps(town: Town, coming: Meeting, held: Meeting) -> list[tuple[Any, dict[str, Any]]]:
    """Every step that is the convenor's to take, with what it needs."""
    decided = town.decided(town.school, town.city.person("unit").id)
    return [
        (actions.change_meeting, {"meeting_id": coming.id, "plan": town.plan(), "seen": 9}),
        (actions.invite, {"meeting_id": coming.id, "organisation_ids": [town.firm.id]}),
        (actions.cancel_meeting, {"meeting_id": coming.id, "reason": "不开了"}),
        (actions.hold_meeting, {"meeting_id": coming.id, "came": {town.axis.id: []}}),
        (actions.add_attendance, {"meeting_id": held.id, "came": {town.shop.id: []}}),
        (actions.strike_attendance, {"meeting_id": held.id, "attendance_id": held.attendance.all()[0].id}),
        (actions.record_decision, {"meeting_id": held.id, "decided": decided}),
        (actions.file_minutes, {"meeting_id": held.id, "words": "纪要"}),
    ]


# Lists


def test_everybody_sees_the_meetings_of_their_area_or_unit(town: Town) -> None:
    coming, held = town.meeting(), town.held()
    for name in ("secretary", "subdistrict", "viewer", "unit", "organiser"):
        assert queries.meetings(town.viewer(name), "planned").rows == [coming]
        assert queries.meetings(town.viewer(name), "minutes").rows == [held]
    for name in STRANGERS:
        assert queries.meetings(town.viewer(name), "planned").rows == []
        with pytest.raises(NotFound):
            queries.meeting(town.viewer(name), coming.id)
    other = town.meeting(invited=frozenset({town.shop.id}))
    assert queries.meetings(town.viewer("unit"), "planned").rows == [coming], "not what others are invited to"
    assert [one.meeting for one in queries.to_answer(town.viewer("unit"))] == [coming]
    assert other in queries.meetings(town.viewer("secretary"), "planned").rows


def test_lists_are_read_page_by_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = town.viewer("secretary")
    made = actions.plan_meeting(
        viewer=viewer, key=new_id(), convenor_id=town.axis.id, plan=town.plan(), repeat=Repeat("week", 5)
    )
    monkeypatch.setattr(queries, "PAGE", 2)
    seen, after = [], ""
    while True:
        page = queries.meetings(viewer, "planned", after=after)
        seen += page.rows
        if not (after := page.next):
            break
    assert seen == made


def test_a_committee_meets_with_its_members(town: Town) -> None:
    organiser = town.viewer("organiser")
    plan = town.plan(mechanism="joint_committee", invited=frozenset({town.shop.id}))
    meeting = actions.plan_meeting(viewer=organiser, key=new_id(), convenor_id=town.committee.id, plan=plan)[0]
    assert queries.meetings(organiser, "planned", convenor=town.committee).rows == [meeting]
    with pytest.raises(NotFound):
        queries.meeting(town.viewer("secretary"), meeting.id)


def test_a_property_joint_meeting_of_a_compound_brings_owners_and_firm(town: Town) -> None:
    city = town.city
    branch = organisation(city, "甲苑支部", OrganisationKind.BRANCH, area=city.compound)
    owners = organisation(city, "甲苑业委会", OrganisationKind.OWNERS_COMMITTEE, area=city.compound)
    organisation(city, "乙苑业委会", OrganisationKind.OWNERS_COMMITTEE, area=city.compounds[1])
    assert set(units.invitable(branch)) == {owners, town.firm}
    actions.link_units(
        viewer=town.viewer("secretary"),
        key=new_id(),
        axis_id=branch.id,
        unit_ids=[owners.id],
        terms=Terms("property_meeting", today()),
    )
    plan = town.plan(mechanism="property_meeting", invited=frozenset({owners.id, town.firm.id}))
    assert actions.plan_meeting(viewer=town.viewer("secretary"), key=new_id(), convenor_id=branch.id, plan=plan)
