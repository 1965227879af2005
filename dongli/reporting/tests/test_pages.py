"""The pages of coverage: who opens them, what they cost, what they lead to, and their files."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from dongli.cases.queries.clusters import Box
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.duties.actions import close_duty
from dongli.duties.models import FollowUp, Outcome
from dongli.organisations.models import OrganisationKind
from dongli.people.models import Role
from dongli.reporting.actions.following import settle_due
from dongli.reporting.models import GivenReason
from dongli.reporting.queries.gaps import PAGE, Sieve, count, every, gaps
from dongli.reporting.queries.map import spots
from dongli.reporting.tests.conftest import grant, unit
from dongli.reporting.tests.test_gaps import assign, explain
from tests.cast import City, log_in

PLACES = ("coverage", "coverage_map", "coverage_points", "coverage_gaps", "coverage_export")
READERS = ("community", "secretary", "subdistrict", "leader", "district", "city", "viewer", "organiser")
MOST_STATEMENTS = 40


def addresses(city: City) -> list[str]:
    return [
        *(reverse(name) for name in PLACES),
        reverse("coverage_figure", args=["captains"]),
        reverse("coverage_place", args=[city.community.code]),
        reverse("coverage_place", args=[city.compound.code]),
        reverse("coverage_work", args=[city.compound.code, "cases"]),
    ]


@pytest.mark.parametrize("who", READERS)
def test_desks_over_the_area_read_every_page(client: Client, city: City, who: str) -> None:
    log_in(client, city.person(who))
    assert {url: client.get(url).status_code for url in addresses(city)} == dict.fromkeys(addresses(city), 200)


@pytest.mark.parametrize("who", ["resident", "captain", "worker", "housing", "hotline", "auditor"])
def test_others_find_nothing(client: Client, city: City, who: str) -> None:
    log_in(client, city.person(who))
    assert {client.get(url).status_code for url in addresses(city)} <= {403, 404}


def test_visitors_are_sent_to_the_log_in(client: Client, city: City) -> None:
    assert {client.get(url).status_code for url in addresses(city)} == {302}


def test_a_desk_elsewhere_sees_its_own_area_only(client: Client, city: City) -> None:
    log_in(client, city.person("stranger"))
    for area in (city.community, city.compound, city.city):
        assert client.get(reverse("coverage_place", args=[area.code])).status_code == 404
    reason = explain(city)
    forms = {
        reverse("give_gap_reason", args=[city.compound.code, "branch"]): 404,
        reverse("assign_gap", args=[city.compound.code, "branch"]): 404,
        reverse("withdraw_gap_reason", args=[reason.id]): 404,
    }
    assert {url: client.post(url).status_code for url in forms} == forms
    page = client.get(reverse("coverage_gaps"), {"area": city.community.code})
    assert city.other_community.name in page.text
    assert city.community.name not in page.text
    assert GivenReason.objects.get().withdrawn_at is None


def test_who_carries_the_duty_of_a_gap_may_read_its_compound_only(client: Client, city: City) -> None:
    officer = city.person("worker-2")
    grant(officer, Role.COMMUNITY_DESK, city.other_community)
    duty = assign(city, city.viewer("subdistrict"))
    duty.owner = officer
    duty.save(update_fields=["owner"])
    log_in(client, officer)
    assert client.get(reverse("coverage_place", args=[city.compound.code])).status_code == 200
    assert client.get(reverse("coverage_place", args=[city.compounds[1].code])).status_code == 404


def test_pages_ask_the_database_a_bounded_number_of_times(client: Client, city: City) -> None:
    log_in(client, city.person("city"))
    for url in addresses(city):
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        assert len(asked) <= MOST_STATEMENTS, url


def test_the_list_is_paged_by_key_without_losing_a_gap(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dongli.reporting.queries.gaps.PAGE", 7)
    monkeypatch.setattr("dongli.reporting.facts.CHUNKS", (1, 2))
    viewer, sieve = city.viewer("city"), Sieve(city.city)
    found, after = [], ""
    while True:
        page = gaps(viewer, sieve, after)
        found += [gap.cursor for gap in page.rows]
        after = page.next
        if not after:
            break
    assert found == [gap.cursor for gap in every(viewer, sieve)]
    assert len(found) == len(set(found)) == count(viewer, sieve)
    assert gaps(viewer, sieve, "forged.key").rows[0].cursor == found[0]
    assert PAGE == 50


def test_the_files_say_what_the_list_says(client: Client, city: City) -> None:
    explain(city)
    log_in(client, city.person("secretary"))
    url = reverse("coverage_export")
    text = client.get(url, {"format": "csv", "reason": "given"}).content.decode("utf-8-sig")
    assert city.compound.code in text
    assert text.count(city.compound.code) == 1
    book = load_workbook(BytesIO(client.get(url, {"format": "xlsx"}).content), read_only=True)
    assert len(list(book.worksheets[0].rows)) == 1 + count(city.viewer("secretary"), Sieve(city.community))
    assert client.get(url, {"format": "pdf"}).status_code == 422


def test_the_map_gathers_compounds_and_colours_single_ones(client: Client, city: City) -> None:
    log_in(client, city.person("district"))
    near = client.get(reverse("coverage_points"), {"zoom": "17"}).json()["clusters"]
    assert len(near) == 4, "the compounds of the district"
    assert {one["tone"] for one in near} == {"bad"}
    (far,) = client.get(reverse("coverage_points"), {"zoom": "3"}).json()["clusters"]
    assert far["count"] == 4
    assert client.get(reverse("coverage_points"), {"west": "114", "zoom": "9"}).json()["clusters"] == []
    assert sum(one.count for one in spots(city.viewer("city"), city.city, Box())) == 6


def test_the_duty_says_when_its_gap_has_closed_and_comes_back_when_it_opens_again(client: Client, city: City) -> None:
    duty = assign(city, city.viewer("subdistrict"))
    log_in(client, city.person("secretary"))
    client.cookies["django_language"] = "en"
    page = reverse("desk_duty_sheet", args=[duty.id])
    assert "The gap is still there." in client.get(page).text
    branch = unit(city.compound, OrganisationKind.BRANCH)
    assert "The gap has closed: the duty can be reported fulfilled." in client.get(page).text
    assert (
        "The gap has closed; the duty is still open."
        in client.get(reverse("coverage_place", args=[city.compound.code])).text
    )
    close_duty(viewer=city.viewer("secretary"), duty_id=duty.id, key=new_id(), evidence="支部已成立")
    FollowUp.objects.filter(days=30).update(due_on=today())
    assert settle_due() == 1
    assert FollowUp.objects.get(days=30).outcome == Outcome.HELD
    branch.dissolved_on = today() - timedelta(days=1)
    branch.save()
    FollowUp.objects.filter(days=90).update(due_on=today())
    assert settle_due() == 1
    duty.refresh_from_db()
    assert duty.is_open
