"""Ids for rows and reference numbers for people."""

from __future__ import annotations

import secrets
import time
from hashlib import sha256
from threading import Lock
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so nobody misreads a number over the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_latest = 0  # what the last id was made of: 48 bits of time, 74 of chance
_one_at_a_time = Lock()


def new_id() -> UUID:
    """Return a UUID of version 7 (RFC 9562): grows with time, and from one call to the next.

    Rows are read in the order of their ids, and many are made within one millisecond: there the
    next id is the last one and a little more (the RFC's method 2). What is random of it, 74 bits
    at first and 32 more with each, nobody guesses.
    """
    global _latest
    fresh = time.time_ns() // 1_000_000 << 74 | secrets.randbits(74)
    with _one_at_a_time:
        _latest = max(fresh, _latest + 1 + secrets.randbits(32))
        value = _latest
    above, below = value >> 62, value & ((1 << 62) - 1)
    moment, middle = above >> 12, above & 0xFFF
    return UUID(int=moment << 80 | 0x7 << 76 | middle << 64 | 0x2 << 62 | below)


def derived_id(base: UUID, name: str) -> UUID:
    """Return another UUID of version 7, the same for the same two, of the moment `base` is of.

    As hard to guess as `base`: of two who make the same thing at once, one finds it made.
    """
    digest = int.from_bytes(sha256(base.bytes + name.encode()).digest()[:16])
    moment = base.int >> 80 << 80
    return UUID(int=moment | 0x7 << 76 | (digest >> 52 & 0xFFF) << 64 | 0x2 << 62 | digest >> 66)


def new_reference() -> str:
    """Return a number to read out aloud, "K7M2-9QXA": 40 random bits, so keep it unique."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
