"""Ids for rows and reference numbers for people."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so nobody misreads a number over the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """Return a UUID of version 7 (RFC 9562): grows with time, 74 bits of it are random."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def new_reference() -> str:
    """Return a number to read out aloud, "K7M2-9QXA": 40 random bits, so keep it unique."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
