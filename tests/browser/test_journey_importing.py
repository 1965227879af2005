"""A bad spreadsheet: its errors are read, it is mended, checked again and loaded."""

import re
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import FilePayload, Page, expect

from dongli.areas.models import Area
from dongli.people.models import ImportState, TableImport
from tests.browser.crew import Crew, says, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE = "/desk/import/compounds/"


def test_a_bad_spreadsheet_is_mended_and_loaded(crew: Crew, city: City) -> None:
    page = crew["organiser"]
    page.goto("/desk/import/")
    crew.see(page)
    page.get_by_role("link", name=zh("Compounds"), exact=True).click()
    crew.see(page)
    with page.expect_download() as download:
        page.locator("a[href$='template.xlsx']").click()
    headings = [cell.value for cell in load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0][1]]
    rows = [[None, "没有社区", "新苑"], [None, city.community.name, "东苑", "113.1"]]
    _upload(page, headings, rows)
    says(page, zh("Upload the mended table"), "没有社区")
    assert page.locator("tbody tr td:first-child").all_text_contents() == ["2", "3"]
    crew.see(page)
    assert not Area.objects.filter(name="新苑").exists()
    page.get_by_role("link", name=zh("Upload the mended table")).click()
    rows[0][1] = city.community.name
    rows[1].append("27.8")
    _upload(page, headings, rows)
    says(page, zh("Nothing has been stored yet. This is what loading would do."), "新苑")
    page.locator("form[action$='/load/'] button").click()
    says(page, zh("What was added and changed"))
    assert Area.objects.filter(name__in=["新苑", "东苑"], parent=city.community).count() == 2
    assert TableImport.objects.filter(state=ImportState.LOADED).count() == 1
    page.goto(TABLE)
    _upload(page, headings, rows)
    says(page, zh("Everything is there already: there is nothing to load."))


def _upload(page: Page, headings: list[Any], rows: list[list[str | None]]) -> None:
    book, content = Workbook(), BytesIO()
    for row in [headings, *rows]:
        book.worksheets[0].append(row)
    book.save(content)
    page.set_input_files("[name=file]", FilePayload(name="小区.xlsx", mimeType=XLSX, buffer=content.getvalue()))
    page.locator("form[enctype] button.btn-primary").click()
    expect(page).to_have_url(re.compile("/desk/import/runs/"))
