"""Cleaning what people type, before anything else sees it."""

import re
import unicodedata

from django.utils.translation import gettext as _

from dongli.common.errors import Invalid

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CHINESE_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


def clean(text: str, *, field: str, max_length: int, required: bool = False) -> str:
    """NFC text with LF line ends, no control characters, outer space stripped.

    Raises `Invalid` naming `field` when it is longer than `max_length` characters, or empty though `required`.
    """
    cleaned = strip_controls(text).strip()
    if required and not cleaned:
        raise Invalid("required", _("Please fill this in."), field=field)
    if len(cleaned) > max_length:
        raise Invalid(
            "too_long",
            _("This is %(length)d characters; please keep it within %(limit)d.")
            % {"length": len(cleaned), "limit": max_length},
            field=field,
        )
    return cleaned


def strip_controls(text: str) -> str:
    """NFC text with LF line ends and without control characters or lone surrogates."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", unified))


def clean_phone(text: str, *, field: str = "phone") -> str:
    """A mainland mobile number as 11 digits; raises `Invalid` when it is not one."""
    digits = re.sub(r"[\s\-()（）]", "", strip_controls(unicodedata.normalize("NFKC", text)))
    match = _CHINESE_MOBILE.fullmatch(digits)
    if match is None:
        raise Invalid("bad_phone", _("Please give an 11-digit mobile number, for instance 138 0000 0000."), field=field)
    return match.group(1)
