"""The parts pages are made of, in a real browser: accessible, narrow enough, and working."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP, PHONE, axe, overflow
from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = {"light": {}, "dark": {"theme": "dark"}, "large": {"elder": "1"}, "english": {"django_language": "en"}}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("path", "size"), [("/styleguide/", PHONE), ("/styleguide/desk/", DESKTOP), ("/", PHONE)])
def test_axe_finds_nothing_serious(open_page: OpenPage, path: str, size: tuple[int, int], look: str) -> None:
    page = open_page(path, size=size, cookies=LOOKS[look])
    page.wait_for_load_state("networkidle")
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1920])
@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/desk/", "/"])
def test_nothing_sticks_out(open_page: OpenPage, path: str, width: int) -> None:
    for look in LOOKS.values():
        page = open_page(path, size=(width, 800), cookies=look)
        assert overflow(page) <= 0


def test_targets_are_large_enough(open_page: OpenPage) -> None:
    script = """([targets, least]) => [...document.querySelectorAll(targets)]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < least).map((one) => one.outerHTML)"""
    targets = ".btn, .tabs a, .prefs button, .form-control, .list-row, .ui-choice"
    assert open_page("/styleguide/").evaluate(script, [targets, 43.5]) == []
    assert open_page("/styleguide/", cookies={"elder": "1"}).evaluate(script, [targets, 59.5]) == []


def test_the_map_draws_and_takes_a_place(open_page: OpenPage) -> None:
    page = open_page("/styleguide/")
    page.wait_for_selector("[data-map][data-ready]")
    page.locator(".ui-map canvas").click(position={"x": 120, "y": 90})
    assert 113 < float(page.locator("#pick-lon").input_value()) < 114
    assert 27 < float(page.locator("#pick-lat").input_value()) < 28


def test_charts_are_drawn_again_in_the_dark_and_their_tables_need_no_script(open_page: OpenPage) -> None:
    page = open_page("/styleguide/desk/", size=DESKTOP)
    box = page.locator("[data-chart-box]").first
    expect(page.locator("[data-chart-box][data-ready]")).to_have_count(3)
    before = box.screenshot()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(400)
    assert box.screenshot() != before
    page = open_page("/styleguide/", scripts=False)
    page.locator(".ui-chart-table summary").first.click()
    expect(page.get_by_role("cell", name="94.7")).to_be_visible()
    assert not page.locator("[data-chart-box]").first.is_visible()


def test_the_phones_place_is_taken_when_it_is_given(open_page: OpenPage) -> None:
    place = {"latitude": 27.83, "longitude": 113.14}
    page = open_page("/styleguide/", geolocation=place, permissions=["geolocation"])
    for _ in range(3):  # a busy machine's Chromium may not answer the first time, as a phone indoors may not
        page.locator("[data-locate]").click()
        page.locator("[data-locate].is-busy").wait_for(state="detached")
        if page.locator("#pick-lon").input_value():
            break
    expect(page.locator("#pick-lon")).to_have_value("113.140000")


def test_preferences_work_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/styleguide/", scripts=False)
    page.locator(".prefs button[name=elder]").click()
    assert page.locator("html[data-elder]").count() == 1
    page.locator(".prefs button[name=language]").click()
    assert page.locator("html[lang=en]").count() == 1
    assert page.url.endswith("/styleguide/")


def test_photos_are_made_smaller_and_can_be_taken_out(open_page: OpenPage, tmp_path: Path) -> None:
    for number in range(2):
        Image.effect_noise((3000, 2000), 90).convert("RGB").save(tmp_path / f"{number}.png")
    page = open_page("/styleguide/")
    page.wait_for_load_state("networkidle")  # the scripts are there
    page.locator("input[type=file]").set_input_files([tmp_path / "0.png", tmp_path / "1.png"])
    expect(page.locator("[data-previews] img")).to_have_count(2)
    files = "[...document.querySelector('input[type=file]').files].map((file) => [file.name, file.size, file.type])"
    name, size, kind = page.evaluate(files)[0]
    assert (name, kind) == ("0.jpg", "image/jpeg")
    assert size < (tmp_path / "0.png").stat().st_size / 4
    page.locator("[data-previews] button").first.click()
    assert [row[0] for row in page.evaluate(files)] == ["1.jpg"]


def test_the_desk_is_driven_by_keys(open_page: OpenPage) -> None:
    page = open_page("/styleguide/desk/", size=DESKTOP)
    current = page.locator("[data-list] .is-current")
    page.evaluate("document.activeElement.blur()")
    first = current.get_attribute("data-id")
    page.keyboard.press("j")
    assert current.get_attribute("data-id") != first
    page.keyboard.press("k")
    assert current.get_attribute("data-id") == first
    page.keyboard.press("?")
    assert page.locator("dialog#keys[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog#keys[open]").count() == 0


def test_a_refusal_without_a_page_becomes_a_toast(open_page: OpenPage) -> None:
    page = open_page("/styleguide/desk/", size=DESKTOP)
    page.evaluate("htmx.ajax('POST', '/no-such-address/', {target: '#main', swap: 'innerHTML'})")
    page.wait_for_selector("#toasts [data-toast]")
    assert page.locator("#main h1").count() == 1, "the page stays as it was"


def test_toasts_offer_to_undo(open_page: OpenPage) -> None:
    page = open_page("/styleguide/")
    detail = "{text: '已派遣', undo: '/preferences/'}"
    page.evaluate(f"document.dispatchEvent(new CustomEvent('toast', {{detail: {detail}}}))")
    assert page.locator(".ui-toast button").inner_text() == "撤销"
    page.locator(".ui-toast button").click()
    page.wait_for_selector(".ui-toast", state="detached")


def test_print_shows_the_words_only(open_page: OpenPage) -> None:
    page = open_page("/styleguide/desk/", size=DESKTOP)
    page.emulate_media(media="print")
    assert not page.locator(".desk-nav").is_visible()
    assert page.locator("h1").is_visible()
