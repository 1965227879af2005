"""An emergency whistle rings on every open page of the department called, until somebody there acknowledges it."""

import re

import pytest
from playwright.sync_api import Page, expect

from dongli.cases.models import Task
from dongli.cases.tests.conftest import Stage
from tests.browser.crew import Crew, press, send, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PLACE = "三栋地下车库"
# A test hears nothing: the page notes that a tone was started.
_NOTE_TONES = """
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
    document.documentElement.dataset.sounded = "yes";
    return start.apply(this, when);
};
"""


def test_an_emergency_rings_on_pages_that_are_open_until_it_is_acknowledged(crew: Crew, city: City) -> None:
    case = Stage(city).accepted()
    officer = crew["housing"]
    officer.context.add_init_script(_NOTE_TONES)
    officer.goto("/desk/queue/")
    other = officer.context.new_page()
    other.goto("/desk/whistles/")
    _blow(crew, city, str(Stage.lead(case).id))
    _sign(crew)
    for page in (officer, other):
        expect(page.locator(".ring")).to_contain_text(PLACE)
        expect(page).to_have_title(re.compile(zh("EMERGENCY")))
    crew.see(officer)
    _sounds_and_is_silenced(officer)
    press(officer, "acknowledge")
    for page in (officer, other):
        expect(page.locator(".ring")).to_have_count(0)
        expect(page).not_to_have_title(re.compile(zh("EMERGENCY")))
    task = Task.objects.get(whistle__case=case)
    assert (task.ring_at, task.acknowledged_by) == (None, city.person("housing"))


def _blow(crew: Crew, city: City, task: str) -> None:
    phone = crew["worker"]
    phone.goto(f"/work/task/{task}/")
    press(phone, "blow")
    phone.locator(f"[name=departments][value='{city.department('housing').id}']").check()
    phone.locator("[name=kind][value=emergency]").check()
    phone.locator("[name=place]").fill(PLACE)
    phone.locator("[name=why]").fill("车库进水，配电箱冒烟")
    crew.see(phone)
    send(phone)


def _sign(crew: Crew) -> None:
    leader = crew["leader"]
    leader.goto("/desk/whistles/")
    press(leader, "sign")
    expect(leader.locator(".board")).to_contain_text(zh("Rings until acknowledged"))


def _sounds_and_is_silenced(page: Page) -> None:
    """A page may sound once it has been touched; silenced, it still shows what rings, also after it is opened anew."""
    page.locator("h1").first.click()
    expect(page.locator("html")).to_have_attribute("data-sounded", "yes")
    hush = page.locator("[data-hush]")
    hush.click()
    expect(hush).to_be_hidden()
    page.reload()
    expect(page.locator(".ring")).to_contain_text(PLACE)
    expect(hush).to_be_hidden()
