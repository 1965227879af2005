"""An explanation in words, in the reader's language: one message for each code of a line."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from dongli.people.models import Certificate, Degree

PROBLEMS = {
    "no_scheme": gettext_lazy("No pay scheme holds here on that day."),
    "not_in_service": gettext_lazy("No service is recorded for that day."),
    "interrupted": gettext_lazy("Service is interrupted on that day."),
    "no_post": gettext_lazy("No post in the scheme is recorded for that day."),
    "foreign_post": gettext_lazy("The scheme has no such post: record the post again."),
    "no_wage": gettext_lazy("No average wage of an earlier year is known."),
}
LINES = {
    "scheme": gettext_lazy("Rule: %(scheme)s, version %(version)s"),
    "post": gettext_lazy("Post %(post)s since %(since)s: base grade %(base)s, up to grade %(last)s"),
    "service": gettext_lazy("Service since %(since)s: %(months)s completed months"),
    "interruption": gettext_lazy("Interrupted from %(since)s until before %(until)s: %(months)s months less"),
    "interruption_open": gettext_lazy("Interrupted from %(since)s: %(months)s months less"),
    "withheld": gettext_lazy("The appraisal of %(year)s withholds that year: %(months)s months less"),
    "served": gettext_lazy("Service that counts: %(years)s years and %(rest)s months (%(months)s months)"),
    "degree": gettext_lazy("%(degree)s, granted %(since)s: %(years)s credited years (%(months)s months)"),
    "steps": gettext_lazy("%(months)s months, one step for %(step_years)s years each: %(steps)s steps"),
    "certificate": gettext_lazy("%(certificate)s, since %(since)s: %(bonus)s grades more"),
    "capped": gettext_lazy("Grade %(from)s is beyond the post's grades: it stays at grade %(to)s"),
    "grade": gettext_lazy("Grade: base %(base)s + steps %(steps)s + certificate %(bonus)s = grade %(grade)s"),
    "grade_capped": gettext_lazy(
        "Grade: base %(base)s + steps %(steps)s + certificate %(bonus)s, limited to grade %(grade)s"
    ),
    "wage": gettext_lazy("Average monthly wage of %(year)s: %(wage)s yuan"),
    "wage_late": gettext_lazy("Average monthly wage of %(year)s, the last one known: %(wage)s yuan"),
    "base_pay": gettext_lazy("Base pay: %(wage)s × uplift %(uplift)s × coefficient %(coefficient)s = %(pay)s yuan"),
    "allowance": gettext_lazy("%(label)s: %(amount)s yuan"),
    "total": gettext_lazy("In all: %(base)s + %(allowances)s = %(total)s yuan a month"),
}
EXAMPLE = gettext_lazy("an example, not an official table")


def say(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stored lines (`code`, `params`) in words; a code of a past release is said as it is."""
    return [_one(line["code"], dict(line["params"])) for line in lines]


def _one(code: str, params: dict[str, Any]) -> str:
    if code in PROBLEMS:
        return str(PROBLEMS[code])
    if code == "degree":
        params["degree"] = _label(Degree, params["degree"])
    if code == "certificate":
        params["certificate"] = _label(Certificate, params["certificate"])
    words = str(LINES.get(_variant(code, params), code)) % params
    return f"{words} ({EXAMPLE})" if code == "scheme" and params.get("example") else words


def _variant(code: str, params: Mapping[str, Any]) -> str:
    if code == "interruption" and not params["until"]:
        return "interruption_open"
    if code == "wage" and params["late"]:
        return "wage_late"
    if code == "grade" and params["grade"] != params["base"] + params["steps"] + params["bonus"]:
        return "grade_capped"
    return code


def _label(kind: type[Degree] | type[Certificate], value: str) -> str:
    return str(kind(value).label) if value in kind.values else value


def problem(code: str) -> str:
    """Why nothing could be computed, in words."""
    return str(PROBLEMS.get(code, code)) if code else ""


def labels() -> dict[str, str]:
    """Every fixed value in words."""
    from dongli.people.models import Appraisal

    found = [*Degree.choices, *Certificate.choices, *Appraisal.choices]
    return {str(value): str(label) for value, label in found}
