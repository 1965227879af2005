"""What of case work a level sets as a named policy (`people.policies`): the rating window, what counts as near."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.cases import deadlines, policy
from dongli.cases.models import Case
from dongli.common.clock import city_date
from dongli.people import policies
from dongli.people.policies import Elsewhere, Policy, ValueKind

RATING_WINDOW, NEARBY_DAYS, NEARBY_METRES = "rating_window", "nearby_days", "nearby_metres"
USED_NEARBY = _("What was reported nearby before: for staff, and with neither words nor names for who files")


def register_policies() -> None:
    """Name them; called when the app is ready."""
    policies.register(
        Policy(
            key=RATING_WINDOW, label=_("Rating after closing"), unit=_("days"), kind=ValueKind.INTEGER,
            shipped=_rating_window, low=Decimal(1), high=Decimal(90), stricter="higher",
            used=_("How long a resident may rate a closing or say that it is not solved, as on the day it closed."),
        )
    )  # fmt: skip
    policies.register(
        Policy(
            key=NEARBY_DAYS, label=_("Reported before: how many days back"), unit=_("days"), kind=ValueKind.INTEGER,
            shipped=lambda on: settings.NEARBY_DAYS, low=Decimal(1), high=Decimal(90), used=USED_NEARBY,
        )
    )  # fmt: skip
    policies.register(
        Policy(
            key=NEARBY_METRES, label=_("Reported before: how far around"), unit=_("metres"), kind=ValueKind.INTEGER,
            shipped=lambda on: settings.NEARBY_METRES, low=Decimal(20), high=Decimal(500), used=USED_NEARBY,
        )
    )  # fmt: skip
    policies.register_page(
        Elsewhere(
            url_name="rules",
            label=_("Limits and catalogue of a place"),
            text=_("Limits, first contact, who leads, what is offered"),
            query="place",
        )
    )


def _rating_window(on: date) -> int:
    return policy.limit("rating_window", on).amount


def rating_until(case: Case, closed: datetime) -> datetime:
    """Until when a closing at `closed` may be rated: as the levels above the case's place said on that day."""
    on = city_date(closed)
    held = policies.holding(RATING_WINDOW, case.community or case.desk, on)
    unit = policy.limit("rating_window", on).unit if held.source is None else deadlines.LimitUnit.CALENDAR_DAY
    return deadlines.due_at(closed, int(held.value), deadlines.LimitUnit(unit), policy.work_calendar()).at


def nearby(place: Area | str | None) -> tuple[int, int]:
    """How many days back and how many metres around something counts as reported before, at a place or its path."""
    return policies.whole(NEARBY_DAYS, place), policies.whole(NEARBY_METRES, place)
