"""Types of events, when to try again, how they are signed. Nothing here asks the database."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final

EVENTS: Final = (
    "application.waiting",
    "application.submitted",
    "application.approved",
    "application.declined",
    "application.withdrawn",
    "application.expired",
    "account.opened",
    "credit_line.requested",
    "credit_line.approved",
    "credit_line.declined",
    "credit_line.withdrawn",
)
PING: Final = "ping"
# As Standard Webhooks suggests: three and a half days in all.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
BOTH_SIGN_FOR: Final = timedelta(days=1)
DELIVERIES_KEPT: Final = timedelta(days=30)
LONGEST_URL: Final = 500


def secret_of(master: str, endpoint: str, number: int) -> str:
    """Return the secret by which an endpoint knows us: "whsec_" and 32 bytes in base 64.

    Derived from our own secret, so that nobody who reads the database can sign in our name.
    """
    message = f"atrio.webhooks\n{endpoint}\n{number}".encode()
    return "whsec_" + b64encode(hmac.new(master.encode(), message, sha256).digest()).decode()


def signatures(secrets: Sequence[bytes], *, event_id: str, at: int, body: bytes) -> str:
    """Return the header that shows that a body is ours: a signature by each secret that holds."""
    signed = f"{event_id}.{at}.".encode() + body
    return " ".join(
        "v1," + b64encode(hmac.new(secret, signed, sha256).digest()).decode() for secret in secrets
    )
