"""What a meeting decides becomes a duty; minutes close it; who may take its steps and sees it in lists."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties.models import Duty
from dongli.notices.models import Notification
from dongli.organisations.models import OrganisationKind
from dongli.partnerships import actions
from dongli.partnerships.actions import Repeat, Terms
from dongli.partnerships.models import Decision, Meeting, MeetingState, MeetingStep
from dongli.partnerships.queries import meetings as queries
from dongli.partnerships.queries import units
from dongli.partnerships.queries.people import candidates
from dongli.partnerships.tests.conftest import Town, organisation
from dongli.partnerships.tests.test_meetings import LOOKERS, STRANGERS, told

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
