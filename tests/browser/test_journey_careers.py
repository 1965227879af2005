"""The yearly step: one records and proposes, another approves; the worker reads, contests and is answered."""

from datetime import date

import pytest
from playwright.sync_api import expect

from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.people.actions import career_runs, careers
from dongli.people.actions.career_schemes import set_scheme, shipped
from dongli.people.actions.careers import NewFact
from dongli.people.models import CareerContest, CareerResult, CareerRun, RunState
from tests.browser.crew import Crew, says, says_not
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NEXT = date(today().year + 1, 1, 1)
WORDS = "入职应从七月算起"


def test_the_yearly_step_is_made_by_one_and_approved_by_another(crew: Crew, city: City) -> None:
    _before(city)
    _record_the_degree(crew, city)
    _propose(crew, city)
    _approve(crew, city)
    _read_and_contest(crew, city)
    _answer(crew, city)


def _before(city: City) -> None:
    """A scheme, and three years of service that the step follows from."""
    admin, worker = city.viewer("admin"), city.person("worker")
    example = shipped(date(2015, 1, 1))["three_posts_eighteen_grades"]
    set_scheme(viewer=admin, key=new_id(), area=city.city, scheme=example)
    for kind, value in (("service", ""), ("post", "staff")):
        fact = NewFact(kind, date(NEXT.year - 3, 1, 1), value)
        careers.record_fact(viewer=admin, key=new_id(), person=worker, fact=fact)


def _record_the_degree(crew: Crew, city: City) -> None:
    page = crew["organiser"]
    page.goto("/desk/careers/")
    crew.see(page)
    page.locator("[data-list] a").first.click()
    crew.see(page)
    page.locator("a[href*='kind=degree']").click()
    page.locator("[name=value]").select_option("bachelor")
    page.locator("[name=since]").fill(f"{NEXT.year - 1}-06-30")
    page.locator("main button.btn-primary").click()
    expect(page.locator("h1")).to_contain_text(city.person("worker").name)
    says(page, f"{NEXT.year - 1}-06-30")


def _propose(crew: Crew, city: City) -> None:
    page = crew["organiser"]
    page.goto("/desk/careers/runs/")
    page.locator("[name=area]").select_option(city.district.code)
    page.locator("[name=effective_on]").select_option(NEXT.isoformat())
    page.locator("main button.btn-primary").click()
    expect(page.locator("main [data-live]")).to_be_visible()
    career_runs.compute_run(CareerRun.objects.get().pk)
    page.locator("main [data-live] a").click()
    says(page, city.person("worker").name, "→ 3")
    expect(page.locator("form[action$='/approve/']")).to_have_count(0)
    crew.see(page)


def _approve(crew: Crew, city: City) -> None:
    page = crew["admin"]
    page.goto("/desk/careers/runs/")
    page.locator("[data-list] a").first.click()
    page.locator("form[action$='/approve/'] button").click()
    expect(page.locator("form[action$='/approve/']")).to_have_count(0)
    says(page, city.person("admin").name)
    run = CareerRun.objects.get()
    assert (run.state, run.decided_by) == (RunState.APPROVED, city.person("admin"))
    assert CareerResult.objects.get(person=city.person("worker")).grade == 3
    page.locator("[data-list] a").first.click()
    says(page, "7100.00")
    crew.see(page)


def _read_and_contest(crew: Crew, city: City) -> None:
    page = crew["worker"]
    page.goto("/me/career/")
    says(page, "三岗十八级", "示例一")
    crew.see(page)
    page.locator("a[href*='/me/career/contest/?fact=']").last.click()
    page.locator("[name=words]").fill(WORDS)
    page.locator("button[form=contest-form]").click()
    says(page, WORDS)
    assert CareerContest.objects.get().fact is not None


def _answer(crew: Crew, city: City) -> None:
    page = crew["organiser"]
    page.goto("/desk/careers/")
    page.locator("a[href*='/contests/']").first.click()
    says(page, WORDS)
    crew.see(page)
    page.locator("[name=decision][value=refused]").check()
    page.locator("[name=answer]").fill("劳动合同写明一月入职")
    page.locator("main button.btn-primary").click()
    worker = crew["worker"]
    worker.goto("/me/career/")
    says(worker, "劳动合同写明一月入职")
    stranger = crew["stranger"]
    stranger.goto("/desk/careers/")
    says_not(stranger, city.person("worker").name)
