"""Form fields that clean what people type the product's way (`common.text`), and say what is wrong in its words."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dongli.cases.photos import Upload
from dongli.common.errors import Invalid
from dongli.common.masking import mask_phone
from dongli.common.text import clean, clean_phone, strip_controls


def offer(form: forms.BaseForm, name: str, rows: Any) -> None:
    """Give the choice field `name` of this form its choices, as (value, label) pairs or groups of them."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers no choices")
    field.choices = rows


def _said(check: Callable[[], str]) -> str:
    """The checked value; an `Invalid` becomes the form's error in the same words."""
    try:
        return check()
    except Invalid as refusal:
        raise ValidationError(str(refusal.message), code=refusal.code) from refusal


class PlainText(forms.Field):
    """Text of at most `limit` characters: NFC, no control characters, stripped. A missing value is empty."""

    widget = forms.TextInput

    def __init__(self, *, limit: int, **options: Any) -> None:
        super().__init__(**options)
        self.limit = limit

    def clean(self, value: Any) -> str:
        return _said(lambda: clean(str(value or ""), field="", max_length=self.limit, required=self.required))


class Phone(forms.Field):
    """A mainland mobile number as 11 digits, or empty.

    `own` is the account's number: the page shows it masked, and what comes back masked means it.
    """

    widget = forms.TextInput
    own = ""

    def clean(self, value: Any) -> str:
        text = strip_controls(str(value or "")[:60]).strip()
        if self.own and text == mask_phone(self.own):
            return self.own
        return _said(lambda: clean_phone(text)) if text or self.required else ""


class ManyFilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Upload]:
        return list(files.getlist(name)) if hasattr(files, "getlist") else []


class Photos(forms.Field):
    """Uploaded files as they came; whether they are photos is found out when they are decoded."""

    widget = ManyFilesInput

    def clean(self, value: Any) -> list[Upload]:
        return list(value or [])
