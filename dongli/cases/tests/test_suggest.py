"""The category suggestion: what it finds, why, and how often it is right on the shipped appeals."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dongli.cases.catalogue import SHIPPED_APPEALS, read_table, shipped_catalogue
from dongli.cases.suggest import Suggester, suggest

SHIPPED = Suggester(shipped_catalogue())


@dataclass(frozen=True)
class Plain:
    code: str
    name: str
    keywords: tuple[str, ...]
    condition: str = ""


PARKING = Plain("1", "违停", ("停车", "乱停"))
FEES = Plain("2", "停车收费", ("停车费",))
CHARGING = Plain("3", "飞线隐患", ("楼道+充电", "电瓶车"))
SCHOOL = Plain("4", "校园管理", ("~学校", "补课"))
SMALL = (PARKING, FEES, CHARGING, SCHOOL)


def codes(text: str) -> list[str]:
    return [one.code for one in suggest(text, SMALL)]


def test_the_words_that_led_to_it_are_told() -> None:
    (first, *_) = suggest("楼道里有人给电瓶车充电", SMALL)
    assert first.code == "3"
    assert set(first.words) == {"楼道+充电", "电瓶车"}


def test_a_word_inside_a_longer_one_does_not_count() -> None:
    assert codes("停车费太贵") == ["2"]


def test_a_pair_counts_only_where_both_stand_near() -> None:
    assert codes("楼道很脏。" + "一" * 40 + "手机充电") == []
    assert codes("充电线从楼道拉出来") == ["3"]


def test_a_weak_word_yields_to_a_plain_one() -> None:
    assert codes("学校门口乱停") == ["1", "4"]


def test_repetition_does_not_win_over_the_subject() -> None:
    assert codes("停车费\n" + "一" * 80 + "补课补课") == ["2", "4"]


@pytest.mark.parametrize("text", ["", "   ", "？？？", "abc", "😀" * 50, "嗯"])
def test_nothing_is_forced(text: str) -> None:
    assert SHIPPED.suggest(text) == []


def test_limit_and_order() -> None:
    found = SHIPPED.suggest("小区物业乱收费，电梯坏了没人修，停车位不够，楼道里飞线充电", limit=2)
    assert len(found) == 2
    assert found[0].score >= found[1].score


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.integers(1, 5))
def test_any_text_is_taken_and_answers_are_stable(text: str, limit: int) -> None:
    found = SHIPPED.suggest(text, limit=limit)
    assert found == SHIPPED.suggest(text, limit=limit)
    assert len(found) <= limit
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_full_width_and_case_do_not_matter() -> None:
    assert [one.code for one in SHIPPED.suggest("ＫＴＶ太吵")] == [one.code for one in SHIPPED.suggest("ktv太吵")]


def test_right_on_the_shipped_appeals() -> None:
    """The catalogue was tuned on these: 94 % first and 99 % among three. Before tuning it was 73 % and 81 %.

    The floors guard against a worse catalogue or rule; they do not foretell how it does on other texts.
    """
    appeals = read_table(SHIPPED_APPEALS)
    first = among_three = 0
    for appeal in appeals:
        found = [one.code for one in SHIPPED.suggest(f"{appeal['subject']}\n{appeal['text']}")]
        first += found[:1] == [appeal["category_code"]]
        among_three += appeal["category_code"] in found
    assert first / len(appeals) >= 0.9
    assert among_three / len(appeals) >= 0.97
