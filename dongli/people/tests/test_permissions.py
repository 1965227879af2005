"""The explainer, the audit, the split of granting from auditing, roles that end: what they say, whom they let in."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation, OrganisationKind, UnitKind
from dongli.people import actions
from dongli.people.actions import reminding
from dongli.people.models import AccessRecord, Grant, Role, User
from dongli.people.queries import audit, permissions
from dongli.people.queries.audit import Sieve
from dongli.people.telling import Tidings, _tellers, on_tidings
from dongli.people.viewer import Viewer
from tests.cast import City, log_in, make_city
from tests.racing import race

PAGES = ("", "me/", "roles/", "roles/?role=community_desk", "changes/", "changes.csv", "looks/")
NAMES = ("admin", "auditor", "secretary", "worker", "resident", "organiser", "stranger")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def newcomer(city: City, username: str = "newcomer") -> User:
    return User.objects.create(username=username, name="新人")


def granted(city: City, user: User, role: Role, area: object = None, **more: object) -> Grant:
    return actions.grant_role(viewer=city.viewer("admin"), user=user, role=role, area=area or city.city, **more)  # type: ignore[arg-type]


def test_who_may_open_the_pages(city: City) -> None:
    for name in NAMES:
        client = Client()
        log_in(client, city.person(name))
        found = {page: client.get(f"/desk/permissions/{page}").status_code for page in PAGES}
        audits = 200 if name == "auditor" else 403
        others = 403 if name == "resident" else 200
        front = 200 if name in {"admin", "auditor"} else 403 if name == "resident" else 302
        assert found == {
            "": front, "me/": 200, "roles/": others, "roles/?role=community_desk": others,
            "changes/": audits, "changes.csv": audits, "looks/": audits,
        }, name  # fmt: skip
    assert Client().get("/desk/permissions/me/").status_code == 302


def test_who_may_see_a_person(city: City) -> None:
    worker = city.person("worker")
    address = f"/desk/permissions/people/{worker.pk}/"
    expected = {"admin": 200, "auditor": 200, "worker": 200, "secretary": 404, "stranger": 404, "resident": 403}
    for name, status in expected.items():
        client = Client()
        log_in(client, city.person(name))
        assert client.get(address).status_code == status, name


def test_the_explainer_names_people_and_reasons(client: Client, city: City) -> None:
    log_in(client, city.person("auditor"))
    asked = {"place": city.community.code, "what": "workflow.register"}
    text = client.get("/desk/permissions/", asked).content.decode()
    for name in ("community", "secretary", "subdistrict", "district", "city"):
        assert str(city.person(name).pk) in text, name
    for name in ("worker", "viewer", "stranger", "housing", "admin"):
        assert str(city.person(name).pk) not in text, name
    text = client.get("/desk/permissions/", {"unit": str(city.department("housing").pk)}).content.decode()
    assert str(city.person("housing").pk) in text
    assert str(city.person("urban").pk) not in text
    assert city.community.code in client.get("/desk/permissions/", {"q": city.community.name}).content.decode()
    assert str(city.person("worker").pk) in client.get("/desk/permissions/", {"person": "demo-wor"}).content.decode()
    mine = client.get(f"/desk/permissions/people/{city.person('worker').pk}/").content.decode()
    assert city.community.name in mine
    for odd in ({"place": "nowhere"}, {"unit": "x"}, {"what": "x", "after": "~~"}, {"q": "x" * 500}):
        assert client.get("/desk/permissions/", odd).status_code == 200


def test_a_district_sees_no_further_than_its_own(city: City) -> None:
    auditor = newcomer(city)
    granted(city, auditor, Role.AUDITOR, city.other_district)
    granted(city, city.person("worker"), Role.GRID_WORKER, city.other_community)
    viewer = Viewer.of(auditor)
    portrait = permissions.portrait(viewer, city.person("worker").pk)
    assert [one.grant.area for one in portrait.now] == [city.other_community]
    assert portrait.elsewhere == 1
    shown = {row.grant.user.username for row in permissions.who(viewer, permissions.Question()).rows}
    assert "demo-stranger" in shown
    assert "demo-community" not in shown
    client = Client()
    log_in(client, auditor)
    assert client.get("/desk/permissions/", {"place": city.community.code}).status_code == 404
    people = {change.event.user.username for change in audit.changes(viewer, Sieve()).rows}
    assert people == {"newcomer", "demo-worker", "demo-stranger", "demo-stranger-worker"}
    with pytest.raises(NotAllowed):
        audit.changes(viewer, Sieve(area=city.district))


def test_who_grants_does_not_audit(city: City) -> None:
    user = newcomer(city)
    soon, later = now() + timedelta(days=10), now() + timedelta(days=20)
    granted(city, user, Role.AUDITOR, city.district, until=soon)
    for area in (city.city, city.district, city.subdistrict, city.community):
        with pytest.raises(Conflict) as refusal:
            granted(city, user, Role.ADMINISTRATOR, area)
        assert refusal.value.code == "grants_and_audits"
    granted(city, user, Role.ADMINISTRATOR, city.other_district)
    granted(city, user, Role.ADMINISTRATOR, city.community, since=soon, until=later)
    with pytest.raises(Conflict):
        granted(city, city.person("admin"), Role.AUDITOR, city.district)
    assert permissions.clashes() == []
    Grant.objects.create(user=city.person("admin"), role=Role.AUDITOR, area=city.district)
    assert [one.user for one in permissions.clashes()] == [city.person("admin")]


@pytest.mark.django_db(transaction=True)
def test_race_granting_and_auditing_leaves_one() -> None:
    city = make_city()
    user = newcomer(city)
    results = race(
        lambda: granted(city, user, Role.ADMINISTRATOR, city.district),
        lambda: granted(city, user, Role.AUDITOR, city.city),
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Grant"], results


def test_auditors_grant_nothing(city: City) -> None:
    viewer = city.viewer("auditor")
    with pytest.raises(NotAllowed):
        actions.grant_role(viewer=viewer, user=city.person("worker"), role=Role.GRID_WORKER, area=city.second_community)
    with pytest.raises(NotAllowed):
        actions.end_grant(viewer=viewer, grant_id=Grant.objects.get(user=city.person("worker")).pk)
    client = Client()
    log_in(client, city.person("auditor"))
    assert client.get("/desk/people/").status_code == 403


def test_every_change_of_a_role_is_on_record(client: Client, city: City) -> None:
    user = newcomer(city)
    grant = granted(city, user, Role.COMMUNITY_DESK, city.community, reason="=社区人手不足")
    actions.end_grant(viewer=city.viewer("admin"), grant_id=grant.pk, at=now() + timedelta(days=3), reason="借调期满")
    actions.end_grant(viewer=city.viewer("admin"), grant_id=grant.pk, reason="提前返回")
    rows = audit.changes(city.viewer("auditor"), Sieve(person="newcomer")).rows
    assert [row.why for row in rows] == ["提前返回", "借调期满", "=社区人手不足"]
    assert {row.who for row in rows} == {city.person("admin")}
    assert audit.changes(city.viewer("auditor"), Sieve(role="auditor")).rows[0].event.user == city.person("auditor")
    assert audit.changes(city.viewer("auditor"), Sieve(last=today() - timedelta(days=30))).rows == []
    events = audit.Event.objects.filter(pgh_obj=grant)
    for change in (lambda: events.update(reason="x"), events.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    log_in(client, city.person("auditor"))
    text = client.get("/desk/permissions/changes/", {"person": "newcomer"}).content.decode()
    assert "借调期满" in text
    file = b"".join(client.get("/desk/permissions/changes.csv")).decode("utf-8-sig")
    assert "'=社区人手不足" in file
    assert file.count("newcomer") == 3
    first = audit.changes(city.viewer("auditor"), Sieve(), size=2)
    second = audit.changes(city.viewer("auditor"), Sieve(), after=first.next, size=2)
    ids = [row.event.pgh_id for row in [*first.rows, *second.rows]]
    assert ids == sorted(ids, reverse=True)
    for odd in ({"role": "x", "area": "x", "first": "x", "after": "x"}, {"after": "9" * 40, "person": "x" * 60}):
        assert client.get("/desk/permissions/changes/", odd).status_code == 200
        assert client.get("/desk/permissions/looks/", odd).status_code == 200


def test_looks_are_read_by_the_auditor_of_the_place_but_not_their_own(city: City) -> None:
    for name, area in (("worker", city.community), ("stranger", city.other_community), ("worker-2", None)):
        actions.open_record(
            viewer=city.viewer(name), kind="case", subject=new_id(), field="phone", value="1", area=area
        )
    auditor = newcomer(city)
    granted(city, auditor, Role.AUDITOR, city.district)
    AccessRecord.objects.create(
        viewer=auditor, subject_kind="case", subject_id=new_id(), field="phone", area=city.community
    )
    found = {row.viewer.username for row in audit.looks(Viewer.of(auditor), Sieve()).rows}
    assert found == {"demo-worker", "demo-worker-2"}
    everywhere = {row.viewer.username for row in audit.looks(city.viewer("auditor"), Sieve()).rows}
    assert everywhere == {"demo-worker", "demo-worker-2", "demo-stranger", "newcomer"}
    assert [row.viewer.username for row in audit.looks(city.viewer("auditor"), Sieve(person="stranger")).rows] == [
        "demo-stranger"
    ]


def test_looks_are_told_in_words(client: Client, city: City) -> None:
    for kind, field, called in (
        ("case", "contact", "20260102-ABCDEF"),
        ("table", "pay-facts", ""),
        ("career", "pay", ""),
    ):
        actions.open_record(
            viewer=city.viewer("worker"), kind=kind, subject=new_id(), field=field, value="", called=called,
            person=city.person("resident"), area=city.community, reason="case file",
        )  # fmt: skip
    log_in(client, city.person("auditor"))
    page = client.get("/desk/permissions/looks/").content.decode()
    log_in(client, city.person("resident"))
    own = client.get("/me/").content.decode()
    for words in ("姓名和手机号", "20260102-ABCDEF", "薪酬依据", "等级与薪酬", "打印案卷用"):
        assert words in page, words
        assert words in own, words
    assert not re.search(r">[^<]*\b(contact|pay|pay-facts|table|career|case file)\b[^<]*<", page + own)


def test_the_last_lasting_administrator_gets_no_end(city: City) -> None:
    grant = Grant.objects.get(user=city.person("admin"))
    later = now() + timedelta(days=100)
    second = newcomer(city)
    granted(city, second, Role.ADMINISTRATOR, until=now() + timedelta(days=900))
    granted(city, newcomer(city, "third"), Role.ADMINISTRATOR, since=now() + timedelta(days=50))
    with pytest.raises(Conflict) as refusal:
        actions.end_grant(viewer=Viewer.of(second), grant_id=grant.pk, at=later)
    assert refusal.value.code == "last_administrator"
    granted(city, newcomer(city, "fourth"), Role.ADMINISTRATOR)
    ended = actions.end_grant(viewer=Viewer.of(second), grant_id=grant.pk, at=later, reason="退休")
    assert (ended.until, ended.ended_by, ended.ended_why) == (later, second, "退休")
    with pytest.raises(Invalid):
        actions.end_grant(viewer=Viewer.of(second), grant_id=grant.pk, at=now() - timedelta(days=1))


def test_administrators_are_told_once_before_a_role_ends(client: Client, city: City) -> None:
    user, near = newcomer(city), newcomer(city, "near-admin")
    granted(city, near, Role.ADMINISTRATOR, city.district)
    moment = now()
    granted(city, user, Role.COMMUNITY_DESK, city.community, until=moment + timedelta(days=13))
    granted(city, user, Role.GRID_WORKER, city.community, until=moment + timedelta(days=15))
    held_on = granted(city, user, Role.SUBDISTRICT_DESK, city.subdistrict, until=moment + timedelta(days=5))
    granted(city, user, Role.SUBDISTRICT_DESK, city.subdistrict, since=held_on.until)
    told: list[Tidings] = []
    on_tidings(told.append)
    try:
        assert reminding.remind_of_ends(moment) == 1
        assert reminding.remind_of_ends(moment) == 0
        assert [(one.kind, one.users, one.params["count"]) for one in told] == [("people.grants_end", (near,), 1)]
        assert reminding.remind_of_ends(moment + timedelta(days=2)) == 1
    finally:
        _tellers.remove(told.append)
    log_in(client, near)
    page = client.get("/desk/people/ending/")
    assert page.content.decode().count(str(user.pk)) >= 2
    assert not Viewer.of(user).covers([Role.COMMUNITY_DESK], city.other_community)


def test_access_ends_with_the_role(city: City) -> None:
    import time_machine

    user = newcomer(city)
    until = now() + timedelta(hours=1)
    granted(city, user, Role.COMMUNITY_DESK, city.community, until=until)
    client = Client()
    log_in(client, user)
    assert client.get("/desk/queue/").status_code == 200
    with time_machine.travel(until + timedelta(seconds=1)):
        assert not Viewer.of(user).held


def test_a_role_is_granted_step_by_step(client: Client, city: City) -> None:
    user = newcomer(city)
    log_in(client, city.person("admin"))
    address = f"/desk/people/{user.pk}/grant/"
    assert "role=community_desk" in client.get(address).content.decode()
    listed = client.get(address, {"role": "community_desk", "in": city.subdistrict.code}).content.decode()
    assert f"place={city.community.code}" in listed
    found = client.get(address, {"role": "community_desk", "q": city.second_community.name}).content.decode()
    assert f"place={city.second_community.code}" in found
    assert f"place={city.community.code}" not in found
    unit = Organisation.objects.create(
        code="U-1", name="株洲农商行", pinyin="zhuzhounongshanghang", initials="zznsh", area=city.district,
        kind=OrganisationKind.LINKED_UNIT, unit_kind=UnitKind.STATE_OWNED,
    )  # fmt: skip
    assert "place=U-1" in client.get(address, {"role": "unit_officer", "q": "zznsh"}).content.decode()
    assert "place=U-1" not in client.get(address, {"role": "department_officer", "q": "zznsh"}).content.decode()
    assert "<form" in client.get(address, {"role": "unit_officer", "place": "U-1"}).content.decode()
    last = today() + timedelta(days=30)
    form = {"role": "unit_officer", "place": "U-1", "since": "", "until": last.isoformat(), "reason": "单位推荐"}
    early = client.post(address, form | {"until": "2020-01-01"})
    assert early.status_code == 422
    assert "单位推荐" in early.content.decode()
    assert client.post(address, form | {"reason": ""}).status_code == 422
    assert client.post(address, form | {"place": city.community.code}).status_code == 422
    assert client.post(address, form).status_code == 302
    assert client.post(address, form).status_code == 302
    grant = Grant.objects.get(user=user)
    assert (grant.organisation, grant.granted_by, grant.reason) == (unit, city.person("admin"), "单位推荐")
    end = f"/desk/people/grants/{grant.pk}/end/"
    refused = client.post(end, {"last": "2020-01-01", "reason": "误授"})
    assert refused.status_code == 422
    assert "误授" in refused.content.decode()
    assert client.post(end, {"reason": "误授"}).status_code == 302
    assert Grant.objects.get(user=user).ended_why == "误授"
    for name, status in (("secretary", 403), ("auditor", 403), ("resident", 403)):
        log_in(client, city.person(name))
        assert client.get(address).status_code == status, name


def test_statements_per_page(client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(12):
        granted(city, newcomer(city, f"new-{number}"), Role.COMMUNITY_DESK, city.community)
    log_in(client, city.person("auditor"))
    asked = {"place": city.community.code, "what": "workflow.register"}
    client.get("/desk/permissions/", asked)
    for address, query, most in (
        ("/desk/permissions/", asked, 10),
        ("/desk/permissions/changes/", {}, 8),
        ("/desk/permissions/looks/", {}, 8),
        (f"/desk/permissions/people/{city.person('worker').pk}/", {}, 9),
        ("/desk/permissions/me/", {}, 7),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address, query).status_code == 200
    log_in(client, city.person("admin"))
    with django_assert_max_num_queries(8):
        client.get("/desk/people/ending/")
