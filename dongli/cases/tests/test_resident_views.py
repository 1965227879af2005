"""Residents' pages from end to end: file, follow, add, withdraw, rate, reopen, find again; and filing for others."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dongli.cases import links
from dongli.cases.actions import closing, filing
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, Photo, Rating, Source
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.pictures import upload
from dongli.cases.views.filing import case_key
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.notices.models import Delivery
from dongli.people import ratelimits
from tests.cast import City, log_in, make_city

WHAT = "三栋楼下下水道堵了，污水流了一地"
PHONE = "13912345678"


def form(city: City, **fields: object) -> dict[str, object]:
    longitude, latitude = city.point_in(city.grid)
    return {
        "what": WHAT, "longitude": longitude, "latitude": latitude, "idempotency_key": str(new_id()), **fields
    }  # fmt: skip


def only_case() -> Case:
    return Case.objects.select_related("text").get()


def test_an_anonymous_filing_leads_to_number_and_link(client: Client, city: City) -> None:
    assert client.get("/report/").status_code == 200
    response = client.post("/report/", form(city))
    case = only_case()
    assert response.status_code == 303
    assert response["Location"] == f"/report/done/{case.number}/{links.token(case)}/"
    assert (case.text.description, case.source, case.resident) == (WHAT, Source.WEB, None)
    done = client.get(response["Location"])
    assert case.number in done.text
    assert links.url(case) in done.text
    assert "sessionid" not in client.cookies


def test_pages_behind_the_link_are_private(client: Client, stage: Stage) -> None:
    case = stage.file()
    for address in (links.path(case), f"/report/done/{case.number}/{links.token(case)}/", "/c/"):
        response = client.get(address)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "same-origin"


def test_statements_of_a_filing(client: Client, city: City) -> None:
    """Anonymous, a mark on the map, no photo; the empty page: the city, its districts, the catalogue. No session."""
    client.post("/report/", form(city))
    with CaptureQueriesContext(connection) as seen:
        assert client.post("/report/", form(city)).status_code == 303
    said = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    print(f"{len(said)} statements")
    assert len(said) <= 17
    with CaptureQueriesContext(connection) as seen:
        client.get("/report/")
    assert len(seen) <= 3


def test_the_same_form_twice_is_one_case(client: Client, city: City) -> None:
    data = form(city, phone=PHONE)
    first = client.post("/report/", data)
    again = client.post("/report/", data)
    assert first["Location"] == again["Location"]
    assert Case.objects.count() == 1


def test_a_repeat_over_the_limit_gets_its_answer(client: Client, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    one = (ratelimits.Limit(1, timedelta(hours=1)),)
    monkeypatch.setitem(ratelimits.LIMITS, "filing_by_device", one)
    client.post("/report/", {"what": ""})
    data = form(city)
    assert client.post("/report/", data).status_code == 303
    assert client.post("/report/", data).status_code == 303
    refused = client.post("/report/", form(city, what="另一件事"))
    assert refused.status_code == 422
    assert "另一件事" in refused.text
    assert Case.objects.count() == 1


def test_knowing_a_case_does_not_get_its_link(client: Client, stage: Stage) -> None:
    """Staff read a case's id and its words: sending them again must not give away the resident's link."""
    case = stage.file(what=WHAT)
    client.post("/report/", form(stage.city, idempotency_key=str(case.id)))
    assert Case.objects.count() == 2


def test_keys_become_ids_that_keep_their_time_only() -> None:
    key = new_id()
    made = case_key(str(key))
    assert made == case_key(str(key)) != key
    assert made.version == 7
    assert made.bytes[:6] == key.bytes[:6]
    assert made.variant == key.variant
    for forged in ("", "x", str(UUID(int=2**127)), "00000000-0000-4000-8000-000000000000"):
        assert case_key(forged) != case_key(forged)
    with time_machine.travel(now() + timedelta(days=8)):
        assert case_key(str(key)) != case_key(str(key))


def test_everything_typed_and_sent_is_kept_when_something_is_wrong(client: Client, city: City) -> None:
    data = form(city, phone="123", address="<b>门口</b>", name="刘女士", photos=[upload(), upload()], danger="life")
    response = client.post("/report/", data)
    assert response.status_code == 422
    assert Case.objects.count() == 0
    kept = list(Photo.objects.values_list("pk", flat=True))
    for piece in (WHAT, "123", "&lt;b&gt;门口", "刘女士", *map(str, kept)):
        assert piece in response.text
    again = {**data, "phone": PHONE, "kept": [str(key) for key in kept], "photos": []}
    assert client.post("/report/", again).status_code == 303
    assert list(Photo.objects.filter(case=only_case()).values_list("pk", flat=True)) == kept


def test_buttons_of_the_form_keep_what_was_typed(client: Client, city: City) -> None:
    """Without a script: the next list, one's own place, elsewhere, a photo thrown away."""
    data = {"what": WHAT, "phone": "12", "district": city.district.code}
    response = client.post("/report/", {**data, "do": "reload", "photos": [upload()]})
    assert response.status_code == 200
    assert city.subdistrict.name in response.text
    assert WHAT in response.text
    photo = Photo.objects.get()
    deeper = {**data, "subdistrict": city.subdistrict.code, "community": city.community.code, "kept": [str(photo.pk)]}
    response = client.post("/report/", {**deeper, "do": "reload"})
    assert city.compound.name in response.text
    assert str(photo.pk) in response.text
    response = client.post("/report/", {**data, "do": f"place:{city.building.code}"})
    assert city.building.name in response.text
    response = client.post("/report/", {**data, "place": city.building.code, "do": "forget"})
    assert f'value="{city.building.code}"' not in response.text
    client.post("/report/", {**deeper, "do": f"drop:{photo.pk}"})
    assert Photo.objects.count() == 0


def test_the_picker_names_the_place(client: Client, city: City) -> None:
    chosen = {"district": city.district.code, "subdistrict": city.subdistrict.code, "community": city.community.code}
    client.post("/report/", {"what": WHAT, **chosen, "compound": city.compound.code})
    assert only_case().place == city.compound


def test_a_list_that_does_not_belong_to_the_one_above_does_not_count(client: Client, city: City) -> None:
    chosen = {"district": city.other_district.code, "subdistrict": city.subdistrict.code}
    client.post("/report/", {"what": WHAT, **chosen})
    assert only_case().desk == city.other_district


def test_scanning_a_code_settles_the_place(client: Client, city: City) -> None:
    response = client.get(f"/r/{city.building.code}", follow=True)
    assert city.building.name in response.text
    data = {"what": WHAT, "place": city.building.code, "scanned": city.building.code}
    assert client.post("/report/", data).status_code == 303
    assert (only_case().source, only_case().place) == (Source.QR, city.building)


def test_an_unknown_or_retired_code_helps_on(client: Client, city: City) -> None:
    assert client.get("/r/430202001001C999").status_code == 404
    type(city.building).objects.filter(pk=city.building.pk).update(retired_on=now().date())
    response = client.get(f"/r/{city.building.code}/")
    assert response.status_code == 404
    assert "/report/" in response.text


def test_an_account_prefills_place_and_masked_phone(client: Client, city: City) -> None:
    resident = city.person("resident")
    resident.home = city.compound
    resident.save(update_fields=["home"])
    log_in(client, resident)
    page = client.get("/report/")
    assert "138****0001" in page.text
    assert resident.phone not in page.text
    assert city.compound.name in page.text
    client.post("/report/", {"what": WHAT, "place": city.compound.code, "phone": "138****0001"})
    case = only_case()
    assert case.resident == resident
    assert case.contact.phone == resident.phone
    assert case.number in client.get("/my/").text
    assert WHAT in client.get(f"/my/{case.number}/").text


def test_suggestions_and_advice(client: Client, city: City) -> None:
    response = client.post("/report/suggest/", {"what": WHAT})
    assert response.status_code == 200
    assert "data-class" in response.text
    assert "tel:120" in client.post("/report/suggest/", {"what": "楼下着火了，有人被困"}).text
    assert client.post("/report/suggest/", {"what": ""}).text.strip() == ""


def test_following_names_offices_and_never_people(client: Client, stage: Stage) -> None:
    case = stage.answered()
    page = client.get(links.path(case)).text
    for persona in ("worker", "community"):
        assert stage.city.person(persona).name not in page
    assert "已疏通，请您看看" in page
    assert stage.city.community.name in page


@pytest.mark.parametrize("state", ["file", "accepted", "answered", "closed", "whistled"])
def test_every_state_has_its_page_in_few_statements(client: Client, stage: Stage, state: str) -> None:
    case = getattr(stage, state)()
    client.get(links.path(case))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(links.path(case)).status_code == 200
    assert len(seen) <= 14


def test_adding_words_and_photos(client: Client, stage: Stage) -> None:
    case = stage.accepted()
    wrong = client.post(f"{links.path(case)}add/", {"words": "", "photos": [upload()]})
    assert wrong.status_code == 422
    photo = Photo.objects.get()
    data = {"words": "还在漏", "kept": [str(photo.pk)], "idempotency_key": str(new_id())}
    for _twice in range(2):
        assert client.post(f"{links.path(case)}add/", data).status_code == 303
    page = client.get(links.path(case)).text
    assert page.count("还在漏") == 1
    assert f"photo/{photo.pk}/" in page


def test_withdrawing_asks_first(client: Client, stage: Stage) -> None:
    case = stage.file()
    assert client.get(f"{links.path(case)}withdraw/").status_code == 200
    assert Case.objects.get(pk=case.pk).state == CaseState.FILED
    assert client.post(f"{links.path(case)}withdraw/", {"words": ""}).status_code == 303
    assert Case.objects.get(pk=case.pk).state == CaseState.WITHDRAWN
    assert client.post(f"{links.path(case)}withdraw/", {"words": ""}).status_code == 422


ANSWERS = {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied", "words": "谢谢"}


def test_rating_once(client: Client, stage: Stage) -> None:
    case = stage.closed()
    assert client.get(f"{links.path(case)}rate/").status_code == 200
    assert client.post(f"{links.path(case)}rate/", {"solved": "maybe"}).status_code == 422
    assert client.post(f"{links.path(case)}rate/", ANSWERS).status_code == 303
    assert client.post(f"{links.path(case)}rate/", {**ANSWERS, "solved": "no"}).status_code == 422
    assert Rating.objects.get().solved


def test_not_solved_leads_on_to_handling_it_again(client: Client, stage: Stage) -> None:
    case = stage.closed()
    response = client.post(f"{links.path(case)}rate/", {**ANSWERS, "solved": "no"})
    assert response["Location"].endswith("/reopen/")
    response = client.post(response["Location"], {"words": "又堵了", "photos": [upload()]})
    assert response.status_code == 303
    again = Case.objects.get(pk=case.pk)
    assert (again.state, again.round) == (CaseState.DISPATCHED, 2)
    assert Photo.objects.get().case == again


def test_the_time_to_answer_ends(client: Client, stage: Stage) -> None:
    case = stage.closed()
    with time_machine.travel(now() + timedelta(days=16)):
        assert f"{links.path(case)}rate/" not in client.get(links.path(case)).text
        assert client.post(f"{links.path(case)}rate/", ANSWERS).status_code == 422
        assert client.post(f"{links.path(case)}reopen/", {"words": "又堵了"}).status_code == 422


def test_links_are_exact_and_can_be_revoked(client: Client, stage: Stage) -> None:
    case, other = stage.file(), stage.file()
    token = links.token(case)
    for wrong in (token[:-1], token + "0", token.upper(), links.token(other), "0" * 32):
        for page in ("", "withdraw/", "rate/", "reopen/"):
            assert client.get(f"/c/{case.number}/{wrong}/{page}").status_code == 404
    Case.objects.filter(pk=case.pk).update(link_version=2)
    assert client.get(f"/c/{case.number}/{token}/").status_code == 404


def test_my_pages_are_the_owners_only(client: Client, stage: Stage) -> None:
    case = stage.file()
    for page in ("/my/", f"/my/{case.number}/"):
        assert client.get(page).status_code == 302
    log_in(client, stage.city.person("resident"))
    assert client.get(f"/my/{case.number}/").status_code == 200
    assert client.post(f"/my/{case.number}/withdraw/", {}).status_code == 303
    for name in ("resident-2", "stranger", "community"):
        log_in(client, stage.city.person(name))
        assert client.get(f"/my/{case.number}/").status_code == 404, name
        assert client.post(f"/my/{case.number}/add/", {"words": "x"}).status_code == 404, name


def test_a_lost_link_goes_to_the_phone_it_was_filed_with(client: Client, city: City) -> None:
    client.post("/report/", form(city, phone=PHONE))
    case = only_case()
    right = client.post("/c/", {"number": case.number.lower(), "phone": PHONE})
    assert Delivery.objects.filter(kind="link").count() == 1
    wrong = client.post("/c/", {"number": case.number, "phone": "13912345679"})
    unknown = client.post("/c/", {"number": "20200101-AAAAAA", "phone": PHONE})
    assert Delivery.objects.filter(kind="link").count() == 1
    assert right.status_code == wrong.status_code == unknown.status_code == 200
    pages = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text) for response in (right, unknown)]
    assert pages[0].replace(case.number, "") == pages[1].replace("20200101-AAAAAA", "")


def test_links_are_not_sent_without_end(client: Client, city: City) -> None:
    statuses = {client.post("/c/", {"number": "20200101-AAAAAA", "phone": PHONE}).status_code for _ in range(4)}
    assert statuses == {200, 422}


def test_a_captain_files_for_a_neighbour(client: Client, city: City) -> None:
    log_in(client, city.person("captain"))
    page = client.get("/work/report/")
    assert page.status_code == 200
    assert city.community.name in page.text
    data = {"what": WHAT, "place": city.building.code, "name": "王奶奶", "phone": PHONE}
    response = client.post("/work/report/", data)
    case = only_case()
    assert response["Location"] == f"/work/report/done/{case.number}/"
    assert (case.source, case.filed_by, case.resident) == (Source.CAPTAIN, city.person("captain"), None)
    assert [sent.address for sent in Delivery.objects.filter(kind="link")] == [PHONE]
    done = client.get(response["Location"])
    assert case.number in done.text
    assert links.token(case) not in done.text


def test_a_worker_files_by_address_within_the_own_community(client: Client, city: City) -> None:
    log_in(client, city.person("worker"))
    assert client.post("/work/report/", {"what": WHAT, "address": "菜市场东门"}).status_code == 303
    assert (only_case().community, only_case().source) == (city.community, Source.WORKER)
    refused = client.post("/work/report/", {"what": WHAT, "place": city.other_community.code})
    assert refused.status_code == 422
    assert Case.objects.count() == 1


def test_the_hotline_keeps_its_ticket(client: Client, city: City) -> None:
    log_in(client, city.person("hotline"))
    assert client.get("/desk/hotline/").status_code == 200
    data = {"what": WHAT, "place": city.other_community.code, "ticket": "GD-2026-0001", "phone": PHONE}
    assert client.post("/desk/hotline/", data).status_code == 303
    assert (only_case().external_id, only_case().source) == ("GD-2026-0001", Source.HOTLINE)
    again = client.post("/desk/hotline/", data)
    assert again.status_code == 422
    assert only_case().number in again.text


@pytest.mark.parametrize(
    ("page", "allowed"),
    [("/work/report/", {"captain", "worker", "community"}), ("/desk/hotline/", set())],
)
def test_filing_for_others_is_for_those_who_may(client: Client, city: City, page: str, allowed: set[str]) -> None:
    for name in ("captain", "worker", "community", "housing", "resident"):
        log_in(client, city.person(name))
        assert client.get(page).status_code == (200 if name in allowed else 403), name


def test_what_is_about_the_worker_is_hidden_from_them(client: Client, city: City) -> None:
    client.post("/report/", form(city, about="worker"))
    case = only_case()
    assert city.person("worker").id in case.hidden_from


def test_staff_see_a_residents_page_without_more_than_residents(client: Client, stage: Stage) -> None:
    """A grid worker who files as a resident reads the resident's words there, not the staff's."""
    case = filing.submit(
        viewer=stage.viewer("worker"), key=new_id(),
        filing=filing.Filing(what=WHAT, where=Where(*stage.city.point_in(stage.city.other_grid))),
    )  # fmt: skip
    log_in(client, stage.city.person("worker"))
    page = client.get(f"/my/{case.number}/").text
    assert WHAT in page
    assert stage.city.person("stranger").name not in page


def test_closing_words_reach_the_resident(client: Client, stage: Stage) -> None:
    case = stage.closed()
    page = client.get(links.path(case)).text
    assert "下水道已疏通" in page
    assert f"{links.path(case)}rate/" in page
    closing.rate(
        viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), contacted=True, solved=True,
        satisfaction="satisfied",
    )  # fmt: skip
    assert f"{links.path(case)}rate/" not in client.get(links.path(case)).text


@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_the_same_moment_is_one_case() -> None:
    load_policy()
    data = form(make_city())
    gate = Barrier(4)

    def send(_number: int) -> tuple[int, str]:
        gate.wait()
        try:
            response = Client().post("/report/", data)
            return response.status_code, response.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, range(4)))
    assert len(answers) == 1
    assert answers.pop()[0] == 303
    assert Case.objects.count() == 1
