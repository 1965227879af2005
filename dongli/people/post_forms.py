"""Forms of posts and persons. They check shape; what may be done is checked by the actions."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.actions.persons import NewPerson
from dongli.people.actions.posts import Appointment
from dongli.people.models import Post, TenureManner, TenureSource, User
from dongli.people.posts import FACTS, Facts
from dongli.people.queries.posts import LOOKED_FOR, belongs_to, units_called

Choices = list[tuple[str, Any]]


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, from the browser's own picker."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class KeyedForm(forms.Form):
    """A form with a key that names what it makes, so that sending it twice makes it once."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.initial.setdefault("idempotency_key", new_id())

    @property
    def key(self) -> UUID:
        """The key."""
        key: UUID = self.cleaned_data["idempotency_key"]
        return key


class AppointForm(KeyedForm):
    """Who, from when until when, from where, and on what ground. `person` None asks for a new person's name."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("A number that is known leads to the record there is: nobody is recorded twice."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    organisation = forms.ChoiceField(label=gettext_lazy("Branch, committee or firm"), required=False)
    since = day_field(gettext_lazy("First day"))
    until = day_field(
        gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The first day without the post; empty: until it is ended"),
    )
    source = forms.ChoiceField(label=gettext_lazy("Where the person comes from"), choices=TenureSource.choices)
    manner = forms.ChoiceField(label=gettext_lazy("How they come to the post"), choices=TenureManner.choices)
    unit = forms.CharField(
        label=gettext_lazy("Seconded from"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Part of the unit's name, or its first letters in pinyin"),
    )
    seconded_from = forms.ChoiceField(
        label=gettext_lazy("Several units match: which?"), required=False, widget=forms.RadioSelect
    )
    document = forms.CharField(label=gettext_lazy("Document number"), max_length=60, required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(
        self, data: Any = None, *, facts: Facts, area: Area, person: User | None, first_day: date | None = None
    ) -> None:
        super().__init__(data)
        self.facts, self.area, self.person = facts, area, person
        self.units: list[Organisation] = []
        self.owners: dict[str, Organisation] = {}
        if person is not None:
            del self.fields["name"], self.fields["phone"]
        self.initial.setdefault("since", first_day or today())
        is_first = facts.post == Post.FIRST_SECRETARY
        self.initial["manner"] = TenureManner.SECONDED if is_first else TenureManner.APPOINTED
        self.initial["source"] = TenureSource.SECONDED if is_first else TenureSource.OTHER
        self._offer_owners()
        self._offer_units(str(data.get("unit", "")) if data is not None else "")

    def _offer_owners(self) -> None:
        rows = belongs_to(self.facts, self.area)[:40] if self.facts.kinds else []
        self.owners = {str(row.pk): row for row in rows}
        if not self.owners:
            del self.fields["organisation"]
            return
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("None in particular")),
            *((key, row.name) for key, row in self.owners.items()),
        ]

    def _offer_units(self, words: str) -> None:
        self.units = units_called(words, self.area) if words.strip() else []
        if len(self.units) < 2:
            del self.fields["seconded_from"]
            return
        choices: Choices = [(str(unit.pk), unit.name) for unit in self.units]
        self.fields["seconded_from"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if str(data.get("unit", "")).strip() and self.sender is None:
            message = _("Several units match: please choose one.") if self.units else _("No unit matches this name.")
            self.add_error("seconded_from" if self.units else "unit", message)
        return data

    @property
    def sender(self) -> Organisation | None:
        """The unit meant: the only one that matches, or the one chosen."""
        if len(self.units) == 1:
            return self.units[0]
        chosen = self.cleaned_data.get("seconded_from", "")
        return next((unit for unit in self.units if str(unit.pk) == chosen), None)

    @property
    def who(self) -> UUID | NewPerson:
        """The person chosen, or the new one."""
        if self.person is not None:
            return self.person.pk
        return NewPerson(self.cleaned_data["name"], self.cleaned_data["phone"])

    @property
    def appointment(self) -> Appointment:
        """What is decided."""
        data = self.cleaned_data
        return Appointment(
            post=self.facts.post,
            area=self.area,
            since=data["since"],
            until=data["until"],
            organisation=self.owners.get(data.get("organisation", "")),
            source=TenureSource(data["source"]),
            manner=TenureManner(data["manner"]),
            seconded_from=self.sender,
            document=data["document"],
            reason=data["reason"],
        )


class EndForm(forms.Form):
    """From which day on somebody no longer holds the post, and why."""

    on = day_field(gettext_lazy("First day without the post"), initial=today)
    why = forms.CharField(label=gettext_lazy("Why"), max_length=200)


class HandOverForm(KeyedForm):
    """Who takes everything over."""

    successor = forms.ChoiceField(label=gettext_lazy("Who takes over"))

    def __init__(self, data: Any = None, *, people: list[User], chosen: UUID | None = None) -> None:
        super().__init__(data)
        choices: Choices = [(str(one.pk), one.name or one.username) for one in people]
        self.fields["successor"].choices = [("", _("Please choose")), *choices]  # type: ignore[attr-defined]  # a choice field
        if chosen is not None or len(people) == 1:
            self.initial["successor"] = str(chosen or people[0].pk)


class MembershipForm(forms.Form):
    """Whether a post-holder is a party member, and of which branch."""

    member = forms.BooleanField(label=gettext_lazy("Party member"), required=False)
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)

    def __init__(self, data: Any = None, *, branches: list[Organisation], **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.branches = {str(one.pk): one for one in branches}
        choices: Choices = [(key, one.name) for key, one in self.branches.items()]
        self.fields["branch"].choices = [("", _("Not known")), *choices]  # type: ignore[attr-defined]  # a choice field


class AccountForm(forms.Form):
    """A user name for somebody who is to log in as staff."""

    username = forms.CharField(
        label=gettext_lazy("User name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class RosterForm(forms.Form):
    """What the roster of posts shows: vacancies, and a day."""

    only = forms.ChoiceField(label=gettext_lazy("Show"), required=False)
    on = day_field(gettext_lazy("As of"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        vacant: Choices = [(post.value, _("Vacant: %(post)s") % {"post": FACTS[post].label}) for post in LOOKED_FOR]
        self.fields["only"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("Every compound")),
            ("any", _("Only where a post is vacant")),
            *vacant,
        ]
