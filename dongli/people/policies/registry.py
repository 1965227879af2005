"""The named policies: what each is, its shipped value, and who may set it at which level. Apps fill it at start-up."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from dongli.areas.models import Level
from dongli.common.errors import Invalid, NotFound
from dongli.common.text import clean
from dongli.people.models import Role

Value = int | Decimal | str
Words = str | Promise


class ValueKind(StrEnum):
    """What a policy's value is."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    CHOICE = "choice"
    TEXT = "text"


_ABOVE = (Role.DISTRICT_DESK, Role.CITY_DESK)
DESKS: Mapping[Level, tuple[Role, ...]] = {
    Level.CITY: (Role.CITY_DESK,),
    Level.DISTRICT: _ABOVE,
    Level.SUBDISTRICT: (Role.SUBDISTRICT_LEADER, *_ABOVE),
    Level.COMMUNITY: (Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_LEADER, *_ABOVE),
}
"""Who runs the desk of a level, or of one above it: the same people who set limits there."""

ORGANISERS: Mapping[Level, tuple[Role, ...]] = {level: (*roles, Role.ORGANISER) for level, roles in DESKS.items()}
"""The desks, and whoever keeps the organisations of the area."""


@dataclass(frozen=True)
class Policy:
    """One named policy. `shipped` answers what holds on a day where no level has said anything.

    `low`, `high`: bounds of a number, both included; `places`: its decimals; `longest`: most characters of a text.
    `stricter`: which way a number gets stricter ("lower", "higher"; "": a binding
    value is fixed). `only_stricter`: levels below may never be looser, binding or not. `monthly`: set for one calendar
    month at a time. `used`: where it counts, said honestly.
    """

    key: str
    label: Words
    kind: ValueKind
    shipped: Callable[[date], Value]
    used: Words
    unit: Words = ""
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(1000)
    places: int = 0
    longest: int = 60
    choices: tuple[tuple[str, Words], ...] = ()
    stricter: str = ""
    only_stricter: bool = False
    monthly: bool = False
    setters: Mapping[Level, tuple[Role, ...]] = field(default_factory=lambda: DESKS)

    def read(self, stored: Any) -> Value:
        """The value as stored in a row (JSON)."""
        if self.kind is ValueKind.DECIMAL:
            return Decimal(str(stored))
        return int(stored) if self.kind is ValueKind.INTEGER else str(stored)

    def stored(self, value: Value) -> int | str:
        """The value as a row keeps it: decimals as text, so that nothing is rounded."""
        return value if isinstance(value, int) else str(value)

    def parse(self, typed: object) -> Value:
        """What somebody typed, as a value; raises `Invalid` (field `value`) that says what it should be."""
        text = clean(str(typed), field="value", max_length=400, required=True)
        if self.kind is ValueKind.TEXT:
            return clean(" ".join(text.split()), field="value", max_length=self.longest)
        if self.kind is ValueKind.CHOICE:
            if text not in dict(self.choices):
                raise Invalid("bad_choice", _("Please choose one of the answers."), field="value")
            return text
        return self._number(text)

    def _number(self, text: str) -> Value:
        pattern = r"\d{1,9}" if not self.places else rf"\d{{1,9}}(\.\d{{1,{self.places}}})?"
        try:
            number = Decimal(text) if re.fullmatch(pattern, text, re.ASCII) else None
        except InvalidOperation:
            number = None
        if number is None or not self.low <= number <= self.high:
            raise Invalid(
                "bad_number",
                _("Please give a number from %(low)s to %(high)s.") % {"low": self.low, "high": self.high},
                field="value",
            )
        return int(number) if self.kind is ValueKind.INTEGER else number

    def words(self, value: Value) -> str:
        """A value as people read it, with its unit."""
        if self.kind is ValueKind.CHOICE:
            return str(dict(self.choices).get(str(value), value))
        if self.kind is ValueKind.TEXT:
            return str(value) or _("none")
        number = f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, Decimal) and "." in f"{value:f}" else value
        return f"{number} {self.unit}".rstrip()

    def allows(self, cap: Value, value: Value) -> bool:
        """Whether a level may say `value` under the binding `cap` of a level above."""
        if isinstance(cap, str) or isinstance(value, str) or not self.stricter:
            return cap == value
        return value <= cap if self.stricter == "lower" else value >= cap


@dataclass(frozen=True)
class Elsewhere:
    """A page that shows policies of a place which are kept in tables of their own; `query` names its parameter."""

    url_name: str
    label: Words
    text: Words
    query: str


_policies: dict[str, Policy] = {}
_pages: dict[str, Elsewhere] = {}


def register(policy: Policy) -> None:
    """Name a policy; doing so again replaces it."""
    _policies[policy.key] = policy


def register_page(page: Elsewhere) -> None:
    """Name a page where other policies of a place are shown."""
    _pages[page.url_name] = page


def get(key: str) -> Policy:
    """The policy called `key`; raises `NotFound`."""
    try:
        return _policies[key]
    except KeyError:
        raise NotFound("no_policy", _("There is no such policy.")) from None


def every() -> list[Policy]:
    """All policies, in the order in which apps named them."""
    return list(_policies.values())


def elsewhere() -> list[Elsewhere]:
    """The pages where other policies are shown."""
    return list(_pages.values())
