"""What keys look like and what they may allow. Nothing here asks the database."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

# In the order in which people are asked for them.
SCOPES = (
    "journeys:read",
    "applications:read",
    "applications:write",
    "accounts:read",
    "webhooks:write",
)
PER_MINUTE = 600  # requests of one key
MINUTE = timedelta(minutes=1)
ANSWERS_KEPT = timedelta(days=1)
_SHOWN = 14  # letters of a key, its first word included; the other 38 stay secret


class NewKey(NamedTuple):
    """A key at the one moment at which it is known."""

    secret: str
    prefix: str
    digest: bytes


def new_key() -> NewKey:
    """Return a new key: 256 random bits, so that its digest needs neither salt nor time."""
    secret = f"atrio_{secrets.token_urlsafe(32)}"
    return NewKey(secret, secret[:_SHOWN], digest_of(secret))


def digest_of(secret: str) -> bytes:
    """Return what is kept of a key."""
    return sha256(secret.encode(errors="surrogatepass")).digest()
