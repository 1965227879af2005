"""Two residents, one trouble: offered without scripts, merged by the worker, closed once, rated twice; a mass event."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from dongli.cases import following
from dongli.cases.actions import events
from dongli.cases.models import Case, Grouping, MassEvent, Rating
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import now
from tests.browser import chromium
from tests.browser.crew import Crew, press, says, says_not, send, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FIRST, SECOND, THIRD = "三栋前的井盖碎了，我家老人差点摔倒", "井盖坏了没人管", "北门井盖破了个洞"
SHARED = "Others have reported the same. It is handled once for all; below you read how it goes."
ANSWER, NOTICE = "井盖已全部更换为防沉降井盖", "主管道爆裂，正在抢修，预计今晚8点恢复供水"


@pytest.fixture
def plain(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A visitor's phone that runs no scripts."""
    visit = chromium.visit(browser, live_server.url, scripts=False)
    yield visit.page
    visit.context.close()
    assert visit.problems == []


def write(page: Page, city: City, words: str, category: str) -> None:
    page.goto(f"/report/?place={city.compound.code}")
    page.locator("[name=what]").fill(words)
    if not page.locator("[name=category]").is_visible():
        page.locator("#what details summary").click()
    page.locator("[name=category]").select_option(category)
    page.locator(".actions button.btn-primary").click()
    page.wait_for_load_state()


def rate(page: Page) -> None:
    """Say on the page of a closed case that it is solved."""
    page.locator("a[href$='/rate/']").first.click()
    for name, value in (("contacted", "yes"), ("solved", "yes"), ("satisfaction", "satisfied")):
        page.locator(f"[name={name}][value={value}]").check()
    page.locator("button.btn-primary:visible").last.click()
    page.wait_for_load_state()


def test_reported_by_three_answered_once(crew: Crew, plain: Page, city: City) -> None:
    stage = Stage(city)
    place = Where(area_code=city.compound.code)
    lead = stage.dispatch(stage.register(stage.file(what=FIRST, where=place), "0201"))
    third = stage.dispatch(
        stage.register(stage.file(what=THIRD, where=place, viewer=stage.viewer("resident-2")), "0201")
    )

    # A neighbour without scripts is asked before anything is sent, reads nobody's words, and joins.
    write(plain, city, SECOND, "0201")
    assert Case.objects.count() == 2
    says(plain, zh("Yes, add me"))
    says_not(plain, FIRST, lead.number)
    assert plain.locator("[name=what]").input_value() == SECOND
    plain.locator(f"[name=join][value='{lead.id}']").check()
    plain.locator(".actions button.btn-primary").click()
    joined = Case.objects.get(lead_case=lead)
    says(plain, joined.number, zh(SHARED))
    link = urlsplit(plain.locator("input#link").input_value()).path

    # The worker sees that the third is the same trouble, and merges it.
    worker = crew["worker"]
    worker.goto(f"/work/task/{stage.lead(third).id}/")
    says(worker, zh("Reported nearby, of the same line"), FIRST)
    crew.see(worker)
    worker.locator(f"a[href*='/case/{third.id}/merge/']").first.click()
    crew.see(worker)
    send(worker)
    worker.wait_for_load_state()
    assert Case.objects.get(pk=third.id).lead_case_id == lead.id

    # The lead is handled; the desk reads how many wait with it, and closes once.
    worker.goto(f"/work/task/{stage.lead(lead).id}/")
    says(worker, zh("Merged with this case: %(count)s", count=2))
    press(worker, "accept")
    expect(worker.locator("form[action*='/accept/']")).to_have_count(0)
    press(worker, "answer")
    worker.locator("[name=words]").fill("张女士您好，井盖已换")
    send(worker)
    expect(worker.locator("h1")).not_to_have_text(zh("Answer"))
    desk = crew["community"]
    desk.goto(f"/desk/case/{lead.number}/")
    crew.see(desk)
    press(desk, "check")
    send(desk)
    press(desk, "close")
    desk.locator("[name=words]").fill(ANSWER)
    says(desk, zh("I know that %(count)s more residents read this answer", count=2))
    send(desk)
    assert Case.objects.get(pk=lead.id).state == "checked", "asked once"
    desk.locator("[name=sure]").check()
    send(desk)
    desk.wait_for_load_state()
    following.settle_all(lead.id)
    assert set(Case.objects.values_list("state", flat=True)) == {"closed"}

    # Each reads the answer on their own page and rates their own closing.
    plain.goto(link)
    says(plain, ANSWER)
    says_not(plain, FIRST, "张女士")
    rate(plain)
    resident = crew["resident"]
    resident.goto(f"/my/{lead.number}/")
    rate(resident)
    assert set(Rating.objects.values_list("case", flat=True)) == {lead.id, joined.id}
    assert Case.objects.get(pk=third.id).state == "closed"


def test_a_mass_event(crew: Crew, plain: Page, city: City) -> None:
    stage = Stage(city)
    before = [
        stage.file(what="停水了", category="0206", where=Where(area_code=area.code)) for area in city.compounds[:2] * 2
    ]
    desk = crew["subdistrict"]
    desk.goto("/desk/events/")
    crew.see(desk)
    desk.locator("a[href='/desk/events/new/']").click()
    desk.locator("[name=title]").fill("月塘片区停水")
    desk.locator("[name=category]").select_option("0206")
    desk.locator("[name=starts_at]").fill((now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"))
    desk.locator("[name=notice]").fill(NOTICE)
    desk.locator(f"input[name=areas][value='{city.community.code}']").check()
    crew.see(desk)
    send(desk)
    event = MassEvent.objects.get()
    says(desk, NOTICE, before[0].number)
    crew.see(desk)
    desk.locator("button[name=do][value=all]").click()
    desk.wait_for_load_state()
    events.group(Grouping.objects.get().id)
    desk.goto(f"/desk/events/{event.id}/")
    says(desk, city.compounds[0].name, city.compounds[1].name)
    crew.see(desk)

    write(plain, city, "家里没水了，什么时候来水", "0206")
    says(plain, NOTICE)
    plain.locator(f"[name=join][value='{event.lead_case_id}']").check()
    plain.locator(".actions button.btn-primary").click()
    says(plain, zh(SHARED))
    assert Case.objects.filter(lead_case=event.lead_case_id, state="merged").count() == 5
    plain.goto(f"/place/{city.compound.code}/")
    says(plain, NOTICE)

    desk.reload()
    desk.locator(f"form[action='/case/{before[0].id}/unmerge/'] button").click()
    desk.wait_for_load_state()
    assert Case.objects.get(pk=before[0].id).lead_case is None
    assert desk.url.endswith(f"/desk/events/{event.id}/")
