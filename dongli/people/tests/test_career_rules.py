"""Grade and pay against a table computed by hand; months against a count one by one; schemes read strictly."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dongli.common.errors import Invalid
from dongli.people.actions.career_schemes import shipped
from dongli.people.career_words import LINES, PROBLEMS, say
from dongli.people.careers.account import Account, Fact, account
from dongli.people.careers.course import course, next_step
from dongli.people.careers.months import month_of
from dongli.people.careers.rules import Book, Dated, Scheme

TABLE = Path(__file__).with_name("careers_table.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
EXAMPLES = {"three": "three_posts_eighteen_grades", "four": "four_posts_twenty_four_grades"}
BEGINNING = date(1980, 1, 1)


def scheme(name: str) -> Scheme:
    found = shipped(BEGINNING)[EXAMPLES[name]]
    return Scheme.read(found.rule, key=name, name=found.name, version=found.version, example=found.example)


def book(words: str) -> Book:
    """“three..2024-07-01 four”: the one until that day, the other from then on."""
    rows, since = [], BEGINNING
    for word in words.split():
        name, _dots, until = word.partition("..")
        rows.append(Dated("city/", since, date.fromisoformat(until) if until else None, scheme(name)))
        since = date.fromisoformat(until) if until else since
    return Book(rows)


def facts(words: str) -> list[Fact]:
    """“service 2022-07-01; post staff 2022-07-01..2024-01-01”."""
    found = []
    for word in words.split("; "):
        kind, *value, days = word.split()
        since, _dots, until = days.partition("..")
        end = date.fromisoformat(until) if until else None
        found.append(Fact(kind, value[0] if value else "", date.fromisoformat(since), end))
    return found


def computed(row: dict[str, str]) -> Account:
    on = date.fromisoformat(row["on"])
    return account(facts(row["facts"]), book(row["schemes"]).at("city/district/", on), on)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_the_table_computed_by_hand(row: dict[str, str]) -> None:
    found = computed(row)
    expected = (row["grade"], Decimal(row["base_pay"]), Decimal(row["allowances"]))
    assert (found.problem or str(found.grade), found.base_pay, found.allowances) == expected, row["arithmetic"]
    assert found.total == Decimal(row["base_pay"]) + Decimal(row["allowances"])


def test_the_table_is_long_enough_and_holds_every_line_of_an_explanation() -> None:
    assert len(ROWS) >= 25
    said = {line.code for row in ROWS for line in computed(row).lines}
    assert said == set(PROBLEMS) | set(LINES) - {"interruption_open", "grade_capped", "wage_late"}
    for row in ROWS:
        assert all("%(" not in words for words in say([vars(line) for line in computed(row).lines]))


def test_an_explanation_names_years_bonus_and_rule_version() -> None:
    row = next(row for row in ROWS if row["name"] == "a social worker")
    lines = "\n".join(say([vars(line) for line in computed(row).lines]))
    for words in (
        "三岗十八级",
        "示例一",
        "2022-01-01",
        "2021-10-01",
        "6900.00",
        "1.10",
        "0.76",
        "5768.40",
        "100.00",
        "5868.40",
    ):
        assert words in lines


DAYS = st.dates(date(2000, 1, 1), date(2026, 12, 31))
SPANS = st.lists(st.tuples(DAYS, st.none() | st.integers(1, 2500)), max_size=4)


def _end(since: date, length: int | None) -> date | None:
    return since + timedelta(days=length) if length is not None else None


@given(service=SPANS, away=SPANS, bad=st.sets(st.integers(2000, 2026), max_size=3), on=DAYS)
def test_months_that_count_are_those_counted_one_by_one(service: Any, away: Any, bad: set[int], on: date) -> None:
    known = [Fact("service", "", since, _end(since, length)) for since, length in service]
    known += [Fact("interruption", "", since, _end(since, length)) for since, length in away]
    known += [Fact("appraisal", "unqualified", date(year, 1, 1), date(year + 1, 1, 1)) for year in bad]
    known += [Fact("service", "", on, None), Fact("post", "staff", BEGINNING, None)]
    found = account(known, scheme("three"), on)

    def inside(month: int, kind: str) -> bool:
        rows = [one for one in known if one.kind == kind and one.since <= on]
        return any(month_of(one.since) <= month and (one.until is None or month < month_of(one.until)) for one in rows)

    counted = [
        month
        for month in range(month_of(date(2000, 1, 1)), month_of(on))
        if inside(month, "service")
        and not inside(month, "interruption")
        and not (month // 12 in bad and month // 12 <= on.year)
    ]
    assert found.problem in ("interrupted", "no_wage") or found.months == len(counted)


def test_a_course_tells_each_change_and_the_next_step() -> None:
    known = facts(
        "service 2015-01-01; post staff 2015-01-01..2021-07-01; post deputy 2021-07-01; degree bachelor 2019-06-30"
    )
    both = book("three..2025-01-01 four")
    found = [(one.on.isoformat(), one.post, one.grade) for one in course(known, both, "city/", date(2025, 3, 1))]
    assert found == [
        ("2015-01-01", "staff", 1), ("2018-01-01", "staff", 2), ("2019-06-01", "staff", 3), ("2021-01-01", "staff", 4),
        ("2021-07-01", "deputy", 7), ("2024-01-01", "deputy", 8), ("2025-01-01", "deputy", 15),
    ]  # fmt: skip
    assert next_step(known, scheme("three"), date(2024, 5, 1)) == date(2027, 1, 1)
    assert next_step([], scheme("three"), date(2024, 5, 1)) is None
    assert course([], both, "city/", date(2025, 3, 1)) == []


def test_the_nearest_area_decides_which_scheme_holds() -> None:
    city, own = scheme("three"), scheme("four")
    found = Book([Dated("city/", BEGINNING, None, city), Dated("city/a/", date(2024, 1, 1), date(2025, 1, 1), own)])
    assert found.at("city/a/street/", date(2024, 6, 1)) == own
    assert found.at("city/a/street/", date(2025, 1, 1)) == city
    assert found.at("city/b/", date(2024, 6, 1)) == city
    assert found.at("city/b/", date(1970, 1, 1)) is None
    assert found.turns("city/a/") == [BEGINNING, date(2024, 1, 1), date(2025, 1, 1)]


BROKEN: list[tuple[str, Any]] = [
    ("posts", []), ("posts", [{"code": "a", "base": 3, "last": 30}]), ("step_years", 0), ("step_years", "3"),
    ("uplift", "0"), ("uplift", "x"), ("uplift", "1.23456"), ("coefficients", []), ("coefficients", ["1", "0.5"]),
    ("wages", {}), ("degrees", None), ("certificates", {"senior": -1}), ("allowances", [{"code": "a", "amount": "-1"}]),
]  # fmt: skip


@pytest.mark.parametrize(("part", "value"), BROKEN)
def test_a_scheme_that_cannot_be_is_refused_and_its_part_named(part: str, value: Any) -> None:
    rule = {**shipped(BEGINNING)[EXAMPLES["three"]].rule, part: value}
    with pytest.raises(Invalid) as refused:
        Scheme.read(rule)
    assert refused.value.field == part


def test_examples_are_labelled_and_differ() -> None:
    examples = shipped(BEGINNING)
    assert all(one.example and "示例" in one.source for one in examples.values())
    three, four = scheme("three"), scheme("four")
    assert (len(three.posts), len(three.coefficients), three.step_years) == (3, 18, 3)
    assert (len(four.posts), len(four.coefficients), four.step_years) == (4, 24, 2)
    assert all(one.last - one.first == 11 for one in (*three.posts.values(), *four.posts.values()))
