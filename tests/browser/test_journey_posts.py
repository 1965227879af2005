"""A worker retires: a successor is appointed and takes everything over; a vacancy is filled. Real pages."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from dongli.cases.models import Task
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.people.actions.posts import Appointment, appoint
from dongli.people.models import HandOver, Post, Tenure, User
from tests.browser.crew import Crew, says, says_not, send, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_successor_is_appointed_and_takes_everything_over(crew: Crew, city: City) -> None:
    case = Stage(city).accepted()
    wanted = Appointment(post=Post.GRID_WORKER, area=city.community, since=today() - timedelta(days=90))
    appoint(viewer=city.viewer("admin"), key=new_id(), appointment=wanted, person=city.person("worker").pk)
    _appoint_to_a_vacancy(crew, city)
    _retire(crew["organiser"], city)
    _hand_over(crew, city, case.number)
    _works_on(crew, city)
    _succeed(crew, city)


def _appoint_to_a_vacancy(crew: Crew, city: City) -> None:
    page = crew["organiser"]
    page.goto(f"/desk/posts/?area={city.community.code}")
    says(page, zh("Vacant"))
    crew.see(page)
    page.locator(f"a[href*='area={city.compound.code}'][href*='post=compound_secretary']").click()
    page.locator("[name=phone]").fill("13912345678")
    page.locator("[name=document]").fill("街工委〔2026〕3号")
    send(page)
    says(page, zh("Please look at this first"))  # the name is missing; what was typed is still there
    expect(page.locator("[name=phone]")).to_have_value("13912345678")
    crew.see(page)
    page.locator("[name=name]").fill("黎国庆")
    send(page)
    says(page, "黎国庆", "139****5678", "街工委〔2026〕3号")
    says_not(page, "13912345678")
    crew.see(page)


def _retire(page: Page, city: City) -> None:
    page.goto(f"/desk/persons/?q={city.person('worker').name}")
    page.locator("main tbody a").first.click()
    page.locator("a[href$='/end/']").click()
    page.locator("[name=why]").fill("退休")
    send(page)
    page.wait_for_url("**/hand-over/")


def _hand_over(crew: Crew, city: City, number: str) -> None:
    page = crew["organiser"]
    says(page, number, zh("Turns on rosters"))
    crew.see(page)
    page.locator("[name=successor]").select_option(str(city.person("worker-2").pk))
    page.locator("main button.btn-primary").dblclick()
    page.wait_for_url("**/desk/persons/**")
    assert HandOver.objects.get().passed == {"turns": 1, "duties": 0, "tasks": 1}
    assert Task.objects.get(case__number=number).worker == city.person("worker-2")


def _works_on(crew: Crew, city: City) -> None:
    page = crew["worker-2"]
    page.goto("/work/")
    says(page, "三栋楼下下水道堵了")
    page.goto("/notices/")
    says(page, city.person("worker").name)


def _succeed(crew: Crew, city: City) -> None:
    """The secretary's successor: the old appointment ends on the day the new one begins."""
    page = crew["organiser"]
    page.goto(f"/desk/posts/appoint/?area={city.compound.code}&post=compound_secretary")
    says(page, "黎国庆")
    page.locator("a[href*='replaces=']").click()
    page.locator("[name=name]").fill("周立新")
    page.locator("[name=since]").fill((today() + timedelta(days=7)).isoformat())
    send(page)
    says(page, "周立新", zh("planned"))
    old = Tenure.objects.get(person=User.objects.get(name="黎国庆"))
    assert old.until == today() + timedelta(days=7)
