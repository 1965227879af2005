"""A lost link: sent again, to the phone the case was filed with and to no other."""

from django.db.models import Q

from dongli.cases import links
from dongli.cases.models import Case
from dongli.common.crypto import keyed_hash
from dongli.notices.actions import send_link


def send_lost_link(*, number: str, phone: str) -> bool:
    """Send the case's link if `phone` (11 digits) is the one left with it; whether it was. Callers must not tell."""
    seal = keyed_hash(phone)
    theirs = Q(contact__phone_hash=seal) | Q(resident__phone_hash=seal)
    case = Case.objects.filter(theirs, number=number).first()
    if case is None:
        return False
    send_link(phone=phone, url=links.path(case))
    return True
