"""Account, duty and staff pages: who may open them, what they say, bad input, statements per page."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from dongli.common.clock import CITY_ZONE, now
from dongli.common.ids import new_id
from dongli.people import actions
from dongli.people.models import Absence, AccessRecord, Grant, Role, RosterEntry, User
from dongli.people.personas import PERSONAS
from tests.cast import City, log_in, make_city

NOBODY = new_id()
ODD = ["", "\x00", "x" * 5000, "😀", "<script>alert(1)</script>", "{{ 7*7 }}", "' OR 1=1 --", "430202001001"]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def page_as(city: City, name: str, address: str) -> int:
    client = Client()
    log_in(client, city.person(name))
    return client.get(address).status_code


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/me/", {"resident", "worker", "secretary", "admin", "stranger"}),
        ("/desk/duty/", {"secretary", "admin", "stranger"}),
        ("/desk/duty/?area=430202001001", {"secretary", "admin"}),
        ("/desk/people/", {"admin"}),
    ],
)
def test_who_may_open_what(city: City, address: str, allowed: set[str]) -> None:
    for name in ("resident", "worker", "secretary", "admin", "stranger"):
        assert page_as(city, name, address) == (200 if name in allowed else 403), name
    assert Client().get(address).status_code == 302


def test_my_account_shows_masked_phone_and_who_looked(client: Client, city: City) -> None:
    resident = city.person("resident")
    AccessRecord.objects.create(
        viewer=city.person("worker"), subject_kind="case", subject_id=NOBODY, person=resident, field="phone"
    )
    log_in(client, resident)
    text = client.get("/me/").content.decode()
    assert "138****0001" in text
    assert "13800000001" not in text
    assert city.person("worker").name in text
    log_in(client, city.person("resident-2"))
    assert city.person("worker").name not in client.get("/me/").content.decode()


def test_my_compound(client: Client, city: City) -> None:
    log_in(client, city.person("resident"))
    community = city.compounds[1].parent
    assert community is not None
    assert community.parent is not None
    assert community.code in client.get("/me/home/", {"in": community.parent.code}).content.decode()
    for found in ({"in": community.code}, {"q": city.compounds[1].name}):
        assert f'name="home" value="{city.compounds[1].code}"' in client.get("/me/home/", found).content.decode()
    assert client.get("/me/home/", {"in": "nowhere"}).status_code == 404
    client.post("/me/home/", {"home": city.compounds[1].code})
    assert User.objects.get(username="demo-resident").home == city.compounds[1]
    client.post("/me/home/", {"home": ""})
    assert User.objects.get(username="demo-resident").home is None
    assert client.post("/me/home/", {"home": city.district.code}).status_code == 422
    assert client.post("/me/home/", {"home": "nowhere"}).status_code == 404
    client.post("/me/language/", {"language": "en"})
    assert User.objects.get(username="demo-resident").language == "en"
    assert client.post("/me/language/", {"language": "tlh"}).status_code == 422


def test_duty_page_shows_gaps_and_takes_turns_and_absences(client: Client, city: City) -> None:
    log_in(client, city.person("secretary"))
    text = client.get("/desk/duty/").content.decode()
    assert city.person("worker").name in text
    turn = {"grid": city.unmanned_grid.pk, "person": city.person("worker-2").pk, "rank": "1"}
    address = f"/desk/duty/{city.community.code}"
    assert client.post(f"{address}/turn/", turn).status_code == 302
    assert client.post(f"{address}/turn/", {**turn, "person": city.person("worker").pk}).status_code == 422
    since = now().astimezone(CITY_ZONE) - timedelta(minutes=5)
    absence = {
        "person": city.person("worker").pk,
        "since": since.strftime("%Y-%m-%dT%H:%M"),
        "until": (since + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
        "deputy": "",
    }
    assert client.post(f"{address}/absence/", absence).status_code == 302
    stored = Absence.objects.get()
    assert abs((stored.since - since).total_seconds()) < 60
    assert client.post(f"{address}/absence/", {**absence, "until": absence["since"]}).status_code == 422
    assert client.post(f"/desk/duty/absences/{stored.pk}/end/", {"area": "<x>"}).status_code == 302
    entry = RosterEntry.objects.get(grid=city.unmanned_grid)
    answer = client.post(f"/desk/duty/turns/{entry.pk}/end/", {"area": city.community.code})
    assert answer.headers["Location"] == f"/desk/duty/?area={city.community.code}"


def test_duty_of_others_is_closed(client: Client, city: City) -> None:
    log_in(client, city.person("stranger"))
    address = f"/desk/duty/{city.community.code}"
    assert client.post(f"{address}/turn/", {}).status_code == 403
    assert client.post(f"{address}/absence/", {}).status_code == 403
    entry = RosterEntry.objects.get(grid=city.grid, rank=1)
    assert client.post(f"/desk/duty/turns/{entry.pk}/end/").status_code == 403
    assert client.post(f"/desk/duty/turns/{NOBODY}/end/").status_code == 404


@pytest.mark.parametrize("odd", ODD)
def test_odd_input_on_duty_and_people(client: Client, city: City, odd: str) -> None:
    log_in(client, city.person("admin"))
    assert client.get("/desk/duty/", {"area": odd.replace("\x00", "")}).status_code in {200, 404}
    assert (
        client.get("/desk/people/", {"q": odd.replace("\x00", ""), "after": odd.replace("\x00", "")}).status_code == 200
    )
    address = f"/desk/duty/{city.community.code}"
    turn = {"grid": odd, "person": odd, "rank": odd}
    assert client.post(f"{address}/turn/", turn).status_code == 422
    absence = {"person": odd, "since": odd, "until": odd, "deputy": odd}
    assert client.post(f"{address}/absence/", absence).status_code == 422
    person = {"username": odd, "name": odd, "phone": odd, "email": odd}
    assert client.post("/desk/people/add/", person).status_code == 422
    grant = {"role": odd, "place": odd, "reason": odd}
    assert client.post(f"/desk/people/{city.person('worker').pk}/grant/", grant).status_code == 422


def test_administrator_makes_an_account_with_a_role_and_closes_it(client: Client, city: City) -> None:
    log_in(client, city.person("admin"))
    answer = client.post("/desk/people/add/", {"username": "new-one", "name": "新人", "phone": "", "email": ""})
    user = User.objects.get(username="new-one")
    password = answer.context["password"]
    assert user.check_password(password)
    grant = {"role": "grid_worker", "place": city.community.code, "reason": "招录"}
    assert client.post(f"/desk/people/{user.pk}/grant/", grant).status_code == 302
    housing = {"role": "department_officer", "place": city.department("housing").code, "reason": "调任"}
    assert client.post(f"/desk/people/{user.pk}/grant/", housing).status_code == 302
    assert client.get(f"/desk/people/{user.pk}/").status_code == 200
    assert "new-one" in client.get("/desk/people/", {"q": "new"}).content.decode()
    held = Grant.objects.get(user=user, role=Role.GRID_WORKER)
    assert client.post(f"/desk/people/grants/{held.pk}/end/").status_code == 302
    assert client.post(f"/desk/people/{user.pk}/reset/").context["password"] != password
    assert client.post(f"/desk/people/{user.pk}/leave/").status_code == 302
    assert client.get(f"/desk/people/{user.pk}/").status_code == 200
    assert not User.objects.get(pk=user.pk).may_log_in
    assert client.get(f"/desk/people/{NOBODY}/").status_code == 404


def test_a_district_administrator_sees_only_their_own(client: Client, city: City) -> None:
    user, _password = actions.create_administrator(area=city.other_district, username="other-admin", name="王")
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    log_in(client, user)
    text = client.get("/desk/people/").content.decode()
    assert "demo-stranger" in text
    assert "demo-secretary" not in text
    worker = city.person("worker")
    assert client.get(f"/desk/people/{worker.pk}/").status_code == 404
    assert client.post(f"/desk/people/{worker.pk}/leave/").status_code == 404
    assert User.objects.get(pk=worker.pk).may_log_in


def test_admin_site_needs_an_administrator_with_second_factor(client: Client, city: City) -> None:
    assert client.get("/admin/").status_code == 302
    client.force_login(city.person("admin"))
    assert client.get("/admin/login/").headers["Location"].startswith("/accounts/second-factor/")
    assert client.get("/admin/people/grant/").status_code == 302
    log_in(client, city.person("secretary"))
    assert client.get("/admin/people/grant/").status_code == 302
    log_in(client, city.person("admin"))
    for model in (
        "people/grant",
        "people/rosterentry",
        "people/absence",
        "organisations/organisation",
        "notices/webhook",
    ):
        assert client.get(f"/admin/{model}/").status_code == 200, model
    assert client.get("/admin/people/grant/add/").status_code == 403


def test_statements_per_page(
    client: Client,
    city: City,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    log_in(client, city.person("subdistrict"))
    with django_assert_max_num_queries(13):
        client.get("/desk/duty/")
    log_in(client, city.person("admin"))
    with django_assert_max_num_queries(6):
        client.get("/desk/people/")
    log_in(client, city.person("resident"))
    with django_assert_max_num_queries(5):
        client.get("/me/")


def test_personas_switch_only_in_the_demonstration(client: Client, city: City, settings: Settings) -> None:
    assert client.get("/demo/").status_code == 200
    for persona in PERSONAS:
        answer = client.post(f"/demo/as/{persona.username}/")
        assert answer.headers["Location"] == persona.room, persona.username
    client.post("/demo/as/demo-secretary/")
    assert client.get("/desk/duty/").status_code == 200
    assert client.post("/demo/as/nobody/").status_code == 404
    settings.DEMO = False
    assert client.get("/desk/duty/").status_code == 302, "outside the demonstration the persona has no second factor"
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/as/demo-admin/").status_code == 404
    settings.DEMO = True
    actions.let_leave(viewer=city.viewer("admin"), user=city.person("worker"))
    assert client.post("/demo/as/demo-worker/").status_code == 404


def test_personas_are_made_once(city: City) -> None:
    from dongli.people.personas import ensure_personas

    counts = User.objects.count(), Grant.objects.count(), RosterEntry.objects.count()
    ensure_personas(home=city.grid, elsewhere=city.other_grid)
    assert (User.objects.count(), Grant.objects.count(), RosterEntry.objects.count()) == counts


def test_only_the_demonstrations_own_accounts_skip_the_second_factor(client: Client, city: City) -> None:
    user, _password = actions.create_administrator(area=city.city, username="real", name="真")
    client.force_login(user)
    session = client.session
    session["demo_persona"] = str(user.pk)
    session.save()
    assert client.get("/desk/people/").status_code == 302
