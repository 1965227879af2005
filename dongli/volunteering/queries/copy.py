"""What a person's copy of their data says of reporting in, wishes and service."""

from typing import Any

from django.utils.translation import gettext as _

from dongli.people.models import PartyMembership, User
from dongli.people.personal import Chapter
from dongli.volunteering.models import Claim, Consent, ReportIn, Service, Times
from dongli.volunteering.queries import offers


def chapter(user: User) -> Chapter:
    """Everything kept of `user` as a member. Six queries at most."""
    names = offers.names()
    rows = ReportIn.objects.filter(person=user).select_related("compound", "unit", "text").order_by("id")
    data = [_report_in(one, names) for one in rows]
    consents = Consent.objects.filter(report_in__person=user).order_by("id")
    data += [{"what": "consent", "at": one.at.isoformat(), "kind": one.kind, "given": one.given} for one in consents]
    claims = Claim.objects.filter(report_in__person=user).select_related("wish").order_by("id")
    data += [{"what": "claim", "at": one.claimed_at.isoformat(), "wish": one.wish.title} for one in claims]
    services = Service.objects.filter(report_in__person=user).select_related("compound", "text").order_by("id")
    data += [_service(one, names) for one in services]
    if PartyMembership.objects.filter(person=user).exists():
        data.insert(0, {"what": "party_membership", "kept": True})
    return Chapter("members", _("Reporting in, wishes and service"), [_line(one) for one in data], data)


def _report_in(one: ReportIn, names: dict[str, str]) -> dict[str, Any]:
    text = getattr(one, "text", None)
    return {
        "what": "report_in",
        "at": one.asked_at.isoformat(),
        "compound": one.compound.name,
        "unit": one.unit.name if one.unit is not None else text.unit_words if text is not None else "",
        "unit_may_count": one.told_unit is not None,
        "offers": [names.get(code, code) for code in one.offers],
        "times": [str(Times(time).label) for time in one.times],
        "state": str(one.get_state_display()),
        "reason": text.reason if text is not None else "",
    }


def _service(one: Service, names: dict[str, str]) -> dict[str, Any]:
    return {
        "what": "service",
        "at": one.on.isoformat(),
        "compound": one.compound.name,
        "kind": names.get(one.kind, one.kind),
        "minutes": one.minutes,
        "confirmed_minutes": one.confirmed_minutes,
        "state": str(one.get_state_display()),
        "words": one.text.words,
        "reason": one.text.reason,
        "dispute": one.text.dispute,
    }


def _line(one: dict[str, Any]) -> str:
    titles = {
        "report_in": _("Reported in"),
        "consent": _("Consent"),
        "claim": _("Wish claimed"),
        "service": _("Service"),
        "party_membership": _("Kept as a party member"),
    }
    told = [value for name, value in one.items() if name not in ("what", "kept") and value not in ("", None, [])]
    return " · ".join([titles[one["what"]], *(_said(value) for value in told)])


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "、".join(value) if isinstance(value, list) else str(value)
