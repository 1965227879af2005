"""The form on which a level sets a policy: its fields follow what the policy's value is."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Level
from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.people.models import LevelPolicy
from dongli.people.policies.registry import Policy, Value, ValueKind


class PolicyForm(forms.Form):
    """A value, from which day (a monthly one: `since` is fixed), whether it binds, and why.

    `idempotency_key` names the setting; `seen` is the level's own row as the page showed it.
    """

    since = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Today or later."),
    )
    binding = forms.BooleanField(label=_("Binding"), required=False)
    reason = forms.CharField(label=_("Why, or the legal basis"), max_length=300, required=False)
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    field_order = ["value", "since", "binding", "reason"]

    def __init__(
        self, data: Any = None, *, policy: Policy, level: str, key: UUID, start: date, own: LevelPolicy | None
    ) -> None:
        super().__init__(data, label_suffix="")
        self.policy = policy
        self.fields["value"] = _value_field(policy)
        self.order_fields(self.field_order)
        self.initial = {
            "idempotency_key": key, "since": start, "seen": own.id if own else None,
            "value": own.value if own else None, "binding": own.binding if own else False,
            "reason": own.reason if own else "",
        }  # fmt: skip
        if policy.monthly:
            self.fields["since"].widget = forms.HiddenInput()
        if level == Level.COMMUNITY or policy.only_stricter:
            del self.fields["binding"]
        else:
            self.fields["binding"].help_text = _BINDING[policy.stricter]

    def clean_value(self) -> Value:
        """What was typed, as the policy's value."""
        try:
            return self.policy.parse(self.cleaned_data["value"])
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    @property
    def binds(self) -> bool:
        """Whether the levels below are bound."""
        return bool(self.cleaned_data.get("binding"))

    @property
    def first_day(self) -> date:
        """The day chosen, or today."""
        found: date = self.cleaned_data.get("since") or today()
        return found


_BINDING = {
    "": _("Levels below may not set anything else."),
    "lower": _("Levels below may set less, not more."),
    "higher": _("Levels below may set more, not less."),
}


def _value_field(policy: Policy) -> forms.Field:
    if policy.kind is ValueKind.CHOICE:
        return forms.ChoiceField(label=str(policy.label), choices=policy.choices)
    if policy.kind is ValueKind.TEXT:
        return forms.CharField(label=str(policy.label), max_length=policy.longest)
    hint = _("From %(low)s to %(high)s %(unit)s")
    mode = "decimal" if policy.places else "numeric"
    return forms.CharField(
        label=str(policy.label),
        max_length=12,
        help_text=str(hint) % {"low": policy.low, "high": policy.high, "unit": policy.unit},
        widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}),
    )
