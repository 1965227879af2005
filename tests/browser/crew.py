"""The cast at their own windows: residents and workers at phone size, desks and departments at desktop size."""

import re
from pathlib import Path

from django.utils.translation import gettext, override
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import chromium

PHONES = ("resident", "resident-2", "captain", "worker", "worker-2", "stranger-worker")
EVERY_LOOK = ("light", "dark", "large")
_DRESS = """async (look) => {
    const root = document.documentElement;
    root.dataset.theme = look === "dark" ? "dark" : "light";
    root.toggleAttribute("data-elder", look === "large");
    for (let turn = 0; turn < 20; turn++) {
        await new Promise((done) => setTimeout(done, 20));
        const under_way = document.getAnimations().filter((one) => one instanceof CSSTransition);
        if (!under_way.length) return;
        under_way.forEach((one) => one.finish());
    }
}"""
# What colours and sizes decide; everything else is the same in every look.
_OF_THE_LOOK = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")


class Crew:
    """`crew["worker"]` is the page of demo-worker, signed in by the switcher when first asked for; "" is a visitor."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.visits: dict[str, chromium.Visit] = {}
        self.problems: list[str] = []

    def __getitem__(self, name: str) -> Page:
        if name not in self.visits:
            size = chromium.PHONE if name in PHONES or not name else chromium.DESKTOP
            found = chromium.visit(self.browser, self.base_url, size=size)
            self.visits[name] = found
            if name:
                become(found.page, name)
        return self.visits[name].page

    def see(self, page: Page, *looks: str) -> None:
        """Ask axe about the page as it is now: in full as it stands, then what differs in the other looks."""
        page.wait_for_load_state("networkidle")
        visit = next(one for one in self.visits.values() if one.page is page)
        before = list(visit.problems)
        findings = chromium.axe(page)
        for look in looks or EVERY_LOOK[1:]:
            page.evaluate(_DRESS, look)
            findings += [f"{look}: {one}" for one in chromium.axe(page, rules=_OF_THE_LOOK)]
        page.evaluate(_DRESS, "light")
        visit.problems[:] = before  # axe measures with inline styles, which the policy reports
        address = page.url.removeprefix(self.base_url)
        self.problems += [f"{address}: {one}" for one in dict.fromkeys(findings)]

    def leave(self) -> None:
        """Close every window, noting what went wrong in it."""
        for name, visit in self.visits.items():
            self.problems += [f"{name}: {one}" for one in visit.problems]
            visit.context.close()
        self.visits.clear()


def become(page: Page, name: str) -> None:
    """Sign in as demo-`name` on the demonstration's own page."""
    page.goto("/demo/")
    page.locator(f"form[action$='/demo/as/demo-{name}/'] button").click()
    page.wait_for_url(lambda url: not url.endswith("/demo/"))


def press(page: Page, verb: str) -> None:
    """Take the step or open the page of `verb`, by whichever button or link of the page offers it first."""
    offer = page.locator(f"form[action*='/{verb}/'] button, a[href*='/{verb}/']").first
    if not offer.is_visible():
        page.locator("main details.menu:not([open]) > summary").first.click()
    follow(page, offer)


def send(page: Page) -> None:
    """Press the one primary button of the page's form and wait for the answer."""
    follow(page, page.locator("button.btn-primary:visible").last)


def follow(page: Page, offer: Locator) -> None:
    """Press it and wait for where it leads: on the phone's pages a step is kept, then sent, and only then left for."""
    if "/work/" not in page.url:
        offer.click()
    else:
        with page.expect_navigation():
            offer.click()
    page.wait_for_load_state()


def timeline(page: Page) -> Locator:
    """The newest entry first."""
    return page.locator(".ui-timeline > li")


def zh(message: str, **values: object) -> str:
    """The Chinese of a message of the product; a message without any fails."""
    with override("zh-hans"):
        text = gettext(message) % values if values else gettext(message)
    assert re.search("[\u4e00-\u9fff]", text), f"no Chinese: {message}"
    return text


def says(page: Page, *words: str) -> None:
    """Each of the words stands on the page."""
    for word in words:
        expect(page.locator("body")).to_contain_text(word)


def says_not(page: Page, *words: str) -> None:
    """None of the words stands in the page, visible or not."""
    html = page.content()
    assert [word for word in words if word in html] == []


def photo(folder: Path, name: str = "photo.jpg", colour: str = "#8a7a5a") -> Path:
    """A picture as a phone takes it, large enough to be made smaller."""
    target = folder / name
    Image.new("RGB", (2400, 1800), colour).save(target)
    return target
