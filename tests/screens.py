"""`make screens`: every page at both sizes, light and large text, saved to screens/ to be looked at.

    python -m tests.screens [--base-url http://localhost:8000] [--full] [--keep] [name …]

Without an address that answers, the product is started on the database of this checkout and stopped again.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Error, Page

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "screens"
DOCS = ROOT / "docs/screens"
SIZES = {"phone": chromium.PHONE, "desktop": chromium.DESKTOP}
LOOKS: dict[str, dict[str, str]] = {"light": {}, "large": {"elder": "1"}}
START_SECONDS, PRESS_MS = 120, 5_000


@dataclass(frozen=True)
class Screen:
    """One page: where it is, who looks, and the links or buttons to press on the way, as selectors."""

    name: str
    path: str
    persona: str = ""
    press: tuple[str, ...] = ()


def _mine(icon: str) -> str:
    """The resident's newest appeal whose state has this icon."""
    return f".list-row:has(use[href$='#{icon}'])"


def _job(icon: str) -> str:
    """The worker's most urgent task whose state has this icon."""
    return f".job:has(.ui-badge use[href$='#{icon}']) .job-open"


def _more_at_work(verb: str) -> tuple[str, str]:
    return ".actions details.menu > summary", f".actions a[href*='/{verb}/']"


ROW = ".rows [data-id] a"
MORE = ".case-actions details.menu > summary"
CHECK = "a:is([href$='/check/'], [href$='/close/'])"
SCREENS = [
    Screen("home", "/"),
    Screen("home-signed-in", "/", "demo-resident"),
    Screen("report", "/report/"),
    Screen("report-at-home", "/report/", "demo-resident"),
    Screen("report-errors", "/report/", "demo-resident-2", (".actions .btn-primary",)),
    Screen("find", "/c/"),
    Screen("my-appeals", "/my/", "demo-resident"),
    Screen("my-appeal", "/my/", "demo-resident", (_mine("speakerphone"),)),
    Screen("my-appeal-closed", "/my/", "demo-resident", (_mine("circle-check"),)),
    Screen("my-rating", "/my/", "demo-resident", (_mine("circle-check"), "a[href$='/rate/']")),
    Screen("my-reopening", "/my/", "demo-resident", (_mine("circle-check"), "a[href$='/reopen/']")),
    Screen("my-withdrawing", "/my/", "demo-resident", (_mine("circle-dashed"), "a[href$='/withdraw/']")),
    Screen("my-appeals-none", "/my/", "demo-captain"),
    Screen("me", "/me/", "demo-resident"),
    Screen("me-home", "/me/home/?in=430202001001", "demo-resident"),
    Screen("me-privacy", "/me/privacy/", "demo-resident"),
    Screen("me-delete", "/me/privacy/delete/", "demo-resident"),
    Screen("my-data", "/my/", "demo-resident", (_mine("circle-check"), "a[href$='/data/']")),
    Screen("notices", "/notices/", "demo-resident"),
    Screen("login", "/accounts/login/"),
    Screen("staff-login", "/accounts/staff/"),
    Screen("personas", "/demo/"),
    Screen("not-found", "/no-such-page/"),
    Screen("not-allowed", "/desk/queue/", "demo-resident"),
    Screen("unknown-code", "/r/000000000000/"),
    Screen("work-today", "/work/", "demo-worker"),
    Screen("work-task", "/work/", "demo-worker", (_job("progress-check"),)),
    Screen("work-task-new", "/work/", "demo-worker", (_job("hourglass"),)),
    Screen("work-answer", "/work/", "demo-worker", (_job("progress-check"), *_more_at_work("answer"))),
    Screen("work-whistle", "/work/", "demo-worker", (_job("progress-check"), *_more_at_work("blow"))),
    Screen("work-return", "/work/", "demo-worker", (_job("progress-check"), *_more_at_work("return"))),
    Screen("work-map", "/work/map/", "demo-worker"),
    Screen("work-patrol", "/work/patrol/", "demo-worker", (".finding > summary",)),
    Screen("work-report", "/work/report/", "demo-captain"),
    Screen("work-more", "/work/more/", "demo-worker"),
    Screen("work-queue", "/work/queue/", "demo-worker"),
    Screen("work-blank-answer", "/work/blank/answer/", "demo-worker"),
    Screen("work-no-signal", "/work/no-signal/", "demo-worker"),
    Screen("work-nothing", "/work/", "demo-captain"),
    Screen("desk-community", "/desk/", "demo-community"),
    Screen("desk-case-split", "/desk/queue/", "demo-community", (ROW,)),
    Screen("desk-subdistrict", "/desk/queue/?filter=late", "demo-subdistrict"),
    Screen("desk-department", "/desk/", "demo-urban"),
    Screen("desk-search", "/desk/queue/?q=%E5%B0%8F%E5%8C%BA", "demo-city", (".sieve-more > summary",)),
    Screen("desk-bulk", "/desk/bulk-assign/", "demo-community"),
    Screen("desk-bulk-answer", "/desk/bulk-answer/", "demo-urban"),
    Screen("desk-paper", "/desk/queue/?filter=closed", "demo-community", (ROW, "a[href*='/file/']")),
    Screen("desk-privacy", "/desk/privacy/", "demo-subdistrict"),
    Screen("desk-retention", "/desk/retention/", "demo-admin"),
    Screen("desk-views", "/desk/views/", "demo-community"),
    Screen("desk-nothing", "/desk/queue/?filter=spam&q=nothing", "demo-secretary"),
    Screen("desk-register", "/desk/queue/?filter=new", "demo-community", (ROW, "a[href*='/register/']")),
    Screen("desk-refuse", "/desk/queue/?filter=new", "demo-community", (ROW, MORE, "a[href*='/refuse/']")),
    Screen("desk-dispatch", "/desk/queue/?filter=dispatch", "demo-district", (ROW, "a[href*='/dispatch/']")),
    Screen("desk-place", "/desk/queue/?filter=unplaced", "demo-city", (ROW, "a[href*='/place/']")),
    Screen("desk-check", "/desk/queue/?filter=check", "demo-community", (ROW, CHECK)),
    Screen("work-look", "/work/", "demo-worker", (".job-open[href*='/work/look/']",)),
    Screen("desk-verifying", "/desk/queue/?filter=verifying", "demo-community", (ROW,)),
    Screen("desk-ask-look", "/desk/queue/?filter=new", "demo-community", (ROW, MORE, "a[href*='/ask-verify/']")),
    Screen("desk-left-out", "/desk/queue/?filter=excluded", "demo-community", (ROW,)),
    Screen("desk-reviewing", "/desk/queue/?filter=reviewing", "demo-subdistrict", (ROW,)),
    Screen("desk-supervised", "/desk/queue/?filter=supervised", "demo-district", (ROW,)),
    Screen("desk-closed", "/desk/queue/?filter=closed", "demo-community", (ROW,)),
    Screen("desk-answer", "/desk/queue/?filter=in_hand", "demo-urban", (ROW, "a[href*='/answer/']")),
    Screen("desk-return", "/desk/queue/?filter=to_accept", "demo-urban", (ROW, MORE, "a[href*='/return/']")),
    Screen("desk-whistles", "/desk/whistles/", "demo-leader"),
    Screen("desk-whistle-figures", "/desk/whistles/figures/?since=2020-01-01", "demo-leader"),
    Screen("desk-whistle-records", "/desk/whistles/records/?measure=in_time&which=good", "demo-district"),
    Screen(
        "desk-assign-jointly",
        "/desk/queue/?filter=dispatch",
        "demo-district",
        (ROW, MORE, "a[href*='/assign-jointly/']"),
    ),
    Screen(
        "desk-assign-leader",
        "/desk/queue/?filter=dispatch",
        "demo-district",
        (ROW, MORE, "a[href*='/assign-by-leader/']"),
    ),
    Screen("desk-call", "/desk/whistles/", "demo-leader", ("a[href*='/call/']",)),
    Screen("desk-decline", "/desk/whistles/", "demo-leader", ("a[href*='/decline/']",)),
    Screen("desk-map", "/desk/map/", "demo-district"),
    Screen("desk-hotline", "/desk/hotline/", "demo-hotline"),
    Screen("desk-duty", "/desk/duty/", "demo-subdistrict"),
    Screen("desk-problems", "/desk/problems/", "demo-secretary"),
    Screen("desk-problem", "/desk/problems/", "demo-secretary", ("[data-list] a",)),
    Screen("desk-problems-taken-on", "/desk/problems/?stage=accepted", "demo-district"),
    Screen("desk-events", "/desk/events/", "demo-subdistrict"),
    Screen("desk-event", "/desk/events/", "demo-subdistrict", ("[data-list] a",)),
    Screen("desk-event-new", "/desk/events/new/", "demo-subdistrict"),
    Screen("desk-merge", "/desk/queue/?filter=dispatch", "demo-community", (ROW, MORE, "a[href*='/merge/']")),
    Screen("desk-duties", "/desk/duties/?filter=area", "demo-secretary"),
    Screen("desk-duty-sheet", "/desk/duties/?filter=done", "demo-secretary", ("[data-list] a",)),
    Screen("desk-coverage", "/desk/coverage/", "demo-city"),
    Screen("desk-coverage-map", "/desk/coverage/map/", "demo-district"),
    Screen("desk-coverage-gaps", "/desk/coverage/gaps/", "demo-subdistrict"),
    Screen("desk-coverage-sheet", "/desk/coverage/gaps/", "demo-secretary", ("[data-list] a",)),
    Screen("desk-organisations", "/desk/organisations/", "demo-organiser"),
    Screen("desk-organisations-search", "/desk/organisations/?q=db&kind=branch", "demo-organiser"),
    Screen("desk-organisation", "/desk/organisations/?kind=supply_chain_committee", "demo-organiser", (ROW,)),
    Screen("desk-organisation-found", "/desk/organisations/found/?area=430202000000&kind=branch", "demo-organiser"),
    Screen(
        "desk-organisation-merge",
        "/desk/organisations/?area=430202000000&kind=department",
        "demo-organiser",
        (ROW, "a[href$='/merge/']"),
    ),
    Screen("desk-my-organisation", "/desk/organisations/mine/", "demo-housing"),
    Screen("desk-posts", "/desk/posts/?only=any", "demo-organiser"),
    Screen("desk-posts-community", "/desk/posts/?area=430202001001", "demo-secretary"),
    Screen("desk-posts-compound", "/desk/posts/?area=430202001001C001", "demo-organiser"),
    Screen("desk-appoint", "/desk/posts/appoint/?area=430202001001C001&post=branch_member", "demo-organiser"),
    Screen("desk-hand-over", "/desk/posts/", "demo-organiser", ("a[href$='/hand-over/']",)),
    Screen("desk-persons", "/desk/persons/?post=compound_secretary", "demo-organiser"),
    Screen("desk-person-page", "/desk/persons/?q=%E9%BB%8E%E5%9B%BD%E5%BA%86", "demo-organiser", ("main tbody a",)),
    Screen("desk-people", "/desk/people/", "demo-admin"),
    Screen("desk-careers", "/desk/careers/", "demo-organiser"),
    Screen("desk-career", "/desk/careers/?q=%E5%91%A8%E6%95%8F", "demo-organiser", ("[data-list] a",)),
    Screen("desk-career-fact", "/desk/careers/", "demo-organiser", ("[data-list] a", "a[href*='kind=degree']")),
    Screen("desk-career-contest", "/desk/careers/", "demo-organiser", ("a[href*='/contests/']",)),
    Screen("desk-career-schemes", "/desk/careers/schemes/", "demo-organiser"),
    Screen("desk-career-scheme-set", "/desk/careers/schemes/set/", "demo-organiser"),
    Screen("desk-career-simulation", "/desk/careers/simulation/", "demo-admin", ("main .btn-primary",)),
    Screen("desk-career-runs", "/desk/careers/runs/", "demo-organiser"),
    Screen("desk-career-run", "/desk/careers/runs/", "demo-organiser", ("[data-list] a",)),
    Screen("my-career", "/me/career/", "demo-worker"),
    Screen("my-career-contest", "/me/career/contest/", "demo-worker"),
    Screen("desk-person", "/desk/people/", "demo-admin", ("main table a, main .rows a",)),
    Screen("desk-grant-role", "/desk/people/?q=demo-community", "demo-admin", ("main table a", "a[href$='/grant/']")),
    Screen("desk-roles-ending", "/desk/people/ending/", "demo-admin"),
    Screen("desk-permissions", "/desk/permissions/?place=430202001001&what=workflow.register", "demo-auditor"),
    Screen("desk-permissions-person", "/desk/permissions/?person=demo-community", "demo-auditor", (".rows a",)),
    Screen("desk-permissions-changes", "/desk/permissions/changes/", "demo-auditor"),
    Screen("desk-permissions-looks", "/desk/permissions/looks/", "demo-auditor"),
    Screen("desk-permissions-roles", "/desk/permissions/roles/?role=community_desk", "demo-auditor"),
    Screen("my-permissions", "/desk/permissions/me/", "demo-worker"),
    Screen("desk-catalogue", "/desk/catalogue/", "demo-community"),
    Screen("desk-rules", "/desk/rules/?q=%E6%9C%88%E5%A1%98", "demo-district"),
    Screen("desk-rules-level", "/desk/rules/level/", "demo-district"),
    Screen("desk-rules-set", "/desk/rules/level/set/?class=0203&condition=2", "demo-district"),
    Screen("desk-workflow", "/desk/workflow/", "demo-community"),
    Screen("desk-calendar", "/desk/calendar/", "demo-city"),
    Screen("desk-deliveries", "/desk/deliveries/", "demo-admin"),
    Screen("desk-notices", "/notices/", "demo-subdistrict"),
    Screen("styleguide", "/styleguide/"),
    Screen("styleguide-desk", "/styleguide/desk/"),
    Screen("member", "/member/", "demo-resident"),
    Screen("member-new", "/member/", "demo-resident-2"),
    Screen("member-compound", "/member/report-in/?choose=1", "demo-resident-2"),
    Screen("member-unit", "/member/report-in/?name=%E5%8C%BB", "demo-resident-2"),
    Screen("member-report-in", "/member/report-in/?unit=other", "demo-resident-2"),
    Screen("member-edit", "/member/edit/", "demo-resident"),
    Screen("member-leave", "/member/leave/", "demo-resident"),
    Screen("member-wish", "/member/", "demo-resident", (".list-row[href*='/member/wishes/']",)),
    Screen("member-service", "/member/service/", "demo-resident"),
    Screen("member-record", "/member/service/", "demo-resident", (".list-row[href*='/member/service/']",)),
    Screen("member-log", "/member/service/new/", "demo-resident"),
    Screen("desk-policies", "/desk/policies/?policy=rating_window", "demo-district"),
    Screen("desk-policy-set", "/desk/policies/nearby_days/set/?area=430202000000", "demo-district"),
    Screen("desk-tables", "/desk/import/", "demo-organiser"),
    Screen("desk-table", "/desk/import/organisations/", "demo-organiser"),
    Screen("desk-members", "/desk/members/", "demo-community"),
    Screen("desk-member", "/desk/members/", "demo-community", ("[data-list] a",)),
    Screen("desk-member-figures", "/desk/members/figures/", "demo-subdistrict"),
    Screen("desk-offers", "/desk/members/offers/", "demo-city"),
    Screen("desk-unit-members", "/desk/members/unit/", "demo-urban"),
    Screen("desk-wishes", "/desk/wishes/", "demo-community"),
    Screen("desk-wish", "/desk/wishes/?filter=taken", "demo-community", ("[data-list] a",)),
    Screen("desk-wish-new", "/desk/wishes/new/", "demo-captain"),
    Screen("desk-services", "/desk/wishes/service/", "demo-community"),
    Screen("desk-service", "/desk/wishes/service/", "demo-community", ("[data-list] a",)),
    Screen("partnerships", "/desk/partnerships/", "demo-secretary"),
    Screen("partnership", "/desk/partnerships/", "demo-secretary", ("tbody th a",)),
    Screen("partnership-network", "/desk/partnerships/", "demo-secretary", ("tbody th a", "dd a[href*='/network/']")),
    Screen("partnership-new", "/desk/partnerships/new/", "demo-secretary"),
    Screen("partnerships-unlinked", "/desk/partnerships/unlinked/", "demo-organiser"),
    Screen("partnerships-idle", "/desk/partnerships/idle/", "demo-organiser"),
    Screen("committees", "/desk/committees/", "demo-organiser"),
    Screen("committee", "/desk/committees/", "demo-organiser", ("tbody th a",)),
    Screen("meetings", "/desk/meetings/", "demo-secretary"),
    Screen("meeting-planned", "/desk/meetings/", "demo-secretary", ("tbody th a",)),
    Screen("meeting-held", "/desk/meetings/?filter=minutes", "demo-secretary", ("tbody th a",)),
    Screen("meeting-paper", "/desk/meetings/?filter=held", "demo-secretary", ("tbody th a", "a[href$='/paper/']")),
    Screen("meeting-new", "/desk/meetings/new/", "demo-secretary"),
    Screen("my-unit", "/desk/my-unit/", "demo-unit"),
]

# Those that the documents show: the file in docs/screens/ and the picture it is made from.
KEPT = {
    "report-phone": "report-at-home-phone-light",
    "appeal-phone": "my-appeal-phone-light",
    "appeal-phone-large": "my-appeal-closed-phone-large",
    "rating-phone": "my-rating-phone-light",
    "work-today-phone": "work-today-phone-light",
    "work-task-phone": "work-task-phone-light",
    "work-map-phone": "work-map-phone-light",
    "queue-desk": "desk-case-split-desktop-light",
    "closed-desk": "desk-closed-desktop-light",
    "whistles-desk": "desk-whistles-desktop-light",
    "map-desk": "desk-map-desktop-light",
    "workflow-desk": "desk-workflow-desktop-light",
}


def main() -> int:
    """Take the screens named, or all; 1 when one could not be taken or a page reported a problem."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default="http://localhost:8000")
    parser.add_argument("--full", action="store_true", help="whole pages, not only what fits the window")
    parser.add_argument("--keep", action="store_true", help="make those of docs/screens/ anew")
    parser.add_argument("names", nargs="*", metavar="name")
    args = parser.parse_args()
    wanted = [screen for screen in SCREENS if not args.names or screen.name in args.names]
    OUT.mkdir(exist_ok=True)
    faults = 0
    with _product(args.base_url) as base_url, chromium.launched() as browser:
        for size, look in product(SIZES, LOOKS):
            for persona, screens in groupby(sorted(wanted, key=_persona), _persona):
                faults += _take_all(browser, base_url, persona, list(screens), size, look, full=args.full)
    if args.keep:
        _keep()
    print(f"{len(wanted)} pages in {OUT.relative_to(ROOT)}/, {faults} with a fault")
    return 1 if faults else 0


def _keep() -> None:
    """Save the pictures of the documents, with as few colours as they need."""
    DOCS.mkdir(exist_ok=True)
    for name, source in KEPT.items():
        with Image.open(OUT / f"{source}.png") as picture:
            picture.convert("RGB").quantize(128).save(DOCS / f"{name}.png", optimize=True)


def _persona(screen: Screen) -> str:
    return screen.persona


def _take_all(
    browser: Browser, base_url: str, persona: str, screens: list[Screen], size: str, look: str, *, full: bool
) -> int:
    """Everything one persona looks at, in one window; how many had a fault."""
    visit = chromium.visit(browser, base_url, size=SIZES[size], cookies=LOOKS[look])
    faults = 0
    try:
        if persona:
            become(visit.page, persona)
        for screen in screens:
            visit.problems.clear()
            target = OUT / f"{screen.name}-{size}-{look}.png"
            found = _take(visit, screen, target, full=full)
            faults += bool(found)
            print(f"{target.name}: {'; '.join(found) or 'ok'}", flush=True)
    finally:
        visit.context.close()
    return faults


def _take(visit: chromium.Visit, screen: Screen, target: Path, *, full: bool) -> list[str]:
    """Open the page, press what leads on, save the picture; what was wrong."""
    page = visit.page
    try:
        page.goto(screen.path)
        for selector in screen.press:
            page.locator(f"{selector} >> visible=true").first.click(timeout=PRESS_MS)
            settle(page)
        settle(page)
        page.screenshot(path=target, full_page=full)
        wide = chromium.overflow(page)
        return visit.problems + ([f"{wide} px too wide"] if wide > 0 else [])
    except Error as error:
        return [error.message.splitlines()[0]]


def become(page: Page, persona: str) -> None:
    """Sign in as one of the demonstration's personas, by the switcher on its page."""
    page.goto("/demo/")
    page.locator(f"form[action$='/demo/as/{persona}/'] button").first.click()
    page.wait_for_load_state()


def settle(page: Page) -> None:
    """Wait for what a page loads after itself: its maps and pictures."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(150)  # a press that htmx answers: its request begins after the press
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
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
