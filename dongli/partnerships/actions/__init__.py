"""Every write to links and joint meetings."""

from dongli.partnerships.actions.answering import answer_invitation
from dongli.partnerships.actions.convening import (
    Plan,
    Repeat,
    cancel_meeting,
    change_meeting,
    invite,
    plan_meeting,
)
from dongli.partnerships.actions.deciding import Decided, file_minutes, record_decision
from dongli.partnerships.actions.holding import add_attendance, hold_meeting, strike_attendance
from dongli.partnerships.actions.linking import Linked, Terms, change_link, end_link, link_units

__all__ = (
    "Decided",
    "Linked",
    "Plan",
    "Repeat",
    "Terms",
    "add_attendance",
    "answer_invitation",
    "cancel_meeting",
    "change_link",
    "change_meeting",
    "end_link",
    "file_minutes",
    "hold_meeting",
    "invite",
    "link_units",
    "plan_meeting",
    "record_decision",
    "strike_attendance",
)
