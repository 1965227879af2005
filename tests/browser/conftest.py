"""Fixtures of the browser tests: one Chromium for the run, a fresh visitor for each page."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from dongli.cases.actions.policy import load_policy
from tests.browser import chromium
from tests.browser.crew import Crew
from tests.cast import City, make_city

# Playwright's loop runs in this thread; Django would take it for an async view and refuse the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

expect.set_options(timeout=chromium.PATIENCE)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The run's Chromium."""
    with chromium.launched() as started:
        yield started
        connections.close_all()  # while Playwright's loop runs, Django keeps other connections than before and after


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """`open_page("/path/", size=…, cookies=…, scripts=…)`; at the end no page may have reported a problem."""
    visits: list[chromium.Visit] = []

    def open_one(path: str, **options: object) -> Page:
        found = chromium.visit(browser, live_server.url, **options)  # type: ignore[arg-type]  # passed through as given
        visits.append(found)
        found.page.goto(path)
        return found.page

    yield open_one
    for found in visits:
        found.context.close()
    assert [problem for found in visits for problem in found.problems] == []


@pytest.fixture
def city(transactional_db: None) -> City:
    """The tiny city with its rules loaded."""
    load_policy()
    return make_city()


@pytest.fixture
def crew(browser: Browser, live_server: LiveServer) -> Iterator[Crew]:
    """The cast at their windows; at the end nothing may have gone wrong in any, and axe may have found nothing."""
    found = Crew(browser, live_server.url)
    try:
        yield found
    finally:
        found.leave()
    assert not found.problems, "\n".join(found.problems)
