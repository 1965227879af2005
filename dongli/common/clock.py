"""The one source of “now”."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

CITY_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, UTC."""
    return timezone.now()


def city_date(moment: datetime) -> date:
    """The calendar date in the city at `moment`."""
    return moment.astimezone(CITY_ZONE).date()


def today() -> date:
    """Today's date in the city."""
    return city_date(now())
