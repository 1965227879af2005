"""Appointing, ending, as-of: against a replay of acts; who may; roles that come and go with a post; races."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dongli.areas.models import Area
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people import actions
from dongli.people.actions import posts
from dongli.people.actions.expiring import end_turns_of_expired, forget_memberships
from dongli.people.actions.persons import NewPerson, open_number, record_membership
from dongli.people.actions.posts import Appointment
from dongli.people.actions.staffing import give_account
from dongli.people.models import (
    AccessRecord,
    Grant,
    PartyMembership,
    Post,
    Role,
    RosterEntry,
    Tenure,
    TenureManner,
    TenureSource,
    User,
)
from dongli.people.queries.posts import posts_on
from dongli.people.viewer import Viewer
from tests.cast import City, make_city
from tests.racing import race

DAY = timedelta(days=1)
STRANGERS = ("resident", "stranger", "stranger-worker", "worker", "viewer", "auditor", "urban", "district")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def appoint(
    city: City,
    post: Post = Post.COMPOUND_SECRETARY,
    *,
    by: str = "organiser",
    who: str | UUID | NewPerson = "张三",
    area: Area | None = None,
    since: date | None = None,
    key: UUID | None = None,
    replaces: UUID | None = None,
    **more: Any,
) -> Tenure:
    wanted = Appointment(post=post, area=area or city.compound, since=since or today(), **more)
    person = NewPerson(who) if isinstance(who, str) else who
    return posts.appoint(
        viewer=city.viewer(by), key=key or new_id(), appointment=wanted, person=person, replaces=replaces
    )


def end(city: City, tenure: Tenure, on: date | None = None, *, by: str = "organiser") -> Tenure:
    return posts.end_tenure(viewer=city.viewer(by), tenure_id=tenure.pk, on=on or today(), why="调整")


def colleague(city: City, username: str = "colleague") -> User:
    return User.objects.create(username=username, name="王五", password="!")


def test_an_appointment_is_one_act_and_repeats_safely(city: City) -> None:
    key = new_id()
    first = appoint(
        city, key=key, who=NewPerson("张三", "139 1234 5678"), source=TenureSource.VETERAN, document="任〔1〕号"
    )
    again = appoint(city, key=key, who=NewPerson("张三", "139 1234 5678"))
    assert again == first
    assert Tenure.objects.count() == 1
    assert (first.made_by, first.source, first.document) == (city.person("organiser"), "veteran", "任〔1〕号")
    assert first.person.username is None
    assert first.grant is None
    with pytest.raises(Conflict):
        appoint(city, Post.PROPERTY_MANAGER, key=key)


@pytest.mark.parametrize("name", STRANGERS)
def test_nobody_else_appoints_or_ends(city: City, name: str) -> None:
    tenure = appoint(city)
    with pytest.raises(NotAllowed):
        appoint(city, Post.OWNERS_DIRECTOR, by=name)
    with pytest.raises(NotAllowed):
        end(city, tenure, by=name)


def test_the_community_appoints_what_is_its_own(city: City) -> None:
    appoint(city, Post.CAPTAIN, by="secretary", area=city.building)
    appoint(city, Post.BRANCH_MEMBER, by="secretary", who="李四")
    appoint(city, Post.COMMUNITY_STAFF, by="secretary", area=city.community, who="赵六")
    appoint(city, Post.OWNERS_MEMBER, by="community", who="钱七")
    for post, by in ((Post.COMPOUND_SECRETARY, "secretary"), (Post.CAPTAIN, "community"), (Post.ENVOY, "secretary")):
        area = city.building if post == Post.CAPTAIN else city.compound
        with pytest.raises(NotAllowed):
            appoint(city, post, by=by, area=area)
    with pytest.raises(NotAllowed):
        appoint(city, Post.CAPTAIN, by="secretary", area=city.buildings[4])  # of the neighbouring community


def test_a_single_post_names_its_holder_and_when_it_is_free(city: City) -> None:
    tenure = appoint(city, who="张三")
    with pytest.raises(Conflict, match="张三"):
        appoint(city, who="李四")
    end(city, tenure, today() + 30 * DAY)
    with pytest.raises(Conflict, match=(today() + 30 * DAY).isoformat()):
        appoint(city, who="李四")
    appoint(city, who="李四", since=today() + 30 * DAY)
    appoint(city, Post.OWNERS_MEMBER, who="甲")
    appoint(city, Post.OWNERS_MEMBER, who="乙")  # several hold this one


def test_what_does_not_fit_is_refused_by_field(city: City) -> None:
    unit = city.department("housing")
    refused: list[tuple[str, dict[str, Any]]] = [
        ("post", {"post": Post.CAPTAIN}),
        ("since", {"since": today() + timedelta(days=1000)}),
        ("until", {"until": today()}),
        ("seconded_from", {"manner": TenureManner.SECONDED}),
        ("seconded_from", {"seconded_from": unit}),
        ("until", {"manner": TenureManner.SECONDED, "seconded_from": unit}),
        ("organisation", {"organisation": unit}),
        ("name", {"who": " "}),
        ("phone", {"who": NewPerson("张三", "12")}),
        ("phone", {"who": NewPerson("张三", "13800000001")}),  # the number of 刘芳
    ]
    for field, fields in refused:
        with pytest.raises((Invalid, Conflict)) as refusal:
            appoint(city, **fields)
        assert refusal.value.field == field, fields
    with pytest.raises(NotFound):
        appoint(city, who=city.person("resident").pk)  # serves nowhere: not to be found by id
    with pytest.raises(Conflict):
        appoint(city, who=city.person("organiser").pk)
    assert not Tenure.objects.exists()


def test_a_known_number_leads_to_the_one_record(city: City) -> None:
    known = actions.log_in_by_phone(phone="13911112222")
    tenure = appoint(city, Post.CAPTAIN, area=city.building, who=NewPerson("孙八", "13911112222"))
    assert tenure.person.pk == known.pk
    assert tenure.person.name == "孙八"
    assert appoint(city, Post.OWNERS_MEMBER, who=NewPerson("孙八", "13911112222")).person.pk == known.pk
    with pytest.raises(NotAllowed):
        actions.erase_account(known)


def test_a_seconded_first_secretary_belongs_to_branch_and_unit(city: City) -> None:
    branch = Organisation.objects.create(code="b1", name="甲苑支部", kind=OrganisationKind.BRANCH, area=city.compound)
    tenure = appoint(
        city,
        Post.FIRST_SECRETARY,
        organisation=branch,
        manner=TenureManner.SECONDED,
        seconded_from=city.department("housing"),
        until=today() + 365 * DAY,
    )
    assert (tenure.organisation, tenure.seconded_from) == (branch, city.department("housing"))


def test_the_role_comes_with_the_post_and_goes_with_it(city: City) -> None:
    captain, admin = colleague(city), city.viewer("admin")
    actions.grant_role(viewer=admin, user=captain, role=Role.GRID_WORKER, area=city.second_community)
    tenure = appoint(city, Post.GRID_WORKER, area=city.community, who=captain.pk)
    assert tenure.grant is not None
    assert Viewer.of(captain).covers([Role.GRID_WORKER], city.community)
    turn = actions.put_on_roster(viewer=city.viewer("community"), user=captain, grid=city.unmanned_grid)
    kept = actions.put_on_roster(viewer=city.viewer("subdistrict"), user=captain, grid=city.grids[2])
    ended = end(city, tenure)
    assert ended.until == today()
    assert not Viewer.of(captain).covers([Role.GRID_WORKER], city.community)
    assert RosterEntry.objects.get(pk=turn.pk).until is not None
    assert RosterEntry.objects.get(pk=kept.pk).until is None
    assert end(city, tenure).ended_why == "调整"


def test_a_planned_end_ends_role_and_turns_by_itself(city: City) -> None:
    worker = city.person("worker")
    tenure = appoint(city, Post.GRID_WORKER, area=city.community, who=worker.pk)
    assert tenure.grant is not None
    assert Grant.objects.filter(user=worker).count() == 1  # what was held already is kept
    end(city, tenure, today() + 10 * DAY)
    grant, turn = Grant.objects.get(user=worker), RosterEntry.objects.get(user=worker)
    assert grant.until is not None
    assert grant.until > now()
    assert turn.until == grant.until
    with pytest.raises(Conflict):
        end(city, tenure, today() + 20 * DAY)
    assert end(city, tenure, today() + 5 * DAY).until == today() + 5 * DAY


def test_roles_that_end_by_date_end_their_turns(city: City) -> None:
    worker = city.person("worker")
    moment = now() - timedelta(minutes=3)
    Grant.objects.filter(user=worker).update(since=moment - DAY, until=moment)
    RosterEntry.objects.filter(user=worker).update(since=moment - DAY)
    assert end_turns_of_expired(now()) == 1
    assert RosterEntry.objects.get(user=worker).until == moment
    assert end_turns_of_expired(now()) == 0
    assert RosterEntry.objects.get(user=city.person("worker-2")).until is None


def test_leavers_hold_nothing_any_more(city: City) -> None:
    worker = city.person("worker")
    held = appoint(city, Post.GRID_WORKER, area=city.community, who=worker.pk, since=today() - 9 * DAY)
    planned = appoint(city, Post.CAPTAIN, area=city.building, who=worker.pk, since=today() + 9 * DAY)
    record_membership(viewer=city.viewer("organiser"), person_id=worker.pk, member=True)
    actions.let_leave(viewer=city.viewer("admin"), user=worker)
    for tenure, until in ((held, today()), (planned, planned.since)):
        tenure.refresh_from_db()
        assert tenure.until == until
        assert tenure.ended_by == city.person("admin")
    assert posts_on(city.city, today() + 10 * DAY) == []
    assert not PartyMembership.objects.exists()
    appoint(city, Post.CAPTAIN, area=city.building, since=today() + 9 * DAY)  # what never took effect is in no way
    with pytest.raises(Conflict):
        appoint(city, Post.OWNERS_MEMBER, who=worker.pk)


def test_a_successor_follows_in_one_step(city: City) -> None:
    old = appoint(city, who="张三", since=today() - 30 * DAY)
    new = appoint(city, who="李四", replaces=old.pk, since=today() + 3 * DAY)
    old.refresh_from_db()
    assert old.until == new.since
    assert "李四" in old.ended_why
    with pytest.raises(NotFound):
        appoint(city, Post.PROPERTY_MANAGER, replaces=old.pk)


def test_an_account_brings_the_roles_of_the_posts(city: City) -> None:
    person = appoint(city, Post.CAPTAIN, area=city.building).person
    with pytest.raises(NotAllowed):
        give_account(viewer=city.viewer("organiser"), person_id=person.pk, username="zhang3")
    user, password = give_account(viewer=city.viewer("admin"), person_id=person.pk, username="Zhang3")
    assert user.check_password(password)
    assert Viewer.of(user).covers([Role.CAPTAIN], city.building)
    assert Tenure.objects.get(person=person).grant is not None
    with pytest.raises(Conflict):
        give_account(viewer=city.viewer("admin"), person_id=person.pk, username="zhang33")


def test_numbers_and_membership_are_for_whose_work_needs_them(city: City) -> None:
    person = appoint(city, who=NewPerson("张三", "13912345678")).person
    assert open_number(viewer=city.viewer("community"), person_id=person.pk) == "13912345678"
    record = AccessRecord.objects.get()
    assert (record.person, record.viewer, record.subject_kind) == (person, city.person("community"), "person")
    with pytest.raises(NotAllowed):
        open_number(viewer=city.viewer("viewer"), person_id=person.pk)
    for name in ("stranger", "worker", "resident", "urban"):
        with pytest.raises(NotFound):
            open_number(viewer=city.viewer(name), person_id=person.pk)
    record_membership(viewer=city.viewer("secretary"), person_id=person.pk, member=True)
    for name in ("community", "viewer", "district"):
        with pytest.raises(NotAllowed):
            record_membership(viewer=city.viewer(name), person_id=person.pk, member=False)
    Tenure.objects.update(since=today() - 2 * DAY, until=today())
    assert forget_memberships() == 1
    assert not PartyMembership.objects.exists()


Act = tuple[int, int, int, int | None, int | None]
ACTS = st.lists(
    st.tuples(
        st.integers(0, 2),  # which person
        st.integers(0, 1),  # which post
        st.integers(-8, 8),  # since, in days from today
        st.one_of(st.none(), st.integers(1, 10)),  # for how many days
        st.one_of(st.none(), st.integers(-8, 12)),  # then ended on this day
    ),
    max_size=7,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_as_of_any_day_is_what_the_acts_say(city: City, acts: list[Act]) -> None:
    """Replay: an act is taken in full or refused in full; single posts never overlap; no gap is invented."""
    with transaction.atomic():
        people = [User.objects.create(name=f"人{number}") for number in range(3)]
        Tenure.objects.create(post=Post.ENVOY, area=city.subdistrict, person=people[0], since=today() - 99 * DAY)
        for one in people[1:]:
            Tenure.objects.create(post=Post.ENVOY, area=city.subdistrict, person=one, since=today() - 99 * DAY)
        held: list[tuple[str, int, date, date | None]] = []
        for who, which, since, length, ended in acts:
            _replay(city, people, held, (who, which, since, length, ended))
        for offset in range(-10, 21):
            day = today() + offset * DAY
            said = sorted((one.post, one.person.name) for one in posts_on(city.compound, day))
            assert said == sorted((post, f"人{who}") for post, who, first, last in held if _on(day, first, last))
            assert sum(post == Post.COMPOUND_SECRETARY for post, _who in said) <= 1
        transaction.set_rollback(True)


def _on(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day < last)


def _replay(city: City, people: list[User], held: list[tuple[str, int, date, date | None]], act: Act) -> None:
    who, which, since, length, ended = act
    post = (Post.COMPOUND_SECRETARY, Post.BRANCH_MEMBER)[which]
    first = today() + since * DAY
    last = first + length * DAY if length is not None else None
    rivals = [row for row in held if row[0] == post and (which == 0 or row[1] == who)]
    clash = any(max(first, a) < min(last or date.max, b or date.max) for _post, _who, a, b in rivals)
    try:
        tenure = appoint(city, post, who=people[who].pk, since=first, until=last)
    except Conflict:
        assert clash, act
        return
    assert not clash, act
    if ended is not None:
        on = today() + ended * DAY
        wrong = on < first or (last is not None and last < on)
        try:
            end(city, tenure, on)
        except (Invalid, Conflict):
            assert wrong, act
        else:
            assert not wrong, act
            last = on
    held.append((post, who, first, last))


@pytest.mark.django_db(transaction=True)
def test_two_appoint_at_once_and_one_is_told_who_holds_it() -> None:
    city = make_city()

    def one(name: str, by: str) -> Callable[[], Tenure]:
        viewer = city.viewer(by)
        wanted = Appointment(post=Post.COMPOUND_SECRETARY, area=city.compound, since=today())
        return lambda: posts.appoint(viewer=viewer, key=new_id(), appointment=wanted, person=NewPerson(name))

    found = race(one("张三", "organiser"), one("李四", "admin"))
    won = [result for result in found if isinstance(result, Tenure)]
    lost = [result for result in found if not isinstance(result, Tenure)]
    assert len(won) == 1, found
    assert isinstance(lost[0], Conflict)
    assert won[0].person.name in str(lost[0])
    assert User.objects.filter(name__in=["张三", "李四"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_number_twice_at_once_is_one_person() -> None:
    city = make_city()

    def one(area: Area) -> Callable[[], Tenure]:
        viewer = city.viewer("organiser")
        wanted = Appointment(post=Post.CAPTAIN, area=area, since=today())
        return lambda: posts.appoint(
            viewer=viewer, key=new_id(), appointment=wanted, person=NewPerson("周九", "13922223333")
        )

    found = race(one(city.buildings[0]), one(city.buildings[1]))
    assert all(isinstance(result, Tenure) for result in found), found
    assert User.objects.filter(name="周九").count() == 1
