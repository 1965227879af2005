"""What can be notified: a table of kinds and their words. Apps to the right register theirs when they are imported.

A notification stores its kind and parameters; it is worded when read, in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext


@dataclass(frozen=True)
class Kind:
    """Message ids of a kind of notification; both may name parameters as `%(number)s`."""

    title: str
    body: str = ""


@dataclass(frozen=True)
class Wording:
    """One notification in the reader's language."""

    title: str
    body: str


_kinds: dict[str, Kind] = {}


def register(kind: str, title: str, body: str = "") -> None:
    """Add a kind, for instance "cases.dispatch". Message ids are marked with `gettext_noop` where they are written."""
    if len(kind) > 40:
        raise ValueError(f"the name of a kind has at most 40 characters: {kind}")
    _kinds[kind] = Kind(title, body)


def is_known(kind: str) -> bool:
    """Whether the kind was registered."""
    return kind in _kinds


def word(kind: str, params: Mapping[str, object]) -> Wording:
    """The words in the current language. A kind of a past release, or a missing parameter, still says something."""
    found = _kinds.get(kind, Kind(kind))
    return Wording(_fill(found.title, params), _fill(found.body, params))


def _fill(msgid: str, params: Mapping[str, object]) -> str:
    text = gettext(msgid) if msgid else ""
    try:
        return text % params
    except (KeyError, ValueError, TypeError):
        return text
