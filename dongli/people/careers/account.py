"""Grade and pay of one worker on one day, explained line by line: the one place where they are computed.

The rule (三岗十八级, agreeing public descriptions; the numbers come from the scheme):
grade = base + ⌊(months of service + 12 × credited years of the highest degree) ÷ (12 × years of a step)⌋
+ bonus of the highest certificate, never above the post's last grade. Promotion changes the base only.
Base pay = average monthly wage of the year before × uplift × the grade's coefficient.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dongli.people.careers.months import Span, joined, minus, month_of, span, total
from dongli.people.careers.rules import Scheme

NOTHING = Decimal("0.00")
CENT = Decimal("0.01")
Value = str | int


@dataclass(frozen=True)
class Fact:
    """One fact as the rules see it: true from the day `since` until the day before `until`."""

    kind: str
    value: str
    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it is true on that day."""
        return self.since <= on and (self.until is None or on < self.until)

    def counts(self, on: date) -> bool:
        """Whether it is true in that month: what is granted counts from the month it is granted."""
        return month_of(self.since) <= month_of(on) and (self.until is None or on < self.until)


@dataclass(frozen=True)
class Line:
    """One line of an explanation; `people.career_words` puts it into words."""

    code: str
    params: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """What one worker is due on `on`, in yuan a month. `problem` names why nothing can be computed, else it is ""."""

    on: date
    lines: tuple[Line, ...]
    problem: str = ""
    scheme: Scheme | None = None
    post: str = ""
    grade: int | None = None
    months: int = 0
    steps: int = 0
    bonus: int = 0
    base_pay: Decimal = NOTHING
    allowances: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.base_pay + self.allowances

    @property
    def post_label(self) -> str:
        found = self.scheme.posts.get(self.post) if self.scheme is not None else None
        return found.label if found is not None else ""


def account(facts: Sequence[Fact], scheme: Scheme | None, on: date) -> Account:
    """Grade and pay on the day `on` under `scheme`, from all facts known; facts of later days are left out."""
    if scheme is None:
        return _unclear(on, "no_scheme", [])
    lines = [Line("scheme", {"scheme": scheme.name, "version": scheme.version, "example": int(scheme.example)})]
    post = next((one for one in facts if one.kind == "post" and one.holds(on)), None)
    wage = scheme.wage_for(on.year)
    problem = _problem(facts, post, scheme, on)
    if post is None or wage is None or problem:
        return _unclear(on, problem, lines, scheme)
    rule = scheme.posts[post.value]
    known: dict[str, Value] = {"post": rule.label, "base": rule.base, "last": rule.last, **_day(post.since)}
    lines.append(Line("post", known))
    months = _service(facts, scheme, on, lines) + _degree(facts, scheme, on, lines)
    steps = months // (scheme.step_years * 12)
    lines.append(Line("steps", {"months": months, "step_years": scheme.step_years, "steps": steps}))
    bonus = _certificate(facts, scheme, on, lines)
    uncapped = rule.base + steps + bonus
    grade = max(rule.first, min(rule.last, uncapped))
    if grade != uncapped:
        lines.append(Line("capped", {"from": uncapped, "to": grade}))
    lines.append(Line("grade", {"base": rule.base, "steps": steps, "bonus": bonus, "grade": grade}))
    base_pay = _base_pay(scheme, grade, wage, on, lines)
    allowances = _allowances(facts, scheme, on, lines)
    lines.append(
        Line("total", {"base": str(base_pay), "allowances": str(allowances), "total": str(base_pay + allowances)})
    )
    return Account(on, tuple(lines), "", scheme, post.value, grade, months, steps, bonus, base_pay, allowances)


def _problem(facts: Sequence[Fact], post: Fact | None, scheme: Scheme, on: date) -> str:
    if not any(one.kind == "service" and one.holds(on) for one in facts):
        return "not_in_service"
    if any(one.kind == "interruption" and one.holds(on) for one in facts):
        return "interrupted"
    if post is None:
        return "no_post"
    if post.value not in scheme.posts:
        return "foreign_post"
    return "" if scheme.wage_for(on.year) is not None else "no_wage"


def _unclear(on: date, problem: str, lines: list[Line], scheme: Scheme | None = None) -> Account:
    return Account(on, (*lines, Line(problem)), problem, scheme)


def _day(day: date) -> dict[str, Value]:
    return {"since": day.isoformat()}


def _service(facts: Sequence[Fact], scheme: Scheme, on: date, lines: list[Line]) -> int:
    """Months of service completed before the month of `on`, less interruptions and years that do not count."""
    end = month_of(on)
    found: list[Span] = []
    for one in _of(facts, "service", on):
        served = span(one.since, one.until, end)
        lines.append(Line("service", {"months": max(0, served[1] - served[0]), **_day(one.since)}))
        found = joined([*found, served])
    for one in _of(facts, "interruption", on):
        before = total(found)
        found = minus(found, span(one.since, one.until, end))
        until = one.until.isoformat() if one.until is not None else ""
        lines.append(Line("interruption", {"months": before - total(found), "until": until, **_day(one.since)}))
    for one in _of(facts, "appraisal", on):
        if one.value in scheme.withheld:
            before, year = total(found), one.since.year
            found = minus(found, (year * 12, year * 12 + 12))
            lines.append(Line("withheld", {"year": year, "months": before - total(found)}))
    months = total(found)
    lines.append(Line("served", {"years": months // 12, "rest": months % 12, "months": months}))
    return months


def _of(facts: Iterable[Fact], kind: str, on: date) -> list[Fact]:
    return sorted((one for one in facts if one.kind == kind and one.since <= on), key=lambda one: one.since)


def _degree(facts: Sequence[Fact], scheme: Scheme, on: date, lines: list[Line]) -> int:
    """Months credited for the highest degree, from the month it was granted."""
    held = [one for one in facts if one.kind == "degree" and one.counts(on) and one.value in scheme.degrees]
    if not held:
        return 0
    best = max(held, key=lambda one: scheme.degrees[one.value])
    years = scheme.degrees[best.value]
    lines.append(Line("degree", {"degree": best.value, "years": years, "months": years * 12, **_day(best.since)}))
    return years * 12


def _best_certificate(facts: Sequence[Fact], scheme: Scheme, on: date) -> Fact | None:
    held = [one for one in facts if one.kind == "certificate" and one.counts(on) and one.value in scheme.certificates]
    return max(held, key=lambda one: scheme.certificates[one.value], default=None)


def _certificate(facts: Sequence[Fact], scheme: Scheme, on: date, lines: list[Line]) -> int:
    best = _best_certificate(facts, scheme, on)
    if best is None:
        return 0
    bonus = scheme.certificates[best.value]
    lines.append(Line("certificate", {"certificate": best.value, "bonus": bonus, **_day(best.since)}))
    return bonus


def _base_pay(scheme: Scheme, grade: int, known: tuple[int, Decimal], on: date, lines: list[Line]) -> Decimal:
    year, wage = known
    coefficient = scheme.coefficients[grade - 1]
    exact = wage * scheme.uplift * coefficient
    pay = exact.quantize(scheme.round_to, rounding=ROUND_HALF_UP).quantize(CENT)
    late = int(year != on.year - 1)
    lines.append(Line("wage", {"year": year, "wage": str(wage), "late": late}))
    lines.append(
        Line(
            "base_pay",
            {"wage": str(wage), "uplift": str(scheme.uplift), "coefficient": str(coefficient), "pay": str(pay)},
        )
    )
    return pay


def _allowances(facts: Sequence[Fact], scheme: Scheme, on: date, lines: list[Line]) -> Decimal:
    best = _best_certificate(facts, scheme, on)
    certificate = best.value if best is not None else None
    entitled = {one.value for one in facts if one.kind == "allowance" and one.holds(on)}
    due = NOTHING
    for one in scheme.allowances:
        if one.certificate == certificate if one.certificate else one.code in entitled:
            lines.append(Line("allowance", {"label": one.label, "amount": str(one.amount)}))
            due += one.amount
    return due.quantize(CENT)
