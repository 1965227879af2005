"""What a page costs, and that collected files refer to each other by hash."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client, override_settings

from dongli.web.finders import FILES

FIRST_PAGE_BYTES = 150_000
PHONE_STYLE_BYTES = 15_000


def static_bytes(name: str) -> bytes:
    found = finders.find(name)
    assert found, name
    return Path(found).read_bytes()


def test_every_library_file_is_there() -> None:
    assert [name for name in FILES if not finders.find(name)] == []


def test_only_the_named_library_files_are_served() -> None:
    assert not finders.find("npm/tabler/js/tabler.min.js")
    assert not finders.find("npm/../package.json")


def test_the_phones_own_style_stays_small() -> None:
    assert len(static_bytes("css/resident.css")) < PHONE_STYLE_BYTES


@pytest.mark.django_db
def test_the_residents_first_page_is_light_and_has_no_tabler(client: Client) -> None:
    page = client.get("/")
    assert "tabler" not in page.text
    names = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', page.text))
    total = len(gzip.compress(page.content)) + sum(len(gzip.compress(static_bytes(name))) for name in names)
    assert total < FIRST_PAGE_BYTES


def test_collected_files_refer_to_each_other_by_hash(tmp_path: Path) -> None:
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "dongli.web.storage.StaticStorage"}}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        (script,) = tmp_path.glob("js/app.*.js")
        assert re.search(
            r'import\("\./live\.[0-9a-f]{12}\.js"\)|import\("[^"]*live\.[0-9a-f]{12}\.js"\)', script.read_text()
        )
        assert script.with_name(script.name + ".gz").exists()
