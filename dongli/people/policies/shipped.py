"""The policies that stand left of every app which will use them: the theme of a month."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from dongli.people.policies.registry import ORGANISERS, Policy, ValueKind, register


def _no_theme(on: date) -> str:
    return ""


def register_shipped() -> None:
    """Name them; called when the app is ready."""
    register(
        Policy(
            key="monthly_theme",
            label=_("Theme of the month"),
            kind=ValueKind.TEXT,
            shipped=_no_theme,
            used=_("Kept and shown here; activities will take it from here."),
            longest=60,
            monthly=True,
            setters=ORGANISERS,
        )
    )
