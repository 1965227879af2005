"""A gap is found on the list, explained, given to somebody as a duty, closed; the duty says so: real pages."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.duties.models import Duty, DutyState
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.reporting.actions.listing import load_gap_reasons
from tests.browser.crew import Crew, says, says_not, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WORDS, MEASURES, EVIDENCE = "社区已上门摸排", "与二期合建联合支部，月底前报批", "支部已获批成立，已上墙"


def test_a_gap_becomes_a_duty_and_its_closing_shows(crew: Crew, city: City) -> None:
    load_gap_reasons()
    _explain(crew, city)
    _assign(crew, city)
    _close(crew, city)


def _explain(crew: Crew, city: City) -> None:
    page = crew["secretary"]
    page.goto("/desk/coverage/")
    says(page, zh("Organisation coverage"), city.community.name)
    crew.see(page)
    page.locator(f"a[href*='/gaps/?area={city.community.code}&item=branch']").first.click()
    says(page, zh("Gap list"), city.compound.name)
    crew.see(page)
    page.locator("[data-list] a").first.click()
    line = page.locator("#item-branch")
    line.locator("details:has(form[action$='/reason/']) summary").click()
    line.locator("[name=reason]").select_option(index=1)
    line.locator("[name=words]").fill(WORDS)
    crew.see(page)
    line.locator("form[action$='/reason/'] button").click()
    expect(page.locator("#item-branch")).to_contain_text(WORDS)


def _assign(crew: Crew, city: City) -> None:
    page = crew["subdistrict"]
    page.goto("/desk/coverage/gaps/?item=branch&duty=none")
    page.locator("[data-list] a").first.click()
    line = page.locator("#item-branch")
    expect(line).to_contain_text(WORDS)
    line.locator("details:has(form[action$='/duty/']) summary").click()
    office = Organisation.objects.get(area=city.community, kind=OrganisationKind.OFFICE)
    line.locator("[name=owner]").select_option(f"{city.person('secretary').id}/{office.id}")
    line.locator("[name=measures]").fill(MEASURES)
    line.locator("[name=due_on]").fill((today() + timedelta(days=20)).isoformat())
    crew.see(page)
    line.locator("form[action$='/duty/'] button").click()
    expect(page.locator("#item-branch")).to_contain_text(city.person("secretary").name)
    page.goto("/desk/coverage/gaps/?item=branch&duty=open")
    says(page, city.compound.name, city.person("secretary").name)
    crew.see(page)


def _close(crew: Crew, city: City) -> None:
    page = crew["secretary"]
    page.goto("/desk/duties/")
    page.locator("[data-list] a").first.click()
    says(page, MEASURES, zh("The gap is still there."))
    Organisation.objects.create(
        code=str(new_id()), name="甲苑联合支部", kind=OrganisationKind.BRANCH, area=city.compound, founded_on=today()
    )
    page.reload()
    says(page, zh("The gap has closed: the duty can be reported fulfilled."))
    crew.see(page)
    page.locator("details:has(form[action$='/close/']) summary").click()
    page.locator("[name=evidence]").fill(EVIDENCE)
    page.locator("form[action$='/close/'] button").click()
    says(page, zh("The gap has closed."))
    assert Duty.objects.get().state == DutyState.DONE
    page.goto(f"/desk/coverage/gaps/?area={city.compound.code}")
    says_not(page, WORDS)
