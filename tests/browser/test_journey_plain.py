"""Filing and following without any script: the picker by its button, the secret link, adding, withdrawing."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from dongli.cases.models import Case, Photo
from tests.browser import chromium
from tests.browser.crew import photo, says, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "楼道里的灯坏了一个多月，老人晚上不敢下楼"


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A visitor's phone that runs no scripts."""
    visit = chromium.visit(browser, live_server.url, scripts=False)
    yield visit.page
    visit.context.close()
    assert visit.problems == []


def pick(page: Page, *codes: str) -> None:
    """Choose from the lists, one after the other, each filled by the button below them."""
    for level, code in zip(("district", "subdistrict", "community", "compound"), codes, strict=False):
        page.locator(f"select[name={level}]").select_option(code)
        if level != "compound":
            page.locator("[data-no-script] button").click()


def test_file_and_follow_without_scripts(page: Page, city: City, tmp_path: Path) -> None:
    page.goto("/")
    page.locator("a.btn-primary[href='/report/']").click()
    page.locator("[name=what]").fill(WORDS)
    page.locator("input[type=file]").set_input_files(photo(tmp_path))
    pick(page, city.district.code, city.subdistrict.code, city.community.code, city.compound.code)
    assert page.locator("[name=what]").input_value() == WORDS
    assert page.locator("[name=kept]").count() == 1, "the photo outlives the lists"
    page.locator("[name=phone]").fill("13800000066")
    page.locator(".actions button.btn-primary").click()
    case = Case.objects.get()
    says(page, case.number)
    assert (case.place, Photo.objects.filter(case=case).count()) == (city.compound, 1)

    page.goto(urlsplit(page.locator("input#link").input_value()).path)
    says(page, WORDS, zh("Received"), zh("You filed it"), city.compound.name)
    assert page.locator(".ui-photos img").first.evaluate("(img) => img.naturalWidth") > 0
    page.locator("#add summary").click()
    page.locator("#add [name=words]").fill("一楼到四楼都不亮")
    page.locator("#add input[type=file]").set_input_files(photo(tmp_path, "more.jpg"))
    page.locator("#add button.btn-primary").click()
    says(page, "一楼到四楼都不亮", zh("You added"))

    page.locator("a[href$='/withdraw/']").click()
    page.locator("[name=words]").fill("物业已经换好")
    page.locator("button.btn-danger").click()
    says(page, zh("Withdrawn"), zh("You withdrew it"), zh("Your appeal has been withdrawn."))
    assert page.locator("a[href$='/withdraw/'], #add").count() == 0


def test_what_was_typed_and_chosen_stays_when_something_is_missing(page: Page, city: City, tmp_path: Path) -> None:
    page.goto("/report/")
    page.locator("[name=what]").fill(WORDS)
    page.locator("input[type=file]").set_input_files([photo(tmp_path, "1.jpg"), photo(tmp_path, "2.jpg")])
    page.locator("[name=phone]").fill("1380000")
    page.locator(".actions button.btn-primary").click()
    summary = page.locator("[data-error-summary]")
    assert summary.locator("a").count() == 2, "a missing place and a telephone number that is too short"
    assert page.locator("[name=what]").input_value() == WORDS
    assert page.locator("[name=phone]").input_value() == "1380000"
    assert page.locator("[name=kept]").count() == 2
    page.locator("button[value^='drop:']").first.click()
    assert page.locator("[name=kept]").count() == 1
    page.locator("[name=phone]").fill("")
    page.locator("[name=address]").fill("老火车站后面那条巷子")
    page.locator(".actions button.btn-primary").click()
    case = Case.objects.get()
    says(page, case.number)
    assert (case.community, Photo.objects.filter(case=case).count()) == (None, 1)


def test_something_that_is_no_photo_is_refused_in_words(page: Page, city: City, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"<svg onload=alert(1)>")
    page.goto(f"/report/?place={city.compound.code}")
    page.locator("[name=what]").fill(WORDS)
    page.locator("input[type=file]").set_input_files(tmp_path / "photo.jpg")
    page.locator(".actions button.btn-primary").click()
    assert page.locator("#id_photos_error").is_visible()
    assert page.locator("[name=what]").input_value() == WORDS
    assert not Case.objects.exists()
