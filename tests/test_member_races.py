"""Members at the same moment, on connections of their own: never more helpers than wanted, one decision."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from dongli.common.errors import Conflict, Refusal
from dongli.common.ids import new_id
from dongli.people.viewer import Viewer
from dongli.volunteering.actions import claiming, confirming, reporting, serving
from dongli.volunteering.models import Claim, ReportIn, Service, ServiceState, ServiceStep, WishState
from dongli.volunteering.tests.conftest import Ground, make_ground
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def ground() -> Ground:
    return make_ground()


Act = Callable[[], Any]


def refused(results: list[Any]) -> list[Refusal]:
    """The refusals among the results; any other error fails the test."""
    for one in results:
        if isinstance(one, Exception) and not isinstance(one, Refusal):
            raise one
    return [one for one in results if isinstance(one, Refusal)]


def test_never_more_claim_than_are_wanted(ground: Ground) -> None:
    viewers = [ground.member(number)[0] for number in range(1, 7)]
    for wanted in (1, 2, 3):
        wish = ground.wish(helpers=wanted)
        late = refused(race(*[_claiming(viewer, wish.pk) for viewer in viewers]))
        wish.refresh_from_db()
        assert len(late) == 6 - wanted
        assert all(isinstance(one, Conflict) and one.code == "all_taken" for one in late)
        assert Claim.objects.filter(wish=wish, given_back_at=None).count() == wish.claimed == wanted
        assert wish.state == WishState.TAKEN
        assert list(wish.steps.values_list("seq", flat=True)) == list(range(1, wanted + 2))


def _claiming(viewer: Viewer, wish_id: UUID) -> Act:
    return lambda: claiming.claim(viewer=viewer, wish_id=wish_id, key=new_id())


def test_one_member_pressing_twice_claims_once(ground: Ground) -> None:
    viewer, _row = ground.member()
    wish = ground.wish(helpers=3)
    assert not refused(race(*[_claiming(viewer, wish.pk)] * 4))
    wish.refresh_from_db()
    assert (wish.claimed, Claim.objects.count()) == (1, 1)


def test_claiming_giving_back_and_leaving_at_once_keep_the_count_right(ground: Ground) -> None:
    viewers = [ground.member(number)[0] for number in range(1, 5)]
    wish = ground.wish(helpers=2)
    for viewer in viewers[:2]:
        ground.claim(wish, viewer)
    refused(
        race(
            lambda: claiming.give_back(viewer=viewers[0], wish_id=wish.pk, key=new_id()),
            lambda: reporting.leave(viewer=viewers[1], key=new_id()),
            _claiming(viewers[2], wish.pk),
            _claiming(viewers[3], wish.pk),
            lambda: reporting.withdraw_consent(viewer=viewers[2]),
        )
    )
    wish.refresh_from_db()
    held = Claim.objects.filter(wish=wish, given_back_at=None)
    assert held.count() == wish.claimed <= 2
    assert not held.exclude(report_in__state="confirmed").exists()


def test_reporting_in_at_two_places_at_once_is_one(ground: Ground) -> None:
    results = race(*[_reporting(ground, number) for number in (0, 1, 0, 1)])
    refused(results)
    assert ReportIn.objects.filter(state="asked").count() == 1


def _reporting(ground: Ground, number: int) -> Act:
    return lambda: ground.report(compound=number)


def test_two_keepers_decide_once(ground: Ground) -> None:
    row, names = ground.report(), ("secretary", "community")
    late = refused(
        race(
            lambda: ground.confirm(row, names[0]),
            lambda: confirming.decline(
                viewer=ground.city.viewer(names[1]), report_in_id=row.pk, key=new_id(), reason="不在本小区居住"
            ),
        )
    )
    assert [type(one) for one in late] == [Conflict]
    assert row.steps.exclude(verb="ask").count() == 1


def test_service_is_decided_once_and_corrected_once(ground: Ground) -> None:
    ground.member()
    record = ground.log()
    by = ("secretary", "community")
    late = refused(race(*[partial(ground.accept, record, name=name) for name in by]))
    assert len(late) == 1
    asking = [
        lambda: serving.ask_correction(viewer=ground.resident, service_id=record.pk, key=new_id(), words="请核对")
    ] * 3
    assert len(refused(race(*asking))) == 2
    assert Service.objects.get().state == ServiceState.DISPUTED
    assert ServiceStep.objects.filter(verb="dispute").count() == 1
