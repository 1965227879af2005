"""Whether this session has passed the second factor. Only then do roles count."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from dongli.people.models import User
from dongli.people.personas import PREFIX

DEMO_SESSION_KEY = "demo_persona"


def passed(request: HttpRequest, user: User) -> bool:
    """Password and a code, or a passkey alone. A code sent to a phone never counts for either."""
    if settings.DEMO and request.session.get(DEMO_SESSION_KEY) == str(user.pk) and user.username:
        return str(user.username).startswith(PREFIX)
    records: list[dict[str, object]] = get_authentication_records(request, user)
    factors = [record for record in records if record.get("method") == "mfa"]
    if any(record.get("passwordless") for record in factors):
        return True
    return len(factors) > 0 and any(record.get("method") == "password" for record in records)


def is_set_up(user: User) -> bool:
    """Whether the account has an authenticator app or a passkey. One query."""
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=factors).exists())


def knows_password(request: HttpRequest, user: User) -> bool:
    """Whether the password was given in this session (and not only a code to the phone)."""
    return any(record.get("method") == "password" for record in get_authentication_records(request, user))
