"""What does not go the usual way, through real pages: looked at on site, sent back twice, decided above, more time, a
hold on the phone, resumed by itself."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from dongli.cases.actions import clocks
from dongli.cases.models import Case, Task
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import CaseState, TaskState
from dongli.common.clock import city_date, now
from tests.browser.crew import Crew, press, says, says_not, send, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SEEN, WHY, PARTS, RAIN = (
    "主管道在路口，井盖下已满",
    "市政管网由你局牵头，先办后议",
    "等配件到货，预计两天",
    "等雨季过后再开挖",
)


def test_exceptions_from_the_first_look_to_the_end_of_a_hold(crew: Crew, city: City) -> None:
    stage = Stage(city)
    case = stage.file()
    _look_on_site(crew, case)
    _send_back_twice(crew, city, case)
    _arbitrate(crew, city, case)
    _more_time(crew, case)
    held = stage.accepted()
    _hold_on_the_phone(crew, held)
    _it_goes_on(crew, held)


def _desk(crew: Crew, name: str, case: Case) -> Page:
    page = crew[name]
    page.goto(f"/desk/case/{case.number}/")
    return page


def _look_on_site(crew: Crew, case: Case) -> None:
    page = _desk(crew, "community", case)
    press(page, "ask-verify")
    page.locator("[name=words]").fill("请看看是主管道还是户内")
    crew.see(page)
    send(page)
    says(page, zh("Being verified"))
    crew.see(page)
    phone = crew["worker"]
    phone.goto("/work/today/")
    says(phone, zh("To look at on site"))
    crew.see(phone)
    phone.locator("a[href*='/work/look/']").first.click()
    says(phone, "请看看是主管道还是户内")
    phone.locator("[name=finding][value=found]").check()
    phone.locator("[name=words]").fill(SEEN)
    crew.see(phone)
    send(phone)
    phone.wait_for_url(lambda url: "/work/look/" not in url)
    says_not(phone, "请看看是主管道还是户内")
    page = _desk(crew, "community", case)
    press(page, "register")
    says(page, SEEN)
    crew.see(page)
    page.locator("select[name=category]").select_option("0101")
    send(page)
    says(page, zh("Registered"))


def _send_back_twice(crew: Crew, city: City, case: Case) -> None:
    for officer, function in (("housing", "housing"), ("police", "public_security")):
        page = _desk(crew, "community", case)
        press(page, "dispatch")
        page.locator("select[name=lead]").select_option(f"organisation:{city.department(function).id}")
        send(page)
        page = _desk(crew, officer, case)
        press(page, "return")
        page.locator("[name=reason][value=wrong_department]").check()
        page.locator("[name=words]").fill("不属于本单位职责")
        send(page)
    case.refresh_from_db()
    assert case.state == CaseState.ARBITRATION


def _arbitrate(crew: Crew, city: City, case: Case) -> None:
    page = crew["subdistrict"]
    page.goto("/desk/queue/?filter=arbitration")
    page.locator(f"[data-list] [data-id='{case.number}'] a").first.click()
    expect(page.locator("#detail #case-title")).to_be_visible()
    page.goto(f"/desk/case/{case.number}/")
    says(page, zh("Arbitration"))
    crew.see(page)
    press(page, "arbitrate")
    expect(page.locator("select[name=organisation]")).to_have_value(str(city.department("urban_management").id))
    page.locator("[name=words]").fill(WHY)
    crew.see(page)
    send(page)
    page = _desk(crew, "urban", case)
    press(page, "accept")
    assert page.locator("a[href*='/return/']").count() == 0, "handle first, argue later"
    phone = crew["resident"]
    phone.goto(f"/my/{case.number}/")
    says(phone, city.department("urban_management").name, WHY)
    crew.see(phone)


def _more_time(crew: Crew, case: Case) -> None:
    """The department has one officer: the subdistrict endorses in its stead, the leader grants."""
    page = _desk(crew, "urban", case)
    press(page, "ask-extension")
    page.locator("[name=amount]").fill("1")
    page.locator("[name=words]").fill(PARTS)
    crew.see(page)
    send(page)
    page = _desk(crew, "subdistrict", case)
    press(page, "endorse-extension")
    says(page, zh("In the house's stead: it has nobody else."))
    page = _desk(crew, "leader", case)
    press(page, "grant-extension")
    says(page, zh("first promised:"))
    crew.see(page)
    phone = crew["resident"]
    phone.goto(f"/my/{case.number}/")
    says(phone, zh("first promised:"))
    says_not(phone, PARTS)


def _hold_on_the_phone(crew: Crew, case: Case) -> None:
    until = city_date(now()) + timedelta(days=30)
    task = Task.objects.get(case=case)
    phone = crew["worker"]
    phone.goto(f"/work/task/{task.id}/")
    press(phone, "ask-hold")
    phone.locator("[name=until]").fill(until.isoformat())
    phone.locator("[name=words]").fill(RAIN)
    crew.see(phone)
    send(phone)
    says(phone, zh("A hold is asked for until %(date)s", date=until.isoformat()))
    page = _desk(crew, "subdistrict", case)
    press(page, "hold")
    page.locator("[name=words]").fill("同意挂账，雨季后开挖")
    crew.see(page)
    send(page)
    says(page, zh("On hold until %(date)s", date=until.isoformat()))
    resident = crew["resident"]
    resident.goto(f"/my/{case.number}/")
    says(resident, zh("On hold"), "雨季后开挖")
    crew.see(resident)


def _it_goes_on(crew: Crew, case: Case) -> None:
    Task.objects.filter(case=case).update(resume_at=now())
    assert clocks.sweep()["resumed"] == 1
    phone = crew["worker"]
    phone.goto(f"/work/task/{Task.objects.get(case=case).id}/")
    says(phone, zh("Resumed: the clock runs again"))
    crew.see(phone)
    assert Task.objects.get(case=case).state == TaskState.ACCEPTED
