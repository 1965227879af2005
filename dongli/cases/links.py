"""The secret link of a case: derived, never stored, re-sendable, and revoked by raising `link_version`."""

import hmac

from django.conf import settings
from django.urls import reverse

from dongli.cases.models import Case
from dongli.common.crypto import keyed_hash

TOKEN_LENGTH = 32


def token(case: Case) -> str:
    """128 bits in hex that only the server can make."""
    return keyed_hash(f"case link:{case.id}:{case.link_version}")[:TOKEN_LENGTH]


def is_token(case: Case, text: str) -> bool:
    """Whether `text` is the case's token, compared in constant time."""
    return hmac.compare_digest(token(case).encode(), text.encode("utf-8", "replace"))


def path(case: Case) -> str:
    """The link's path within the site."""
    return reverse("case_link", args=[case.number, token(case)])


def url(case: Case) -> str:
    """The whole link, for a message."""
    return f"{settings.BASE_URL}{path(case)}"
