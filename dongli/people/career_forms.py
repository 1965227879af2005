"""Forms of careers: they parse and offer; what may be done is checked by the actions."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.people.actions.careers import VALUES, NewFact
from dongli.people.careers.months import first_of, month_of
from dongli.people.careers.rules import Scheme
from dongli.people.models import FactKind, PayFact

Choices = list[tuple[str, str]]
WITHOUT_END = (FactKind.DEGREE, FactKind.APPRAISAL)
SINCE_LABELS = {
    FactKind.DEGREE: gettext_lazy("Granted on"),
    FactKind.CERTIFICATE: gettext_lazy("Granted on"),
    FactKind.APPRAISAL: gettext_lazy("Any day of the year"),
}


class KeyForm(forms.Form):
    """A form sent twice is one step: `idempotency_key` names it."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.initial.setdefault("idempotency_key", new_id())

    @property
    def key(self) -> UUID:
        """The key of the step."""
        key: UUID = self.cleaned_data["idempotency_key"]
        return key


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked from the browser's calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class FactForm(KeyForm):
    """A fact of one kind; a correction starts from the earlier one and says why."""

    since = day_field(gettext_lazy("Since"))
    until = day_field(
        gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The first day it is no longer true; empty: still"),
    )
    document = forms.CharField(
        label=gettext_lazy("Document"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Number of the paper that proves it"),
    )
    reason = forms.CharField(label=gettext_lazy("Why it is corrected"), max_length=200)  # fmt: skip

    def __init__(
        self, data: Any = None, *, kind: str, offers: Mapping[str, Choices], old: PayFact | None = None
    ) -> None:
        super().__init__(data, initial=_of(old) if old is not None else {})
        self.kind = kind
        if kind not in (FactKind.SERVICE, FactKind.INTERRUPTION):
            choices = [("", _("Please choose")), *offers[kind]]
            self.fields["value"] = forms.ChoiceField(label=FactKind(kind).label, choices=choices)
        self.fields["since"].label = SINCE_LABELS.get(FactKind(kind), self.fields["since"].label)
        if kind in WITHOUT_END:
            del self.fields["until"]
        if old is None:
            del self.fields["reason"]
        wanted = ("value", "since", "until", "document", "reason", "idempotency_key")
        self.order_fields([name for name in wanted if name in self.fields])

    @property
    def fact(self) -> NewFact:
        """What was filled in."""
        data = self.cleaned_data
        return NewFact(self.kind, data["since"], data.get("value", ""), data.get("until"), data["document"])


def _of(old: PayFact) -> dict[str, Any]:
    return {"value": old.value, "since": old.since, "until": old.until, "document": old.document}


def offers(schemes: list[Scheme]) -> dict[str, Choices]:
    """What each kind of fact can be: fixed lists, and the posts and allowances of the schemes."""
    posts = {one.code: one.label for scheme in schemes for one in scheme.posts.values()}
    allowances = {one.code: one.label for scheme in schemes for one in scheme.allowances if not one.certificate}
    found: dict[str, Choices] = {str(kind): [(str(v), str(w)) for v, w in of.choices] for kind, of in VALUES.items()}
    return found | {"post": list(posts.items()), "allowance": list(allowances.items())}


class ContestForm(KeyForm):
    """What is wrong, in the worker's words."""

    fact = forms.TypedChoiceField(label=gettext_lazy("What it is about"), coerce=UUID, empty_value=None, required=False)
    words = forms.CharField(
        label=gettext_lazy("What is wrong, and how it should be"), max_length=1000, widget=forms.Textarea
    )

    def __init__(self, data: Any = None, *, facts: Choices, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["fact"].choices = [("", _("My record as a whole")), *facts]  # type: ignore[attr-defined]  # set here


class DecisionForm(KeyForm):
    """The answer to a contest; where a fact is contested, what takes its place."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    answer = forms.CharField(label=gettext_lazy("Answer to the worker"), max_length=1000, widget=forms.Textarea)
    value = forms.ChoiceField(label=gettext_lazy("Right value"), required=False)
    since = day_field(gettext_lazy("Right beginning"), required=False)
    until = day_field(gettext_lazy("Right end"), required=False)

    def __init__(self, data: Any = None, *, old: PayFact | None, offers: Mapping[str, Choices]) -> None:
        super().__init__(data, initial=_of(old) if old is not None else {})
        self.old = old
        choices = [
            ("correct", _("Upheld: correct the fact")),
            ("withdraw", _("Upheld: take the fact back")),
            ("upheld", _("Upheld: it has been corrected already")),
            ("refused", _("Not upheld")),
        ]
        shown = choices if old is not None else choices[2:]
        self.fields["decision"].choices = shown  # type: ignore[attr-defined]  # a choice field
        if old is None:
            for name in ("value", "since", "until"):
                del self.fields[name]
        elif old.kind in (FactKind.SERVICE, FactKind.INTERRUPTION):
            del self.fields["value"]
        else:
            self.fields["value"].choices = offers[old.kind]  # type: ignore[attr-defined]  # a choice field
        if old is not None and old.kind in WITHOUT_END:
            del self.fields["until"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "correct" and not data.get("since"):
            self.add_error("since", _("Please fill this in."))
        return data

    @property
    def correction(self) -> NewFact | None:
        """What takes the contested fact's place, if anything does."""
        data = self.cleaned_data
        if data["decision"] != "correct" or self.old is None:
            return None
        return NewFact(self.old.kind, data["since"], data.get("value", ""), data.get("until"), self.old.document)


class RunForm(KeyForm):
    """Whose pay, from when on."""

    area = forms.ChoiceField(label=gettext_lazy("Area"))
    effective_on = forms.TypedChoiceField(label=gettext_lazy("From"), coerce=date.fromisoformat)

    def __init__(self, data: Any = None, *, areas: list[Area]) -> None:
        this = month_of(today())
        days = [first_of(month) for month in range(this - 11, this + 12)]
        coming = min(day for day in days if day.month == 1 and day > today())
        super().__init__(data, initial={"effective_on": coming.isoformat()})
        self.fields["area"].choices = [(one.code, one.name) for one in areas]  # type: ignore[attr-defined]  # set here
        self.fields["effective_on"].choices = [(day.isoformat(), day.isoformat()) for day in days]  # type: ignore[attr-defined]  # set here
