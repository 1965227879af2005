"""Whether the settings are fit to serve a city: one list of faults, told by Django's system checks and by `doctor`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import checks

SECRET_MIN_LENGTH = 32


@dataclass(frozen=True)
class Fault:
    """What is wrong and how to cure it. `code` is the id of the system check; `grave` is false for a mere warning."""

    code: str
    message: str
    cure: str
    grave: bool = True


def register() -> None:
    """Tell Django about the checks; called once, from the app's `ready`."""
    checks.register(check_settings, checks.Tags.security)


def check_settings(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The faults of the settings as Django's messages."""
    kinds = {True: checks.Error, False: checks.Warning}
    return [kinds[fault.grave](fault.message, hint=fault.cure, id=fault.code) for fault in settings_faults()]


def settings_faults() -> Iterator[Fault]:
    """Every fault of the settings; in the demonstration only those that would be faults there too."""
    yield from _key_ring()
    if settings.PRODUCTION:
        yield from _production()


def _key_ring() -> Iterator[Fault]:
    if not settings.FIELD_KEYS:
        yield Fault(
            "dongli.E001", "DONGLI_FIELD_KEYS is empty.", "Give at least one key; `openssl rand -hex 32` makes one."
        )
    if not settings.HASH_KEY:
        yield Fault("dongli.E002", "DONGLI_HASH_KEY is empty.", "Give a key; `openssl rand -hex 32` makes one.")


def _production() -> Iterator[Fault]:
    if settings.DEMO:
        yield Fault(
            "dongli.E003",
            "DONGLI_DEMO is on in production: anyone could become any persona.",
            "Unset DONGLI_DEMO.",
        )
    if settings.DEBUG:
        yield Fault("dongli.E004", "DONGLI_DEBUG is on in production: errors show secrets.", "Unset DONGLI_DEBUG.")
    for name, values in _secrets().items():
        if any(value == settings.DEMO_SECRET for value in values):
            yield Fault(
                "dongli.E005",
                f"{name} holds the demonstration's key, which everybody knows.",
                f"Set {name} to a secret of your own; `openssl rand -hex 32` makes one.",
            )
        elif any(len(value) < SECRET_MIN_LENGTH for value in values):
            yield Fault(
                "dongli.E006",
                f"{name} is shorter than {SECRET_MIN_LENGTH} characters.",
                f"Set {name} to a longer secret; `openssl rand -hex 32` makes one.",
            )
    if not settings.BASE_URL.startswith("https://"):
        yield Fault(
            "dongli.E007",
            f"DONGLI_BASE_URL is {settings.BASE_URL}: cookies and links would travel unencrypted.",
            "Set DONGLI_BASE_URL to the https address that residents use.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Fault(
            "dongli.E008", "DONGLI_ALLOWED_HOSTS allows every host.", "Name the hosts that the site answers to."
        )
    if not settings.DATABASE_URL:
        yield Fault(
            "dongli.W001",
            "The embedded PostgreSQL is used in production: nobody watches, tunes or replicates it.",
            "Set DATABASE_URL to a PostgreSQL server that is looked after.",
            grave=False,
        )
    if not settings.SMS_GATEWAY_URL:
        yield Fault(
            "dongli.W002",
            "No SMS gateway: log-in codes only reach the log.",
            "Set DONGLI_SMS_GATEWAY_URL.",
            grave=False,
        )


def _secrets() -> dict[str, list[str]]:
    return {
        "DONGLI_SECRET_KEY": [settings.SECRET_KEY],
        "DONGLI_FIELD_KEYS": settings.FIELD_KEYS,
        "DONGLI_HASH_KEY": [settings.HASH_KEY],
    }
