"""How members, wishes and service read: states and steps in words, icons and colours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.volunteering.models import ReportInState, ServiceState, WishState

Look = tuple[str | Promise, str, str]
REPORT_LOOKS: dict[str, Look] = {
    ReportInState.ASKED: (ReportInState.ASKED.label, "hourglass", "warn"),
    ReportInState.CONFIRMED: (ReportInState.CONFIRMED.label, "circle-check", "good"),
    ReportInState.DECLINED: (ReportInState.DECLINED.label, "circle-x", "bad"),
    ReportInState.ENDED: (ReportInState.ENDED.label, "ban", ""),
}
WISH_LOOKS: dict[str, Look] = {
    WishState.OPEN: (WishState.OPEN.label, "hand-stop", "info"),
    WishState.TAKEN: (WishState.TAKEN.label, "users", ""),
    WishState.DONE: (WishState.DONE.label, "circle-check", "good"),
    WishState.CANCELLED: (WishState.CANCELLED.label, "ban", ""),
}
SERVICE_LOOKS: dict[str, Look] = {
    ServiceState.DRAFT: (ServiceState.DRAFT.label, "hourglass", "warn"),
    ServiceState.CONFIRMED: (ServiceState.CONFIRMED.label, "circle-check", "good"),
    ServiceState.DECLINED: (ServiceState.DECLINED.label, "circle-x", "bad"),
    ServiceState.DISPUTED: (ServiceState.DISPUTED.label, "message-2", "warn"),
}
# Verb → (what was done, icon, tone).
STEP_LOOKS: dict[str, Look] = {
    "ask": (gettext_lazy("Reported in, waiting for the compound"), "door-enter", "info"),
    "change": (gettext_lazy("Details changed"), "edit", ""),
    "confirm": (gettext_lazy("Confirmed"), "circle-check", "good"),
    "decline": (gettext_lazy("Not confirmed"), "circle-x", "bad"),
    "moved": (gettext_lazy("Moved house"), "home", ""),
    "left": (gettext_lazy("Left"), "logout", ""),
    "withdrawn": (gettext_lazy("Consent withdrawn"), "ban", ""),
    "closed": (gettext_lazy("Account closed"), "ban", ""),
    "raise": (gettext_lazy("Wish published"), "heart-handshake", "info"),
    "claim": (gettext_lazy("Claimed by a member"), "user-plus", "info"),
    "give_back": (gettext_lazy("Place given back"), "arrow-back-up", "warn"),
    "finish": (gettext_lazy("Fulfilled"), "circle-check", "good"),
    "cancel": (gettext_lazy("Taken back"), "ban", ""),
    "log": (gettext_lazy("Service logged"), "pencil-plus", "info"),
    "dispute": (gettext_lazy("Correction asked for"), "message-2", "warn"),
}


@dataclass(frozen=True)
class Line:
    """One line of a timeline, as its component shows it."""

    title: str
    at: object
    icon: str
    tone: str
    who: str
    text: str


def lines(steps: Iterable[Any]) -> list[Line]:
    """Steps as lines, in the order given."""
    return [_line(step) for step in steps]


def _line(step: Any) -> Line:
    title, icon, tone = STEP_LOOKS[step.verb]
    return Line(str(title), step.at, icon, tone, str(step.actor) if step.actor is not None else "", _detail(step))


def _detail(step: Any) -> str:
    data: dict[str, Any] = step.data
    if "helpers" in data:
        return _("%(claimed)d of %(helpers)d places taken") % data
    if data.get("minutes") is not None:
        return _("%(minutes)d minutes") % data
    return ""
