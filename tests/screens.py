"""`make screens`: every page at both sizes, light and large text, saved to screens/ to be looked at.

    python -m tests.screens [--base-url http://localhost:8000] [name …]

Without an address that answers, the product is started on the database of this checkout and stopped again.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Error, Page

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "screens"
SIZES = {"phone": chromium.PHONE, "desktop": chromium.DESKTOP}
LOOKS: dict[str, dict[str, str]] = {"light": {}, "large": {"elder": "1"}}
START_SECONDS = 120


@dataclass(frozen=True)
class Screen:
    """One page: where it is, who looks, and the links or buttons to press on the way, as selectors."""

    name: str
    path: str
    persona: str = ""
    press: tuple[str, ...] = ()


QUEUE_ROW = ".rows [data-id] a"
SCREENS = [
    Screen("home", "/"),
    Screen("home-signed-in", "/", "demo-resident"),
    Screen("report", "/report/"),
    Screen("find", "/c/"),
    Screen("my-appeals", "/my/", "demo-resident"),
    Screen("my-appeal", "/my/", "demo-resident", (".list-row",)),
    Screen("me", "/me/", "demo-resident"),
    Screen("login", "/accounts/login/"),
    Screen("staff-login", "/accounts/staff/"),
    Screen("personas", "/demo/"),
    Screen("not-found", "/no-such-page/"),
    Screen("work-today", "/work/", "demo-worker"),
    Screen("work-task", "/work/", "demo-worker", (".job-open",)),
    Screen("work-map", "/work/map/", "demo-worker"),
    Screen("work-patrol", "/work/patrol/", "demo-worker"),
    Screen("work-report", "/work/report/", "demo-worker"),
    Screen("work-more", "/work/more/", "demo-worker"),
    Screen("desk-community", "/desk/", "demo-community"),
    Screen("desk-case", "/desk/", "demo-community", (QUEUE_ROW,)),
    Screen("desk-subdistrict", "/desk/", "demo-subdistrict"),
    Screen("desk-whistles", "/desk/whistles/", "demo-subdistrict"),
    Screen("desk-department", "/desk/", "demo-urban"),
    Screen("desk-map", "/desk/map/", "demo-district"),
    Screen("desk-hotline", "/desk/hotline/", "demo-hotline"),
    Screen("desk-duty", "/desk/duty/", "demo-subdistrict"),
    Screen("desk-people", "/desk/people/", "demo-admin"),
    Screen("desk-catalogue", "/desk/catalogue/", "demo-community"),
    Screen("desk-workflow", "/desk/workflow/", "demo-community"),
    Screen("desk-calendar", "/desk/calendar/", "demo-admin"),
    Screen("desk-deliveries", "/desk/deliveries/", "demo-admin"),
    Screen("notices", "/notices/", "demo-worker"),
    Screen("styleguide", "/styleguide/"),
    Screen("styleguide-desk", "/styleguide/desk/"),
]


def main() -> int:
    """Take the screens named, or all; 1 when one could not be taken or a page reported a problem."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default="http://localhost:8000")
    parser.add_argument("names", nargs="*", metavar="name")
    args = parser.parse_args()
    wanted = [screen for screen in SCREENS if not args.names or screen.name in args.names]
    OUT.mkdir(exist_ok=True)
    faults = 0
    with _product(args.base_url) as base_url, chromium.launched() as browser:
        for screen in wanted:
            faults += sum(not _take(browser, base_url, screen, size, look) for size in SIZES for look in LOOKS)
    print(f"{len(wanted)} pages in {OUT.relative_to(ROOT)}/, {faults} with a fault")
    return 1 if faults else 0


def _take(browser: Browser, base_url: str, screen: Screen, size: str, look: str) -> bool:
    visit = chromium.visit(browser, base_url, size=SIZES[size], cookies=LOOKS[look])
    target = OUT / f"{screen.name}-{size}-{look}.png"
    try:
        if screen.persona:
            become(visit.page, screen.persona)
        visit.page.goto(screen.path)
        for selector in screen.press:
            visit.page.locator(selector).first.click()
            visit.page.wait_for_load_state()
        settle(visit.page)
        visit.page.screenshot(path=target, full_page=False)
        wide = chromium.overflow(visit.page)
        faults = visit.problems + ([f"{wide} px too wide"] if wide > 0 else [])
    except Error as error:
        faults = [error.message.splitlines()[0]]
    finally:
        visit.context.close()
    print(f"{target.name}: {'; '.join(faults) or 'ok'}")
    return not faults


def become(page: Page, persona: str) -> None:
    """Sign in as one of the demonstration's personas, by the switcher on its page."""
    page.goto("/demo/")
    page.locator(f"form[action$='/demo/as/{persona}/'] button").first.click()
    page.wait_for_load_state()


def settle(page: Page) -> None:
    """Wait for what a page loads after itself: its maps and pictures."""
    page.wait_for_load_state("networkidle")
    if page.locator("[data-map]:visible").count():
        page.wait_for_selector("[data-map][data-ready]")
        page.wait_for_timeout(500)


@contextmanager
def _product(base_url: str) -> Iterator[str]:
    if _answers(base_url):
        yield base_url
        return
    port = 8765
    subprocess.run([sys.executable, "-m", "dongli", "migrate"], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "dongli", "seed", "--if-empty", "--size", "small"], cwd=ROOT, check=True)
    process = subprocess.Popen([sys.executable, "-m", "dongli", "serve", "--port", str(port)], cwd=ROOT)
    try:
        started = time.monotonic()
        while not _answers(f"http://localhost:{port}"):
            if process.poll() is not None or time.monotonic() - started > START_SECONDS:
                raise RuntimeError("The product did not start; see above.")
            time.sleep(0.5)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(base_url: str) -> bool:
    try:
        with urlopen(f"{base_url}/healthz", timeout=3) as answer:  # noqa: S310 (an address the developer gave)
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    raise SystemExit(main())
