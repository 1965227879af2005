"""Moments and time left, in the words people use. Pure: `now` is always given."""

from datetime import datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dongli.common.clock import CITY_ZONE

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def spoken(moment: datetime, now: datetime) -> str:
    """“今天 14:00”, “11月20日 14:00”, with the year only when it is another one."""
    local, today = moment.astimezone(CITY_ZONE), now.astimezone(CITY_ZONE)
    clock = local.strftime("%H:%M")
    days = (local.date() - today.date()).days
    if days == 0:
        return _("Today %(time)s") % {"time": clock}
    if days == 1:
        return _("Tomorrow %(time)s") % {"time": clock}
    if days == -1:
        return _("Yesterday %(time)s") % {"time": clock}
    return f"{_date_words(local, with_year=local.year != today.year)} {clock}"


def exact(moment: datetime) -> str:
    """The full date and time in the city, for a title."""
    local = moment.astimezone(CITY_ZONE)
    return f"{_date_words(local, with_year=True)} {local:%H:%M}"


def _date_words(local: datetime, *, with_year: bool) -> str:
    if get_language() == "en":
        day = f"{local.day} {local:%b}"
        return f"{day} {local.year}" if with_year else day
    day = f"{local.month}月{local.day}日"
    return f"{local.year}年{day}" if with_year else day


def left(due: datetime, now: datetime) -> str:
    """“剩 3 小时” before `due`, “超 2 天” after it; whole units rounded down, so never more than there is."""
    gap = due - now
    if gap >= timedelta(0):
        return _amount(gap, _("%(n)d d left"), _("%(n)d h left"), _("%(n)d min left"))
    return _amount(-gap, _("%(n)d d over"), _("%(n)d h over"), _("%(n)d min over"))


def length(span: timedelta) -> str:
    """How long something took: “2 天”, “3 小时”, “5 分钟”."""
    return _amount(span, _("%(n)d d"), _("%(n)d h"), _("%(n)d min"))


def urgency(due: datetime, now: datetime, soon: timedelta = timedelta(hours=4)) -> str:
    """“late”, “soon” (within `soon`) or “”."""
    if due < now:
        return "late"
    return "soon" if due - now <= soon else ""


def _amount(span: timedelta, days: str, hours: str, minutes: str) -> str:
    if span >= 2 * DAY:
        return days % {"n": span // DAY}
    if span >= HOUR:
        return hours % {"n": span // HOUR}
    return minutes % {"n": span // MINUTE}
