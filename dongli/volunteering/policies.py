"""Points rules as policies of a level. The shipped numbers are examples from public rules, to be set by the city."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from dongli.people.policies import ORGANISERS, Policy, ValueKind, register

USED = _("Kept and shown here; the points ledger will take it from here.")


def _one_point(on: date) -> Decimal:
    return Decimal(1)


def _two_hours(on: date) -> Decimal:
    return Decimal(2)


def register_policies() -> None:
    """Name the points rules; called when the app is ready."""
    register(
        Policy(
            key="points_per_hour", label=_("Points for an hour of service"), unit=_("points"), kind=ValueKind.DECIMAL,
            shipped=_one_point, low=Decimal(0), high=Decimal(20), places=1, used=USED, setters=ORGANISERS,
        )
    )  # fmt: skip
    register(
        Policy(
            key="points_most_hours", label=_("Most hours credited for one activity"), unit=_("hours"),
            kind=ValueKind.DECIMAL, shipped=_two_hours, low=Decimal("0.5"), high=Decimal(24), places=1,
            stricter="lower", used=USED, setters=ORGANISERS,
        )
    )  # fmt: skip
