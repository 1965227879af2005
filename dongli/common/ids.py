"""Identifiers: time-ordered keys made by whoever makes the record, and short codes that people read out."""

import secrets
import uuid

import uuid_utils

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> uuid.UUID:
    """A UUIDv7: unique without a round trip, and near its neighbours in an index."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)


def short_code(length: int) -> str:
    """Random Crockford base-32 characters (5 bits each): no letter that is mistaken for a digit."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def parse_id(text: str) -> uuid.UUID | None:
    """The UUID written in `text`, or None when it is none (a forged or mangled id)."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
