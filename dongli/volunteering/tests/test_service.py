"""Service: logged, confirmed, corrected, declined, looked at once more; and what a unit may know of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.personal import chapters, erase
from dongli.people.viewer import Viewer
from dongli.volunteering.actions import reporting, serving
from dongli.volunteering.models import ReportIn, Service, ServiceState, ServiceStep, WishState
from dongli.volunteering.queries import figures, service, units
from dongli.volunteering.tests.conftest import Ground


def dispute(ground: Ground, record: Service, viewer: Viewer | None = None) -> Service:
    return serving.ask_correction(
        viewer=viewer or ground.resident, service_id=record.pk, key=new_id(), words="少算了半小时"
    )


def decline(ground: Ground, record: Service, name: str = "secretary") -> Service:
    viewer = ground.city.viewer(name)
    return serving.decline_service(viewer=viewer, service_id=record.pk, key=new_id(), reason="当天没有活动")


def test_service_counts_once_the_compound_has_confirmed_it(ground: Ground) -> None:
    viewer, _row = ground.member()
    record = ground.log(viewer)
    assert (record.state, service.hours(viewer)) == (ServiceState.DRAFT, 0)
    done = ground.accept(record)
    assert (done.state, done.confirmed_minutes, service.hours(viewer)) == (ServiceState.CONFIRMED, 90, 1.5)
    assert Notification.objects.filter(user=viewer.known, kind="volunteering.service").exists()
    with pytest.raises(Conflict):
        ground.accept(record)
    assert list(ServiceStep.objects.values_list("verb", flat=True)) == ["log", "confirm"]


def test_other_minutes_need_a_reason_and_the_member_asks_once(ground: Ground) -> None:
    viewer, _row = ground.member()
    record = ground.log(viewer)
    with pytest.raises(Invalid) as refused:
        ground.accept(record, 60)
    assert refused.value.field == "reason"
    assert ground.accept(record, 60, "一小时").confirmed_minutes == 60
    assert dispute(ground, record).state == ServiceState.DISPUTED
    assert service.hours(viewer) == 0, "what is disputed is not confirmed"
    assert ground.accept(record, 90, "").confirmed_minutes == 90
    with pytest.raises(Conflict) as again:
        dispute(ground, record)
    assert again.value.code == "asked_once"
    minutes = list(ServiceStep.objects.filter(verb="confirm").values_list("data__minutes", flat=True))
    assert minutes == [60, 90], "what was said first stays said"


def test_declined_service_is_looked_at_once_more(ground: Ground) -> None:
    ground.member()
    record = decline(ground, ground.log())
    assert record.state == ServiceState.DECLINED
    dispute(ground, record)
    assert decline(ground, record).state == ServiceState.DECLINED


@pytest.mark.parametrize(
    ("field", "done"),
    [
        ("on", {"on": today() + timedelta(days=1)}),
        ("on", {"on": today() - timedelta(days=400)}),
        ("minutes", {"minutes": 0}),
        ("minutes", {"minutes": 1441}),
        ("words", {"words": "\x00"}),
        ("kind", {"kind": ""}),
        ("wish", {"wish": new_id()}),
    ],
)
def test_what_is_to_be_mended_is_named(ground: Ground, field: str, done: dict[str, Any]) -> None:
    ground.member()
    with pytest.raises(Invalid) as refused:
        ground.log(**done)
    assert refused.value.field == field


def test_a_wish_is_logged_by_who_claimed_it_once_a_day_and_fulfilled_with_the_last_place(ground: Ground) -> None:
    one, _row = ground.member()
    two, _row = ground.member(1)
    wish = ground.wish(helpers=2)
    ground.claim(wish, one)
    ground.accept(ground.log(one, wish=wish.pk))
    wish.refresh_from_db()
    assert wish.state == WishState.OPEN, "a place is still free"
    ground.claim(wish, two)
    with pytest.raises(Invalid):
        ground.log(one, wish=wish.pk)
    ground.accept(ground.log(two, wish=wish.pk))
    wish.refresh_from_db()
    assert wish.state == WishState.DONE


def test_sent_twice_is_one_record(ground: Ground) -> None:
    ground.member()
    key, done = new_id(), serving.Done(on=today(), minutes=30, words="清扫楼道", kind="greening")
    first = serving.log_service(viewer=ground.resident, key=key, done=done)
    assert serving.log_service(viewer=ground.resident, key=key, done=done) == first
    for _time in range(2):
        serving.confirm_service(
            viewer=ground.city.viewer("secretary"), service_id=first.pk, key=first.report_in_id, minutes=30
        )
    assert ServiceStep.objects.filter(verb="confirm").count() == 1


@pytest.mark.parametrize("name", ["stranger", "stranger-worker", "worker", "captain", "city", "admin", "resident-2"])
def test_others_neither_see_nor_decide(ground: Ground, name: str) -> None:
    ground.member()
    record, viewer = ground.log(), ground.city.viewer(name)
    with pytest.raises(NotFound):
        ground.accept(record, name=name)
    with pytest.raises(NotFound):
        decline(ground, record, name)
    with pytest.raises(NotFound):
        service.desk_service(viewer, record.pk)
    with pytest.raises(NotFound):
        service.my_service(viewer, record.pk)
    with pytest.raises(NotFound):
        dispute(ground, record, viewer)
    with pytest.raises(NotFound):
        ground.log(viewer)


def test_nobody_confirms_their_own(ground: Ground) -> None:
    secretary = ground.city.viewer("secretary")
    ground.confirm(ground.report(secretary), "community")
    record = ground.log(secretary)
    with pytest.raises(NotAllowed):
        ground.accept(record)
    assert ground.accept(record, name="community").state == ServiceState.CONFIRMED


def test_the_database_keeps_minutes_within_a_day_and_steps_as_they_were(ground: Ground) -> None:
    ground.member()
    record = ground.log()
    for change in ({"minutes": 0}, {"state": "confirmed"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Service.objects.filter(pk=record.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ServiceStep.objects.update(verb="confirm")


# The unit


def test_a_unit_is_told_numbers_from_three_people_on_and_only_of_who_agreed(ground: Ground) -> None:
    for number in (1, 2):
        viewer, _row = ground.member(number)
        ground.accept(ground.log(viewer))
    ground.member(3, tell_unit=False)
    assert units.unit_figures(ground.unit).members is None
    viewer, _row = ground.member(4)
    wish = ground.wish(helpers=5)
    ground.claim(wish, viewer)
    told = units.unit_figures(ground.unit)
    assert told.members == 3
    assert (told.quarters[0].claimed, told.quarters[0].hours) == (None, None), "one claimed, two served"
    ground.accept(ground.log(viewer))
    assert units.unit_figures(ground.unit).quarters[0].hours == 4.5
    assert len(units.unit_figures(ground.unit).quarters) == 4


def test_what_a_unit_reads_touches_neither_people_nor_places(ground: Ground) -> None:
    ground.member()
    with CaptureQueriesContext(
        connection,
    ) as caught:
        units.unit_figures(ground.unit)
    assert len(caught) == 2
    said = " ".join(query["sql"].lower() for query in caught)
    for table in ("people_user", "areas_area", "compound", "servicetext", "reportintext", "wishcontact", "words"):
        assert table not in said, table


def test_a_unit_sees_itself_and_no_other(ground: Ground) -> None:
    assert units.my_units(Viewer.of(ground.officer)) == [ground.unit]
    assert units.my_units(ground.city.viewer("housing")) == [ground.city.department("housing")]
    for name in ("city", "admin", "community", "resident"):
        assert units.my_units(ground.city.viewer(name)) == []


def test_consent_taken_back_takes_the_member_out_of_all_counts_of_the_unit(ground: Ground) -> None:
    viewers = [ground.member(number)[0] for number in (1, 2, 3)]
    for viewer in viewers:
        ground.accept(ground.log(viewer))
    assert units.unit_figures(ground.unit).quarters[0].hours == 4.5
    reporting.withdraw_consent(viewer=viewers[0])
    told = units.unit_figures(ground.unit)
    assert (told.members, told.quarters[0].hours) == (None, None)


# Figures, copy, deletion


def test_figures_of_compounds_hide_small_numbers_from_who_does_not_keep_them(ground: Ground) -> None:
    ground.member()
    ground.accept(ground.log())
    ground.wish()
    own = figures.by_compound(ground.city.viewer("community")).rows[0]
    assert (own.members, own.wishes, own.hours, own.served) == (1, 1, 1.5, 1)
    above = figures.by_compound(ground.city.viewer("city"))
    assert len(above.rows) == 6
    assert (above.rows[0].members, above.rows[0].hours, above.rows[0].served) == (None, None, 0)
    assert [one.compound for one in figures.by_compound(ground.city.viewer("stranger")).rows] == (
        ground.city.compounds[4:]
    )
    assert figures.by_compound(ground.city.viewer("resident")).rows == []


def test_a_copy_holds_what_is_kept_and_a_deletion_lets_go_of_it(ground: Ground) -> None:
    viewer, _row = ground.member()
    ground.claim(ground.wish(), viewer)
    ground.accept(ground.log(viewer))
    told = next(one for one in chapters(viewer.known) if one.name == "members")
    assert [one["what"] for one in told.data] == [
        "party_membership", "report_in", "consent", "consent", "claim", "service",
    ]  # fmt: skip
    assert len(told.lines) == 6
    erase(viewer.known)
    told = next(one for one in chapters(viewer.known) if one.name == "members")
    assert told.data == []
    assert not ReportIn.objects.filter(person=viewer.known).exists()
