"""Acts on organisations: who may, what each kind needs, history as of a day, and pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from dongli.common.ids import new_id
from dongli.organisations.models import Ground, Membership, Organisation, OrganisationKind, UnitKind
from dongli.people.actions import organising, reorganising
from dongli.people.actions.organising import Basis, Founding
from dongli.people.models import ActKind, OrganisationAct
from dongli.people.queries import organisations as queries
from dongli.people.queries.organisation_history import organisation_as_of
from tests.cast import City, log_in, make_city

Kind = OrganisationKind
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def basis(on: date | None = None, **facts: Any) -> Basis:
    return Basis(facts.pop("key", None) or new_id(), on or today(), facts.pop("document", "株组发〔2026〕1号"), **facts)


def found(
    city: City, kind: Kind, area: Area, name: str = "一个组织", who: str = "organiser", **facts: Any
) -> Organisation:
    on = facts.pop("on", LONG_AGO)
    return organising.found(viewer=city.viewer(who), area=area, founding=Founding(kind, name, **facts), basis=basis(on))


def test_every_kind_can_be_founded_where_it_stands(city: City) -> None:
    committee = found(city, Kind.PARTY_COMMITTEE, city.district, "荷塘区委")
    general = found(city, Kind.GENERAL_BRANCH, city.community, "甲社区党总支", parent_id=committee.pk)
    branch = found(city, Kind.BRANCH, city.compound, "甲苑党支部", parent_id=general.pk)
    for unit in UnitKind:
        assert found(city, Kind.LINKED_UNIT, city.community, str(unit.label), unit_kind=unit).unit_kind == unit
    found(city, Kind.INDUSTRY_COMMITTEE, city.district, "物业行业党委", sector="物业")
    found(city, Kind.SUPPLY_CHAIN_COMMITTEE, city.district, "硬质合金产业链联合党委", sector="硬质合金")
    found(city, Kind.OWNERS_COMMITTEE, city.compound, "甲苑业委会", parent_id=branch.pk)
    found(city, Kind.PROPERTY_FIRM, city.district, "和顺物业")
    found(city, Kind.DEPARTMENT, city.district, "园林局", function="parks", line="urban_management")
    assert branch.parent == general
    assert (branch.pinyin[:6], branch.initials) == ("jiayua", "jydzb")
    act = OrganisationAct.objects.get(organisation=branch)
    assert (act.kind, act.on, act.document, act.other) == (ActKind.FOUNDED, LONG_AGO, "株组发〔2026〕1号", general)


WRONG: list[tuple[Kind, str, dict[str, str], str]] = [
    (Kind.OWNERS_COMMITTEE, "community", {}, "kind"),
    (Kind.PARTY_COMMITTEE, "compound", {}, "kind"),
    (Kind.SUPPLY_CHAIN_COMMITTEE, "community", {"sector": "x"}, "kind"),
    (Kind.INDUSTRY_COMMITTEE, "district", {}, "sector"),
    (Kind.LINKED_UNIT, "community", {}, "unit_kind"),
    (Kind.LINKED_UNIT, "community", {"unit_kind": "no such kind"}, "unit_kind"),
    (Kind.BRANCH, "compound", {"unit_kind": "park"}, "unit_kind"),
    (Kind.DEPARTMENT, "district", {"line": "party"}, "function"),
    (Kind.DEPARTMENT, "district", {"line": "no such line", "function": "x"}, "line"),
    (Kind.BRANCH, "compound", {"name": " "}, "name"),
    (Kind.BRANCH, "compound", {"document": ""}, "document"),
]


@pytest.mark.parametrize(("kind", "where", "facts", "field"), WRONG)
def test_what_a_kind_needs(city: City, kind: Kind, where: str, facts: dict[str, str], field: str) -> None:
    said: dict[str, Any] = {"name": "某", **{key: value for key, value in facts.items() if key != "document"}}
    founding = Founding(kind, **said)
    on = basis(document=facts.get("document", "1号"))
    with pytest.raises(Invalid) as refused:
        organising.found(viewer=city.viewer("organiser"), area=getattr(city, where), founding=founding, basis=on)
    assert refused.value.field == field
    assert not OrganisationAct.objects.exists()


def test_parents_enclose_and_are_of_a_higher_kind(city: City) -> None:
    branch = found(city, Kind.BRANCH, city.compound, "甲苑支部")
    other = found(city, Kind.PARTY_COMMITTEE, city.subdistrict, "月塘街道党工委")
    elsewhere = found(city, Kind.GENERAL_BRANCH, city.second_community, "乙社区党总支")
    for parent in (branch, elsewhere):
        with pytest.raises(Invalid, check=lambda refused: refused.field == "other"):
            found(city, Kind.BRANCH, city.compound, "又一支部", parent_id=parent.pk)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "other"):
        found(city, Kind.BRANCH, city.compound, "又一支部", parent_id=new_id())
    organising.move(viewer=city.viewer("organiser"), organisation_id=branch.pk, parent_id=other.pk, basis=basis())
    upper = found(city, Kind.PARTY_COMMITTEE, city.district, "区委")
    lower = found(city, Kind.PARTY_COMMITTEE, city.district, "区直机关工委", parent_id=upper.pk)
    with pytest.raises(Invalid, check=lambda refused: refused.code == "a_circle"):
        organising.move(viewer=city.viewer("organiser"), organisation_id=upper.pk, parent_id=lower.pk, basis=basis())


def test_one_owners_committee_in_a_compound(city: City) -> None:
    first = found(city, Kind.OWNERS_COMMITTEE, city.compound)
    with pytest.raises(Conflict):
        found(city, Kind.OWNERS_COMMITTEE, city.compound)
    reorganising.dissolve(viewer=city.viewer("organiser"), organisation_id=first.pk, basis=basis())
    assert found(city, Kind.OWNERS_COMMITTEE, city.compound).code != first.code


def test_strangers_and_those_without_the_role_change_nothing(city: City) -> None:
    branch = found(city, Kind.BRANCH, city.compound)
    committee = found(city, Kind.JOINT_COMMITTEE, city.community)
    elsewhere = found(city, Kind.BRANCH, city.other_community, who="admin")
    member = organising.join(
        viewer=city.viewer("organiser"), committee_id=committee.pk, member_id=elsewhere.pk, basis=basis()
    )
    for name in ("stranger", "subdistrict", "district", "viewer", "worker", "resident"):
        viewer = city.viewer(name)
        acts: list[Any] = [
            lambda viewer=viewer: organising.found(
                viewer=viewer, area=city.compound, founding=Founding(Kind.BRANCH, "x"), basis=basis()
            ),
            lambda viewer=viewer: organising.rename(viewer=viewer, organisation_id=branch.pk, name="x", basis=basis()),
            lambda viewer=viewer: organising.move(
                viewer=viewer, organisation_id=branch.pk, parent_id=None, basis=basis()
            ),
            lambda viewer=viewer: organising.put_on_ground(
                viewer=viewer, organisation_id=branch.pk, area=city.compounds[1], basis=basis()
            ),
            lambda viewer=viewer: organising.join(
                viewer=viewer, committee_id=committee.pk, member_id=branch.pk, basis=basis()
            ),
            lambda viewer=viewer: organising.leave(viewer=viewer, membership_id=member.pk, basis=basis()),
            lambda viewer=viewer: reorganising.merge(
                viewer=viewer, organisation_id=branch.pk, into_id=elsewhere.pk, basis=basis()
            ),
            lambda viewer=viewer: reorganising.dissolve(viewer=viewer, organisation_id=branch.pk, basis=basis()),
        ]
        for act in acts:
            with pytest.raises(NotAllowed):
                act()
    with pytest.raises(NotAllowed):
        found(city, Kind.BRANCH, city.other_community)
    with pytest.raises(NotAllowed):
        reorganising.merge(
            viewer=city.viewer("organiser"), organisation_id=branch.pk, into_id=elsewhere.pk, basis=basis()
        )


def test_the_same_form_twice_is_one_act(city: City) -> None:
    viewer, again = city.viewer("organiser"), basis()
    founding = Founding(Kind.BRANCH, "甲苑支部")
    one = organising.found(viewer=viewer, area=city.compound, founding=founding, basis=again)
    assert organising.found(viewer=viewer, area=city.compound, founding=founding, basis=again) == one
    renaming = basis()
    for _time in range(2):
        organising.rename(viewer=viewer, organisation_id=one.pk, name="甲苑第一支部", basis=renaming)
    assert OrganisationAct.objects.filter(organisation=one).count() == 2
    with pytest.raises(Conflict, check=lambda refused: refused.code == "key_in_use"):
        organising.move(viewer=viewer, organisation_id=one.pk, parent_id=None, basis=renaming)


def test_acts_are_append_only_and_in_order(city: City) -> None:
    one = found(city, Kind.BRANCH, city.compound, on=date(2026, 5, 1))
    for on, field in ((date(2026, 4, 30), "on"), (today() + timedelta(days=1), "on")):
        with pytest.raises(Invalid) as refused:
            organising.rename(viewer=city.viewer("organiser"), organisation_id=one.pk, name="新名", basis=basis(on))
        assert refused.value.field == field
    act = OrganisationAct.objects.get(organisation=one)
    for change in (lambda: act.save(), lambda: act.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_grounds_of_joint_branches_and_property_firms(city: City) -> None:
    viewer = city.viewer("organiser")
    branch = found(city, Kind.BRANCH, city.compound)
    firm = found(city, Kind.PROPERTY_FIRM, city.district, "和顺物业")
    rival = found(city, Kind.PROPERTY_FIRM, city.city, "安居物业", who="admin")
    second = city.compounds[1]

    def put(one: Organisation, area: Area, on: date = LONG_AGO) -> Ground:
        return organising.put_on_ground(viewer=viewer, organisation_id=one.pk, area=area, basis=basis(on))

    put(branch, second)
    contract = put(firm, second)
    with pytest.raises(Conflict):
        put(rival, second, today())
    with pytest.raises(Conflict):
        put(branch, second, today())
    for area in (city.community, city.compound):
        with pytest.raises(Invalid, check=lambda refused: refused.field == "area"):
            put(branch, area)
    with pytest.raises(NotAllowed):
        put(firm, city.compounds[4])
    end = basis(today())
    for _time in range(2):
        organising.take_off_ground(viewer=viewer, ground_id=contract.pk, basis=end)
    put(rival, second, today())
    kinds = OrganisationAct.objects.filter(organisation=firm).values_list("kind", flat=True)
    assert list(kinds) == [ActKind.FOUNDED, ActKind.GROUND_TAKEN, ActKind.GROUND_LEFT]


def test_committees_have_members(city: City) -> None:
    viewer = city.viewer("organiser")
    committee = found(city, Kind.SUPPLY_CHAIN_COMMITTEE, city.district, "产业链联合党委", sector="硬质合金")
    member = found(city, Kind.LINKED_UNIT, city.community, "某厂", unit_kind="state_owned")

    def join(into: Organisation, one: Organisation) -> Membership:
        return organising.join(viewer=viewer, committee_id=into.pk, member_id=one.pk, basis=basis(LONG_AGO))

    row = join(committee, member)
    for into, one in ((committee, member), (member, committee), (committee, committee)):
        with pytest.raises(Refusal):
            join(into, one)
    with pytest.raises(NotFound):
        organising.leave(viewer=viewer, membership_id=new_id(), basis=basis())
    organising.leave(viewer=viewer, membership_id=row.pk, basis=basis())
    with pytest.raises(Conflict):
        organising.leave(viewer=viewer, membership_id=row.pk, basis=basis())
    assert Membership.objects.get(pk=row.pk).until == today()


NAMES = ("甲", "乙", "丙")
STEPS = st.lists(
    st.tuples(st.sampled_from(["rename", "move", "up"]), st.integers(0, 40), st.integers(0, 2)), max_size=8
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_as_of_a_day_is_a_replay_of_the_acts(city: City, steps: list[tuple[str, int, int]]) -> None:
    """Random acts on random days; on every day the answer is what a hand-kept ledger says, and what a replay says."""
    with transaction.atomic():
        point = transaction.savepoint()
        parents = [found(city, Kind.GENERAL_BRANCH, city.community, f"总支{number}") for number in range(2)]
        one = found(city, Kind.BRANCH, city.compound, "甲", parent_id=parents[0].pk)
        ledger: list[tuple[date, str, Any]] = [(LONG_AGO, "甲", parents[0].pk)]
        day = LONG_AGO
        for verb, gap, number in steps:
            day, name, parent = day + timedelta(days=gap), ledger[-1][1], ledger[-1][2]
            wanted = [None, parents[0].pk, parents[1].pk][number] if verb != "rename" else parent
            if verb == "rename":
                name = NAMES[number]
            if (name, wanted) == ledger[-1][1:]:
                continue
            viewer, now_on = city.viewer("organiser"), basis(day)
            if verb == "rename":
                organising.rename(viewer=viewer, organisation_id=one.pk, name=name, basis=now_on)
            else:
                organising.move(viewer=viewer, organisation_id=one.pk, parent_id=wanted, basis=now_on)
            ledger.append((day, name, wanted))
        one.refresh_from_db()
        acts = list(OrganisationAct.objects.filter(organisation=one).order_by("number"))
        for on in {entry[0] + timedelta(days=shift) for entry in ledger for shift in (-1, 0, 1)}:
            then = organisation_as_of(one, on)
            held = [entry for entry in ledger if entry[0] <= on] or ledger[:1]
            assert (then.name, then.parent.pk if then.parent else None) == held[-1][1:]
            assert then.stood == (on >= LONG_AGO)
            replayed = [acts[0], *(act for act in acts[1:] if act.on <= on)]
            name = [act.new_name for act in replayed if act.new_name][-1]
            parent = [act.other_id for act in replayed if act.kind in (ActKind.FOUNDED, ActKind.MOVED)][-1]
            assert (then.name, then.parent.pk if then.parent else None) == (name, parent)
        transaction.savepoint_rollback(point)


def test_as_of_before_acts_were_kept(city: City) -> None:
    department = city.department("housing")
    old = department.name
    organising.rename(viewer=city.viewer("organiser"), organisation_id=department.pk, name="住建局", basis=basis())
    department.refresh_from_db()
    yesterday = organisation_as_of(department, today() - timedelta(days=1))
    assert (yesterday.name, organisation_as_of(department, today()).name) == (old, "住建局")


# Pages.


def enter(client: Client, city: City, name: str) -> None:
    log_in(client, city.person(name))


def test_the_tree_and_the_search(
    city: City, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found(city, Kind.BRANCH, city.compound, "甲苑第一党支部")
    found(city, Kind.LINKED_UNIT, city.community, "市第一中学", unit_kind="public_institution")
    enter(client, city, "stranger")
    client.get("/desk/organisations/")
    with django_assert_max_num_queries(10):
        page = client.get(f"/desk/organisations/?area={city.community.code}").text
    assert "市第一中学" in page
    assert city.compound.name in page
    with django_assert_max_num_queries(8):
        fragment = client.get(f"/desk/organisations/below/{city.compound.code}/").text
    assert "甲苑第一党支部" in fragment
    assert "<html" not in fragment
    for words in ("第一", "jiayuandiyi", "jydy", "JYDY"):
        with django_assert_max_num_queries(10):
            text = client.get(f"/desk/organisations/?area={city.city.code}&q={words}").text
        assert "甲苑第一党支部" in text
    assert "甲苑第一党支部" not in client.get(f"/desk/organisations/?area={city.other_district.code}&q=第一").text
    assert client.get("/desk/organisations/?area=999").status_code == 404
    assert client.get("/desk/organisations/?q=%25&after=x&kind=zzz").status_code == 200


def test_search_pages_by_key(city: City) -> None:
    for number in range(7):
        found(city, Kind.BRANCH, city.compound, f"同名支部{number // 3}")
    seen, after = [], ""
    while True:
        page = queries.search("同名", after=after, size=2)
        seen += [row.pk for row in page.rows]
        if not page.next:
            break
        after = page.next
    assert len(seen) == len(set(seen)) == 7
    assert not queries.search("同名", area=city.other_district).rows


def test_one_organisation_and_its_masked_names(
    city: City, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    department = city.department("housing")
    name = city.person("housing").name
    organising.rename(viewer=city.viewer("organiser"), organisation_id=department.pk, name="住建局", basis=basis())
    path = f"/desk/organisations/{department.pk}/"
    enter(client, city, "stranger")
    with django_assert_max_num_queries(18):
        page = client.get(path)
    assert "住建局" in page.text
    assert name not in page.text
    assert f"{name[0]}*" in page.text
    assert "rename/" not in page.text
    assert "2020-02-02" in client.get(f"{path}?on=2020-02-02").text
    assert client.get(f"{path}?on=no+day").status_code == 200
    enter(client, city, "organiser")
    assert name in client.get(path).text
    assert "rename/" in client.get(path).text
    assert client.get(f"/desk/organisations/{new_id()}/").status_code == 404


def test_acts_by_form(city: City, client: Client) -> None:
    enter(client, city, "organiser")
    path = f"/desk/organisations/found/?area={city.compound.code}"
    assert "kind=branch" in client.get(path).text
    form = {"idempotency_key": str(new_id()), "on": "2026-01-05", "document": "荷组发〔2026〕3号", "name": "甲苑支部"}
    refused = client.post(f"{path}&kind=branch", form | {"document": ""})
    assert refused.status_code == 422
    assert "甲苑支部" in refused.text
    looked = client.post(f"{path}&kind=branch", form | {"do": "find", "q": "没有的"})
    assert looked.status_code == 200
    assert "甲苑支部" in looked.text
    answer = client.post(f"{path}&kind=branch", form)
    one = Organisation.objects.get(name="甲苑支部")
    assert answer.headers["Location"] == f"/desk/organisations/{one.pk}/"
    client.post(f"{path}&kind=branch", form)
    assert Organisation.objects.filter(name="甲苑支部").count() == 1
    act = {"idempotency_key": str(new_id()), "on": "2026-02-05", "document": "4号"}
    assert client.post(f"/desk/organisations/{one.pk}/rename/", act | {"name": "甲苑第一支部"}).status_code == 302
    early = act | {"idempotency_key": str(new_id()), "on": "2025-02-05", "name": "x"}
    assert client.post(f"/desk/organisations/{one.pk}/rename/", early).status_code == 422
    ground = act | {"idempotency_key": str(new_id()), "other": city.compounds[1].code}
    assert client.post(f"/desk/organisations/{one.pk}/grounds/add/", ground).status_code == 302
    assert client.post(f"/desk/organisations/{one.pk}/grounds/add/", ground | {"other": "999"}).status_code in (
        404,
        422,
    )
    row = Ground.objects.get(organisation=one)
    end = {"idempotency_key": str(new_id()), "on": "2026-03-05", "document": "5号"}
    assert client.post(f"/desk/organisations/grounds/{row.pk}/end/", end).status_code == 302
    chosen = client.get("/desk/organisations/choose/?seeks=organisation&kinds=branch&q=jydy").text
    assert str(one.pk) in chosen


GET_ONLY = ("", "mine/", "choose/?q=a", "below/{code}/")
ACTS = ("rename/", "move/", "merge/", "split/", "dissolve/", "grounds/add/", "members/add/")


def test_doors(city: City, client: Client) -> None:
    one = found(city, Kind.BRANCH, city.compound)
    for path in GET_ONLY[:1] + GET_ONLY[2:] + (f"{one.pk}/", f"found/?area={city.compound.code}"):
        assert client.get(f"/desk/organisations/{path.format(code=city.city.code)}").status_code == 302
    enter(client, city, "resident")
    assert client.get("/desk/organisations/").status_code == 403
    assert client.get("/desk/organisations/mine/").status_code == 200
    enter(client, city, "stranger")
    for path in ACTS:
        assert client.get(f"/desk/organisations/{one.pk}/{path}").status_code == 403
        assert client.post(f"/desk/organisations/{one.pk}/{path}", {"on": "2026-01-01"}).status_code == 403
    assert client.get(f"/desk/organisations/found/?area={city.compound.code}").status_code == 403
    assert OrganisationAct.objects.filter(organisation=one).count() == 1


def test_my_organisation(city: City, client: Client) -> None:
    enter(client, city, "housing")
    assert client.get("/desk/organisations/mine/").headers["Location"].endswith(f"{city.department('housing').pk}/")
    enter(client, city, "worker")
    assert client.get("/desk/organisations/mine/").status_code == 200
