"""Times as exports write them."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")
EARLIEST_YEAR, LATEST_YEAR = 1990, 2099

_LONGEST = 60
_EXCEL_EPOCH = datetime.fromisoformat("1899-12-30")
_SERIALS = (32874, 73051)  # 1990-01-01 to 2100-01-01
_UNIX_SECONDS = (631152000, 4102444800)

_WRITTEN = re.compile(
    r"""
    (?P<year>\d{4}) \s* [-/.年] \s* (?P<month>\d{1,2}) \s* [-/.月] \s* (?P<day>\d{1,2}) \s* 日? ,?
    (?: \s* \(? (?:星期|周) [一二三四五六日天] \)? )?
    (?: [\sT]* (?P<half>上午|下午|凌晨|早上|中午|晚上|am|pm)?
        \s* (?P<hour>\d{1,2}) \s* [:时点] \s* (?: (?P<minute>\d{1,2}) \s* [:分]? \s* )?
        (?: (?P<second>\d{1,2}) (?:\.\d+)? \s* 秒? )?
        \s* (?P<half_after>am|pm)? \s* (?P<zone>z|[+-]\d{2}:?\d{2})? )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[\sT]?(\d{2}):?(\d{2}):?(\d{2})?)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_AFTERNOON = {"下午", "pm"}
_MORNING = {"上午", "凌晨", "早上", "am"}


class UnreadableTime(ValueError):
    """Not a time in any format known here, or an ambiguous one such as 1/2/2020."""


class ImplausibleTime(ValueError):
    """A time, but outside `EARLIEST_YEAR` to `LATEST_YEAR`."""


def parse_time(value: object) -> datetime:
    """The moment in `value`, aware UTC; what names no zone is city time.

    Takes datetime and date cells, spreadsheet serial numbers, Unix seconds and milliseconds, and text such as
    “2020/1/2 3:04:05”, “2020-01-02”, “2020年1月2日 下午3时04分”, “20200102030405”, “2020-01-02T03:04:05+08:00”.
    A date without a time is midnight. Raises `UnreadableTime` or `ImplausibleTime`.
    """
    if isinstance(value, datetime):
        return _checked(value)
    if isinstance(value, date):
        return _checked(datetime(value.year, value.month, value.day, tzinfo=CITY_ZONE))
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = repr(value)
    text = unicodedata.normalize("NFKC", str(value)).strip().strip("'")
    if len(text) > _LONGEST:
        raise UnreadableTime(text)
    if _NUMBER.fullmatch(text):
        return _from_number(float(text), text)
    return _from_text(text)


def _from_number(number: float, text: str) -> datetime:
    digits = text.removesuffix(".0")
    compact = _COMPACT.fullmatch(digits) if len(digits) in (8, 12, 14) else None
    if compact:
        return _build(*(int(part or 0) for part in compact.groups()))
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _checked(_EXCEL_EPOCH + timedelta(seconds=round(number * 86400)))
    if len(digits) == 13:
        number /= 1000
    if _UNIX_SECONDS[0] <= number < _UNIX_SECONDS[1]:
        return _checked(datetime.fromtimestamp(number, UTC))
    raise UnreadableTime(text)


def _from_text(text: str) -> datetime:
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _build(*(int(part or 0) for part in compact.groups()))
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise UnreadableTime(text)
    hour = _hour(int(match["hour"] or 0), (match["half"] or match["half_after"] or "").lower())
    year, month, day, minute, second = (int(match[name] or 0) for name in ("year", "month", "day", "minute", "second"))
    moment = _build(year, month, day, hour, minute, second)
    return moment if match["zone"] is None else _in_zone(moment, match["zone"].upper())


def _hour(hour: int, half: str) -> int:
    """The hour of 24 that `hour` means in that `half` of the day."""
    if half in _MORNING:
        return 0 if hour == 12 else hour
    if half in _AFTERNOON:
        return hour + 12 if hour < 12 else hour
    if half == "中午":
        return hour + 12 if hour < 6 else hour
    if half == "晚上":
        if hour == 12:  # midnight of which day?
            raise UnreadableTime(half)
        return hour + 12 if hour < 12 else hour
    return hour


def _build(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    try:
        return _checked(datetime(year, month, day, hour, minute, second, tzinfo=CITY_ZONE))
    except ValueError as error:
        raise error if isinstance(error, ImplausibleTime) else UnreadableTime(str(error)) from error


def _in_zone(moment: datetime, zone: str) -> datetime:
    written = moment.astimezone(CITY_ZONE).strftime("%Y-%m-%dT%H:%M:%S")
    return _checked(datetime.fromisoformat(written + ("+00:00" if zone == "Z" else zone)))


def _checked(moment: datetime) -> datetime:
    """`moment` in UTC, if plausible; a naive one is city time."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ImplausibleTime(str(moment))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=CITY_ZONE)
    return aware.astimezone(UTC).replace(microsecond=0)
