"""The one policy of coverage that the city sets: how far back work counts."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area, Level
from dongli.people import policies
from dongli.people.models import Role
from dongli.people.policies import Policy, ValueKind

WORK_DAYS = "coverage_work_days"
SHIPPED_DAYS = 90


def register_policies() -> None:
    """Name it; called when the app is ready."""
    policies.register(
        Policy(
            key=WORK_DAYS,
            label=_("Work coverage: how many days back"),
            unit=_("days"),
            kind=ValueKind.INTEGER,
            shipped=lambda on: SHIPPED_DAYS,
            low=Decimal(7),
            high=Decimal(366),
            used=_("A compound in which nothing was done for so many days has a gap in work coverage."),
            setters={Level.CITY: (Role.CITY_DESK, Role.ORGANISER)},
        )
    )


def work_days(area: Area, on: date) -> int:
    """How many days back work counts on a day: the same in every part of the city, so that they can be compared."""
    return policies.whole(WORK_DAYS, f"{area.code_at(Level.CITY)}/", on)
