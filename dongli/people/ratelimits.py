"""How often something may be done by one phone, one address, one device: limits as data, counted in one statement.

    hit(RateKey("code_by_phone", phone), *visitor(request, "code"))

All keys are counted together or none: a refused attempt leaves no trace, so that one who floods cannot use up the
allowance of others, and concurrent attempts queue on the rows' locks, so that none slips through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dongli.common.clock import now
from dongli.common.crypto import keyed_hash
from dongli.common.errors import TooMany
from dongli.people.models import RateCount

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most `count` times in a `window` that opens with the first of them."""

    count: int
    window: timedelta


@dataclass(frozen=True)
class RateKey:
    """One thing to count: a rule's name and the phone, address, device or account it is counted for."""

    rule: str
    value: str


# Addresses are shared by many (a community's own network, mobile carriers), hence wider than phones and devices.
LIMITS: dict[str, tuple[Limit, ...]] = {
    "code_by_phone": (Limit(1, MINUTE), Limit(5, HOUR), Limit(10, DAY)),
    "code_by_address": (Limit(30, HOUR), Limit(200, DAY)),
    "code_by_device": (Limit(10, HOUR), Limit(20, DAY)),
    "code_tries_by_phone": (Limit(10, HOUR), Limit(30, DAY)),
    "login_failures_by_account": (Limit(5, timedelta(minutes=5)), Limit(30, DAY)),
    "login_failures_by_address": (Limit(50, HOUR),),
    "second_factor": (Limit(5, timedelta(minutes=5)), Limit(30, DAY)),
    "second_factor_code": (Limit(1, timedelta(minutes=3)),),
    "passkey_by_address": (Limit(60, HOUR),),
    "filing_by_phone": (Limit(10, HOUR), Limit(30, DAY)),
    "filing_by_address": (Limit(60, HOUR), Limit(300, DAY)),
    "filing_by_device": (Limit(10, HOUR), Limit(30, DAY)),
    "nearby_by_address": (Limit(600, HOUR), Limit(3000, DAY)),
    "nearby_by_device": (Limit(120, HOUR), Limit(400, DAY)),
    "photos_by_address": (Limit(300, HOUR), Limit(1500, DAY)),
    "photos_by_device": (Limit(60, HOUR), Limit(150, DAY)),
    "link_by_phone": (Limit(3, HOUR), Limit(10, DAY)),
    "link_by_address": (Limit(20, HOUR), Limit(100, DAY)),
    "link_by_device": (Limit(10, HOUR), Limit(20, DAY)),
}

_COUNT = """
    INSERT INTO people_ratecount AS stored (key, count, expires_at)
    SELECT key, 1, expires_at FROM unnest(%s::text[], %s::timestamptz[]) AS wanted (key, expires_at) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN stored.expires_at <= %s THEN 1 ELSE stored.count + 1 END,
        expires_at = CASE WHEN stored.expires_at <= %s THEN excluded.expires_at ELSE stored.expires_at END
    RETURNING key, count, expires_at
"""


def hit(*keys: RateKey) -> None:
    """Count one attempt under every key. Raises `TooMany`, having counted nothing, when any limit is passed.

    Must not be called inside a transaction: the count has to stand whatever becomes of the attempt. Keys without a
    value (no phone was given) are left out. Raises `KeyError` for a rule that `LIMITS` does not know.
    """
    limits = {_row_key(key, limit): limit for key in keys if key.value for limit in LIMITS[key.rule]}
    if not limits:
        return
    moment = now()
    ends = [moment + limit.window for limit in limits.values()]
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(limits), ends, moment, moment])
        waits = [expires - moment for key, count, expires in cursor.fetchall() if count > limits[key].count]
        if waits:
            raise TooMany("too_many", _wait_message(max(waits)))


def forgive(*keys: RateKey) -> None:
    """Take back one attempt: a right password should not count among the failures."""
    rows = [_row_key(key, limit) for key in keys if key.value for limit in LIMITS[key.rule]]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_ratecount SET count = count - 1 WHERE key = ANY(%s) AND count > 0", [rows])


def visitor(request: HttpRequest, what: str) -> Iterable[RateKey]:
    """The keys `<what>_by_address` and `<what>_by_device` of whoever sent the request."""
    yield RateKey(f"{what}_by_address", client_address(request))
    yield RateKey(f"{what}_by_device", getattr(request, "device", ""))


def client_address(request: HttpRequest) -> str:
    """The visitor's address: the peer's, or what our own proxy says it was (its entry is the last one)."""
    if settings.BEHIND_PROXY:
        forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded[:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def purge() -> int:
    """Forget windows that are over; how many rows went. A job runs it every hour."""
    deleted, _tables = RateCount.objects.filter(expires_at__lte=now()).delete()
    return deleted


def _row_key(key: RateKey, limit: Limit) -> str:
    return keyed_hash(f"rate {key.rule} {limit.window.total_seconds():.0f} {key.value}")


def _wait_message(wait: timedelta) -> str:
    seconds = wait.total_seconds()
    if seconds <= 60:
        return _("That was too often. Please wait a minute and try again.")
    if seconds <= 3600:
        return _("That was too often. Please try again in %(minutes)d minutes.") % {"minutes": -(-seconds // 60)}
    return _("That was too often. Please try again in %(hours)d hours, or telephone 12345.") % {
        "hours": -(-seconds // 3600)
    }
