"""What is filled in about members, wishes and service. Forms parse; the rules are in the actions."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.ids import new_id, parse_id
from dongli.volunteering import consents
from dongli.volunteering.actions.reporting import MAX_UNIT, Said
from dongli.volunteering.actions.serving import MAX_WORDS, Done
from dongli.volunteering.actions.wishing import MAX_DETAILS, MOST_HELPERS, MOST_MINUTES, Wanted
from dongli.volunteering.models import Audience, ConsentKind, Offer, Times


class StepForm(forms.Form):
    """A step to take: `idempotency_key` names it, so that the same form sent twice is one step."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(data, **options)
        self.initial.setdefault("idempotency_key", new_id())

    @property
    def key(self) -> UUID:
        """The key of the step."""
        key: UUID = self.cleaned_data["idempotency_key"]
        return key

    def refuse(self, field: str | None, message: str) -> None:
        """Show a refusal at its field, or above the form."""
        self.add_error(field if field in self.fields else None, message)


def words(label: Any, hint: Any = "", *, limit: int = MAX_WORDS, required: bool = True) -> forms.CharField:
    """A few sentences."""
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, help_text=hint, max_length=limit, required=required, widget=area)


def day(label: Any, hint: Any = "") -> forms.DateField:
    """A date."""
    return forms.DateField(
        label=label, help_text=hint, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class SaidForm(StepForm):
    """What a member says of themselves: unit (or its name), what they can do, when, may the unit count them."""

    unit = forms.CharField(required=False, widget=forms.HiddenInput)
    unit_words = forms.CharField(
        label=_("Name of my unit"), help_text=_("As it stands on its door."), max_length=MAX_UNIT, required=False
    )
    offers = forms.MultipleChoiceField(label=_("What I can do"), widget=forms.CheckboxSelectMultiple)
    times = forms.MultipleChoiceField(
        label=_("When I have time"), choices=Times.choices, widget=forms.CheckboxSelectMultiple
    )
    tell_unit = forms.BooleanField(
        label=_("My unit may count me"), help_text=consents.TEXTS[ConsentKind.TELL_UNIT], required=False
    )

    def __init__(self, data: Any = None, *, offers: Iterable[Offer], listed: bool, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["offers"].choices = [(one.code, one.name) for one in offers]  # type: ignore[attr-defined]  # a choice field
        del self.fields["unit_words" if listed else "tell_unit"]
        if not listed:
            self.fields["unit_words"].required = True

    @property
    def said(self) -> Said:
        """What was said."""
        data = self.cleaned_data
        return Said(
            offers=data["offers"],
            times=data["times"],
            unit=parse_id(data["unit"]),
            unit_words=data.get("unit_words", ""),
            tell_unit=data.get("tell_unit", False),
        )


class ReportInForm(SaidForm):
    """The same, with the compound and the consent without which nothing is kept."""

    compound = forms.CharField(widget=forms.HiddenInput)
    keep = forms.BooleanField(
        label=_("I agree that my membership is kept"), help_text=consents.TEXTS[ConsentKind.KEEP], required=False
    )


class ReasonForm(StepForm):
    """A decision that needs a reason."""

    reason = words(_("Reason"), _("The member reads this."))


class ConfirmServiceForm(StepForm):
    """Service confirmed, as logged or corrected."""

    minutes = forms.IntegerField(
        label=_("Minutes of service"), help_text=_("Without the way there and back."), min_value=1
    )
    reason = words(_("Why the minutes differ"), _("Only if they do. The member reads this."), required=False)


class DisputeForm(StepForm):
    """A correction asked for."""

    words = words(_("What is not right"), _("The compound looks at it once more; then its answer stands."))


class ServiceForm(StepForm):
    """Service logged: for a wish, or of a kind."""

    wish = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What kind of help it was"), required=False)
    on = day(_("On which day"))
    minutes = forms.IntegerField(
        label=_("How many minutes"), help_text=_("Without the way there and back."), min_value=1, max_value=1440
    )
    words = words(_("What was done"), _("No names, no telephone numbers."))

    def __init__(self, data: Any = None, *, offers: Iterable[Offer], for_wish: bool, **options: Any) -> None:
        super().__init__(data, **options)
        self.initial.setdefault("on", today())
        self.fields["kind"].choices = [("", "—"), *((one.code, one.name) for one in offers)]  # type: ignore[attr-defined]  # a choice field
        if for_wish:
            del self.fields["kind"]

    @property
    def done(self) -> Done:
        """What was done."""
        data = self.cleaned_data
        return Done(
            on=data["on"],
            minutes=data["minutes"],
            words=data["words"],
            wish=parse_id(data["wish"]),
            kind=data.get("kind", ""),
        )


class WishForm(StepForm):
    """A wish to raise."""

    place = forms.ChoiceField(label=_("Where"))
    kind = forms.ChoiceField(label=_("What kind of help"))
    title = forms.CharField(
        label=_("The wish in one line"), help_text=_("All members read this: no names, no numbers."), max_length=60
    )
    details = words(_("What helpers do"), limit=MAX_DETAILS, required=False)
    audience = forms.ChoiceField(
        label=_("Who sees it"), choices=Audience.choices, widget=forms.RadioSelect, initial=Audience.COMPOUND
    )
    helpers = forms.IntegerField(label=_("How many helpers"), min_value=1, max_value=MOST_HELPERS, initial=1)
    minutes = forms.IntegerField(label=_("Minutes each will need"), min_value=1, max_value=MOST_MINUTES, initial=60)
    since = day(_("From"))
    until = day(_("Until"))
    for_resident = forms.BooleanField(
        label=_("A resident asks for it"), help_text=_("Then say below how helpers reach them."), required=False
    )
    contact_name = forms.CharField(label=_("Name"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("Mobile number"), max_length=30, required=False)
    contact_address = forms.CharField(label=_("Building and door"), max_length=120, required=False)

    def __init__(self, data: Any = None, *, places: list[Area], offers: Iterable[Offer], **options: Any) -> None:
        super().__init__(data, **options)
        self.initial.setdefault("since", today())
        self.places = {str(one.pk): one for one in places}
        self.fields["place"].choices = [(str(one.pk), _place(one)) for one in places]  # type: ignore[attr-defined]  # a choice field
        self.fields["kind"].choices = [("", "—"), *((one.code, one.name) for one in offers)]  # type: ignore[attr-defined]  # a choice field

    @property
    def wanted(self) -> Wanted:
        """The wish."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "idempotency_key"}
        return Wanted(**(data | {"place": self.places[data["place"]]}))


def _place(one: Area) -> str:
    return f"{one.parent.name} · {one.name}" if one.level == "building" and one.parent is not None else one.name


class OfferForm(StepForm):
    """A kind of help to put on offer."""

    name = forms.CharField(label=_("Kind of help"), max_length=40)
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=9999, initial=500)
