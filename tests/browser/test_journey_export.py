"""What a desk sees becomes a file: asked for, watched as its job writes it, fetched only by whoever asked."""

import re

import pytest
from playwright.sync_api import Page, expect

from dongli.cases.actions import exporting
from dongli.cases.models import Export
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_exports import rows_of
from tests.browser.crew import Crew, says, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_seen_is_exported(crew: Crew, city: City) -> None:
    stage = Stage(city)
    seen = [stage.file(what=f"路灯不亮（{number}）", phone="13800000001", name="张三丰").number for number in range(3)]
    stage.file(what="井盖没了")
    page = crew["community"]
    for format in ("csv", "xlsx"):
        page.goto("/desk/queue/?q=路灯")
        rows = rows_of(_exported(crew, page, format), format)
        assert sorted(row[0] for row in rows[1:]) == sorted(seen)
        assert not re.search("13800000001|张三丰|井盖", str(rows))


def _exported(crew: Crew, page: Page, format: str) -> bytes:
    page.locator("summary", has_text=zh("Export")).click()
    page.locator(f"button[name=format][value={format}]").click()
    expect(page.locator("progress")).to_be_visible()
    crew.see(page)
    address = page.url.removeprefix(crew.base_url)
    exporting.write(Export.objects.latest("created_at").pk)  # what the job does
    link = page.locator("a[download]")
    expect(link).to_be_visible()  # the page has noticed by itself
    says(page, zh("The file is ready: %(count)s cases.", count=3))
    crew.see(page)
    assert crew["stranger"].request.get(f"{crew.base_url}{address}file/").status == 404
    with page.expect_download() as download:
        link.click()
    return download.value.path().read_bytes()
