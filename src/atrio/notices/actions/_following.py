"""What several use cases do to a message: queue it, tell of it, say the same once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from atrio.kernel.actors import Actor
from atrio.kernel.queue import later
from atrio.notices.models import Message
from atrio.timeline.actions import Where, record


def follow_up(message: Message, *, key: str, to: str, now: datetime, **other: Any) -> None:
    """Keep a message that says the same as another one, and queue it; again, do nothing."""
    copy, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "notice": message.notice,
            "channel": message.channel,
            "to": to,
            "language": message.language,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "can_wait": message.can_wait,
            "application_id": message.application_id,
            "account_id": message.account_id,
            "business_unit": message.business_unit,
            "created_at": now,
            **other,
        },
    )
    if is_new:
        queue(copy, run_in=timedelta(0))


def tell(message: Message, what: str, *, by: Actor, now: datetime) -> None:
    """Tell in the timeline what became of a message."""
    where = Where(
        application_id=message.application_id,
        account_id=message.account_id,
        business_unit=message.business_unit,
    )
    record(by=by, what=what, where=where, now=now, notice=message.notice)


def queue(message: Message, *, run_in: timedelta) -> None:
    """Queue the next try of a message."""
    later("notices.deliver", message_id=str(message.pk), attempt=message.attempts, run_in=run_in)
