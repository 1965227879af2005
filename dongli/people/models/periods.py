"""What exclusion constraints compare: periods of moments and of days, the end never included."""

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.db.models import Func

EQUAL = RangeOperators.EQUAL
OVERLAPS = RangeOperators.OVERLAPS


class Period(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Days(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


def period() -> Period:
    """From the moment `since` until just before `until` (or for ever)."""
    return Period("since", "until", RangeBoundary())


def days() -> Days:
    """From the day `since` until the day before `until` (or for ever)."""
    return Days("since", "until", RangeBoundary())
