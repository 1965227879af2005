"""Moments and time left in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from dongli.web import moments

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in the city


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (2, "今天 14:00"),
        (14, "明天 02:00"),
        (-13, "昨天 23:00"),
        (24 * 5, "11月25日 12:00"),
        (24 * 60, "2027年1月19日 12:00"),
    ],
)
def test_near_moments_are_said_in_words(hours: int, words: str) -> None:
    with override("zh-hans"):
        assert moments.spoken(NOW + timedelta(hours=hours), NOW) == words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(minutes=59), "剩 59 分钟"),
        (timedelta(hours=3, minutes=59), "剩 3 小时"),
        (timedelta(hours=47), "剩 47 小时"),
        (timedelta(days=2), "剩 2 天"),
        (timedelta(0), "剩 0 分钟"),
        (-timedelta(seconds=1), "超 0 分钟"),
        (-timedelta(days=2, hours=5), "超 2 天"),
    ],
)
def test_time_left_never_promises_more_than_there_is(gap: timedelta, words: str) -> None:
    with override("zh-hans"):
        assert moments.left(NOW + gap, NOW) == words


def test_english_names_the_month() -> None:
    with override("en"):
        assert moments.exact(NOW) == "20 Nov 2026 12:00"


def test_urgency_is_late_then_soon_then_nothing() -> None:
    due = [NOW - timedelta(seconds=1), NOW + timedelta(hours=1), NOW + timedelta(days=1)]
    assert [moments.urgency(moment, NOW) for moment in due] == ["late", "soon", ""]
