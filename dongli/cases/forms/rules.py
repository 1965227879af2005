"""What a level fills in: its own rule for a class or one of its conditions, and a canned phrase."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.cases import policy
from dongli.cases.actions.ruling import OfTheClass, OfTheCondition, Wording, Words
from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import VerbForm, category_choices, words_field
from dongli.cases.models import Override, PhraseUse
from dongli.cases.models.policy import SOLVER_CHOICES, UNIT_CHOICES
from dongli.common.clock import today
from dongli.organisations.models import Line

INHERIT = ("", gettext_lazy("as the level above"))
YES_NO = [INHERIT, ("1", gettext_lazy("yes")), ("0", gettext_lazy("no"))]


def yes_no(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or as the level above."""
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, required=False, coerce=lambda value: value == "1", empty_value=None
    )


class RuleForm(VerbForm):
    """The days and the reason; subclasses add what is said."""

    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}), required=False,
        help_text=gettext_lazy("Today or later. Work that was dispatched before keeps its promised limit."),
    )  # fmt: skip
    basis = forms.CharField(label=gettext_lazy("Why, or the legal basis"), max_length=300, required=False)
    fields_said: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *, own: Override | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.initial.setdefault("since", today())
        for name in self.fields_said if own is not None else ():
            value = getattr(own, name)
            self.initial[name] = {True: "1", False: "0"}.get(value, value) if name != "binding" else value

    @property
    def first_day(self) -> date | None:
        """The first day."""
        day: date | None = self.cleaned_data["since"]
        return day

    @property
    def said(self) -> Words:
        """What the level says."""
        raise NotImplementedError


class ClassRuleForm(RuleForm):
    """What a level says of a class as a whole."""

    offered = yes_no(gettext_lazy("On offer to residents"))
    auto_register = yes_no(gettext_lazy("Starts by itself"))
    solver = forms.ChoiceField(
        label=gettext_lazy("Who solves it first"), choices=[INHERIT, *SOLVER_CHOICES], required=False
    )
    lead = forms.ChoiceField(label=gettext_lazy("Lead department"), required=False)
    contact_hours = forms.IntegerField(
        label=gettext_lazy("First contact within (working hours)"), min_value=1, max_value=1000, required=False
    )
    fields_said = ("offered", "auto_register", "solver", "lead", "contact_hours")
    field_order = [*fields_said, "since", "basis"]

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        names = [
            (row["function"], row["district_name"] or row["city_name"]) for row in policy.shipped("departments.csv")
        ]
        offer(self, "lead", [INHERIT, *names])

    @property
    def said(self) -> OfTheClass:
        return OfTheClass(**{name: self.cleaned_data[name] for name in self.fields_said})


class ConditionRuleForm(RuleForm):
    """What a level says of one filing condition."""

    limit_amount = forms.IntegerField(label=gettext_lazy("Limit"), min_value=1, max_value=1000, required=False)
    limit_unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=[INHERIT, *UNIT_CHOICES], required=False)
    binding = forms.BooleanField(
        label=gettext_lazy("Binding"), required=False,
        help_text=gettext_lazy("Levels below may make it shorter, not longer."),
    )  # fmt: skip
    urgent = yes_no(gettext_lazy("Urgent"))
    fields_said = ("limit_amount", "limit_unit", "binding", "urgent")
    field_order = [*fields_said, "since", "basis"]

    @property
    def said(self) -> OfTheCondition:
        return OfTheCondition(**{name: self.cleaned_data[name] for name in self.fields_said})


class PhraseForm(VerbForm):
    """Words kept ready."""

    use = forms.ChoiceField(label=gettext_lazy("For"), choices=PhraseUse.choices)
    category = forms.ChoiceField(label=gettext_lazy("Only for the class"), required=False)
    line = forms.ChoiceField(label=gettext_lazy("Only for the line"), required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=40)
    words = words_field(
        gettext_lazy("Words"), limit=1000, hint=gettext_lazy("{number}, {place} and {class} are filled in.")
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "category", [("", _("all classes")), *category_choices()[1:]])
        offer(self, "line", [("", _("all lines")), *Line.choices])

    @property
    def wording(self) -> Wording:
        """The phrase."""
        data = self.cleaned_data
        return Wording(**{name: data[name] for name in ("use", "title", "words", "category", "line")})
