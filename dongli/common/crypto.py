"""Encryption of personal columns at rest, and keyed hashes to find them by.

Cipher text is `k<key id>:<base64(nonce + AES-256-GCM)>`: the key id lets `dongli rotate-keys` re-encrypt while old rows
stay readable. Keys come from settings (`FIELD_KEYS`, newest first; `HASH_KEY`); another provider (SM4, an HSM) replaces
`_seal` and `_open`.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12


class UnknownKey(Exception):
    """A column was encrypted under a key that is not in FIELD_KEYS."""


@lru_cache(maxsize=8)
def _derive(secret: str) -> tuple[str, bytes]:
    key = hashlib.sha256(b"dongli field key " + secret.encode()).digest()
    return hashlib.sha256(key).hexdigest()[:8], key


def current_key_id() -> str:
    """The id of the key that new values are sealed with."""
    return _derive(settings.FIELD_KEYS[0])[0]


def encrypt(text: str) -> str:
    """`text` sealed under the newest key; the empty string stays empty."""
    if not text:
        return ""
    key_id, key = _derive(settings.FIELD_KEYS[0])
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), key_id.encode())
    return f"k{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(token: str) -> str:
    """The text in `token`; raises `UnknownKey` when its key is gone, `InvalidTag` when it was tampered with."""
    if not token:
        return ""
    key_id, _, body = token[1:].partition(":")
    for secret in settings.FIELD_KEYS:
        known_id, key = _derive(secret)
        if known_id == key_id:
            raw = base64.b64decode(body)
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], key_id.encode()).decode()
    raise UnknownKey(key_id)


def keyed_hash(text: str) -> str:
    """Hex HMAC-SHA-256 under HASH_KEY (64 characters): equality look-up without the text."""
    return hmac.new(settings.HASH_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that the database only ever holds sealed. Not searchable: keep a `keyed_hash` beside it where needed."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else decrypt(value)
