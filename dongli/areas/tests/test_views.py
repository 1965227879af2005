"""Places over HTTP: outlines, picker, what lies at a point, QR sheets."""

import json

import pytest
from django.db import transaction
from django.test import Client, override_settings
from pytest_django.asserts import assertNumQueries

from dongli.areas.actions import bump_map
from dongli.areas.models import Area
from tests.cast import City, log_in, make_city

pytestmark = pytest.mark.django_db
ODD_CODES = ("x", "999999999999", "'--", "{{7*7}}", "😀", "4" * 400)


@pytest.fixture
def city() -> City:
    return make_city()


def test_outlines_are_cached_until_the_map_changes(client: Client, city: City) -> None:
    address = f"/map/outlines/community/{city.district.code}.json"
    first = client.get(address)
    assert first.status_code == 200
    assert len(json.loads(first.content)["features"]) == 2
    assert "public" in first.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    with transaction.atomic():
        bump_map()
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_unchanged_outlines_cost_one_query(client: Client, city: City) -> None:
    address = f"/map/outlines/district/{city.city.code}.json"
    etag = client.get(address).headers["ETag"]
    with assertNumQueries(1):
        client.get(address, headers={"If-None-Match": etag})


def test_outlines_of_what_is_not_there_or_too_much(client: Client, city: City) -> None:
    assert client.get(f"/map/outlines/building/{city.city.code}.json").status_code == 404
    assert client.get(f"/map/outlines/grid/{city.city.code}.json").status_code == 422
    for code in ODD_CODES:
        assert client.get(f"/map/outlines/grid/{code}.json").status_code == 404
        assert client.get(f"/areas/children/{code}/").status_code == 404
    assert client.get("/areas/children/%00/").status_code == 400
    assert client.post(f"/map/outlines/district/{city.city.code}.json").status_code == 405


def test_children_as_options_json_and_page(client: Client, city: City) -> None:
    address = f"/areas/children/{city.subdistrict.code}/"
    options = client.get(f"{address}?chosen={city.second_community.code}", headers={"HX-Request": "true"})
    assert f'value="{city.second_community.code}" selected' in options.content.decode()
    assert "<html" not in options.content.decode()
    data = client.get(address, headers={"Accept": "application/json"}).json()
    assert [child["code"] for child in data["children"]] == [city.community.code, city.second_community.code]
    page = client.get(address).content.decode()
    assert f"/areas/children/{city.community.code}/" in page
    assert f"/r/{city.subdistrict.code}" in page


def test_odd_names_are_shown_as_text(client: Client, city: City) -> None:
    Area.objects.filter(pk=city.community.pk).update(name="<b>{{ 7*7 }}</b>")
    page = client.get(f"/areas/children/{city.subdistrict.code}/").content.decode()
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in page


def test_what_is_at_a_point(client: Client, city: City) -> None:
    longitude, latitude = city.point_in(city.grid)
    data = client.get(f"/areas/locate?lon={longitude}&lat={latitude}").json()
    assert [place["code"] for place in data["places"]][-1] == city.community.code
    assert (data["grid"], data["nearest"]) == (city.grid.code, False)


@pytest.mark.parametrize(
    "query", ["", "lon=113.1", "lon=x&lat=y", "lon=nan&lat=inf", "lon=500&lat=1", "lon=116&lat=39"]
)
def test_a_point_elsewhere_or_nowhere_is_refused_in_words(client: Client, city: City, query: str) -> None:
    answer = client.get(f"/areas/locate?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 422


@override_settings(BASE_URL="https://dongli.example")
def test_qr_sheets_are_for_staff(client: Client, city: City) -> None:
    address = f"/desk/areas/{city.compound.code}/qr/"
    assert client.get(address).status_code in {302, 403}
    log_in(client, city.person("community"))
    page = client.get(address).content.decode()
    assert page.count('class="qr-sheet"') == 3
    assert f"https://dongli.example/r/{city.compound.code}B002" in page
    assert "style=" not in page.split('class="qr-sheets"')[1].split("</article>")[0]
    assert client.get(f"/desk/areas/{city.community.code}/qr/").status_code == 422
