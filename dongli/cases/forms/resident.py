"""What residents fill in: an appeal, an addition to it, a rating, and the search for a lost link."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.cases.actions.filing import MAX_WORDS
from dongli.cases.forms.fields import Phone, Photos, PlainText
from dongli.cases.forms.place import PICKED, picked
from dongli.cases.models.case import About, Danger
from dongli.cases.models.history import Satisfaction
from dongli.cases.routing import Where

Choices = list[tuple[str, str | Promise]]
DANGERS: Choices = [
    (Danger.NONE, _("No")),
    (Danger.LIFE, _("Yes, somebody's life is in danger")),
    (Danger.SELF_HARM, _("Yes, somebody may harm themselves")),
    (Danger.MINOR, _("Yes, a child is being harmed")),
]
ABOUT: Choices = [
    (About.NOBODY, _("No, not about them")),
    (About.WORKER, _("About the grid worker")),
    (About.COMMUNITY, _("About the community office")),
    (About.SUBDISTRICT, _("About the subdistrict or town office")),
    (About.DEPARTMENT, _("About a department")),
]
CODE_LENGTH = 20


def _hidden(limit: int) -> PlainText:
    return PlainText(label=_("Where"), limit=limit, required=False, widget=forms.HiddenInput)


class ReportForm(forms.Form):
    """An appeal as a resident files it. Photos are taken care of by the view, since they outlive a failed attempt."""

    what = PlainText(
        label=_("What happened"),
        help_text=_("What, since when, and what you would like to be done. Up to 4,000 characters."),
        limit=MAX_WORDS,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 5, "data-what": ""}),
    )
    category = PlainText(label=_("Kind of problem"), limit=CODE_LENGTH, required=False)
    place = _hidden(CODE_LENGTH)
    scanned = _hidden(CODE_LENGTH)
    longitude = forms.FloatField(label=_("Place on the map"), required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(label=_("Place on the map"), required=False, widget=forms.HiddenInput)
    district = PlainText(label=_("District or county"), limit=CODE_LENGTH, required=False)
    subdistrict = PlainText(label=_("Subdistrict or town"), limit=CODE_LENGTH, required=False)
    community = PlainText(label=_("Community or village"), limit=CODE_LENGTH, required=False)
    compound = PlainText(label=_("Compound"), limit=CODE_LENGTH, required=False)
    address = PlainText(label=_("Address or landmark"), limit=200, required=False)
    photos = Photos(label=_("Photos"), required=False)
    name = PlainText(label=_("Your name"), limit=60, required=False)
    phone = Phone(label=_("Mobile number"), required=False)
    danger = forms.ChoiceField(
        label=_("Is somebody in danger right now?"), choices=DANGERS, required=False, widget=forms.RadioSelect
    )
    about = forms.ChoiceField(
        label=_("Is this about the people who would handle it?"),
        choices=ABOUT,
        required=False,
        widget=forms.RadioSelect,
    )
    ticket = PlainText(label=_("Ticket number of the hotline"), limit=80, required=False)
    join = PlainText(label=_("Already reported?"), limit=36, required=False)

    def __init__(self, *args: Any, own_phone: str = "", **options: Any) -> None:
        """`own_phone`: the account's number, which the form shows masked and takes back unmasked."""
        super().__init__(*args, **options)
        phone = self.fields["phone"]
        if isinstance(phone, Phone):
            phone.own = own_phone

    def clean(self) -> dict[str, Any]:
        """Say where: a place, a point or an address."""
        data = self.cleaned_data
        half_a_point = (data.get("longitude") is None) != (data.get("latitude") is None)
        if "longitude" in self.errors or "latitude" in self.errors or half_a_point:
            for name in ("longitude", "latitude"):
                self.errors.pop(name, None)
            self.add_error("place", _("The mark on the map could not be read. Please mark it again or choose a place."))
        elif "address" not in self.errors and self.where().is_empty:
            self.add_error("place", _("Choose a place, mark it on the map, or write an address."))
        return data

    def where(self) -> Where:
        """The place as given; what has an error counts as not given."""
        data = self.cleaned_data
        return Where(
            longitude=data.get("longitude"),
            latitude=data.get("latitude"),
            area_code=data.get("place") or picked(data),
            address=data.get("address", ""),
        )


def typed(data: Mapping[str, str]) -> dict[str, str]:
    """What was chosen in the picker, cut to the length of a code."""
    return {level: data.get(level, "")[:CODE_LENGTH] for level in PICKED}


class AddForm(forms.Form):
    """More words (and photos) for an appeal."""

    words = PlainText(label=_("What would you like to add?"), limit=MAX_WORDS, widget=forms.Textarea)
    photos = Photos(label=_("Photos"), required=False)


class ReopenForm(forms.Form):
    """Why it is not solved."""

    words = PlainText(label=_("What is still not right?"), limit=MAX_WORDS, widget=forms.Textarea)
    photos = Photos(label=_("Photos"), required=False)


class WithdrawForm(forms.Form):
    """Taking an appeal back."""

    words = PlainText(label=_("Why (if you like)"), limit=500, required=False, widget=forms.Textarea)


CONTACTED: Choices = [("yes", _("Yes, they did")), ("no", _("No, nobody did"))]
SOLVED: Choices = [("yes", _("Solved")), ("no", _("Not solved"))]


class RateForm(forms.Form):
    """Three questions about one closing."""

    contacted = forms.ChoiceField(
        label=_("Did somebody get in touch with you?"), choices=CONTACTED, widget=forms.RadioSelect
    )
    solved = forms.ChoiceField(label=_("Is the problem solved?"), choices=SOLVED, widget=forms.RadioSelect)
    satisfaction = forms.ChoiceField(
        label=_("Are you satisfied?"), choices=Satisfaction.choices, widget=forms.RadioSelect
    )
    words = PlainText(label=_("A word, if you like"), limit=1000, required=False, widget=forms.Textarea)


class FindForm(forms.Form):
    """A lost link: the number of the appeal and the phone it was filed with."""

    number = PlainText(label=_("Number of the appeal"), limit=20)
    phone = Phone(label=_("Mobile number you left"))
