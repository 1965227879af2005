"""How duties read: states, steps and outcomes in words, icons and colours."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.duties.models import DutyState, DutyStep, Outcome

Look = tuple[str | Promise, str, str]
DUTY_LOOKS: dict[str, Look] = {
    DutyState.OPEN: (DutyState.OPEN.label, "progress-check", "info"),
    DutyState.REOPENED: (DutyState.REOPENED.label, "refresh", "warn"),
    DutyState.DONE: (DutyState.DONE.label, "circle-check", "good"),
    DutyState.DROPPED: (DutyState.DROPPED.label, "ban", ""),
}
# Verb → (what was done, icon, tone).
STEP_LOOKS: dict[str, Look] = {
    "assign": (gettext_lazy("Duty given"), "flag", "info"),
    "progress": (gettext_lazy("Progress reported"), "message-2", "info"),
    "close": (gettext_lazy("Reported fulfilled"), "circle-check", "good"),
    "drop": (gettext_lazy("Duty dropped"), "ban", ""),
    "reopen": (gettext_lazy("Taken up again"), "refresh", "warn"),
    "pass_on": (gettext_lazy("Handed over"), "users", "info"),
    "succeed": (gettext_lazy("Passed on with its organisation"), "route", "info"),
    "follow_up": (gettext_lazy("Follow-up"), "history", "info"),
}
OUTCOME_LOOKS: dict[str, Look] = {
    "": (gettext_lazy("Not asked yet"), "hourglass", ""),
    "asked": (gettext_lazy("Residents are being asked"), "message-2", "info"),
    "void": (gettext_lazy("No longer due"), "minus", ""),
    Outcome.HELD: (Outcome.HELD.label, "circle-check", "good"),
    Outcome.NOT_HELD: (Outcome.NOT_HELD.label, "circle-x", "bad"),
    Outcome.NO_ANSWER: (Outcome.NO_ANSWER.label, "mood-empty", ""),
}


def detail(step: DutyStep) -> str:
    """What a step's record adds to its title, in a sentence; empty when it adds nothing."""
    data: dict[str, Any] = step.data
    if step.verb == "assign":
        return _("%(owner)s, %(organisation)s, by %(due)s") % data
    if step.verb == "pass_on":
        return _("From %(from)s to %(owner)s") % data
    if step.verb == "succeed":
        return _("%(to)s has taken over from %(from)s.") % data
    if step.verb == "reopen":
        return _("New date: %(due)s") % data
    if step.verb == "follow_up":
        outcome = OUTCOME_LOOKS[data["outcome"]][0]
        counted = {"asked": data.get("asked", 0), "answered": data.get("answered", 0), "noes": data.get("noes", 0)}
        said = _("%(asked)s asked, %(answered)s answered, %(noes)s of them “no”") % counted
        return _("After %(days)s days: %(outcome)s (%(said)s)") % {
            "days": data["days"],
            "outcome": outcome,
            "said": said,
        }
    return ""
