"""Forms of log-in, account, duty and staff pages. They check shape; what may be done is checked by the actions."""

import struct
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.common.clock import CITY_ZONE, now
from dongli.common.errors import Invalid, TooMany
from dongli.common.text import clean_phone
from dongli.people.models import User
from dongli.people.phone_login import is_right
from dongli.people.ratelimits import RateKey, forgive, hit


class PhoneForm(forms.Form):
    """Which phone the code goes to."""

    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        try:
            return clean_phone(self.cleaned_data["phone"])
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class PhoneCodeForm(forms.Form):
    """The code that came; `code` is the hash it must have, `phone` whose tries are counted."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: Any, code: str, phone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected, self.phone = code, phone

    def clean_code(self) -> str:
        """Every try counts for the phone, whichever browser sends it."""
        count_or_complain(RateKey("code_tries_by_phone", self.phone))
        typed: str = self.cleaned_data["code"]
        if not is_right(self.expected, typed):
            raise forms.ValidationError(_("This code is not right. Please look again, or ask for a new one."))
        return typed


def count_or_complain(*keys: RateKey) -> None:
    """Count an attempt; too many become an error of the form."""
    try:
        hit(*keys)
    except TooMany as refusal:
        raise forms.ValidationError(str(refusal)) from refusal


class _CountedCode:
    """Second-factor codes: tries are counted per account in the database, and no code is taken twice."""

    user: User

    def clean_code(self) -> str:
        key = RateKey("second_factor", str(self.user.pk))
        count_or_complain(key)
        code: str = super().clean_code()  # type: ignore[misc]  # allauth's form comes next in the order of classes
        count_or_complain(RateKey("second_factor_code", f"{self.user.pk} {''.join(code.split())}"))
        forgive(key)
        return code


class SecondFactorForm(_CountedCode, AuthenticateForm):  # type: ignore[misc]  # allauth is not typed
    """The code that completes a log-in."""


class SecondFactorAgainForm(_CountedCode, ReauthenticateForm):  # type: ignore[misc]  # allauth is not typed
    """The code that confirms who is there."""


# What the libraries beneath let escape when a browser (or a forger) sends something that is no credential.
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, struct.error, InvalidSignature)
NOT_ACCEPTED = _("The passkey was not accepted. Please try again, or use another way.")


class _CheckedCredential:
    """Passkeys: whatever is malformed is an error of the form."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # allauth's form comes next in the order of classes
        except MALFORMED as error:
            raise forms.ValidationError(NOT_ACCEPTED) from error


class PasskeyLoginForm(_CheckedCredential, LoginWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A log-in by passkey alone."""


class PasskeyFactorForm(_CheckedCredential, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A passkey that completes a log-in."""


class PasskeyAgainForm(_CheckedCredential, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A passkey that confirms who is there."""


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A new passkey."""

    def clean(self) -> Any:
        try:
            return super().clean()
        except MALFORMED as error:
            raise forms.ValidationError(NOT_ACCEPTED) from error


class LocalDateTimeField(forms.DateTimeField):
    """A date and time in the city's zone, from the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)


def next_hour() -> datetime:
    """The next full hour, as a beginning to start from."""
    return now().astimezone(CITY_ZONE).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


class AbsenceForm(forms.Form):
    """Who is away, from when until when, and who stands in."""

    person = forms.UUIDField(label=_("Who is away"))
    since = LocalDateTimeField(label=_("From"), initial=next_hour)
    until = LocalDateTimeField(label=_("Until"))
    deputy = forms.UUIDField(label=_("Who stands in"), required=False)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(user.pk), user.name or user.username or "") for user in people]
        self.fields["person"].widget = forms.Select(choices=choices)
        self.fields["deputy"].widget = forms.Select(choices=[("", _("Nobody in particular")), *choices])


class DeskTurnForm(forms.Form):
    """A turn on the roster of an area's desk, which hears of escalations."""

    person = forms.UUIDField(label=_("Who"))
    rank = forms.IntegerField(label=_("Rank"), min_value=1, max_value=9, initial=1)
    since = LocalDateTimeField(label=_("From"), required=False, help_text=_("empty: now"))
    until = LocalDateTimeField(label=_("Until"), required=False, help_text=_("empty: without an end"))

    prefix = "desk"  # its fields stand on one page with those of a grid's turn

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].widget = forms.Select(choices=[(str(one.pk), one.name or one.username) for one in people])


class TurnForm(forms.Form):
    """A turn on a grid's roster."""

    grid = forms.UUIDField(label=_("Grid"))
    person = forms.UUIDField(label=_("Who"))
    rank = forms.IntegerField(label=_("Rank"), min_value=1, max_value=9, initial=1)

    def __init__(self, *args: Any, people: list[User], grids: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].widget = forms.Select(choices=[(str(one.pk), one.name or one.username) for one in people])
        self.fields["grid"].widget = forms.Select(
            choices=[(str(one.pk), f"{one.community.name} · {one.name}") for one in grids]
        )


class StaffForm(forms.Form):
    """A new staff account."""

    username = forms.CharField(label=_("User name"), max_length=40, help_text=_("Small letters and digits"))
    name = forms.CharField(label=_("Name"), max_length=60)
    phone = forms.CharField(label=_("Mobile number"), max_length=30, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)


class MessageLanguageForm(forms.Form):
    """The language of messages sent to this person."""

    language = forms.ChoiceField(
        label=_("Language of messages"),
        required=False,
        choices=[("", _("As the city writes")), ("zh-hans", "简体中文"), ("en", "English")],
    )
