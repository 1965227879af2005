"""What the kinds of records are called that hold personal data, and what is opened of them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.people.importing import kinds

RECORDS: dict[str, str | Promise] = {
    "case": _("Case"),
    "export": _("Export of cases"),
    "person": _("Person"),
    "posts": _("List of posts"),
    "meeting": _("Joint meeting"),
    "report_in": _("Report of an in-service member"),
    "wish": _("Micro-wish"),
    "career": _("Career record"),
    "pay_sheet": _("Pay sheet"),
    "table": _("Table"),
}
FIELDS: dict[str, str | Promise] = {
    "phone": _("Mobile number"),
    "name": _("Name"),
    "contact": _("Name and mobile number"),
    "pay": _("Grade and pay"),
    "export": _("The whole file"),
    "csv": _("The whole file"),
    "xlsx": _("The whole file"),
    "attendance": _("Attendance"),
}
REASONS: dict[str, str | Promise] = {"case file": _("for the printed case file")}
"""Reasons that the product itself gives: stored as codes, so that every reader has them in their language."""


def record(kind: str) -> str | Promise:
    """What a kind of record is called; its code where it has no name."""
    return RECORDS.get(kind, kind)


def opened(field: str) -> str | Promise:
    """What was opened, be it a table that was taken away; its code where it has no name."""
    return FIELDS.get(field) or next((one.label for one in kinds.every() if one.name == field), field)


def why(reason: str) -> str | Promise:
    """The reason as it is read: the product's own in the reader's language, else as whoever looked has written it."""
    return REASONS.get(reason, reason)
