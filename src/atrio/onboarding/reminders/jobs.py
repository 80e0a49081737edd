"""Remind and end in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from atrio.kernel.queue import job
from atrio.onboarding.reminders import actions


@job("onboarding.remind", every=timedelta(minutes=1))
def remind() -> None:
    """Write the letters that are due, and end what nobody has come back to."""
    looked_at = actions.AT_ONCE
    while looked_at == actions.AT_ONCE:
        looked_at, ended = actions.remind(now=timezone.now())
        for application_id in ended:
            actions.expire(application_id=application_id, now=timezone.now())
