"""Reasons for gaps, and gaps as duties: who may, once, at a time, and what closes them."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties.actions import close_duty
from dongli.duties.models import Duty
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.viewer import Viewer
from dongli.reporting.actions.assigning import Charge, assign_gap
from dongli.reporting.actions.reasons import Given, give_reason, reasons_for, withdraw_reason
from dongli.reporting.models import GapDuty, GivenReason
from dongli.reporting.queries.gaps import Sieve, gaps
from dongli.reporting.queries.rates import coverage
from dongli.reporting.tests.conftest import unit
from tests.cast import City, log_in


def given(item: str = "branch", days: int = 30) -> Given:
    return Given(reasons_for(item, today())[0].id, "正在摸排", today() + timedelta(days=days))


def charge(city: City) -> Charge:
    secretary = city.person("secretary")
    office = city.community.organisations.get(kind=OrganisationKind.OFFICE)
    return Charge(secretary.id, office.id, "联合隔壁小区建支部", today() + timedelta(days=60))


def explain(
    city: City, who: str = "secretary", item: str = "branch", key: UUID | None = None, days: int = 30
) -> GivenReason:
    reason = given(item, days)
    return give_reason(viewer=city.viewer(who), code=city.compound.code, item=item, key=key or new_id(), given=reason)


def assign(city: City, viewer: Viewer, item: str = "branch", key: UUID | None = None) -> Duty:
    return assign_gap(viewer=viewer, code=city.compound.code, item=item, key=key or new_id(), charge=charge(city))


def listed(city: City, **asked: str) -> list[tuple[str, str]]:
    page = gaps(city.viewer("secretary"), Sieve.of(city.community, asked))
    return [(gap.code, gap.item.key) for gap in page.rows]


def test_a_reason_stands_beside_the_gap_until_its_day_and_makes_room_for_another(city: City) -> None:
    first = explain(city)
    assert (city.compound.code, "branch") in listed(city, reason="given")
    second = explain(city, days=10)
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    (row,) = gaps(city.viewer("secretary"), Sieve.of(city.compound, {"item": "branch"})).rows
    assert (row.reason, row.last_day) == (second.reason.name, today() + timedelta(days=10))
    GivenReason.objects.filter(pk=second.pk).update(since=today() - timedelta(days=9), until=today())
    assert (city.compound.code, "branch") in listed(city, reason="none"), "an expired reason is none"


def test_the_same_reason_sent_twice_is_one_and_taking_it_back_twice_too(city: City) -> None:
    key = new_id()
    assert explain(city, key=key) == explain(city, key=key)
    assert GivenReason.objects.count() == 1
    withdraw_reason(viewer=city.viewer("secretary"), reason_id=key)
    withdraw_reason(viewer=city.viewer("secretary"), reason_id=key)
    assert (city.compound.code, "branch") in listed(city, reason="none")


def test_a_reason_needs_a_gap_and_a_day_within_its_limit(city: City) -> None:
    with pytest.raises(Invalid) as refused:
        explain(city, days=1000)
    assert refused.value.field == "last_day"
    with pytest.raises(Conflict):
        explain(city, item="grid_worker")  # the home grid has its worker
    other = next(one for one in reasons_for("property_firm", today()) if one.code == "contract_ended")
    wrong = Given(other.id, "", today())
    with pytest.raises(Invalid):
        give_reason(viewer=city.viewer("secretary"), code=city.compound.code, item="branch", key=new_id(), given=wrong)


@pytest.mark.parametrize("who", ["stranger", "resident", "worker", "housing"])
def test_strangers_find_no_compound_to_explain_or_assign(city: City, who: str) -> None:
    with pytest.raises(NotFound):
        explain(city, who)
    with pytest.raises(NotFound):
        assign(city, city.viewer(who))


def test_who_only_reads_neither_explains_nor_assigns(city: City) -> None:
    with pytest.raises(NotAllowed):
        explain(city, "viewer")
    with pytest.raises(NotAllowed):
        assign(city, city.viewer("viewer"))
    with pytest.raises(NotAllowed):
        explain(city, "subdistrict")


def test_a_gap_is_one_duty_at_a_time(city: City) -> None:
    street, key = city.viewer("subdistrict"), new_id()
    duty = assign(city, street, key=key)
    assert assign(city, street, key=key) == duty, "the same form sent twice"
    with pytest.raises(Conflict):
        assign(city, street)
    assert (city.compound.code, "branch") in listed(city, duty="open")
    close_duty(viewer=city.viewer("secretary"), duty_id=duty.id, key=new_id(), evidence="支部已成立")
    assert (city.compound.code, "branch") in listed(city, duty="ended")
    again = assign(city, street)
    assert again != duty
    assert GapDuty.objects.get(current=True).duty == again
    unit(city.compound, OrganisationKind.BRANCH)
    with pytest.raises(Conflict):
        assign(city, street, item="branch")
    assert (city.compound.code, "branch") not in listed(city)


def test_the_rates_count_the_gaps_that_the_list_shows(city: City) -> None:
    def agreed() -> tuple[int, int, int]:
        whole = coverage(city.viewer("secretary"), city.community).whole
        counted = (whole.gaps, whole.explained, whole.assigned)
        assert counted == tuple(len(listed(city, **asked)) for asked in ({}, {"reason": "given"}, {"duty": "open"}))
        return counted

    bare, none, nobody = agreed()
    assert (none, nobody) == (0, 0)
    explain(city, days=10)
    explain(city, item="secretary")
    duty = assign(city, city.viewer("subdistrict"))
    assert agreed() == (bare, 2, 1)
    unit(city.compound, OrganisationKind.BRANCH)
    assert agreed() == (bare - 1, 1, 0), "a reason and a duty for what is no longer missing count for nothing"
    Organisation.objects.filter(kind=OrganisationKind.BRANCH, area=city.compound).delete()
    close_duty(viewer=city.viewer("secretary"), duty_id=duty.id, key=new_id(), evidence="支部已成立")
    assert agreed() == (bare - 1, 2, 0), "the branch is missing again, but ending the duty was work"


def test_the_pages_give_a_reason_and_a_duty_and_keep_what_was_typed(client: Client, city: City) -> None:
    log_in(client, city.person("secretary"))
    sheet = reverse("coverage_place", args=[city.compound.code])
    page = client.get(sheet)
    assert page.status_code == 200
    form = {
        "idempotency_key": str(new_id()), "reason": str(given().reason_id), "words": "先摸排",
        "last_day": str(today() + timedelta(days=999)),
    }  # fmt: skip
    url = reverse("give_gap_reason", args=[city.compound.code, "branch"])
    refused = client.post(url, form)
    assert refused.status_code == 422
    assert "先摸排" in refused.text
    assert client.post(url, form | {"last_day": str(today())}).status_code == 302
    assert "先摸排" in client.get(sheet).text
    who = charge(city)
    duty = {
        "idempotency_key": str(new_id()), "owner": f"{who.owner_id}/{who.organisation_id}", "measures": "建",
        "due_on": str(today()),
    }  # fmt: skip
    assert client.post(reverse("assign_gap", args=[city.compound.code, "branch"]), duty).status_code == 302
    assert city.person("secretary").name in client.get(sheet).text
