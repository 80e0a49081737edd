"""The lock on what a call is about: one attempt at a time, by whomever and for whatever reason."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

from atrio.kernel.locks import alone_with

SOMEBODY_ELSE_IS_AT_IT = timedelta(seconds=1)
_KEY = "select key from onboarding_call where id = %s"


def key_lock(call_id: UUID) -> AbstractContextManager[bool]:
    """Hold the lock on a call's key; False when another worker holds it."""
    return alone_with(call_id, among="calls", found_by=_KEY)
