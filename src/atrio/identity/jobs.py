"""Background work of identity."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from atrio.identity.models import SignedIn
from atrio.identity.openid.keys import rotate_keys
from atrio.kernel.queue import job


@job("identity.rotate_signing_keys", every=timedelta(days=1))
def rotate_signing_keys() -> None:
    """Put a new key beside the one that outside shops know, when that has signed long enough."""
    rotate_keys(now=timezone.now())


@job("identity.clear_sessions", every=timedelta(days=1))
def clear_sessions() -> None:
    """Delete the sessions that are over: every visitor of the first page leaves one."""
    SessionStore.clear_expired()
    living = Session.objects.values("session_key")
    SignedIn.objects.exclude(session_key__in=living).delete()
