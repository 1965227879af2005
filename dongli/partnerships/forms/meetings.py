"""Forms of joint meetings."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from dongli.common.ids import parse_id
from dongli.duties.forms import StepForm, day
from dongli.organisations.models import Mechanism, Organisation
from dongli.partnerships.actions.convening import LONGEST, SHORTEST, Plan, Repeat
from dongli.partnerships.actions.deciding import MAX_MINUTES, Decided
from dongli.partnerships.queries.people import Candidate
from dongli.people.forms import LocalDateTimeField, next_hour

ROWS = {"rows": 4}
RHYTHMS = [
    ("", _("Once")),
    ("week", _("Every week")),
    ("fortnight", _("Every two weeks")),
    ("month", _("Every month")),
    ("two_months", _("Every two months")),
    ("quarter", _("Every three months")),
]


class MeetingForm(StepForm):
    """Title, time, place, agenda; `seen` is how many steps the form knew of."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("What the meeting is called"), max_length=120)
    starts_at = LocalDateTimeField(label=_("Begins at"), initial=next_hour)
    lasts = forms.IntegerField(label=_("Lasts (minutes)"), min_value=SHORTEST, max_value=LONGEST, initial=90)
    place = forms.CharField(label=_("Room or place"), max_length=120)
    agenda = forms.CharField(
        label=_("Agenda"), help_text=_("One item a line"), max_length=6000, required=False, widget=forms.Textarea(ROWS)
    )

    def plan(self, mechanism: str, invited: frozenset[UUID] = frozenset()) -> Plan:
        data = self.cleaned_data
        return Plan(
            mechanism=mechanism,
            title=data["title"],
            place=data["place"],
            starts_at=data["starts_at"],
            lasts=data["lasts"],
            agenda=data["agenda"].splitlines(),
            invited=invited,
        )


class SeriesForm(MeetingForm):
    """A new meeting or a series, with whom is invited."""

    mechanism = forms.ChoiceField(label=_("Kind of meeting"), choices=Mechanism.choices)
    every = forms.ChoiceField(label=_("How often"), choices=RHYTHMS, required=False)
    times = forms.IntegerField(label=_("How many times"), min_value=2, max_value=24, required=False)
    invited = forms.MultipleChoiceField(label=_("Who is invited"), widget=forms.CheckboxSelectMultiple, required=False)
    field_order = ("mechanism", "title", "starts_at", "lasts", "place", "every", "times", "agenda", "invited")

    def __init__(self, data: Any = None, *, offered: Iterable[Organisation], **options: Any) -> None:
        super().__init__(data, **options)
        names = [(str(one.id), f"{one.name} · {one.get_kind_display()}") for one in offered]
        self.fields["invited"].choices = names  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("every") and not data.get("times"):
            self.add_error("times", _("Please say how many times."))
        return data

    @property
    def repeat(self) -> Repeat | None:
        data = self.cleaned_data
        return Repeat(data["every"], data["times"]) if data["every"] else None

    @property
    def wanted(self) -> Plan:
        return self.plan(self.cleaned_data["mechanism"], frozenset(UUID(one) for one in self.cleaned_data["invited"]))


class CancelForm(StepForm):
    """Called off, with a reason."""

    reason = forms.CharField(label=_("Why it is called off"), max_length=200)
    following = forms.BooleanField(label=_("The later ones of the series too"), required=False)


class DecisionForm(StepForm):
    """What was decided, and who follows it up by when."""

    words = forms.CharField(label=_("What was decided"), max_length=160, widget=forms.Textarea({"rows": 2}))
    follower = forms.ChoiceField(label=_("Who follows it up"))
    due_on = day(_("Until when"))
    measures = forms.CharField(
        label=_("Measures"),
        help_text=_("How it will be done; empty: the decision itself"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, data: Any = None, *, candidates: Iterable[Candidate], **options: Any) -> None:
        super().__init__(data, **options)
        choices = [("", _("Please choose")), *((one.value, _label(one)) for one in candidates)]
        self.fields["follower"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def decided(self) -> Decided:
        data = self.cleaned_data
        follower, owner = (UUID(part) for part in data["follower"].split(":"))
        return Decided(data["words"], follower, owner, data["due_on"], measures=data["measures"])


def _label(one: Candidate) -> str:
    if one.follower == one.holder:
        return f"{one.follower.name} · {one.user.name}"
    return f"{one.follower.name} → {one.holder.name} · {one.user.name}"


class MinutesForm(StepForm):
    """The minutes."""

    minutes = forms.CharField(
        label=_("Minutes"),
        help_text=_("What was said and agreed. Who came and what was decided stand beside it already."),
        max_length=MAX_MINUTES,
        widget=forms.Textarea({"rows": 10}),
    )


def came(data: QueryDict) -> dict[UUID, list[str]]:
    """Which organisations came: those ticked in `came`, and those with a name in `names-<id>`, with their people."""
    found: dict[UUID, list[str]] = {}
    for text in [*data.getlist("came"), *(name.removeprefix("names-") for name in data if name.startswith("names-"))]:
        unit, names = parse_id(text), _parted(str(data.get(f"names-{text}", "")))
        if unit is not None and (names or text in data.getlist("came")):
            found[unit] = names
    return found


def _parted(words: str) -> list[str]:
    """Names parted by commas of either kind, or by lines."""
    return [name for part in words.splitlines() for name in re.split("[,，、;；]", part) if name.strip()]
