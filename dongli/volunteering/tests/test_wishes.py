"""Wishes: raised, shown, claimed, given back, ended; the contact kept apart."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.models import AccessRecord
from dongli.people.viewer import Viewer
from dongli.volunteering.actions import claiming, reporting, wishing
from dongli.volunteering.models import Audience, Claim, Wish, WishContact, WishState, WishStep
from dongli.volunteering.queries import wishes
from dongli.volunteering.tests.conftest import Ground


def test_a_wish_is_shown_to_the_members_of_the_compound_and_tells_whom_it_fits(ground: Ground) -> None:
    _viewer, row = ground.member()
    _other, _next_door = ground.member(1)
    reporting.report_in(
        viewer=_other, key=new_id(), compound=ground.city.compounds[1], said=ground.said(offers=["legal"]), keep=True
    )
    wish = ground.wish()
    assert wishes.to_claim(row).rows == [wish]
    told = Notification.objects.filter(kind="volunteering.wish").values_list("user", flat=True)
    assert list(told) == [row.person_id]


def test_a_wish_for_the_whole_community_is_shown_next_door_and_not_beyond(ground: Ground) -> None:
    wish, narrow = ground.wish(audience=Audience.COMMUNITY), ground.wish()
    city = ground.city
    viewer = Viewer.of(city.person("resident-2"))
    row = ground.report(viewer, compound=1)
    ground.confirm(row)
    row.refresh_from_db()
    assert wishes.to_claim(row).rows == [wish]
    with pytest.raises(NotFound):
        ground.claim(narrow, viewer)
    away = ground.report(Viewer.of(city.person("hotline")), compound=2)
    away.compound = city.compounds[2]
    assert wishes.to_claim(away).rows == []


def test_it_is_claimed_given_back_and_claimed_by_another(ground: Ground) -> None:
    viewer, _row = ground.member()
    wish = ground.wish()
    first = ground.claim(wish, viewer)
    assert ground.claim(wish, viewer) == first, "claimed again it is the same claim"
    wish.refresh_from_db()
    assert (wish.claimed, wish.state) == (1, WishState.TAKEN)
    other, _row = ground.member(1)
    with pytest.raises(Conflict) as refused:
        ground.claim(wish, other)
    assert refused.value.code == "all_taken"
    for _time in range(2):
        claiming.give_back(viewer=viewer, wish_id=wish.pk, key=new_id())
    ground.claim(wish, other)
    verbs = list(WishStep.objects.filter(wish=wish).values_list("verb", flat=True))
    assert verbs == ["raise", "claim", "give_back", "claim"]


def test_only_confirmed_members_claim(ground: Ground) -> None:
    wish = ground.wish()
    ground.report()
    with pytest.raises(NotFound):
        ground.claim(wish)


def test_what_is_over_is_not_claimed(ground: Ground) -> None:
    viewer, row = ground.member()
    wish = ground.wish()
    Wish.objects.filter(pk=wish.pk).update(since=today() - timedelta(days=3), until=today() - timedelta(days=1))
    assert wishes.to_claim(row).rows == []
    with pytest.raises(Conflict):
        ground.claim(wish, viewer)


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "请联系13812345678"}),
        ("details", {"details": "我叫王小明，住三楼"}),
        ("kind", {"kind": "no-such"}),
        ("helpers", {"helpers": 0}),
        ("minutes", {"minutes": 9999}),
        ("until", {"until": today() - timedelta(days=1)}),
        ("since", {"since": today() + timedelta(days=30)}),
        ("audience", {"audience": "everybody"}),
        ("contact_phone", {"for_resident": True}),
        ("contact_phone", {"contact_phone": "12"}),
    ],
)
def test_what_is_to_be_mended_is_named_and_no_personal_data_are_published(
    ground: Ground, field: str, wanted: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        ground.wish(**wanted)
    assert refused.value.field == field
    assert not Wish.objects.exists()


def test_a_captain_raises_wishes_for_their_building_only(ground: Ground) -> None:
    city = ground.city
    assert ground.wish("captain", place=city.building).compound == city.compound
    for place in (city.compound, city.buildings[1]):
        with pytest.raises(NotAllowed):
            ground.wish("captain", place=place)
    wish = ground.wish()
    assert wish not in wishes.desk_wishes(city.viewer("captain"), "open").rows
    with pytest.raises(NotFound):
        wishing.cancel_wish(viewer=city.viewer("captain"), wish_id=wish.pk, key=new_id())


@pytest.mark.parametrize("name", ["stranger", "stranger-worker", "worker", "subdistrict", "city", "resident", "admin"])
def test_others_raise_and_end_nothing(ground: Ground, name: str) -> None:
    viewer, wish = ground.city.viewer(name), ground.wish()
    with pytest.raises(NotAllowed):
        ground.wish(name)
    for act in (wishing.finish_wish, wishing.cancel_wish):
        with pytest.raises(NotFound):
            act(viewer=viewer, wish_id=wish.pk, key=new_id())
    assert wishes.desk_wishes(viewer, "open").rows == []
    with pytest.raises(NotFound):
        wishes.desk_wish(viewer, wish.pk)


def test_the_contact_is_sealed_shown_to_the_helper_alone_and_gone_with_the_wish(ground: Ground) -> None:
    wish = ground.wish(for_resident=True, contact_name="张伟", contact_phone="138 0000 0002", contact_address="3栋501")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name || phone || address FROM volunteering_wishcontact")
        assert "13800000002" not in cursor.fetchone()[0]
    viewer, _row = ground.member()
    for stranger in (viewer, ground.city.viewer("community"), ground.city.viewer("city")):
        with pytest.raises(NotFound):
            wishing.open_contact(viewer=stranger, wish_id=wish.pk)
    assert not AccessRecord.objects.exists()
    ground.claim(wish, viewer)
    opened = wishing.open_contact(viewer=viewer, wish_id=wish.pk)
    assert (opened.name, opened.phone, opened.address) == ("张伟", "13800000002", "3栋501")
    look = AccessRecord.objects.get()
    assert (look.viewer, look.person, look.subject_kind) == (viewer.known, ground.city.person("resident-2"), "wish")
    wishing.finish_wish(viewer=ground.city.viewer("community"), wish_id=wish.pk, key=new_id())
    assert not WishContact.objects.exists()
    with pytest.raises(NotFound):
        wishing.open_contact(viewer=viewer, wish_id=wish.pk)


def test_contacts_go_a_month_after_the_last_day(ground: Ground) -> None:
    wish = ground.wish(for_resident=True, contact_phone="13800000002")
    assert wishing.forget_contacts() == 0
    Wish.objects.filter(pk=wish.pk).update(since=today() - timedelta(days=60), until=today() - timedelta(days=31))
    assert wishing.forget_contacts() == 1


def test_taken_back_it_tells_who_had_claimed_it_and_ends_once(ground: Ground) -> None:
    viewer, _row = ground.member()
    wish = ground.wish()
    ground.claim(wish, viewer)
    key = new_id()
    for _time in range(2):
        wishing.cancel_wish(viewer=ground.city.viewer("community"), wish_id=wish.pk, key=key)
    assert Notification.objects.filter(user=viewer.known, kind="volunteering.cancelled").count() == 1
    with pytest.raises(Conflict):
        wishing.finish_wish(viewer=ground.city.viewer("secretary"), wish_id=wish.pk, key=new_id())


def test_never_more_helpers_than_wanted_says_the_database_too(ground: Ground) -> None:
    wish = ground.wish()
    with pytest.raises(DatabaseError), transaction.atomic():
        Wish.objects.filter(pk=wish.pk).update(claimed=2)
    with pytest.raises(DatabaseError), transaction.atomic():
        WishStep.objects.all().delete()
    assert not Claim.objects.exists()
