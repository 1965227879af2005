"""Merging while somebody else closes, withdraws, merges or takes out: real transactions; nobody waits in a circle."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dongli.cases import following
from dongli.cases.actions import closing, events, filing, merging
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, Grouping, Step
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState, case_state
from dongli.common.clock import now
from dongli.common.errors import Conflict, Refusal
from dongli.common.ids import new_id
from tests.cast import make_city
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

Act = Callable[[], Any]
TURNS = 4


@pytest.fixture
def stage() -> Stage:
    load_policy()
    return Stage(make_city())


def raced(*acts: Act) -> list[Any]:
    """What each act returned or how it was refused; any other error (a deadlock, a broken constraint) fails."""
    found = race(*acts)
    for one in found:
        if isinstance(one, Exception) and not isinstance(one, Refusal):
            raise one
        if isinstance(one, Refusal):
            assert isinstance(one, Conflict), repr(one)
    return found


def merging_of(stage: Stage, case: Case, lead: Case, name: str = "community") -> Act:
    viewer, key = stage.viewer(name), new_id()
    return lambda: merging.merge(viewer=viewer, case_id=case.id, key=key, lead_id=lead.id)


def taking_out(stage: Stage, case: Case) -> Act:
    viewer, key = stage.viewer("community"), new_id()
    return lambda: merging.unmerge(viewer=viewer, case_id=case.id, key=key)


def closing_of(stage: Stage, lead: Case) -> Act:
    viewer, key = stage.viewer("community"), new_id()
    return lambda: closing.close(viewer=viewer, case_id=lead.id, key=key, words="已修好")


def withdrawing(stage: Stage, case: Case) -> Act:
    viewer, key = stage.viewer("resident"), new_id()
    return lambda: filing.withdraw(viewer=viewer, case_id=case.id, key=key)


def joining(stage: Stage, lead: Case) -> Act:
    viewer, where = stage.viewer("resident-2"), Where(*stage.city.point_in(stage.city.grid))
    return lambda: stage.file(viewer=viewer, where=where, category="0101", join=lead.id)


def checked(stage: Stage) -> Case:
    case = stage.answered()
    return closing.check(viewer=stage.viewer("community"), case_id=case.id, key=new_id())


def settle(*leads: Case) -> None:
    """What the job does."""
    for lead in leads:
        following.settle_all(lead.id)


def is_sound(*cases: Case) -> None:
    """States follow from the rows; a follower's lead leads and follows nobody; steps are whole."""
    for case in Case.objects.filter(pk__in=[one.pk for one in cases]).select_related("lead_case"):
        assert case.state == case_state(case, case.tasks.all(), open_whistle=False)
        assert (case.lead_case_id is None) == (case.merged_at is None)
        if case.state == CaseState.MERGED:
            assert case.lead_case is not None
            assert case.lead_case.lead_case_id is None
            assert case.lead_case.state not in {"closed", "withdrawn", "merged"}
        assert [step.seq for step in Step.objects.filter(case=case)] == list(range(1, case.steps_count + 1))


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("older_leads", [True, False])
def test_merged_while_the_lead_is_closed(stage: Stage, older_leads: bool) -> None:
    for _ in range(TURNS):
        if older_leads:
            lead, case = checked(stage), stage.accepted()
        else:
            case, lead = stage.accepted(), checked(stage)
        found = raced(merging_of(stage, case, lead), closing_of(stage, lead))
        settle(lead)
        merged = not isinstance(found[0], Refusal)
        assert fresh(lead).state == "closed"
        assert fresh(case).state == ("closed" if merged else "working")
        assert Step.objects.filter(case=case, verb="conclude").count() == merged
        is_sound(lead, case)


def test_each_merged_under_the_other(stage: Stage) -> None:
    for _ in range(TURNS):
        one, other = stage.accepted(), stage.accepted()
        found = raced(merging_of(stage, one, other), merging_of(stage, other, one))
        assert sum(isinstance(each, Refusal) for each in found) == 1
        assert sorted([fresh(one).state, fresh(other).state]) == ["merged", "working"]
        is_sound(one, other)


def test_in_a_ring_of_three(stage: Stage) -> None:
    for _ in range(TURNS):
        one, two, three = stage.accepted(), stage.accepted(), stage.accepted()
        raced(merging_of(stage, one, two), merging_of(stage, two, three), merging_of(stage, three, one))
        is_sound(one, two, three)
        assert Case.objects.filter(pk__in=[one.pk, two.pk, three.pk], state="merged").exists()


def test_merged_while_its_resident_withdraws_it(stage: Stage) -> None:
    for _ in range(TURNS):
        lead, case = stage.accepted(), stage.accepted()
        found = raced(merging_of(stage, case, lead), withdrawing(stage, case))
        assert not isinstance(found[1], Refusal)  # a follower may be withdrawn too
        assert fresh(case).state == "withdrawn"
        assert not case.tasks.exclude(state="cancelled").exists()
        is_sound(lead, case)


def test_merged_while_the_lead_is_withdrawn(stage: Stage) -> None:
    for _ in range(TURNS):
        lead, case = stage.accepted(), stage.accepted()
        raced(merging_of(stage, case, lead), withdrawing(stage, lead))
        settle(lead)
        assert fresh(case).state == "working"
        is_sound(lead, case)


@pytest.mark.parametrize("older_leads", [True, False])
def test_taken_out_while_the_lead_is_closed(stage: Stage, older_leads: bool) -> None:
    for _ in range(TURNS):
        if older_leads:
            lead, case = checked(stage), stage.accepted()
        else:
            case, lead = stage.accepted(), checked(stage)
        merging_of(stage, case, lead)()
        found = raced(taking_out(stage, case), closing_of(stage, lead))
        settle(lead)
        out = not isinstance(found[0], Refusal)
        assert fresh(case).state == ("working" if out else "closed")
        assert fresh(case).lead_case_id == (None if out else lead.id)
        is_sound(lead, case)


def test_merged_twice(stage: Stage) -> None:
    for _ in range(TURNS):
        one, other, case = stage.accepted(), stage.accepted(), stage.accepted()
        found = raced(merging_of(stage, case, one), merging_of(stage, case, other), merging_of(stage, case, one))
        assert sum(isinstance(each, Refusal) for each in found) == 2
        assert Step.objects.filter(case=case, verb="merge").count() == 1
        is_sound(one, other, case)


def test_joined_while_the_lead_is_closed(stage: Stage) -> None:
    for _ in range(TURNS):
        lead = checked(stage)
        raced(joining(stage, lead), closing_of(stage, lead))
        settle(lead)
        case = Case.objects.exclude(pk=lead.pk).order_by("-pk")[0]
        assert (case.state == "closed") == (case.lead_case_id == lead.id)
        is_sound(lead, case)
        Case.objects.filter(pk=case.pk).update(spam_at=now())


def test_settled_twice_at_once_is_settled_once(stage: Stage) -> None:
    lead = checked(stage)
    for _ in range(following.AT_ONCE + 5):
        case = stage.file()
        merging_of(stage, case, lead)()
    closing_of(stage, lead)()
    done = raced(*[lambda: following.settle_all(lead.id)] * 3)
    assert sum(done) == following.AT_ONCE + 5
    assert Step.objects.filter(verb="conclude").count() == following.AT_ONCE + 5
    assert set(Case.objects.filter(lead_case=lead).values_list("closings", flat=True)) == {1}


def test_grouped_twice_at_once_while_one_is_merged_elsewhere(stage: Stage) -> None:
    cases = [stage.file(category="0206", where=Where(area_code=stage.city.compound.code)) for _ in range(6)]
    lead = stage.accepted()
    desk = stage.viewer("subdistrict")
    new = events.NewEvent("停水", "抢修中", "0206", [stage.city.compound.code], now() - timedelta(hours=1))
    event = events.open_event(viewer=desk, event_id=new_id(), event=new)
    first = events.ask_grouping(viewer=desk, event_id=event.id, key=new_id())
    second = events.ask_grouping(viewer=desk, event_id=event.id, key=new_id())
    raced(
        lambda: events.group(first.id), lambda: events.group(second.id), lambda: events.group(first.id),
        merging_of(stage, cases[0], lead),
    )  # fmt: skip
    assert Case.objects.filter(pk__in=[one.pk for one in cases], state="merged").count() == 6
    assert Step.objects.filter(verb="merge").count() == 6
    groupings = Grouping.objects.all()
    assert sum(one.done for one in groupings) + Case.objects.filter(lead_case=lead).count() == 6
    assert all(one.done + one.passed_over == len(one.cases) for one in groupings)
    is_sound(*cases)
