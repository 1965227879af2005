"""The worker's phone without a signal: kept pages, steps that wait and go out once, conflicts shown, nothing lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Route, Worker, expect
from pytest_django.live_server_helper import LiveServer

from dongli.cases.actions import handling, verifying
from dongli.cases.models import Case, Kind, Patrol, Photo, Step, StepText
from dongli.cases.tests.conftest import Stage
from dongli.common.ids import new_id
from tests.browser import chromium
from tests.browser.crew import become, photo, says, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT = """async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("pages-"));
    const found = [];
    for (const name of names) found.push(...await (await caches.open(name)).keys());
    return found.map((one) => new URL(one.url).pathname);
}"""
WAITING = """async () => (await import("/static/js/outbox.js")).mine("steps", document.body.dataset.owner)
    .then((steps) => steps.map((step) => [step.url.split("/").at(-2), step.state]))"""
DRAFTS = """async () => (await new Promise((done) => {
    const asked = indexedDB.open("dongli-work");
    asked.onsuccess = () => {
        const all = asked.result.transaction("drafts").objectStore("drafts").getAll();
        all.onsuccess = () => { done(all.result); asked.result.close(); };
    };
})).length"""


@pytest.fixture
def stage(city: City) -> Stage:
    return Stage(city)


class Phone:
    """The worker's phone. `cut` and `restore` are the signal."""

    def __init__(self, browser: Browser, base_url: str, **options: Any) -> None:
        self.visit = chromium.visit(browser, base_url, **options)
        self.page: Page = self.visit.page

    def cut(self) -> None:
        self.visit.context.set_offline(True)

    def restore(self) -> None:
        self.visit.context.set_offline(False)

    def keeps(self, *paths: str) -> None:
        """Wait until the phone has kept these pages."""
        self.until(lambda: set(paths) <= set(self.page.evaluate(KEPT)))

    def waits(self, *steps: tuple[str, str]) -> None:
        """Wait until exactly these steps are in the queue."""
        self.until(lambda: [tuple(step) for step in self.page.evaluate(WAITING)] == list(steps))

    def until(self, done: Callable[[], bool]) -> None:
        """Ask until it is so; a page that is just being left is asked again."""
        end = monotonic() + chromium.PATIENCE / 1000
        while True:
            with suppress(Error):
                if done():
                    return
            assert monotonic() < end, self.page.evaluate(f"async () => [await ({KEPT})(), await ({WAITING})()]")
            self.page.wait_for_timeout(100)

    def close(self) -> None:
        self.visit.context.close()
        expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "console: htmx:")  # polls that go on without a signal
        faults = [one for one in self.visit.problems if not any(words in one for words in expected)]
        assert faults == []


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, stage: Stage) -> Iterator[Phone]:
    found = Phone(browser, live_server.url)
    become(found.page, "worker")
    yield found
    found.close()


def open_today(phone: Phone, *cases: Case) -> list[str]:
    """Look at today's list until the phone has kept it and its tasks; their addresses."""
    phone.page.goto("/work/today/")
    tasks = [f"/work/task/{Stage.lead(case).id}/" for case in cases]
    phone.keeps("/work/today/", "/work/blank/answer/", "/work/patrol/", "/work/queue/", *tasks)
    return tasks


def answer(phone: Phone, words: str, *photos: Path, at_once: bool = False) -> None:
    """From the task's page: the form, its words and photos, sent; `at_once`: before the scripts are there."""
    phone.page.locator("a[href$='/answer/']").first.click()
    if not at_once:
        phone.page.locator("[data-offline][data-ready]").wait_for(state="attached")
    phone.page.locator("textarea[name=words]").fill(words)
    if photos:
        phone.page.locator("input[name=photos]").set_input_files(list(photos))
        expect(phone.page.locator("[data-previews] img")).to_have_count(len(photos))
    if at_once:
        phone.page.locator("form#verb").evaluate("(form) => HTMLFormElement.prototype.submit.call(form)")
    else:
        phone.page.locator(".actions button.btn-primary").click()
    phone.page.wait_for_url(lambda url: "/answer/" not in url)


def answers(case: Case) -> list[str]:
    return list(StepText.objects.filter(step__case=case, step__verb="answer").values_list("words", flat=True))


def test_a_day_without_a_signal(phone: Phone, stage: Stage, tmp_path: Path) -> None:
    mine, lost = stage.accepted(), stage.accepted()
    for case in (mine, lost):
        handling.contact(
            viewer=stage.viewer("worker"), task_id=stage.lead(case).id, key=new_id(), how="phone", words="约好"
        )
    tasks = open_today(phone, mine, lost)
    phone.cut()

    page = phone.page
    page.goto("/work/")
    says(page, zh("No signal. This is as of {time}.").split("{time}")[0], mine.text.summary)
    page.locator(f"a[href='{tasks[0]}']").click()
    says(page, mine.number)
    answer(phone, "已疏通，管道更换一节", photo(tmp_path))
    expect(page.locator("[data-marked]").first).to_contain_text(zh("Waiting to be sent"))
    phone.waits(("answer", "waiting"))
    page.goto(tasks[1])
    answer(phone, "我这边也办好了")
    phone.waits(("answer", "waiting"), ("answer", "waiting"))
    page.goto("/work/today/")
    expect(page.locator(f".job[data-task='{tasks[0].split('/')[3]}'] [data-marked]")).to_be_visible()
    expect(page.locator("nav.tabs .ui-count").last).to_have_text("2")
    page.goto("/work/map/")
    says(page, zh("This page is not kept on the phone"))

    page.goto("/work/queue/")
    expect(page.locator(".queue-item")).to_have_count(2)
    says(page, mine.number, "管道更换一节", lost.number)
    assert Step.objects.filter(verb="answer").count() == 0
    handling.return_task(  # meanwhile the second case has gone another way
        viewer=stage.viewer("worker"),
        task_id=stage.lead(lost).id,
        key=new_id(),
        reason="wrong_grid",
        words="不在本网格",
    )
    phone.restore()
    phone.waits(("answer", "conflict"))
    assert answers(mine) == ["已疏通，管道更换一节"]
    assert Photo.objects.filter(case=mine, phase="after").count() == 1
    assert answers(lost) == []
    says(page, "我这边也办好了", zh("Not possible any more"))

    page.locator("[data-edit]").click()
    expect(page.locator("textarea[name=words]")).to_have_value("我这边也办好了")
    page.locator("textarea[name=words]").fill("我这边也办好了，请看照片")
    page.locator(".actions button.btn-primary").click()
    page.wait_for_url("**/work/queue/**")
    phone.waits(("answer", "conflict"))
    says(page, "我这边也办好了，请看照片")
    page.locator(".queue-discard summary").click()
    page.locator("[data-discard]").click()
    phone.waits()
    says(page, zh("Nothing is waiting"))

    page.goto("/work/patrol/")
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    page.locator("details.finding > summary").click()
    page.locator("textarea[name=what]").fill("写了一半的发现")
    phone.until(lambda: page.evaluate(DRAFTS) == 1)
    page.goto("/work/more/")
    page.locator("form[action$='/accounts/logout/'] button").click()
    page.wait_for_url(lambda url: "/work/" not in url)
    phone.until(lambda: page.evaluate(KEPT) == [])
    phone.until(lambda: page.evaluate(DRAFTS) == 0)


@pytest.mark.parametrize("at_once", [False, True], ids=["kept by the page", "kept by the service worker"])
def test_an_answer_that_was_lost_on_the_way_is_one_step(phone: Phone, stage: Stage, at_once: bool) -> None:
    case = stage.accepted()
    handling.contact(viewer=stage.viewer("worker"), task_id=stage.lead(case).id, key=new_id(), how="phone", words="")
    [task] = open_today(phone, case)
    lost = []

    def lose(route: Route) -> None:
        route.fetch()  # the server commits …
        lost.append(route.request.post_data or "")
        route.abort()  # … and its word does not arrive

    phone.visit.context.route(
        "**/answer/", lambda route: lose(route) if route.request.method == "POST" else route.continue_()
    )
    phone.page.goto(task)
    answer(phone, "好了", at_once=at_once)
    phone.waits(("answer", "waiting"))
    assert len(lost) >= 1
    assert answers(case) == ["好了"]
    phone.visit.context.unroute("**/answer/")
    phone.page.goto("/work/queue/")
    phone.waits()
    assert answers(case) == ["好了"]
    assert Step.objects.filter(case=case, verb="answer").count() == 1


def test_from_accepting_to_a_round_without_a_signal(phone: Phone, stage: Stage, city: City) -> None:
    case, doubtful = stage.dispatch(stage.register(stage.file())), stage.file(what="有人说电线垂下来了")
    clerk, worker = stage.viewer("community"), city.person("worker")
    verifying.ask_verify(viewer=clerk, case_id=doubtful.id, key=new_id(), words="是不是电话线", worker=worker.id)
    [task] = open_today(phone, case)
    phone.keeps(f"/work/look/{doubtful.id}/")
    phone.cut()
    page = phone.page
    page.goto("/work/today/")
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    page.locator("form[action$='/accept/'] button").click()
    expect(page.locator(".job [data-marked]")).to_be_visible()
    expect(page.locator("form[action$='/accept/']")).to_be_hidden()
    page.locator(f"a[href='{task}']").click()
    page.locator(".actions a[href$='/contact/']").click()
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    page.locator("[name=how][value=phone]").check()
    page.locator(".actions button.btn-primary").click()
    phone.waits(("accept", "waiting"), ("contact", "waiting"))

    page.locator(".actions a[href$='/answer/']").click()
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    page.locator("textarea[name=words]").fill("灯换好了，写到一半")
    page.wait_for_timeout(700)
    page.reload()
    expect(page.locator("textarea[name=words]")).to_have_value("灯换好了，写到一半")

    page.goto("/work/patrol/")
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    page.locator("details.finding > summary").click()
    page.locator("textarea[name=what]").fill("消防通道停了三辆车")
    page.locator("select[name=category]").select_option("0101")
    page.locator(".finding-save").click()
    expect(page.locator("[data-round] li")).to_contain_text("消防通道")
    page.locator("form#finish button").click()
    page.wait_for_url("**/work/today/")
    page.locator(f"a[href='/work/look/{doubtful.id}/']").click()
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    page.locator("[name=finding][value=not_found]").check()
    page.locator("textarea[name=words]").fill("没有看到垂线")
    page.locator(".actions button.btn-primary").click()
    page.wait_for_url("**/work/today/")
    assert Step.objects.filter(verb__in=["accept", "verify"]).count() == 0
    phone.restore()
    phone.waits()
    assert Step.objects.get(verb="verify").data["finding"] == "not_found"
    steps = Step.objects.filter(case=case, actor=worker)
    assert list(steps.values_list("verb", flat=True)) == ["accept", "contact"]
    assert [round.findings for round in Patrol.objects.all()] == [1]
    assert Case.objects.filter(kind=Kind.FINDING, filed_by=worker).count() == 1


def test_who_signs_in_next_sends_and_sees_nothing_of_mine(phone: Phone, stage: Stage) -> None:
    case = stage.accepted()
    handling.contact(viewer=stage.viewer("worker"), task_id=stage.lead(case).id, key=new_id(), how="phone", words="")
    [task] = open_today(phone, case)
    phone.cut()
    phone.page.goto(task)
    answer(phone, "我办好的")
    phone.waits(("answer", "waiting"))
    phone.page.goto("/work/no-signal/")
    phone.visit.context.clear_cookies()  # the log-in ran out
    phone.restore()
    phone.page.goto("/work/queue/")
    assert "/accounts/" in phone.page.url
    become(phone.page, "worker-2")
    phone.page.goto("/work/queue/")
    says(phone.page, zh("Nothing is waiting"))
    expect(phone.page.locator("[data-queue-others-count]")).to_have_text("1")
    assert case.number not in phone.page.content()
    phone.until(lambda: task not in phone.page.evaluate(KEPT))
    assert answers(case) == []
    become(phone.page, "worker")
    phone.page.goto("/work/queue/")
    phone.waits()
    assert answers(case) == ["我办好的"]


def test_without_a_service_worker_steps_wait_as_long_as_the_page_is_open(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    case = stage.accepted()
    handling.contact(viewer=stage.viewer("worker"), task_id=stage.lead(case).id, key=new_id(), how="phone", words="")
    wechat = Phone(browser, live_server.url, service_workers="block")
    page = wechat.page
    become(page, "worker")
    page.goto(f"/work/task/{stage.lead(case).id}/answer/")
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    wechat.cut()
    page.locator("textarea[name=words]").fill("在微信里办的")
    page.locator(".actions button.btn-primary").click()
    says(page, zh("Kept on this phone. Leave this page open: it is sent as soon as there is a signal."))
    assert page.locator("textarea[name=words]").input_value() == ""
    wechat.restore()
    wechat.waits()
    assert answers(case) == ["在微信里办的"]
    wechat.close()


def test_a_full_phone_says_so_and_keeps_what_was_typed(phone: Phone, stage: Stage) -> None:
    case = stage.accepted()
    page = phone.page
    page.goto(f"/work/task/{stage.lead(case).id}/answer/")
    page.locator("[data-offline][data-ready]").wait_for(state="attached")
    page.evaluate(
        """() => { IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }; }"""
    )
    phone.cut()
    page.locator("textarea[name=words]").fill("写了很多")
    page.locator(".actions button.btn-primary").click()
    expect(page.locator("[data-offline] div")).to_have_text(
        page.locator("[data-offline]").get_attribute("data-full") or ""
    )
    assert page.locator("textarea[name=words]").input_value() == "写了很多"
    phone.restore()


def test_a_new_version_takes_over_while_steps_wait(phone: Phone, stage: Stage, settings: Any) -> None:
    case = stage.accepted()
    handling.contact(viewer=stage.viewer("worker"), task_id=stage.lead(case).id, key=new_id(), how="phone", words="")
    [task] = open_today(phone, case)
    phone.cut()
    phone.page.goto(task)
    answer(phone, "升级前办的")
    phone.waits(("answer", "waiting"))
    started: list[Worker] = []
    phone.visit.context.on("serviceworker", lambda worker: started.append(worker))
    settings.OFFLINE_HOURS = 12  # the service worker that is served now is another one
    phone.restore()
    phone.page.goto("/work/queue/")
    phone.page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
    phone.until(lambda: len(started) > 0)
    phone.waits()
    assert answers(case) == ["升级前办的"]
