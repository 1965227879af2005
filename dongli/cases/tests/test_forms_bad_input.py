"""Whatever is sent to residents' forms, the answer is a page that says what is wrong, never a fault of ours."""

from collections.abc import Iterator
from itertools import product

import pytest
from django.test import Client

from dongli.cases import links
from dongli.cases.models import Case, Photo
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.pictures import bomb, picture, upload
from dongli.common.ids import new_id
from tests.cast import City, log_in

WHAT = "楼道灯坏了"
NASTY = {
    "empty": "",
    "blank": " \u3000\n\t",
    "nul": "a\x00b",
    "only_nul": "\x00\x00",
    "controls": "\x01\x02\x1b[31m\x7f",
    "not_a_character": "\ufffe\uffff\ufffd",
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈" * 20,
    "rare_han": "𠮷𪚥𰻞",
    "combining": "e" + "\u0301" * 500,
    "right_to_left": "\u202e反过来\u202c",
    "sql": "'; DROP TABLE cases_case; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ settings.SECRET_KEY }}{% load x %}%(name)s %s {0}",
    "path": "../../etc/passwd\\..\\",
    "number": "-1e309",
    "nan": "nan",
    "long_number": "9" * 400,
    "full_width": "１３８００００００００",
    "json": '{"a": [1, null]}',
    "uuid": "00000000-0000-0000-0000-000000000000",
    "too_long": "很" * 4001,
    "huge": "x" * 1_000_000,
}
FIELDS = (
    "what", "category", "place", "scanned", "longitude", "latitude", "district", "subdistrict", "community",
    "compound", "address", "name", "phone", "danger", "about", "idempotency_key", "kept", "do", "ticket",
)  # fmt: skip
FINE = {200, 302, 303, 422}


@pytest.fixture
def base(city: City) -> dict[str, object]:
    longitude, latitude = city.point_in(city.grid)
    return {"what": WHAT, "longitude": longitude, "latitude": latitude}


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests send a great deal; how often one may is tested elsewhere."""
    for module in ("dongli.cases.views.filing", "dongli.cases.views.drafts", "dongli.cases.views.resident"):
        monkeypatch.setattr(f"{module}.hit", lambda *keys: None)


@pytest.mark.parametrize("field", FIELDS)
def test_any_text_in_any_field_of_the_filing_page(client: Client, base: dict[str, object], field: str) -> None:
    for name, text in NASTY.items():
        response = client.post("/report/", {**base, field: text})
        assert response.status_code in FINE, (field, name)
        assert "<script>alert(1)" not in response.text, (field, name)


def test_rare_characters_and_markup_are_kept_as_they_are(client: Client, base: dict[str, object]) -> None:
    for text in (NASTY["rare_han"], NASTY["emoji"], NASTY["sql"], NASTY["html"], NASTY["template"]):
        response = client.post("/report/", {**base, "what": text})
        assert response.status_code == 303
        case = Case.objects.select_related("text").order_by("-id")[0]
        assert case.text.description == text
        page = client.get(links.path(case))
        assert page.status_code == 200
        assert "<script>alert(1)" not in page.text


def test_nul_and_controls_are_taken_out(client: Client, base: dict[str, object]) -> None:
    client.post("/report/", {**base, "what": "一\x00二\x1b三\r\n四"})
    assert Case.objects.select_related("text").get().text.description == "一二三\n四"


def test_more_than_a_form_may_hold(client: Client, base: dict[str, object]) -> None:
    assert client.post("/report/", {**base, "what": "x" * 5_000_000}).status_code in {400, 413}
    many = {**base, **{f"field{number}": "x" for number in range(600)}}
    assert client.post("/report/", many).status_code in {400, 413}
    assert client.post("/report/", {**base, "photos": [upload() for _ in range(30)]}).status_code in {400, 413}
    assert client.post("/report/", b"what=%ff%fe", content_type="application/x-www-form-urlencoded").status_code in FINE
    surrogate = b"what=%ed%a0%80&address=x"
    assert client.post("/report/", surrogate, content_type="application/x-www-form-urlencoded").status_code in FINE
    assert client.post("/report/", b"{}", content_type="application/json").status_code in FINE
    assert client.post("/report/", b"--x\r\n", content_type="multipart/form-data; boundary=x").status_code in {
        *FINE,
        400,
    }
    assert client.post("/report/", b"", content_type="multipart/form-data").status_code in {*FINE, 400}
    assert Case.objects.count() <= 1


BAD_FILES = {
    "zip.jpg": b"PK\x03\x04" + b"\0" * 99,
    "none.jpg": b"",
    "page.jpg": b"<html><script>alert(1)</script>",
    "cut.jpg": picture(size=(300, 300))[:500],
    "bomb.png": bomb(),
    "<script>alert(1)</script>.jpg": b"x",
    "a\x00b.jpg": b"x",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_files_that_are_no_photos(client: Client, base: dict[str, object], name: str) -> None:
    response = client.post("/report/", {**base, "photos": [upload(BAD_FILES[name], name)]})
    assert response.status_code == 422
    assert "<script>alert(1)" not in response.text
    assert WHAT in response.text
    assert Case.objects.count() == 0
    assert Photo.objects.count() == 0


def test_photos_as_text_and_too_many(client: Client, base: dict[str, object]) -> None:
    assert client.post("/report/", {**base, "photos": "photo.jpg"}).status_code == 303
    response = client.post("/report/", {**base, "photos": [upload() for _ in range(11)]})
    assert response.status_code == 422
    assert Photo.objects.filter(case=None).count() == 9


def test_photos_of_others_are_not_taken(client: Client, base: dict[str, object]) -> None:
    client.post("/report/", {"what": "", "photos": [upload()]})
    photo = Photo.objects.get()
    stranger = Client()
    assert stranger.post("/report/", {**base, "kept": [str(photo.pk)]}).status_code == 303
    stranger.cookies["drafts"] = "forged:1:signature"
    assert stranger.post("/report/", {**base, "what": "又一件", "kept": [str(photo.pk)]}).status_code == 303
    stranger.post("/report/", {**base, "do": f"drop:{photo.pk}", "kept": [str(photo.pk)]})
    photo.refresh_from_db()
    assert photo.case is None


@pytest.mark.parametrize(
    "code", ["430202001001C999", "999999999999", "x" * 20, "430202001001'", "\x00", "43020200１００１"]
)
def test_forged_places(client: Client, base: dict[str, object], code: str) -> None:
    response = client.post("/report/", {"what": WHAT, "place": code})
    assert response.status_code == 422
    assert WHAT in response.text
    assert client.get("/report/", {"place": code.replace("\x00", "")}).status_code == 200


POINTS = [
    ("113.1", ""),
    ("", "27.8"),
    ("x", "y"),
    ("nan", "nan"),
    ("inf", "27.8"),
    ("500", "27.8"),
    ("0", "0"),
    ("１", "２"),
]


@pytest.mark.parametrize(("longitude", "latitude"), POINTS)
def test_points_that_are_none_or_elsewhere(client: Client, city: City, longitude: str, latitude: str) -> None:
    response = client.post("/report/", {"what": WHAT, "longitude": longitude, "latitude": latitude})
    assert response.status_code == 422
    assert 'id="id_place"' in response.text


def test_the_key_of_another_case(client: Client, stage: Stage) -> None:
    case = stage.file()
    longitude, latitude = stage.city.point_in(stage.city.grid)
    data = {"what": "别的话", "longitude": longitude, "latitude": latitude, "idempotency_key": str(case.id)}
    assert client.post("/report/", data).status_code == 303
    key = str(new_id())
    assert client.post("/report/", {**data, "idempotency_key": key}).status_code == 303
    other = client.post("/report/", {**data, "what": "同一把钥匙，另一件事", "idempotency_key": key})
    assert other.status_code == 422
    assert Case.objects.count() == 3


def case_forms() -> Iterator[tuple[str, str]]:
    fields = {
        "add": ("words", "kept", "idempotency_key"),
        "withdraw": ("words", "idempotency_key"),
        "rate": ("contacted", "solved", "satisfaction", "words", "idempotency_key"),
        "reopen": ("words", "kept", "idempotency_key"),
    }
    for page, names in fields.items():
        yield from product([page], names)


@pytest.mark.parametrize(("page", "field"), list(case_forms()))
def test_any_text_in_the_forms_of_a_case(client: Client, stage: Stage, page: str, field: str) -> None:
    case = stage.closed() if page in {"rate", "reopen"} else stage.file()
    answers = {"words": "好", "contacted": "yes", "solved": "yes", "satisfaction": "satisfied"}
    for name, text in NASTY.items():
        response = client.post(f"{links.path(case)}{page}/", {**answers, field: text})
        assert response.status_code in FINE, name
        assert "<script>alert(1)" not in client.get(links.path(case)).text


@pytest.mark.parametrize("field", ["number", "phone"])
def test_any_text_in_the_search_for_a_link(client: Client, city: City, field: str) -> None:
    for name, text in NASTY.items():
        response = client.post("/c/", {"number": "20261122-AAAAAA", "phone": "13800001234", field: text})
        assert response.status_code in FINE, name


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_any_text_to_the_suggestions(client: Client, city: City, text: str) -> None:
    response = client.post("/report/suggest/", {"what": text})
    assert response.status_code == 200
    assert "<script>alert(1)" not in response.text


ADDRESSES = ["/c/x/y/", "/c/%27/%22/", "/c/𠮷/👍/", "/r/%3Cscript%3E", "/r/" + "x" * 500, "/my/'/", "/report/done/1/2/",
             "/photo/00000000-0000-0000-0000-000000000000/",
    "/photo/x/", "/c/a%00b/c/", "/report/?place=%00"]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_mean_nothing(client: Client, city: City, address: str) -> None:
    log_in(client, city.person("resident"))
    assert client.get(address).status_code in {400, 404}


@pytest.mark.parametrize("page", ["/work/report/", "/desk/hotline/"])
def test_any_text_in_filing_for_others(client: Client, city: City, page: str) -> None:
    log_in(client, city.person("worker" if "work" in page else "hotline"))
    for field, (name, text) in product(("what", "place", "ticket", "phone", "address"), NASTY.items()):
        data = {"what": WHAT, "place": city.community.code, field: text}
        assert client.post(page, data).status_code in FINE, (field, name)
    assert client.get(page, {"in": "'\""}).status_code == 200


def test_wrong_methods(client: Client, stage: Stage) -> None:
    case = stage.file()
    for address in ("/report/suggest/", f"{links.path(case)}add/"):
        assert client.get(address).status_code == 405
    for address in ("/report/", "/c/"):
        assert client.delete(address).status_code == 405
    assert client.post(links.path(case), {}).status_code == 405
