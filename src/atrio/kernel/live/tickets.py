"""The right to hear that something has changed: signed, for a while, for the keys it names."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core import signing

PATH = "/live/"
# A stream ends with its ticket. By then its page has a newer one, if its reader may still look.
LIFE = 15 * 60  # seconds
_SALT = "atrio.live"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What may be heard of, until when (seconds since 1970), and how often at most."""

    keys: tuple[str, ...]
    until: float
    pause: float  # seconds of silence after each word


def application_key(application: UUID) -> str:
    """Return the key of one application."""
    return f"application:{application}"


def unit_key(code: str) -> str:
    """Return the key of all that happens to the applications of a business unit."""
    return f"unit:{code}"


def live_address(keys: Iterable[str], *, pause: float = 0) -> str:
    """Return the address of a stream that tells of these keys.

    For pages that have just checked that their reader may see what the keys name. After a word
    the stream is silent for `pause` seconds: many changes then make one.
    """
    said = [list(keys), int(time.time()) + LIFE, pause]
    return PATH + signing.dumps(said, salt=_SALT, compress=False)


def ticket_at(path: str) -> Ticket | None:
    """Return the ticket in a stream's address; None where it is forged, garbled or over."""
    try:
        keys, until, pause = signing.loads(path.removeprefix(PATH), salt=_SALT)
    # What is not base64 fails before its signature is looked at.
    except (signing.BadSignature, ValueError):
        return None
    return Ticket(tuple(keys), until, pause) if until > time.time() else None
