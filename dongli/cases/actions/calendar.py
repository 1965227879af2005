"""The working calendar's exceptions: an administrator says that a date is, or is not, a working day."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import access, policy
from dongli.cases.calendar import FIRST_YEAR, LAST_YEAR
from dongli.cases.models import CalendarDay
from dongli.common.errors import Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.people.viewer import Viewer


@transaction.atomic
def set_day(*, viewer: Viewer, day: date, is_working: bool, note: str = "") -> CalendarDay:
    """Say what `day` is; said again, it is corrected. What was promised before stays as it was counted."""
    _check(viewer)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid(
            "bad_year",
            _("Please choose a date from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR},
            field="date",
        )
    words = clean(note, field="note", max_length=60)
    row, _made = CalendarDay.objects.update_or_create(date=day, defaults={"is_working": is_working, "note": words})
    policy.changed()
    return row


@transaction.atomic
def clear_day(*, viewer: Viewer, day: date) -> None:
    """Take an exception back: the published calendar holds again."""
    _check(viewer)
    gone, _rows = CalendarDay.objects.filter(date=day).delete()
    if not gone:
        raise NotFound("no_such_day", _("There is no exception on this date."))
    policy.changed()


def _check(viewer: Viewer) -> None:
    if not viewer.has(*access.POLICY_ROLES):
        raise NotAllowed("administrators_only", _("Only an administrator may change the working calendar."))
