"""Two people at one meeting at the same moment: one duty for one decision, no answer to what is called off."""

from datetime import timedelta

import pytest

from dongli.common.clock import now
from dongli.common.errors import Conflict
from dongli.common.ids import new_id
from dongli.duties.models import Duty
from dongli.organisations.models import Link
from dongli.partnerships import actions
from dongli.partnerships.models import Decision, Invitation, Meeting, MeetingState
from dongli.partnerships.tests.conftest import Town, make_town
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def held(town: Town) -> Meeting:
    return town.held()


def test_two_record_the_same_decision_with_one_key_and_many_of_one_person() -> None:
    town = make_town()
    meeting, key = held(town), new_id()
    decided = town.decided(town.school, town.city.person("unit").id)

    def record(name: str) -> Decision:
        return actions.record_decision(viewer=town.viewer(name), meeting_id=meeting.id, key=key, decided=decided)

    found = race(*[lambda name=name: record(name) for name in ("secretary", "community")])
    assert {type(one) for one in found} == {Decision, Conflict}, found
    winner = next(one for one in found if isinstance(one, Decision))
    name = winner.duty.assigned_by.username.removeprefix("demo-")  # type: ignore[union-attr]
    again = race(*[lambda: record(name)] * 3)
    assert again == [winner] * 3, again
    assert (Decision.objects.count(), Duty.objects.count()) == (1, 1)


def test_decisions_taken_at_once_are_numbered_one_after_the_other() -> None:
    town = make_town()
    meeting = held(town)
    decided = town.decided(town.school, town.city.person("unit").id)

    def record() -> Decision:
        viewer = town.viewer("secretary")
        return actions.record_decision(viewer=viewer, meeting_id=meeting.id, key=new_id(), decided=decided)

    found = race(*[record] * 4)
    assert sorted(one.number for one in found) == [1, 2, 3, 4], found


def test_a_unit_answers_while_the_meeting_is_called_off() -> None:
    town = make_town()
    for _ in range(3):
        meeting = town.meeting(starts_at=now() + timedelta(days=2))

        def answer(meeting: Meeting = meeting) -> Invitation:
            return actions.answer_invitation(
                viewer=town.viewer("unit"), meeting_id=meeting.id, key=new_id(),
                organisation_id=town.school.id, answer="coming",
            )  # fmt: skip

        def cancel(meeting: Meeting = meeting) -> list[Meeting]:
            return actions.cancel_meeting(
                viewer=town.viewer("secretary"), meeting_id=meeting.id, key=new_id(), reason="台风"
            )

        answered, cancelled = race(answer, cancel)
        assert [one.state for one in cancelled] == [MeetingState.CANCELLED]
        seen = Invitation.objects.get(meeting=meeting, organisation=town.school)
        assert bool(seen.answer) == isinstance(answered, Invitation)
        assert isinstance(answered, Invitation | Conflict), answered
        steps = [step.verb for step in meeting.steps.order_by("seq")]
        assert steps in (["plan", "cancel"], ["plan", "answer", "cancel"]), "nothing after it was called off"


def test_two_link_the_same_unit_at_once() -> None:
    town = make_town()

    def link(name: str) -> actions.Linked:
        terms = actions.Terms("joint_meeting", now().date())
        return actions.link_units(
            viewer=town.viewer(name), key=new_id(), axis_id=town.axis.id, unit_ids=[town.loose.id], terms=terms
        )

    found = race(lambda: link("secretary"), lambda: link("community"))
    assert {type(one) for one in found} == {actions.Linked, Conflict}, found
    assert Link.objects.filter(unit=town.loose).count() == 1
