"""Starting Chromium, opening pages that report what went wrong in them, and asking axe."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
PHONE = (390, 844)
DESKTOP = (1440, 900)
PATIENCE = 90_000  # milliseconds: a machine may have other work
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def executable() -> str:
    """The browser of this machine: DONGLI_CHROMIUM, or the first of the usual names."""
    found = os.environ.get("DONGLI_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found:
        raise RuntimeError("No Chromium here. Debian: apt-get install chromium fonts-noto-cjk; or set DONGLI_CHROMIUM.")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page and what went wrong in it: script errors, and console errors such as a breach of the policy."""

    context: BrowserContext
    page: Page
    problems: list[str] = field(default_factory=list)


def visit(
    browser: Browser,
    base_url: str,
    *,
    size: tuple[int, int] = PHONE,
    scripts: bool = True,
    cookies: dict[str, str] | None = None,
    **options: Any,
) -> Visit:
    """A fresh visitor. `cookies` such as {"elder": "1", "theme": "dark"}; other options go to Playwright's context."""
    width, height = size
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=width < 600,
        **options,
    )
    context.add_cookies([{"name": name, "value": value, "url": base_url} for name, value in (cookies or {}).items()])
    context.set_default_timeout(PATIENCE)
    found = Visit(context, context.new_page())
    found.page.on("pageerror", lambda error: found.problems.append(f"script: {error}"))
    found.page.on("console", lambda message: _note(found, message.type, message.text))
    return found


def _note(found: Visit, kind: str, text: str) -> None:
    # A refused request is an answer, not a fault of the page; the test that provokes it looks at it.
    if kind == "error" and "the server responded with a status of 4" not in text:
        found.problems.append(f"console: {text}")


def axe(page: Page, *, rules: Sequence[str] = ()) -> list[str]:
    """What axe calls serious or critical on this page, by all rules or those named: “rule: where”, with its remedy."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {AXE.read_text(encoding='utf-8')} }}")
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("(options) => axe.run(document, options).then((result) => result.violations)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} – {node['failureSummary']}"
        for violation in found
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
