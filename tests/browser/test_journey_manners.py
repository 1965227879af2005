"""Manners of every page: one press files once, keys drive the desk, nothing sticks out, one language at a time."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from dongli.areas.models import Area, Grid
from dongli.cases.actions.filing import Filing, submit
from dongli.cases.models import Case
from dongli.cases.routing import Where
from dongli.common.ids import new_id
from dongli.people.models import User
from tests.browser import chromium
from tests.browser.crew import Crew, says
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "广场舞音响太大，晚上十点还在跳"
RESIDENT = (
    "/", "/report/", "/c/", "/my/", "/me/", "/me/privacy/", "/me/privacy/delete/", "/me/home/", "/notices/", "/demo/",
    "/member/", "/member/report-in/?unit=other", "/member/leave/",
)  # fmt: skip
ENTRANCE = ("/accounts/login/", "/accounts/staff/", "/demo/", "/no-such-page/")
WORKER = (
    "/work/",
    "/work/map/",
    "/work/patrol/",
    "/work/report/",
    "/work/more/",
    "/work/queue/",
    "/work/blank/answer/",
    "/work/no-signal/",
    "/me/career/",
)
DESK = (
    "/desk/whistles/figures/", "/desk/whistles/records/", "/desk/queue/", "/desk/whistles/", "/desk/map/",
    "/desk/duty/", "/desk/catalogue/", "/desk/workflow/",
    "/desk/rules/", "/desk/calendar/", "/desk/events/", "/desk/events/new/",
    "/desk/policies/?policy=rating_window",
    "/desk/coverage/", "/desk/coverage/gaps/", "/desk/coverage/map/", "/desk/coverage/430202001001C001/",
    "/desk/bulk-answer/", "/desk/privacy/", "/notices/", "/desk/organisations/", "/desk/organisations/?q=a",
    "/desk/organisations/mine/",
)  # fmt: skip
LEADER = ("/desk/rules/level/", "/desk/rules/level/phrase/")
HOTLINE = ("/desk/hotline/",)
ADMIN = ("/desk/people/", "/desk/people/ending/", "/desk/deliveries/", "/desk/retention/")
AUDIT = (
    "/desk/permissions/", "/desk/permissions/?place=430202001001&what=workflow.register", "/desk/permissions/me/",
    "/desk/permissions/roles/?role=community_desk", "/desk/permissions/changes/", "/desk/permissions/looks/",
)  # fmt: skip
POSTS = (
    "/desk/posts/", "/desk/posts/?area=430202001001", "/desk/posts/?area=430202001001C001", "/desk/persons/",
    "/desk/posts/appoint/?area=430202001001C001&post=compound_secretary", "/desk/posts/appoint/?area=430202001001C001",
    "/desk/import/", "/desk/import/organisations/", "/desk/policies/monthly_theme/set/?area=430202000000",
)  # fmt: skip
CAREERS = (
    "/desk/careers/", "/desk/careers/new/", "/desk/careers/runs/", "/desk/careers/schemes/",
    "/desk/careers/schemes/set/", "/desk/careers/simulation/",
)  # fmt: skip
MEMBERS = (
    "/desk/members/", "/desk/members/figures/", "/desk/wishes/", "/desk/wishes/new/", "/desk/wishes/service/",
)  # fmt: skip
JOINT = (
    "/desk/partnerships/", "/desk/partnerships/new/", "/desk/partnerships/unlinked/", "/desk/partnerships/idle/",
    "/desk/committees/", "/desk/meetings/", "/desk/meetings/new/",
)  # fmt: skip
UNIT = ("/desk/my-unit/",)
ROOMS: dict[str, tuple[str, ...]] = {
    "": ENTRANCE, "resident": RESIDENT, "worker": WORKER, "subdistrict": DESK, "leader": LEADER, "community": MEMBERS,
    "secretary": JOINT, "unit": UNIT, "hotline": HOTLINE, "admin": ADMIN, "auditor": AUDIT,
    "organiser": (*POSTS, *CAREERS),
}  # fmt: skip


@pytest.fixture
def cases(city: City) -> list[Case]:
    """A few appeals of the resident's, among them one that is urgent and one dispatched at once."""
    return [
        submit(
            viewer=city.viewer("resident"),
            key=new_id(),
            filing=Filing(what=f"{WORDS}（{number}）", where=Where(*city.point_in(city.grid)), **extra),  # type: ignore[arg-type]
        )
        for number, extra in enumerate(({}, {"category": "0101"}, {"danger": "life"}, {}), start=1)
    ]


# What the product says on a page, without what people and registers have put there.
_OWN_WORDS = """() => {
    const data = ".ui-timeline, .rows, .list, .ui-prose, option, .crumbs, td, th[scope=row], dd, [lang]:not(html), kbd,"
        + " .brand, .catalogue, .ui-map, .case-place, .menu, .calendar, .who, strong, svg, time, .grid-choice,"
        + " .ui-list, .diagram, .flow";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const words = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (element.closest(data) || element.closest("script, style, noscript, template")) continue;
        if (!element.checkVisibility()) continue;
        const text = walker.currentNode.textContent.trim();
        if (text) words.push(text);
    }
    return words;
}"""
HAN = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]*[a-z]{3,}")
NEUTRAL = {"Enter", "Escape"}
FORMATS = re.compile(r"Word|Excel|\.?xlsx|\.?csv")  # as everybody calls them
PLACEHOLDER = re.compile(r"\{[a-z]+\}")


@pytest.mark.parametrize("name", ROOMS)
def test_every_page_of_a_room_has_manners(crew: Crew, cases: list[Case], name: str) -> None:
    """Axe finds nothing serious, nothing sticks out on the narrowest and the widest screen, one language at a time."""
    page, faults = crew[name], []
    known = _names_people_gave()
    for language, wrong in (("en", HAN), ("zh-hans", ENGLISH)):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": crew.base_url}])
        for path in (*ROOMS[name], *((f"/desk/case/{cases[0].number}/",) if name == "subdistrict" else ())):
            page.goto(path)
            faults += [f"{language} {path}: {text}" for text in _foreign_words(page, known, wrong)]
            if language == "zh-hans":
                crew.see(page)
                faults += [f"{path} at {width}: {over} px" for width, over in _sticks_out(page)]
    assert faults == []


def _names_people_gave() -> re.Pattern[str]:
    names = [WORDS, *(one for table in (Area, Grid, User) for one in table.objects.values_list("name", flat=True))]
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))


def _foreign_words(page: Page, known: re.Pattern[str], wrong: re.Pattern[str]) -> list[str]:
    words = page.evaluate(_OWN_WORDS)
    assert words, page.url
    own = ((text, FORMATS.sub("", PLACEHOLDER.sub("", known.sub("", text)))) for text in words)
    return [text for text, bare in own if wrong.search(bare) and text not in NEUTRAL]


def _sticks_out(page: Page) -> list[tuple[int, int]]:
    """Width of the screen and pixels too many, where there are any; the page is left as wide as it was."""
    usual, found = page.viewport_size, []
    for width in (320, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(100)
        if (over := chromium.overflow(page)) > 0:
            found.append((width, over))
    if usual is not None:
        page.set_viewport_size(usual)
    return found


def test_two_presses_file_one_case(crew: Crew, city: City) -> None:
    page = crew[""]
    page.goto(f"/report/?place={city.compound.code}")
    page.locator("[name=what]").fill(WORDS)
    page.locator(".actions button.btn-primary").dblclick()
    page.wait_for_url("**/report/done/**")
    assert Case.objects.count() == 1


def test_two_presses_without_scripts_file_one_case(browser: Browser, live_server: LiveServer, city: City) -> None:
    visit = chromium.visit(browser, live_server.url, scripts=False)
    page = visit.page
    page.goto(f"/report/?place={city.compound.code}")
    page.locator("[name=what]").fill(WORDS)
    page.locator(".actions button.btn-primary").dblclick()
    page.wait_for_url("**/report/done/**")
    visit.context.close()
    assert Case.objects.count() == 1


def test_going_back_and_sending_again_leads_to_the_same_case(crew: Crew, city: City) -> None:
    page = crew[""]
    page.goto(f"/report/?place={city.compound.code}")
    page.locator("[name=what]").fill(WORDS)
    page.locator(".actions button.btn-primary").click()
    page.wait_for_url("**/report/done/**")
    page.go_back()
    page.wait_for_url("**/report/?*")
    expect(page.locator("[name=what]")).to_have_value(WORDS)
    page.locator(".actions button.btn-primary").click()
    page.wait_for_url("**/report/done/**")
    says(page, Case.objects.get().number)


def test_the_queue_is_driven_by_keys(crew: Crew, cases: list[Case]) -> None:
    page = crew["community"]
    page.goto("/desk/queue/")
    current = page.locator("[data-list] .is-current")
    page.keyboard.press("j")
    first = current.get_attribute("data-id")
    page.keyboard.press("j")
    second = current.get_attribute("data-id")
    assert first != second
    page.keyboard.press("k")
    assert current.get_attribute("data-id") == first
    outline = "getComputedStyle(document.activeElement.closest('li')).outlineStyle"
    assert page.evaluate(outline) != "none", "whoever moves by keys sees where they are"
    page.keyboard.press("Enter")
    expect(page.locator("#detail #case-title")).to_be_visible()
    expect(page.locator("#detail")).to_contain_text(str(first))
    page.keyboard.press("?")
    expect(page.locator("dialog#keys[open]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("十点")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    says(page, "十点")


def test_every_control_shows_its_focus(crew: Crew, cases: list[Case]) -> None:
    for name, path in (("", "/report/"), ("community", "/desk/queue/")):
        page = crew[name]
        page.goto(path)
        for _press in range(12):
            page.keyboard.press("Tab")
            shown = page.evaluate(
                """() => [document.activeElement, document.activeElement.closest("li")].some((one) => one
                    && (getComputedStyle(one).outlineStyle !== "none" || getComputedStyle(one).boxShadow !== "none"))"""
            )
            assert shown, page.evaluate("document.activeElement.outerHTML")
