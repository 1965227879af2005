"""What states and steps of links and meetings are called, and how they look."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.organisations.models import Mechanism
from dongli.partnerships.models import Answer, LinkStep, MeetingState, MeetingStep

Look = tuple[str | Promise, str, str]

STATE_LOOKS: dict[str, Look] = {
    MeetingState.PLANNED: (MeetingState.PLANNED.label, "calendar-event", "info"),
    MeetingState.HELD: (MeetingState.HELD.label, "progress-check", "warn"),
    MeetingState.MINUTED: (MeetingState.MINUTED.label, "circle-check", "good"),
    MeetingState.CANCELLED: (MeetingState.CANCELLED.label, "calendar-off", ""),
}
ANSWER_LOOKS: dict[str, Look] = {
    "": (gettext_lazy("No answer yet"), "hourglass", ""),
    Answer.COMING: (Answer.COMING.label, "circle-check", "good"),
    Answer.NOT_COMING: (Answer.NOT_COMING.label, "circle-x", "warn"),
}
MEETING_STEPS: dict[str, Look] = {
    "plan": (gettext_lazy("Planned"), "calendar-event", "info"),
    "change": (gettext_lazy("Changed"), "edit", ""),
    "invite": (gettext_lazy("More were invited"), "user-plus", ""),
    "answer": (gettext_lazy("Answered"), "message", ""),
    "cancel": (gettext_lazy("Called off"), "calendar-off", "warn"),
    "hold": (gettext_lazy("Held"), "users", "good"),
    "attend": (gettext_lazy("Attendance added"), "user-plus", ""),
    "strike": (gettext_lazy("Attendance taken out"), "user-off", ""),
    "decide": (gettext_lazy("Decided"), "flag", "info"),
    "succeed": (gettext_lazy("Passed on with its convenor"), "route", "info"),
    "minutes": (gettext_lazy("Minutes filed"), "file-text", "good"),
}
LINK_STEPS: dict[str, Look] = {
    "link": (gettext_lazy("Linked"), "link", "good"),
    "change": (gettext_lazy("Changed"), "edit", ""),
    "end": (gettext_lazy("Ended"), "ban", "warn"),
}


def meeting_detail(step: MeetingStep) -> str:
    """What a step of a meeting says beyond its title."""
    data: dict[str, Any] = step.data
    match step.verb:
        case "change":
            return _("Time or place changed: those invited are asked again.") if data.get("moved") else ""
        case "invite":
            return _(", ").join(data.get("organisations", []))
        case "answer":
            words = ANSWER_LOOKS[data["answer"]][0]
            by_desk = _("(recorded by the desk)") if data.get("by_desk") else ""
            return f"{data['organisation']} · {words}{by_desk}"
        case "cancel":
            return str(data.get("reason", ""))
        case "hold" | "attend":
            return _("Organisations: %(count)d") % {"count": data["organisations"]}
        case "strike":
            return str(data.get("organisation", ""))
        case "decide":
            return _("Decision %(number)d, followed up by %(follower)s") % data
        case "succeed":
            return _("%(to)s has taken over from %(from)s.") % data
        case "minutes":
            return _("The minutes were corrected.") if data.get("corrected") else ""
    return ""


def link_detail(step: LinkStep) -> str:
    """What a step of a link says beyond its title."""
    data: dict[str, Any] = step.data
    if step.verb == "link":
        return " · ".join(part for part in (str(Mechanism(data["mechanism"]).label), data.get("doing", "")) if part)
    if step.verb == "end":
        words = _("It ends on %(day)s.") % {"day": data["until"]}
        return f"{words} {data['reason']}".strip()
    said = [data["doing"]] if "doing" in data else []
    if "contact" in data.get("changed", []):
        said.append(_("The contact was changed."))
    return " ".join(said)
