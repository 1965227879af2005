"""The roster of posts, person pages, appointing and ending by page: who may open them, what they say, statements."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dongli.areas.models import Area, Level
from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people import actions
from dongli.people.models import AccessRecord, PartyMembership, Post, RosterEntry, Tenure, User
from dongli.people.tests.test_posts import appoint, colleague
from tests.cast import City, log_in, make_city

DAY = timedelta(days=1)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def window(city: City, name: str) -> Client:
    client = Client()
    if name:
        log_in(client, city.person(name))
    return client


def fields(**more: str) -> dict[str, str]:
    plain = {"name": "张三", "phone": "13912345678", "since": today().isoformat(), "until": "", "manner": "appointed"}
    plain |= {
        "source": "veteran",
        "unit": "",
        "document": "任〔1〕号",
        "reason": "换届",
        "idempotency_key": str(new_id()),
    }
    return plain | more


def address(city: City, post: str = "compound_secretary", area: Area | None = None) -> str:
    return f"/desk/posts/appoint/?area={(area or city.compound).code}&post={post}"


def test_strangers_and_residents_see_nothing(city: City) -> None:
    tenure = appoint(city)
    own = appoint(city, Post.GRID_WORKER, area=city.community, who=city.person("worker").pk)
    opened = {
        f"/desk/posts/?area={city.compound.code}": {"organiser", "secretary", "viewer"},
        f"/desk/posts/export.csv?area={city.compound.code}": {"organiser", "secretary", "viewer"},
        address(city): {"organiser"},
        f"/desk/posts/{tenure.pk}/end/": {"organiser"},
        f"/desk/posts/{tenure.pk}/hand-over/": {"organiser"},
        f"/desk/persons/?area={city.compound.code}": {"organiser", "secretary", "viewer"},
        f"/desk/persons/{tenure.person_id}/": {"organiser", "secretary", "viewer"},
        f"/desk/persons/{own.person_id}/": {"organiser", "secretary", "viewer", "worker"},
    }
    names = ("organiser", "secretary", "viewer", "worker", "urban", "stranger", "stranger-worker", "resident")
    windows = {name: window(city, name) for name in names}
    for path, allowed in opened.items():
        for name, client in windows.items():
            status = client.get(path).status_code
            assert (status == 200) == (name in allowed), (path, name, status)
            assert status in {200, 403, 404}, (path, name, status)
        assert Client().get(path).status_code == 302
    for name in ("stranger", "stranger-worker", "resident", "urban"):
        for path in ("number/", "membership/", "account/"):
            posted = windows[name].post(f"/desk/persons/{tenure.person_id}/{path}", {"username": "abc123"})
            assert posted.status_code in {403, 404}, (name, path)
        assert windows[name].post(address(city), fields()).status_code == 403
        assert windows[name].post(f"/desk/duty/{city.community.code}/desk-turn/", {}).status_code == 403
    assert Tenure.objects.count() == 2
    assert not AccessRecord.objects.exclude(subject_kind="posts").exists()


def test_the_roster_shows_gaps_and_who_serves_in_both(
    city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    person = appoint(city, who="张三").person
    appoint(city, Post.OWNERS_DIRECTOR, who=person.pk)
    appoint(city, Post.CAPTAIN, area=city.building, who="李四")
    client = window(city, "organiser")
    with django_assert_max_num_queries(22):
        page = client.get(f"/desk/posts/?area={city.district.code}")
    rows = {row.compound.code: row for row, _cells in page.context["rows"]}
    assert list(rows) == sorted(one.code for one in city.compounds[:4])
    row = rows[city.compound.code]
    assert (row.secretary.person, row.director.person, row.manager) == (person, person, None)
    assert (row.captains, row.buildings, row.without_captain) == (1, 2, 1)
    assert row.crossing == [person]
    assert city.person("worker") in row.workers
    for only, expected in (("any", 4), ("compound_secretary", 3), ("captain", 4), ("", 4)):
        rows_shown = client.get(f"/desk/posts/?area={city.district.code}&only={only}").context["rows"]
        assert len(rows_shown) == expected, only
    for odd in ("only=x", "on=x", "after=%01", "only=any&after=zzz"):
        assert client.get(f"/desk/posts/?area={city.district.code}&{odd}").status_code == 200
    yesterday = client.get(f"/desk/posts/?area={city.district.code}&on={today() - DAY}").context["rows"]
    assert all(not row.held for row, _cells in yesterday)
    for area in (city.city, city.subdistrict, city.community, city.compound, city.building):
        assert client.get(f"/desk/posts/?area={area.code}").status_code == (403 if area == city.city else 200)


def test_the_roster_costs_the_same_for_many(city: City, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    community = city.community
    compounds = [
        Area(
            code=f"{community.code}C{number:03}",
            level=Level.COMPOUND,
            name=f"小区{number}",
            parent=community,
            path=f"{community.path}{community.code}C{number:03}/",
            longitude=community.longitude,
            latitude=community.latitude,
        )
        for number in range(100, 190)
    ]
    Area.objects.bulk_create(compounds)
    person = appoint(city, area=compounds[0]).person
    Tenure.objects.bulk_create(
        Tenure(post=Post.COMPOUND_SECRETARY, area=one, person=person, since=today()) for one in compounds[1:]
    )
    client = window(city, "organiser")
    with django_assert_max_num_queries(22):
        first = client.get(f"/desk/posts/?area={city.district.code}")
    assert len(first.context["rows"]) == 50
    second = client.get(f"/desk/posts/?area={city.district.code}&after={first.context['next']}")
    shown = [row.compound.code for page in (first, second) for row, _cells in page.context["rows"]]
    assert len(shown) == len(set(shown)) == 94


def test_the_export_says_what_the_page_says_without_numbers(city: City) -> None:
    appoint(city, who="=张三")
    client = window(city, "organiser")
    answer = client.get(f"/desk/posts/export.csv?area={city.community.code}&only=")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streamed answer
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == [one.code for one in city.compounds[:2]]
    assert rows[1][3] == "'=张三"
    assert rows[1][7:9] == ["2", "0"]
    assert AccessRecord.objects.get().subject_kind == "posts"


def test_somebody_is_found_or_named_and_appointed(city: City) -> None:
    client = window(city, "organiser")
    assert len(client.get(f"/desk/posts/appoint/?area={city.compound.code}").context["offered"]) == 7
    searched = client.get(f"{address(city)}&q={city.person('worker').name}")
    assert [one.pk for one in searched.context["found"]] == [city.person("worker").pk]
    sent = fields()
    for _repeated in range(2):
        answer = client.post(address(city), sent)
        assert answer.status_code == 302
    tenure = Tenure.objects.get()
    assert answer["Location"] == f"/desk/persons/{tenure.person_id}/"
    refused = client.post(address(city), fields(name="李四", phone=""))
    assert refused.status_code == 422
    assert "张三" in refused.content.decode()
    assert 'value="李四"' in refused.content.decode()
    chosen = f"{address(city, 'property_manager')}&person={city.person('worker').pk}"
    assert client.post(chosen, fields()).status_code == 302
    assert Tenure.objects.get(post="property_manager").person == city.person("worker")
    assert client.get(f"{address(city)}&person={city.person('resident').pk}").status_code == 404


def test_the_sending_unit_is_found_by_name(city: City) -> None:
    client = window(city, "organiser")
    sent = {"manner": "seconded", "until": (today() + 90 * DAY).isoformat(), "unit": "住房和城乡"}
    several = client.post(address(city, "first_secretary"), fields(**sent))
    assert several.status_code == 422
    units = several.context["form"].units
    assert len(units) == 3
    assert units[0] == city.department("housing")  # of the own district, first
    sent["seconded_from"] = str(units[0].pk)
    assert client.post(address(city, "first_secretary"), fields(**sent)).status_code == 302
    assert Tenure.objects.get().seconded_from == units[0]
    for unit in ("没有这个单位", "住房和城乡"):
        refused = client.post(
            address(city, "first_secretary", city.compounds[1]), fields(**sent | {"unit": unit, "seconded_from": ""})
        )
        assert refused.status_code == 422


def test_an_appointment_is_ended_with_a_reason(city: City) -> None:
    tenure = appoint(city)
    client = window(city, "organiser")
    assert client.post(f"/desk/posts/{tenure.pk}/end/", {"on": today().isoformat(), "why": ""}).status_code == 422
    early = client.post(f"/desk/posts/{tenure.pk}/end/", {"on": (today() - DAY).isoformat(), "why": "错"})
    assert early.status_code == 422
    done = client.post(f"/desk/posts/{tenure.pk}/end/", {"on": (today() + DAY).isoformat(), "why": "调离"})
    assert done["Location"] == f"/desk/persons/{tenure.person_id}/"
    assert client.get(f"/desk/posts/{new_id()}/end/").status_code == 404


def test_a_person_is_shown_masked_with_posts_and_membership_only_to_whose_work_needs_it(
    city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    branch = Organisation.objects.create(code="b1", name="甲苑支部", kind=OrganisationKind.BRANCH, area=city.compound)
    organiser, desk = window(city, "organiser"), window(city, "community")
    organiser.post(address(city), fields())
    person = User.objects.get(name="张三")
    appoint(city, Post.OWNERS_DIRECTOR, who=person.pk)
    page = f"/desk/persons/{person.pk}/"
    organiser.post(f"{page}membership/", {"member": "on", "branch": str(branch.pk)})
    assert PartyMembership.objects.get().organisation == branch
    with django_assert_max_num_queries(20):
        shown = organiser.get(page)
    text = shown.content.decode()
    assert len(shown.context["page"].cross_posts) == 1
    assert "139****5678" in text
    assert "13912345678" not in text
    assert "任〔1〕号" in text
    assert shown.context["page"].membership.organisation == branch
    unseen = desk.get(page)
    assert unseen.context["page"].membership is None
    assert not unseen.context["page"].knows_membership
    assert "13912345678" in desk.post(f"{page}number/").content.decode()
    assert AccessRecord.objects.get(subject_kind="person").viewer == city.person("community")
    assert organiser.post(f"{page}membership/", {"branch": "x"}).status_code == 422
    organiser.post(f"{page}membership/", {})
    assert not PartyMembership.objects.exists()
    assert organiser.post(f"{page}account/", {"username": "zhang3"}).status_code == 403


def test_persons_are_searched_in_the_own_area(
    city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    appoint(city, who="张三丰")
    client = window(city, "organiser")
    with django_assert_max_num_queries(12):
        everybody = client.get("/desk/persons/")
    names = [one.name for one in everybody.context["page"].rows]
    assert "张三丰" in names
    assert city.person("stranger").name not in names
    assert city.person("resident").name not in names

    def found(asked: str) -> list[str]:
        return [one.name for one in client.get(f"/desk/persons/?{asked}").context["page"].rows]

    assert found("q=三") == ["张三丰"]
    assert found("post=compound_secretary") == ["张三丰"]
    assert found("q=13800000001") == []  # a resident's number
    assert found(f"area={city.second_community.code}") == []
    assert "张三丰" in found(f"area={city.compound.code}")
    for odd in ("q=%01", "after=x", "post=x", f"after={new_id()}"):
        assert client.get(f"/desk/persons/?{odd}").status_code == 200


def test_an_administrator_lets_a_post_holder_log_in(city: City) -> None:
    person = appoint(city, Post.CAPTAIN, area=city.building).person
    client = window(city, "admin")
    assert client.get(f"/desk/persons/{person.pk}/").context["account_form"] is not None
    assert client.post(f"/desk/persons/{person.pk}/account/", {"username": "!"}).status_code == 422
    made = client.post(f"/desk/persons/{person.pk}/account/", {"username": "zhang3"})
    assert made.status_code == 200
    assert made.context["password"] in made.content.decode()


def test_the_desk_has_a_roster_of_its_own(city: City) -> None:
    client = window(city, "subdistrict")
    path = f"/desk/duty/?area={city.community.code}"
    text = client.get(path).content.decode()
    assert f"/desk/duty/{city.community.code}/desk-turn/" in text
    sent = {"desk-person": str(city.person("community").pk), "desk-rank": "1", "desk-since": "", "desk-until": ""}
    post = f"/desk/duty/{city.community.code}/desk-turn/"
    assert client.post(post, sent)["Location"] == path
    turn = RosterEntry.objects.get(area=city.community)
    assert turn.user == city.person("community")
    assert client.get(path).context["desk_turns"] == [turn]
    for odd in (
        {"desk-rank": "99"},
        {"desk-person": str(city.person("worker").pk)},
        {"desk-until": "2001-01-01T00:00"},
    ):
        assert client.post(post, sent | odd).status_code == 422
    client.post(f"/desk/duty/turns/{turn.pk}/end/", {"area": city.community.code})
    assert client.get(path).context["desk_turns"] == []


def test_absence_and_deputy_stand_on_the_page(city: City) -> None:
    worker = city.person("worker")
    actions.record_absence(
        viewer=city.viewer("community"), user=worker, since=now(), until=now() + DAY, deputy=city.person("worker-2")
    )
    text = window(city, "secretary").get(f"/desk/persons/{worker.pk}/").content.decode()
    assert city.person("worker-2").name in text
    assert colleague(city).name not in text
