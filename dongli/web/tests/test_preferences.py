"""Language, text size and theme: chosen on any page, without a script, and never guessed."""

import pytest
from django.test import Client


@pytest.fixture
def visitor(db: None) -> Client:
    return Client(enforce_csrf_checks=False)


def test_chinese_unless_the_visitor_chose_english(visitor: Client) -> None:
    page = visitor.get("/", headers={"accept-language": "en-GB,en"})
    assert 'lang="zh-Hans"' in page.text
    assert page.headers["Content-Language"] == "zh-hans"


def test_the_choices_hold_on_the_next_page(visitor: Client) -> None:
    for name, value in {"language": "en", "elder": "1", "theme": "dark"}.items():
        answer = visitor.post("/preferences/", {name: value, "next": "/robots.txt?x=1"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/robots.txt?x=1")
    page = visitor.get("/")
    assert '<html lang="en" data-theme="dark" data-elder>' in page.text


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "/a\x00b", "\\\\evil.example"]
)
def test_it_returns_to_this_site_only(visitor: Client, where: str) -> None:
    answer = visitor.post("/preferences/", {"elder": "1", "next": where})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_nonsense_changes_nothing(visitor: Client) -> None:
    answer = visitor.post("/preferences/", {"language": "xx", "elder": "yes", "theme": "<b>"})
    assert not {"django_language", "elder", "theme"} & set(answer.cookies)


def test_a_form_token_is_needed() -> None:
    assert Client(enforce_csrf_checks=True).post("/preferences/", {"elder": "1"}).status_code == 403
