"""Filing conditions, overrides by level, the resolver against brute force, the pages that explain and set them."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.errors import DeadlockDetected

from dongli.areas.models import Area
from dongli.cases import policy, rules
from dongli.cases.actions import dispatching, filing, ruling
from dongli.cases.actions.filing import Filing
from dongli.cases.actions.policy import keep_row, load_catalogue, load_policy
from dongli.cases.actions.ruling import OfTheClass, OfTheCondition, Wording
from dongli.cases.calendar import WorkCalendar
from dongli.cases.catalogue import shipped_catalogue, shipped_conditions
from dongli.cases.deadlines import LimitUnit, due_at
from dongli.cases.models import FilingCondition, Override, Phrase
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from tests.cast import City, log_in, make_city
from tests.racing import race

UNITS = [unit.value for unit in LimitUnit]
CALENDAR = WorkCalendar.build(())


def said(number: int, **fields: Any) -> SimpleNamespace:
    nothing = {"limit_amount": None, "limit_unit": "", "binding": False, "urgent": None, "contact_hours": None}
    nothing |= {"solver": "", "lead": "", "offered": None, "auto_register": None}
    return SimpleNamespace(number=number, **{**nothing, **fields})


BASE: rules.Rule[Any] = rules.Rule(5, "working_day", False, 8, "grid", "housing", True, False)
CLASS_WORDS = st.builds(
    lambda **fields: said(0, **fields),
    contact_hours=st.sampled_from([None, 2, 16]),
    solver=st.sampled_from(["", "grid", "department"]),
    lead=st.sampled_from(["", "health"]),
    offered=st.sampled_from([None, True, False]),
    auto_register=st.sampled_from([None, True, False]),
)
CONDITION_WORDS = st.builds(
    lambda limit, number, **fields: said(number, limit_amount=limit[0], limit_unit=limit[1], **fields),
    limit=st.one_of(st.just((None, "")), st.tuples(st.integers(1, 60), st.sampled_from(UNITS))),
    number=st.integers(1, 2),
    urgent=st.sampled_from([None, True, False]),
    binding=st.booleans(),
)
LEVELS = st.lists(st.lists(st.one_of(CLASS_WORDS, CONDITION_WORDS), max_size=2), max_size=4)


def brute(levels: list[list[Any]], name: str) -> Any:
    """The nearest level that says something of a field, read from the bottom up."""
    for level in reversed(levels):
        for one in reversed(level):
            if one.number in (0, 1) and getattr(one, name) not in (None, ""):
                return getattr(one, name)
    return getattr(BASE, name)


def brute_limit(levels: list[list[Any]]) -> tuple[int, str]:
    """Every limit a level says, in order; those longer than the last binding one that counted are passed over."""
    counted = [one for level in levels for one in level if one.number == 1 and one.limit_amount is not None]
    found, cap = (BASE.limit_amount, BASE.limit_unit), None
    for one in counted:
        if cap is None or rules.within(one.limit_amount, one.limit_unit, *cap):
            found = one.limit_amount, one.limit_unit
            cap = found if one.binding else cap
    return found


@given(levels=LEVELS)
@settings(max_examples=150, deadline=None)
def test_resolver_says_what_the_nearest_level_says(levels: list[list[Any]]) -> None:
    rule = rules.resolve(BASE, levels, 1)
    for name in rules.FIELDS[1:]:
        assert getattr(rule, name) == brute(levels, name)
    assert (rule.limit_amount, rule.limit_unit) == brute_limit(levels)
    source: Any = rule.sources.get("limit")
    assert (source is None) == ((rule.limit_amount, rule.limit_unit) == (5, "working_day") and source is None)


@given(
    amount=st.integers(1, 60),
    unit=st.sampled_from(UNITS),
    most=st.integers(1, 60),
    most_unit=st.sampled_from(UNITS),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001 (made aware below)
)
@settings(max_examples=150, deadline=None)
def test_what_is_within_a_limit_never_ends_later(
    amount: int, unit: str, most: int, most_unit: str, start: datetime
) -> None:
    if rules.within(amount, unit, most, most_unit):
        begun = start.replace(tzinfo=UTC)
        one = due_at(begun, amount, LimitUnit(unit), CALENDAR)
        assert one.at <= due_at(begun, most, LimitUnit(most_unit), CALENDAR).at


def set_limit(city: City, area: Area, amount: int, who: str, **fields: Any) -> Override:
    words = OfTheCondition(limit_amount=amount, limit_unit="working_day", binding=fields.pop("binding", False))
    return ruling.set_rule(
        viewer=city.viewer(who), area=area, key=new_id(), category="0101", words=words, number=1, **fields
    )


def test_the_promise_comes_from_the_nearest_level(stage: Stage) -> None:
    city = stage.city
    set_limit(city, city.district, 4, "district")
    row = set_limit(city, city.community, 3, "secretary")
    task = stage.lead(stage.dispatch(stage.register(stage.file())))
    assert (task.limit_amount, task.limit_unit) == (3, "working_day")
    assert task.rule_version == f"override:{row.id}"
    ruling.end_rule(viewer=city.viewer("secretary"), override_id=row.id)
    assert stage.lead(task.case).limit_amount == 3, "what was promised stays"
    assert stage.lead(stage.dispatch(stage.register(stage.file()))).limit_amount == 4


def test_the_condition_chosen_gives_the_limit(stage: Stage) -> None:
    case = stage.file()
    dispatching.register(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), category="0203", condition=3)
    case.refresh_from_db()
    assert case.urgent
    task = stage.lead(stage.dispatch(case))
    assert (task.limit_amount, task.limit_unit) == (2, "emergency_hour")
    assert case.condition is not None
    assert task.rule_version == f"condition:{case.condition.id}"
    with pytest.raises(Invalid, check=lambda refused: refused.field == "condition"):
        dispatching.classify(
            viewer=stage.viewer("community"), case_id=stage.file().id, key=new_id(), category="0203", condition=9
        )


def test_a_binding_limit_is_not_made_longer_below(stage: Stage) -> None:
    city = stage.city
    lower = set_limit(city, city.community, 9, "secretary")
    set_limit(city, city.district, 4, "district", binding=True)
    with pytest.raises(Invalid) as refused:
        set_limit(city, city.subdistrict, 5, "leader")
    assert refused.value.field == "limit_amount"
    category, condition = policy.category("0101", today()), policy.condition("0101", 1, today())
    rule = policy.rule_for(category, condition, city.community, today())
    assert rule is not None
    assert rule.limit_amount == 4
    assert rule.held_down == (lower,)
    set_limit(city, city.subdistrict, 2, "leader")


def test_who_may_set_and_what_is_refused(stage: Stage) -> None:
    city = stage.city
    for name in ("stranger", "community", "worker", "resident", "housing"):
        viewer = city.viewer(name) if f"demo-{name}" in city.people else city.viewer("resident")
        with pytest.raises(NotAllowed):
            ruling.set_rule(
                viewer=viewer, area=city.community, key=new_id(), category="0101", words=OfTheClass(offered=False)
            )
    with pytest.raises(NotAllowed):
        set_limit(city, city.district, 4, "leader")
    with pytest.raises(Invalid, check=lambda refused: refused.field == "since"):
        set_limit(city, city.community, 4, "secretary", since=today() - timedelta(days=1))
    row = set_limit(city, city.community, 4, "secretary")
    with pytest.raises(Conflict):
        set_limit(city, city.community, 5, "secretary")
    set_limit(city, city.community, 5, "secretary", seen=row.id)
    row.refresh_from_db()
    assert (row.until, row.ended_by) == (today(), city.person("secretary"))
    with pytest.raises(NotFound):
        ruling.end_rule(viewer=city.viewer("stranger"), override_id=row.id)


def test_a_class_not_on_offer_is_neither_shown_nor_taken(stage: Stage, client: Client) -> None:
    city = stage.city
    words = OfTheClass(offered=False)
    ruling.set_rule(viewer=city.viewer("secretary"), area=city.community, key=new_id(), category="0101", words=words)
    assert 'value="0101"' in client.get("/report/").text
    assert 'value="0101"' not in client.get(f"/report/?place={city.compound.code}").text
    with pytest.raises(Invalid) as refused:
        stage.file(category="0101")
    assert refused.value.field == "category"
    west, south = city.point_in(city.other_grid)
    assert stage.file(category="0101", where=Where(west, south)).category is not None


def test_rules_of_another_day(stage: Stage) -> None:
    city = stage.city
    tomorrow = today() + timedelta(days=1)
    set_limit(city, city.community, 3, "secretary", since=tomorrow)
    category, condition = policy.category("0101", today()), policy.condition("0101", 1, today())
    found = [policy.rule_for(category, condition, city.compound, on) for on in (today(), tomorrow)]
    assert [rule.limit_amount if rule else None for rule in found] == [1, 3]


def test_policy_costs_no_statement_once_read(stage: Stage) -> None:
    policy.limit("handling", today())
    category, condition = policy.category("0203", today()), policy.condition("0203", 2, today())
    with CaptureQueriesContext(connection) as seen:
        policy.rule_for(category, condition, stage.city.community, today())
        policy.offered(stage.city.community, today())
    assert not seen.captured_queries


def test_filing_with_a_class_takes_13_statements(stage: Stage) -> None:
    stage.file(category="0203")
    with CaptureQueriesContext(connection) as seen:
        filing.submit(
            viewer=stage.viewer("resident").nobody(),
            key=new_id(),
            filing=Filing(what="井盖不见了", where=Where(*stage.city.point_in(stage.city.grid)), category="0203"),
        )
    said = [one["sql"] for one in seen if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) <= 13, "\n".join(said)


def test_loading_again_changes_nothing(city: City) -> None:
    before = FilingCondition.objects.count(), Phrase.objects.count()
    load_policy()
    again = load_catalogue(rows=shipped_catalogue(), conditions=shipped_conditions(), since=date(2030, 1, 1))
    assert (again.added, again.changed) == (0, 0)
    assert (FilingCondition.objects.count(), Phrase.objects.count()) == before
    assert len({row.code for row in shipped_conditions()}) >= 12


def test_back_office_edits_are_seen_at_once(city: City) -> None:
    row = policy.condition("0101", 1, today())
    assert row is not None
    row = FilingCondition.objects.get(pk=row.pk)
    row.limit_amount = 7
    with pytest.raises(NotAllowed):
        keep_row(viewer=city.viewer("secretary"), row=row)
    keep_row(viewer=city.viewer("admin"), row=row)
    found = policy.condition("0101", 1, today())
    assert found is not None
    assert found.limit_amount == 7


def test_every_change_changes_the_stamp(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dongli.cases.kept.KEPT_SECONDS", -1.0)
    assert policy.condition("0101", 1, today()) is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_filingcondition SET limit_amount = 6 WHERE category = '0101' AND number = 1")
    found = policy.condition("0101", 1, today())
    assert found is not None
    assert found.limit_amount == 6


def test_phrases_of_the_level_and_the_class(stage: Stage) -> None:
    city = stage.city
    row = ruling.set_phrase(
        viewer=city.viewer("secretary"),
        area=city.community,
        key=new_id(),
        wording=Wording(use="refuse", title="请找物业", words="{place}请找物业，{number}", category="0101"),
    )
    category = policy.category("0101", today())
    assert policy.phrases("refuse", city.compound, category, today())[0] == row
    assert row not in policy.phrases("refuse", city.second_community, category, today())
    with pytest.raises(NotFound):
        ruling.end_phrase(viewer=city.viewer("stranger"), phrase_id=row.id)
    ruling.end_phrase(viewer=city.viewer("secretary"), phrase_id=row.id)
    assert row not in policy.phrases("refuse", city.compound, category, today())


def test_pages(stage: Stage, client: Client) -> None:
    city = stage.city
    row = set_limit(city, city.district, 4, "district", binding=True)
    log_in(client, city.person("secretary"))
    shown = client.get("/desk/rules/", {"place": city.community.code, "class": "0101", "condition": "1"}).text
    assert city.district.name in shown
    assert row.set_by.name in shown
    assert "0101" in client.get("/desk/rules/", {"place": city.community.code}).text
    assert client.get("/desk/rules/", {"q": "甲", "on": "x", "class": "9", "place": "x"}).status_code == 200
    mine = client.get("/desk/rules/level/")
    assert city.community.name in mine.text
    assert client.get("/desk/rules/level/", {"area": city.district.code}).status_code == 404
    address = f"/desk/rules/level/set/?area={city.community.code}&class=0101&condition=1"
    data = {"idempotency_key": str(new_id()), "limit_amount": "2", "limit_unit": "working_day"}
    assert client.get(address).status_code == 200
    assert client.post(address, {**data, "do": "preview"}).status_code == 200
    assert not Override.objects.filter(area=city.community).exists()
    assert client.post(address, {**data, "limit_amount": "9"}).status_code == 422
    assert client.post(address, data).status_code == 302
    assert client.post(address, {**data, "seen": ""}).status_code == 302, "the same form again is the same rule"
    own = Override.objects.get(area=city.community)
    assert client.post(f"/desk/rules/override/{own.id}/end/").status_code == 302
    assert client.post(f"/desk/rules/override/{row.id}/end/").status_code == 404
    phrase = {"idempotency_key": str(new_id()), "use": "answer", "title": "好", "words": "办好了"}
    assert client.post(f"/desk/rules/level/phrase/?area={city.community.code}", phrase).status_code == 302


@pytest.mark.parametrize(("who", "status"), [("", 302), ("resident", 403), ("worker", 403), ("community", 404)])
def test_strangers_set_nothing(stage: Stage, client: Client, who: str, status: int) -> None:
    if who:
        log_in(client, stage.city.person(who))
    row = set_limit(stage.city, stage.city.district, 4, "district")
    area = stage.city.district.code
    assert client.get(f"/desk/rules/level/?area={area}").status_code == status
    assert client.get(f"/desk/rules/level/set/?area={area}&class=0101").status_code == status
    assert client.post(f"/desk/rules/override/{row.id}/end/").status_code == status
    if who != "community":
        assert client.get("/desk/rules/").status_code == status


def test_statements_of_the_pages(stage: Stage, client: Client) -> None:
    city = stage.city
    log_in(client, city.person("district"))
    counts = []
    for code in ("0101", "0102", "0103", "0104"):
        words = OfTheClass(contact_hours=4)
        ruling.set_rule(viewer=city.viewer("district"), area=city.district, key=new_id(), category=code, words=words)
        pages = [f"/desk/rules/?place={city.community.code}", "/desk/rules/level/"]
        for address in pages:
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            counts.append(len(seen))
    assert counts[0] == counts[6]
    assert counts[1] == counts[7]
    assert max(counts) <= 14


def test_the_form_offers_the_conditions(stage: Stage, client: Client) -> None:
    case = stage.file(what="井盖坏了")
    log_in(client, stage.city.person("community"))
    assert client.get(f"/case/{case.id}/conditions/?category=0203").text.count('value="0203:') == 3
    address = f"/case/{case.id}/register/"
    data = {"idempotency_key": str(new_id()), "category": "0203", "room": "desk"}
    arranged = client.post(address, {**data, "do": "conditions"})
    assert arranged.status_code == 200
    assert arranged.text.count('value="0203:') == 3
    assert client.post(address, {**data, "condition": "0203:2"}).status_code == 302
    case.refresh_from_db()
    assert case.condition is not None
    assert case.condition.number == 2
    log_in(client, stage.city.person("stranger"))
    assert client.get(f"/case/{case.id}/conditions/?category=0203").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_overlapping_rules_race_and_one_stands() -> None:
    load_policy()
    city = make_city()
    user = city.person("secretary")

    def insert() -> None:
        with transaction.atomic():
            Override.objects.create(
                area=city.community, category="0101", number=0, contact_hours=4, since=today(), set_by=user
            )

    refused = [error for error in race(insert, insert) if error is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], IntegrityError) or isinstance(refused[0].__cause__, DeadlockDetected)
    assert Override.objects.count() == 1


def test_a_phrase_fills_the_words(stage: Stage, client: Client) -> None:
    case = stage.file(category="0203")
    log_in(client, stage.city.person("community"))
    address = f"/case/{case.id}/refuse/"
    page = client.get(address)
    assert "请走法律途径" in page.text
    phrase = Phrase.objects.get(title="不属本市职权")
    data = {"idempotency_key": str(new_id()), "words": "另：", "phrase": str(phrase.id), "do": "phrase", "room": "desk"}
    filled = client.post(address, data)
    assert filled.status_code == 200
    assert f"{phrase.words}\n另：" in filled.text
    case.refresh_from_db()
    assert case.refused_at is None
    other = client.post(address, {**data, "phrase": str(new_id())})
    assert phrase.words not in other.context["form"]["words"].value()


def test_the_back_office_saves_through_the_action(stage: Stage, client: Client) -> None:
    log_in(client, stage.city.person("admin"))
    row = policy.condition("0101", 1, today())
    assert row is not None
    fields = ("category", "number", "text", "closing", "limit_unit", "since")
    data = {name: getattr(row, name) for name in fields}
    response = client.post(f"/admin/cases/filingcondition/{row.pk}/change/", {**data, "limit_amount": 9})
    assert response.status_code == 302
    found = policy.condition("0101", 1, today())
    assert found is not None
    assert found.limit_amount == 9
