"""Health, small files, headers, navigation, and the house rules of templates."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from dongli.web import navigation

ROOT = Path(settings.BASE_DIR)
INLINE = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)""", re.I
)

pytestmark = pytest.mark.django_db


def test_healthz_asks_the_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"ok": True, "database": True}


def test_crawlers_may_read_the_front_page_only(client: Client) -> None:
    assert "Disallow: /" in client.get("/robots.txt").text


def test_the_manifest_installs_the_worker_room(client: Client) -> None:
    body = json.loads(client.get("/manifest.webmanifest").content)
    assert (body["start_url"], body["name"]) == ("/work/", "动力")


def test_security_headers(client: Client) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", sorted(ROOT.glob("dongli/**/templates/**/*.html")), ids=lambda path: path.name)
def test_templates_have_nothing_inline(path: Path) -> None:
    html = re.sub(r"{%.*?%}", "", path.read_text(encoding="utf-8"))
    assert not INLINE.search(html), "the policy blocks inline styles, scripts and handlers"


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'id="([\w-]+)"', (ROOT / "dongli/web/static/img/icons.svg").read_text()))
    used = set()
    for path in ROOT.glob("dongli/**/templates/**/*.html"):
        used |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text(encoding="utf-8")))
    places = [
        *navigation.RESIDENT,
        *navigation.WORKER,
        *(place for _label, group in navigation.DESK for place in group),
    ]
    used |= {place.icon for place in places}
    assert used <= sprite


def test_the_current_place_is_the_deepest_match() -> None:
    request = RequestFactory().get("/work/more/")
    current = [link.url for link in navigation.links(request, navigation.WORKER, {}) if link.current]
    assert current == ["/work/more/"]


def test_the_style_page_is_for_the_demonstration_only(client: Client, settings: object) -> None:
    assert client.get("/styleguide/").status_code == 200
    settings.DEMO = False  # type: ignore[attr-defined]  # pytest-django's settings fixture
    assert client.get("/styleguide/").status_code == 404
    assert client.get("/styleguide/desk/").status_code == 404
