"""The explainer, the audit and the two-administrator split: what they say, whom they let in, and that it is true."""

from datetime import timedelta

import pytest
from django.test import Client

from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.people import actions
from dongli.people.models import Grant, Role
from dongli.people.queries import audit, permissions
from dongli.people.viewer import Viewer
from tests.cast import City, log_in, make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city()


PAGES = ("", "me/", "roles/", "roles/?role=community_desk", "changes/", "changes.csv", "looks/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["admin", "auditor", "secretary", "worker", "resident", "organiser", "stranger"])
def test_who_may_open_the_pages(client: Client, city: City, page: str, name: str) -> None:
    log_in(client, city.person(name))
    status = client.get(f"/desk/permissions/{page}").status_code
    audits = page.startswith(("changes", "looks"))
    if name == "resident":
        assert status == (200 if page == "me/" else 403)
    elif audits:
        assert status == (200 if name == "auditor" else 403)
    elif page == "":
        assert status == (200 if name in {"admin", "auditor"} else 302)
    else:
        assert status == 200


def test_smoke_pages(client: Client, city: City) -> None:
    log_in(client, city.person("auditor"))
    text = client.get("/desk/permissions/", {"place": city.community.code, "what": "workflow.register"}).content.decode()
    assert city.person("community").name in text
    assert city.person("stranger").name not in text
    text = client.get("/desk/permissions/", {"q": city.community.name}).content.decode()
    assert city.community.code in text
    text = client.get("/desk/permissions/", {"person": "demo-wor"}).content.decode()
    assert str(city.person("worker").pk) in text
    text = client.get(f"/desk/permissions/people/{city.person('worker').pk}/").content.decode()
    assert city.community.name in text
