"""A pay scheme as numbers: read from data, checked, and put together for an area and a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from dongli.common.errors import Invalid

MOST_GRADES = 40
LONGEST_STEP = 10


@dataclass(frozen=True)
class PostRule:
    """One post of a scheme: its base grade and the grades it may have."""

    code: str
    label: str
    base: int
    first: int
    last: int


@dataclass(frozen=True)
class Allowance:
    """Yuan a month on top of base pay: for the highest certificate held, or for whoever is recorded as entitled."""

    code: str
    label: str
    amount: Decimal
    certificate: str = ""


@dataclass(frozen=True)
class Scheme:
    """The numbers of one scheme. `coefficients[0]` is grade 1's; `wages` maps a year to its average monthly wage in
    yuan; `degrees` are credited years, `certificates` grades; `withheld` names the appraisals whose year does not
    count; base pay is rounded half up to `round_to` yuan. `key`, `name`, `version`, `example` say which scheme it is.
    """

    posts: Mapping[str, PostRule]
    step_years: int
    degrees: Mapping[str, int]
    certificates: Mapping[str, int]
    coefficients: tuple[Decimal, ...]
    uplift: Decimal
    wages: Mapping[int, Decimal]
    allowances: tuple[Allowance, ...] = ()
    withheld: frozenset[str] = frozenset({"unqualified"})
    round_to: Decimal = Decimal("0.01")
    key: str = ""
    name: str = ""
    version: str = ""
    example: bool = field(default=False, compare=False)

    @classmethod
    def read(cls, rule: Mapping[str, Any], **names: Any) -> "Scheme":
        """The scheme written in `rule`; raises `Invalid` naming the part that cannot be."""
        posts = {row["code"]: _post(row) for row in _part(rule, "posts", list)}
        scheme = cls(
            posts=posts,
            step_years=_whole(rule.get("step_years"), "step_years", 1, LONGEST_STEP),
            degrees=_counts(rule, "degrees", 30),
            certificates=_counts(rule, "certificates", 9),
            coefficients=tuple(number(one, "coefficients") for one in _part(rule, "coefficients", list)),
            uplift=number(rule.get("uplift"), "uplift"),
            wages={int(year): number(one, "wages") for year, one in _part(rule, "wages", dict).items()},
            allowances=tuple(_allowance(row) for row in rule.get("allowances", [])),
            withheld=frozenset(rule.get("withheld", ["unqualified"])),
            round_to=number(rule.get("round_to", "0.01"), "round_to"),
            **names,
        )
        scheme.check()
        return scheme

    def check(self) -> None:
        """Raise `Invalid` unless every post has its grades and every grade its coefficient, never less than below."""
        if not self.posts:
            raise Invalid("no_posts", _("A scheme needs at least one post."), field="posts")
        if not 1 <= len(self.coefficients) <= MOST_GRADES:
            raise Invalid("bad_grades", _("A scheme has between 1 and 40 grades."), field="coefficients")
        if list(self.coefficients) != sorted(self.coefficients):
            raise Invalid(
                "bad_order", _("No grade may have a smaller coefficient than the one below."), field="coefficients"
            )
        for post in self.posts.values():
            if not 1 <= post.first <= post.base <= post.last <= len(self.coefficients):
                raise Invalid(
                    "bad_post",
                    _("The grades of “%(post)s” must lie within those of the scheme.") % {"post": post.label},
                    field="posts",
                )
        if not self.wages:
            raise Invalid("no_wages", _("Please give the average wage of at least one year."), field="wages")

    def wage_for(self, year: int) -> tuple[int, Decimal] | None:
        """The average monthly wage of the year before `year`, or of the last one known before that."""
        known = [one for one in self.wages if one < year]
        return (max(known), self.wages[max(known)]) if known else None


def _part(rule: Mapping[str, Any], name: str, kind: type) -> Any:
    found = rule.get(name)
    if not isinstance(found, kind):
        raise Invalid("bad_scheme", _("The scheme lacks the part “%(part)s”.") % {"part": name}, field=name)
    return found


def _counts(rule: Mapping[str, Any], name: str, most: int) -> dict[str, int]:
    return {code: _whole(one, name, 0, most) for code, one in _part(rule, name, dict).items()}


def _whole(value: Any, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(
            "bad_number", _("Please give a whole number from %(least)d to %(most)d.") % {"least": least, "most": most},
            field=name,
        )  # fmt: skip
    return value


def number(value: Any, name: str, *, positive: bool = True) -> Decimal:
    """A decimal number written as text; raises `Invalid` naming `name`. Floating point never enters."""
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0 or (positive and found == 0) or found > 1_000_000 or _places(found) > 4:
        raise Invalid("bad_amount", _("Please give a number above 0, with at most four decimals."), field=name)
    return found


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _post(row: Mapping[str, Any]) -> PostRule:
    base = _whole(row.get("base"), "posts", 1, MOST_GRADES)
    return PostRule(
        code=str(row["code"]),
        label=str(row.get("label") or row["code"]),
        base=base,
        first=_whole(row.get("first", base), "posts", 1, MOST_GRADES),
        last=_whole(row.get("last"), "posts", 1, MOST_GRADES),
    )


def _allowance(row: Mapping[str, Any]) -> Allowance:
    amount = number(row.get("amount"), "allowances", positive=False)
    return Allowance(str(row["code"]), str(row.get("label") or row["code"]), amount, str(row.get("certificate", "")))


@dataclass(frozen=True)
class Dated:
    """A scheme with where (an area's path) and when it holds."""

    path: str
    since: date
    until: date | None
    scheme: Scheme


class Book:
    """All schemes there are; the nearest area's holds."""

    def __init__(self, schemes: Iterable[Dated]) -> None:
        self._schemes = sorted(schemes, key=lambda one: len(one.path), reverse=True)

    def at(self, path: str, on: date) -> Scheme | None:
        """The scheme for the place `path` on a day, or None."""
        for one in self._schemes:
            if path.startswith(one.path) and one.since <= on and (one.until is None or on < one.until):
                return one.scheme
        return None

    def turns(self, path: str) -> list[date]:
        """The days on which a scheme begins or ends that may hold at `path`."""
        here = [one for one in self._schemes if path.startswith(one.path)]
        return sorted({day for one in here for day in (one.since, one.until) if day is not None})
