"""Granting and ending roles, the last administrator, leavers; and races on them with real transactions."""

from datetime import timedelta

import pytest

from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.people import actions
from dongli.people.handover import _handlers, on_leaving
from dongli.people.models import AccessRecord, Grant, Role, RosterEntry, User
from dongli.people.viewer import Viewer
from tests.cast import City, make_city
from tests.racing import race


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def grant_second_worker(city: City, viewer: Viewer) -> Grant:
    return actions.grant_role(
        viewer=viewer, user=city.person("worker"), role=Role.GRID_WORKER, area=city.second_community
    )


def test_administrator_grants_and_repeats_safely(city: City) -> None:
    first = grant_second_worker(city, city.viewer("admin"))
    assert grant_second_worker(city, city.viewer("admin")) == first
    assert first.granted_by == city.person("admin")
    assert Viewer.of(city.person("worker")).covers([Role.GRID_WORKER], city.second_community)


@pytest.mark.parametrize(
    "name", ["resident", "worker", "secretary", "leader", "district", "city", "viewer", "stranger"]
)
def test_nobody_else_grants_or_ends(city: City, name: str) -> None:
    with pytest.raises(NotAllowed):
        grant_second_worker(city, city.viewer(name))
    grant = Grant.objects.get(user=city.person("worker"))
    with pytest.raises(NotAllowed):
        actions.end_grant(viewer=city.viewer(name), grant_id=grant.pk)
    with pytest.raises(NotAllowed):
        actions.let_leave(viewer=city.viewer(name), user=city.person("captain"))
    with pytest.raises(NotAllowed):
        actions.create_staff(viewer=city.viewer(name), username="newcomer", name="新人")


def test_an_administrator_of_one_district_stays_within_it(city: City) -> None:
    user, _password = actions.create_administrator(area=city.other_district, username="other-admin", name="王")
    with pytest.raises(NotAllowed):
        grant_second_worker(city, Viewer.of(user))
    with pytest.raises(NotAllowed):
        actions.let_leave(viewer=Viewer.of(user), user=city.person("worker"))
    with pytest.raises(NotAllowed):
        actions.reset_access(viewer=Viewer.of(user), user=city.person("admin"))


def test_role_and_place_must_fit(city: City) -> None:
    admin, worker = city.viewer("admin"), city.person("worker")
    with pytest.raises(Invalid):
        actions.grant_role(viewer=admin, user=worker, role=Role.GRID_WORKER, area=city.district)
    with pytest.raises(Invalid):
        actions.grant_role(viewer=admin, user=worker, role=Role.DEPARTMENT_OFFICER, area=city.district)
    with pytest.raises(Invalid):
        actions.grant_role(viewer=admin, user=worker, role=Role.GRID_WORKER, organisation=city.department("housing"))
    with pytest.raises(Invalid):
        actions.grant_role(
            viewer=admin,
            user=worker,
            role=Role.GRID_WORKER,
            area=city.second_community,
            until=now() - timedelta(days=1),
        )
    with pytest.raises(Conflict):
        actions.grant_role(viewer=admin, user=_resident(), role=Role.GRID_WORKER, area=city.second_community)


def _resident() -> User:
    return actions.log_in_by_phone(phone="13911112222")


def test_ending_a_role_ends_its_turns_and_is_repeatable(city: City) -> None:
    grant = Grant.objects.get(user=city.person("worker"))
    ended = actions.end_grant(viewer=city.viewer("admin"), grant_id=grant.pk)
    assert ended.until is not None
    assert ended.ended_by == city.person("admin")
    assert actions.end_grant(viewer=city.viewer("admin"), grant_id=grant.pk).until == ended.until
    turn = RosterEntry.objects.get(user=city.person("worker"))
    assert turn.until is not None
    assert not Viewer.of(city.person("worker")).held
    with pytest.raises(NotFound):
        actions.end_grant(viewer=city.viewer("admin"), grant_id=new_id())


def test_the_last_administrator_stays(city: City) -> None:
    grant = Grant.objects.get(user=city.person("admin"))
    with pytest.raises(Conflict) as refusal:
        actions.end_grant(viewer=city.viewer("admin"), grant_id=grant.pk)
    assert refusal.value.code == "last_administrator"
    second, _password = actions.create_administrator(area=city.city, username="second", name="李")
    assert actions.end_grant(viewer=Viewer.of(second), grant_id=grant.pk).until is not None
    with pytest.raises(NotAllowed):
        actions.let_leave(viewer=city.viewer("admin"), user=second)


def test_let_leave_shuts_out_and_hands_over(city: City) -> None:
    heard: list[User] = []
    on_leaving(heard.append)
    try:
        left = actions.let_leave(viewer=city.viewer("admin"), user=city.person("worker"))
        actions.let_leave(viewer=city.viewer("admin"), user=city.person("worker"))
    finally:
        _handlers.remove(heard.append)
    assert heard == [left]
    assert not left.may_log_in
    assert not Viewer.of(left).held
    assert not Grant.objects.filter(user=left, until=None).exists()
    assert not RosterEntry.objects.filter(user=left, until=None).exists()
    with pytest.raises(Conflict):
        actions.let_leave(viewer=city.viewer("admin"), user=city.person("admin"))


def test_open_record_writes_who_saw_what(city: City) -> None:
    subject = new_id()
    value = actions.open_record(
        viewer=city.viewer("worker"),
        kind="case",
        subject=subject,
        field="phone",
        value="13800000001",
        person=city.person("resident"),
    )
    assert value == "13800000001"
    record = AccessRecord.objects.get()
    assert (record.viewer, record.subject_id, record.field) == (city.person("worker"), subject, "phone")
    with pytest.raises(NotAllowed):
        actions.open_record(viewer=city.viewer("resident"), kind="case", subject=subject, field="phone", value="1")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_access_records_are_append_only(city: City, change: str) -> None:
    from django.db import transaction
    from django.db.utils import DatabaseError

    record = AccessRecord.objects.create(
        viewer=city.person("worker"), subject_kind="case", subject_id=new_id(), field="phone"
    )
    rows = AccessRecord.objects.filter(pk=record.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(reason="x") if change == "update" else rows.delete()


@pytest.mark.parametrize(
    ("username", "name", "phone", "email"),
    [
        ("", "王", "", ""),
        ("A B", "王", "", ""),
        ("ab", "王", "", ""),
        ("x" * 41, "王", "", ""),
        ("good-name", "", "", ""),
        ("good-name", "王" * 61, "", ""),
        ("good-name", "王", "12345", ""),
        ("good-name", "王", "", "not-an-address"),
        ("<script>", "王", "", ""),
        ("good-name", "\x00", "", ""),
    ],
)
def test_create_staff_refuses_bad_input(city: City, username: str, name: str, phone: str, email: str) -> None:
    with pytest.raises(Invalid):
        actions.create_staff(viewer=city.viewer("admin"), username=username, name=name, phone=phone, email=email)


def test_create_staff_and_reset(city: City) -> None:
    user, password = actions.create_staff(viewer=city.viewer("admin"), username="New.Comer", name="𠮷田😀")
    assert user.username == "new.comer"
    assert user.check_password(password)
    assert user.must_change_password
    with pytest.raises(Conflict):
        actions.create_staff(viewer=city.viewer("admin"), username="new.comer", name="李")
    again = actions.reset_access(viewer=city.viewer("admin"), user=user)
    user.refresh_from_db()
    assert user.check_password(again)
    assert not user.check_password(password)


@pytest.mark.django_db(transaction=True)
def test_race_granting_twice_gives_one_grant() -> None:
    city = make_city()
    admin = city.viewer("admin")
    results = race(*[lambda: grant_second_worker(city, admin)] * 4)
    assert {type(one) for one in results} == {Grant}, results
    assert Grant.objects.filter(user=city.person("worker"), area=city.second_community).count() == 1


@pytest.mark.django_db(transaction=True)
def test_race_two_administrators_end_each_other() -> None:
    city = make_city()
    second, _password = actions.create_administrator(area=city.city, username="second", name="李")
    first = Grant.objects.get(user=city.person("admin"))
    other = Grant.objects.get(user=second)
    admin, rival = city.viewer("admin"), Viewer.of(second)
    results = race(
        lambda: actions.end_grant(viewer=admin, grant_id=other.pk),
        lambda: actions.end_grant(viewer=rival, grant_id=first.pk),
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Grant"], results
    assert Grant.objects.filter(role=Role.ADMINISTRATOR, until=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_race_first_log_ins_of_one_phone_make_one_account() -> None:
    results = race(*[lambda: actions.log_in_by_phone(phone="13911112222")] * 4)
    assert len({getattr(one, "pk", one) for one in results}) == 1, results
    assert User.objects.count() == 1
