"""What is filled in to assign a case by letter, or as a leader."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.cases.actions.assigning import Duty, OwnLimit
from dongli.cases.deadlines import LimitUnit
from dongli.cases.forms.departments import department_groups
from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import DispatchForm, words_field
from dongli.cases.models import Case
from dongli.cases.queries import choices
from dongli.common.ids import parse_id
from dongli.people.models import User

COHANDLERS = 6
SHOWN_FIRST = 2
UNITS = {
    LimitUnit.WORKING_DAY: gettext_lazy("working days"),
    LimitUnit.CALENDAR_DAY: gettext_lazy("calendar days"),
    LimitUnit.WORKING_HOUR: gettext_lazy("working hours"),
    LimitUnit.EMERGENCY_HOUR: gettext_lazy("hours, nights and holidays included"),
}


class AssignForm(DispatchForm):
    """A lead, as in a dispatch, with words that are needed; the co-handlers, if any, have fields of their own."""

    cohandlers = None  # type: ignore[assignment]  # Django's way to leave an inherited field out
    ownerless = None  # type: ignore[assignment]  # as above

    def offer_departments(self, *args: Any, **options: Any) -> None:
        """Nothing to tick: no field of several departments here."""


class AssignJointlyForm(AssignForm):
    """The lead's duty, and up to six co-handlers, each with a duty in words."""

    words = words_field(gettext_lazy("The lead's duty"), limit=1000, hint=gettext_lazy("It stands in the letter."))

    def __init__(self, data: Any = None, *, case: Case, on_duty: User | None = None, **options: Any) -> None:
        super().__init__(data, case=case, on_duty=on_duty, **options)
        offered = choices.departments(case)
        groups = department_groups(offered, case.desk, choices.suggested(case, offered))
        for number in range(1, COHANDLERS + 1):
            self.fields[f"cohandler_{number}"] = forms.ChoiceField(
                label=_("Co-handler %(number)d") % {"number": number}, required=number == 1
            )
            offer(self, f"cohandler_{number}", [("", _("None") if number > 1 else _("Please choose")), *groups])
            self.fields[f"duty_{number}"] = words_field(
                _("Duty of co-handler %(number)d") % {"number": number}, required=number == 1, limit=1000
            )

    def clean(self) -> dict[str, Any]:
        """A co-handler needs a duty, and a duty somebody to do it."""
        data = super().clean() or self.cleaned_data
        for number in range(1, COHANDLERS + 1):
            chosen, duty = data.get(f"cohandler_{number}"), (data.get(f"duty_{number}") or "").strip()
            if chosen and not duty:
                self.add_error(f"duty_{number}", _("Please say what this department is to do."))
            if duty and not chosen and f"cohandler_{number}" not in self.errors:
                self.add_error(f"cohandler_{number}", _("Please say which department is to do this."))
        return data

    @property
    def paired_names(self) -> set[str]:
        """The fields that are shown in pairs, not one by one."""
        return {field.name for pair in self.pairs for field in pair}

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each co-handler's field beside its duty's."""
        return [(self[f"cohandler_{number}"], self[f"duty_{number}"]) for number in range(1, COHANDLERS + 1)]

    @property
    def first_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Those that are always in sight: the first two, and all that hold something."""
        return [pair for at, pair in enumerate(self.pairs) if at < SHOWN_FIRST or _holds_something(pair)]

    @property
    def further_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Those that are folded away."""
        shown = {pair[0].name for pair in self.first_pairs}
        return [pair for pair in self.pairs if pair[0].name not in shown]

    @property
    def duties(self) -> list[Duty]:
        """The co-handlers chosen, with the duty of each."""
        data = self.cleaned_data
        rows = [(parse_id(data[f"cohandler_{number}"]), data[f"duty_{number}"]) for number in range(1, COHANDLERS + 1)]
        return [Duty(key, words) for key, words in rows if key is not None]


def _holds_something(pair: tuple[forms.BoundField, forms.BoundField]) -> bool:
    return any(bool(field.value()) or bool(field.errors) for field in pair)


class AssignByLeaderForm(AssignForm):
    """The lead, the leader's words, and perhaps a limit of its own."""

    words = words_field(gettext_lazy("What is to be done"), limit=1000, hint=gettext_lazy("It stands in the letter."))
    amount = forms.IntegerField(
        label=gettext_lazy("Limit"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Left empty: the usual limit of a leader's assignment."),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=list(UNITS.items()))
    field_order = ["lead", "words", "amount", "unit"]

    @property
    def limit(self) -> OwnLimit | None:
        """The limit that the leader sets, if any."""
        amount = self.cleaned_data["amount"]
        return OwnLimit(amount, self.cleaned_data["unit"]) if amount else None
