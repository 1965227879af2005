"""Forms about roles: granting one, ending one, and what an auditor filters by."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area, Level
from dongli.common.clock import CITY_ZONE, today
from dongli.people.models import Role

FURTHEST = timedelta(days=20 * 366)


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **options)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)


def _checked(day: date | None) -> date | None:
    if day is not None and not today() <= day <= today() + FURTHEST:
        raise forms.ValidationError(_("Please choose a day from today on, within twenty years."))
    return day


class GrantForm(forms.Form):
    """A role, where it is held (the code of what was chosen on the page), from which day to which, and why.

    `began` and `ends` are the moments: None for at once, and for no end.
    """

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.HiddenInput)
    place = forms.CharField(label=_("Held at"), max_length=60, widget=forms.HiddenInput)
    since = _day(_("From"), help_text=_("Leave it empty to begin at once."))
    until = _day(_("Last day"), help_text=_("Leave it empty if the role has no end."))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Who decided it, and why; auditors read this.")
    )

    def clean_since(self) -> date | None:
        return _checked(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _checked(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("since"), data.get("until")
        if first is not None and last is not None and last < first:
            self.add_error("until", _("The end must be after the beginning."))
        return data

    @property
    def began(self) -> datetime | None:
        day = self.cleaned_data["since"]
        return _midnight(day) if day is not None and day > today() else None

    @property
    def ends(self) -> datetime | None:
        day = self.cleaned_data["until"]
        return _midnight(day + timedelta(days=1)) if day is not None else None


class EndForm(forms.Form):
    """When a role ends (empty: at once), and why. `ends` is the moment, None for at once."""

    last = _day(_("Last day"), help_text=_("Leave it empty to end the role at once."))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def clean_last(self) -> date | None:
        return _checked(self.cleaned_data["last"])

    @property
    def ends(self) -> datetime | None:
        day = self.cleaned_data["last"]
        return _midnight(day + timedelta(days=1)) if day is not None else None


class AuditForm(forms.Form):
    """Whose, where, which role, from which day to which. `paths` are the subtrees whose places are offered."""

    person = forms.CharField(label=_("Person"), max_length=40, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices])
    area = forms.ChoiceField(label=_("Area"), required=False)
    first = _day(_("From"))
    last = _day(_("Until"))

    def __init__(self, *args: Any, paths: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {area.code: area for area in _offered(paths)}
        rows = [(area.code, "\u3000" * (area.depth - 1) + area.name) for area in self.places.values()]
        self.fields["area"].choices = [("", _("The whole of my area")), *rows]  # type: ignore[attr-defined]  # a choice

    def clean_area(self) -> Area | None:
        return self.places.get(self.cleaned_data["area"])


def _offered(paths: list[str]) -> list[Area]:
    """The districts and subdistricts of these subtrees, in the order of the tree. One query."""
    inside = Q(pk__in=[])
    for path in paths:
        inside |= Q(path__gte=path, path__lt=f"{path[:-1]}0")
    rows = Area.objects.active().filter(inside, level__in=(Level.DISTRICT, Level.SUBDISTRICT))
    return list(rows.order_by("path"))
