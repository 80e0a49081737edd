"""Background work of identity."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from atrio.identity.models import SignedIn
from atrio.kernel.queue import job


@job("identity.clear_sessions", every=timedelta(days=1))
def clear_sessions() -> None:
    """Delete the sessions that are over: every visitor of the first page leaves one."""
    SessionStore.clear_expired()
    living = Session.objects.values("session_key")
    SignedIn.objects.exclude(session_key__in=living).delete()
