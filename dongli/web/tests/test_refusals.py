"""Refusals and error pages: one answer for people, one for htmx, one for machines; never a 500 for odd input."""

import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from dongli.web.views import errors

FORM = "application/x-www-form-urlencoded"
KINDS = {"403": NotAllowed, "404": NotFound, "409": Conflict, "422": Invalid, "429": TooMany}


def refuse(request: HttpRequest, status: str) -> HttpResponse:
    raise KINDS[status]("some_code", "先接单，再答复。", field="text")


def crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [path("refuse/<str:status>/", refuse), path("crash/", crash), path("", include("dongli.urls"))]
handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("status", list(KINDS))
def test_a_refusal_is_a_page_that_says_why(visitor: Client, status: str) -> None:
    page = visitor.get(f"/refuse/{status}/")
    assert page.status_code == int(status)
    assert "先接单，再答复。" in page.text
    assert 'id="main"' in page.text


def test_a_refusal_is_a_toast_for_htmx(visitor: Client) -> None:
    answer = visitor.post("/refuse/409/", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == (
        409,
        "#toasts",
        "beforeend",
    )
    assert "<html" not in answer.text


def test_a_refusal_is_problem_json_for_machines(visitor: Client) -> None:
    answer = visitor.get("/refuse/422/", headers={"accept": "application/json"})
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.text) == {
        "type": "about:blank",
        "status": 422,
        "code": "some_code",
        "title": "先接单，再答复。",
        "field": "text",
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_error_page_says_what_to_do(language: str) -> None:
    visitor = Client(raise_request_exception=False, enforce_csrf_checks=True)
    visitor.cookies["django_language"] = language
    for answer, status in [
        (visitor.get("/no-such-page/"), 404),
        (visitor.get("/crash/"), 500),
        (visitor.post("/preferences/"), 403),
        (visitor.get("/?q=%00"), 400),
    ]:
        assert answer.status_code == status
        assert "<h1>" in answer.text
        assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in answer.text


@pytest.mark.parametrize(
    "target", ["/%00", "/a%00b/", "/%ff%fe", "/?q=%00", "/?q=%ff", "/?%ff=1", "/?q=a%00b", "/%2e%2e/"]
)
def test_malformed_addresses_are_answered_400_or_404(visitor: Client, target: str) -> None:
    path_, _, query = target.partition("?")
    answer = visitor.generic("GET", path_, QUERY_STRING=query)
    assert answer.status_code in {400, 404}


@pytest.mark.parametrize("body", [b"next=%00&theme=%ff", b"\xff\xfe\x00", b"&&&==%%%", b"a" * 3_000_000])
def test_malformed_forms_are_never_a_500(visitor: Client, body: bytes) -> None:
    answer = visitor.generic("POST", "/preferences/", body, content_type=FORM)
    assert answer.status_code < 500


def test_too_much_at_once_says_so(visitor: Client) -> None:
    answer = visitor.generic("POST", "/preferences/", b"a=" + b"b" * 3_000_000, content_type=FORM)
    assert answer.status_code == 413
    assert "一次发得太多了" in answer.text


def test_a_broken_upload_is_a_400(visitor: Client) -> None:
    answer = visitor.generic("POST", "/preferences/", b"--x\r\nbroken", content_type="multipart/form-data; boundary=")
    assert answer.status_code < 500


def test_an_error_page_needs_no_database() -> None:
    with override_settings(ROOT_URLCONF="dongli.urls"):
        answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
