"""What keeps coming back becomes a duty, and once fulfilled residents are asked whether it has held: real pages."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dongli.cases.actions import follow_ups
from dongli.cases.actions import problems as problem_list
from dongli.cases.models import FollowUpQuestion
from dongli.cases.tests.test_problems import in_compound
from dongli.common.clock import today
from dongli.duties.models import Duty, DutyState, FollowUp, Outcome
from tests.browser.crew import Crew, says, says_not, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MEASURES, PROGRESS, EVIDENCE = "更换老化管网，每月巡检", "已进场施工，预计两周完工", "全线换管，压力试验合格"


def test_what_keeps_coming_back_becomes_a_duty_and_is_asked_about(crew: Crew, city: City) -> None:
    in_compound(city, 3, resident=city.person("resident"))
    problem_list.propose_problems()
    _take_it_on(crew, city)
    _report(crew)
    _board(crew, city, MEASURES, PROGRESS)
    _fulfil(crew)
    _board(crew, city, EVIDENCE)
    _it_has_not_held(crew)
    _back_on_the_list(crew)


def _take_it_on(crew: Crew, city: City) -> None:
    page = crew["secretary"]
    page.goto("/desk/problems/")
    says(page, zh("Problem list"), city.compound.name)
    crew.see(page)
    page.locator("[data-list] a").first.click()
    page.locator("[name=owner]").select_option(f"{city.person('housing').id}/{city.department('housing').id}")
    page.locator("[name=measures]").fill(MEASURES)
    page.locator("[name=due_on]").fill((today() + timedelta(days=20)).isoformat())
    crew.see(page)
    page.locator("form[action$='/accept/'] button").click()
    says(page, zh("Taken on. It is on the owner's duty list now."), city.department("housing").name)


def _report(crew: Crew) -> None:
    page = crew["housing"]
    page.goto("/desk/duties/")
    crew.see(page)
    page.locator("[data-list] a").first.click()
    page.locator("form[action$='/progress/'] [name=words]").fill(PROGRESS)
    page.locator("form[action$='/progress/'] button").click()
    says(page, zh("Progress reported."), PROGRESS)
    crew.see(page)


def _board(crew: Crew, city: City, *words: str) -> None:
    page = crew[""]
    page.goto(f"/place/{city.compound.code}/")
    says(page, city.department("housing").name, *words)
    says_not(page, city.person("housing").name)
    crew.see(page)


def _fulfil(crew: Crew) -> None:
    page = crew["housing"]
    page.locator("details:has(form[action$='/close/']) summary").click()
    page.locator("[name=evidence]").fill(EVIDENCE)
    page.locator("form[action$='/close/'] button").click()
    says(page, zh("Fulfilled"), zh("Follow-ups"))
    assert Duty.objects.get().state == DutyState.DONE


def _it_has_not_held(crew: Crew) -> None:
    FollowUp.objects.filter(days=30).update(due_on=today())
    assert follow_ups.ask_due() == 1
    page = crew["resident"]
    page.goto("/notices/")
    page.get_by_text(zh("A problem near you was reported solved. Has it held?")).first.click()
    says(page, EVIDENCE, zh("Has it held?"))
    crew.see(page)
    page.locator("[name=held][value=no]").check()
    page.locator("button[form=held-form]").click()
    expect(page.locator(".ui-note")).to_be_visible()
    crew.see(page)
    assert FollowUpQuestion.objects.get().held is False


def _back_on_the_list(crew: Crew) -> None:
    duty = Duty.objects.get()
    assert (duty.state, FollowUp.objects.get(days=30).outcome) == (DutyState.REOPENED, Outcome.NOT_HELD)
    page = crew["housing"]
    page.goto("/desk/duties/")
    says(page, duty.title, zh("Taken up again"))
