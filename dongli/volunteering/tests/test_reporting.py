"""Reporting in: consent, one at a time, confirmed by the compound; moving, leaving, consent taken back."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.models import AccessRecord, PartyMembership, Post, Tenure, User
from dongli.people.viewer import Viewer
from dongli.volunteering.actions import confirming, reporting
from dongli.volunteering.models import (
    Consent,
    ConsentKind,
    EndedWhy,
    ReportIn,
    ReportInState,
    ReportInStep,
    WishState,
)
from dongli.volunteering.queries import members, units
from dongli.volunteering.tests.conftest import Ground

STRANGERS = ["stranger", "stranger-worker", "worker", "captain", "subdistrict", "city", "admin", "resident-2"]


def test_a_member_reports_in_and_the_compound_confirms(ground: Ground) -> None:
    row = ground.report()
    assert row.state == ReportInState.ASKED
    assert not PartyMembership.objects.exists(), "nothing is kept before it is confirmed"
    told = set(Notification.objects.filter(kind="volunteering.asked").values_list("user__username", flat=True))
    assert told == {"demo-secretary", "demo-community"}
    done = ground.confirm(row)
    assert done.state == ReportInState.CONFIRMED
    assert PartyMembership.objects.get().person == ground.city.person("resident")
    assert Notification.objects.filter(user=row.person, kind="volunteering.confirmed").exists()
    assert list(row.steps.values_list("verb", flat=True)) == ["ask", "confirm"]


def test_without_consent_nothing_is_kept_and_the_unit_is_told_only_with_its_own(ground: Ground) -> None:
    with pytest.raises(Invalid) as refused:
        reporting.report_in(
            viewer=ground.resident, key=new_id(), compound=ground.city.compound, said=ground.said(), keep=False
        )
    assert refused.value.field == "keep"
    assert not ReportIn.objects.exists()
    row = ground.report(tell_unit=False)
    assert row.told_unit is None
    assert list(Consent.objects.values_list("kind", "given")) == [(ConsentKind.KEEP, True)]
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.update(given=False)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("unit", {"unit": None}),
        ("unit", {"unit": new_id()}),
        ("unit_words", {"unit": None, "unit_words": "很" * 90}),
        ("offers", {"offers": []}),
        ("offers", {"offers": ["no-such"]}),
        ("times", {"times": ["midnight"]}),
    ],
)
def test_what_is_missing_is_named(ground: Ground, field: str, said: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        ground.report(**said)
    assert refused.value.field == field


def test_sent_twice_is_one_and_only_one_waits_or_holds_at_a_time(ground: Ground) -> None:
    key, area = new_id(), ground.city.compound
    for _time in range(2):
        reporting.report_in(viewer=ground.resident, key=key, compound=area, said=ground.said(), keep=True)
    row = ReportIn.objects.get()
    with pytest.raises(Conflict):
        ground.report()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportIn.objects.create(person=row.person, compound=ground.city.compounds[1])
    other = Viewer.of(ground.city.person("resident-2"))
    with pytest.raises(Conflict):
        reporting.report_in(viewer=other, key=key, compound=area, said=ground.said(), keep=True)


def test_moving_house_ends_the_old_one_and_gives_back_what_was_claimed(ground: Ground) -> None:
    viewer, old = ground.member()
    wish = ground.wish()
    ground.claim(wish, viewer)
    new = ground.report(compound=1)
    old.refresh_from_db()
    wish.refresh_from_db()
    assert (old.state, old.ended_why, new.state) == (ReportInState.ENDED, EndedWhy.MOVED, ReportInState.ASKED)
    assert (wish.claimed, wish.state) == (0, WishState.OPEN)


def test_leaving_ends_it_and_the_membership_goes_unless_a_tenure_needs_it(ground: Ground) -> None:
    viewer, row = ground.member(unit=None, unit_words="一家小厂")
    key = new_id()
    for _time in range(2):
        assert reporting.leave(viewer=viewer, key=key).pk == row.pk
    row.refresh_from_db()
    assert (row.state, row.ended_why, row.text.unit_words) == (ReportInState.ENDED, EndedWhy.LEFT, "")
    assert not PartyMembership.objects.exists()
    history = PartyMembership.pgh_event_model  # type: ignore[attr-defined]  # pghistory's
    assert not history.objects.exists(), "nor its history"
    with pytest.raises(NotFound):
        reporting.leave(viewer=viewer, key=new_id())
    Tenure.objects.create(
        person=viewer.known, post=Post.BRANCH_MEMBER, area=ground.city.compound, since=date(2026, 1, 1)
    )
    ground.confirm(ground.report())
    reporting.leave(viewer=viewer, key=new_id())
    assert PartyMembership.objects.count() == 1


def test_consent_taken_back_lets_go_of_the_person_and_empties_words(ground: Ground) -> None:
    viewer, row = ground.member(unit=None, unit_words="一家小厂")
    service = ground.accept(ground.log(viewer))
    assert reporting.withdraw_consent(viewer=viewer) == 1
    assert reporting.withdraw_consent(viewer=viewer) == 0
    row.refresh_from_db()
    assert (row.person, row.state, row.offers, row.text.unit_words) == (None, ReportInState.ENDED, [], "")
    service.text.refresh_from_db()
    assert service.text.words == ""
    assert not PartyMembership.objects.exists()
    assert list(Consent.objects.order_by("id").values_list("kind", "given"))[-1] == (ConsentKind.KEEP, False)
    assert members.members(ground.city.viewer("community"), "ended").rows[0].name == ""
    assert not Notification.objects.filter(user=viewer.known).exists()


def test_declined_with_a_reason_one_may_report_in_again(ground: Ground) -> None:
    row, secretary = ground.report(), ground.city.viewer("secretary")
    with pytest.raises(Invalid):
        confirming.decline(viewer=secretary, report_in_id=row.pk, key=new_id(), reason=" ")
    done = confirming.decline(viewer=secretary, report_in_id=row.pk, key=new_id(), reason="请到所住的小区报到")
    assert (done.state, done.text.reason) == (ReportInState.DECLINED, "请到所住的小区报到")
    with pytest.raises(Conflict):
        ground.confirm(row)
    assert ground.report().state == ReportInState.ASKED


@pytest.mark.parametrize("name", STRANGERS)
def test_others_neither_see_nor_decide(ground: Ground, name: str) -> None:
    row, viewer = ground.report(), ground.city.viewer(name)
    for act in (
        lambda: confirming.confirm(viewer=viewer, report_in_id=row.pk, key=new_id()),
        lambda: confirming.decline(viewer=viewer, report_in_id=row.pk, key=new_id(), reason="不"),
        lambda: confirming.open_contact(viewer=viewer, report_in_id=row.pk),
        lambda: members.member(viewer, row.pk),
    ):
        with pytest.raises((NotFound, NotAllowed)):
            act()
    assert members.members(viewer, "asked").rows == []


def test_the_secretary_of_the_compound_decides_for_the_compound_and_not_next_door(ground: Ground) -> None:
    worker, city = ground.city.person("worker"), ground.city
    Tenure.objects.create(person=worker, post=Post.COMPOUND_SECRETARY, area=city.compound, since=date(2026, 1, 1))
    row, next_door = ground.report(), ground.report(Viewer.of(city.person("resident-2")), compound=1)
    assert ground.confirm(row, "worker").decided_by == worker
    with pytest.raises(NotFound):
        ground.confirm(next_door, "worker")
    assert worker in members.keepers_of(city.compound)
    shut_out = city.viewer("worker").without_grants()
    with pytest.raises(NotFound):
        confirming.confirm(viewer=shut_out, report_in_id=row.pk, key=new_id())


def test_nobody_decides_on_their_own(ground: Ground) -> None:
    row = ground.report(ground.city.viewer("secretary"))
    with pytest.raises(NotAllowed):
        ground.confirm(row)
    assert ground.confirm(row, "community").state == ReportInState.CONFIRMED


def test_a_look_at_the_contact_is_recorded_and_read_by_the_member(ground: Ground) -> None:
    viewer, row = ground.member()
    name, phone = confirming.open_contact(viewer=ground.city.viewer("community"), report_in_id=row.pk)
    assert (name, phone) == ("刘芳", "13800000001")
    look = AccessRecord.objects.get()
    assert (look.person, look.subject_kind, look.field) == (viewer.known, "report_in", "phone")
    shown = members.members(ground.city.viewer("community"), "confirmed", offer="tutoring").rows
    assert [(one.name, one.phone) for one in shown] == [("刘*", "138****0001")]
    assert members.members(ground.city.viewer("community"), "confirmed", offer="legal").rows == []


def test_changing_ones_unit_asks_for_its_consent_anew(ground: Ground) -> None:
    viewer, row = ground.member()
    other = ground.city.department("housing")
    changed = reporting.change(viewer=viewer, key=new_id(), said=ground.said(unit=other.pk, tell_unit=True))
    assert changed.told_unit != row.told_unit
    assert changed.unit == other
    again = reporting.change(viewer=viewer, key=new_id(), said=ground.said(unit=other.pk, tell_unit=False))
    assert again.told_unit is None
    given = list(Consent.objects.filter(kind="tell_unit").order_by("id").values_list("given", flat=True))
    assert given == [True, True, False]


def test_units_are_found_by_name_pinyin_and_initials(ground: Ground) -> None:
    for text in ("第一小学", "hetang", "htqdyxx"):
        assert ground.unit in units.find_units(text), text
    assert units.find_units("") == []
    assert units.find_units("x" * 60) == []


def test_a_closed_account_ends_what_it_holds(ground: Ground) -> None:
    viewer, row = ground.member()
    from dongli.people.handover import hand_over

    hand_over(User.objects.get(pk=viewer.known.pk))
    row.refresh_from_db()
    assert (row.state, row.ended_why) == (ReportInState.ENDED, EndedWhy.CLOSED)


def test_steps_are_append_only(ground: Ground) -> None:
    ground.report()
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportInStep.objects.update(verb="confirm")
