"""Say something to somebody, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from atrio.kernel.ids import new_id
from atrio.kernel.queue import later
from atrio.notices.models import Message

_INSERT = """
    insert into notices_message
        (id, key, notice, "to", language, subject, text, html, is_secret, application_id,
         account_id, business_unit, status, error, created_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'queued', '', %s)
    on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is kept: rendered, in the reader's language."""

    key: str
    notice: str
    to: str
    language: str
    subject: str
    text: str
    html: str = ""
    is_secret: bool = False
    application_id: UUID | None = None
    account_id: UUID | None = None
    business_unit: str = ""  # whose staff may read it; "" is everybody's


def send_message(draft: Draft, *, now: datetime) -> None:
    """Put the message into the outbox and queue its delivery, in the caller's transaction.

    A second message with the same key is dropped: the first one is what was said. The web role
    may add messages and read none, so this neither looks first nor reads back (and names no
    conflict target, which would count as reading).
    """
    message_id = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                message_id,
                draft.key[:120],
                draft.notice,
                draft.to,
                draft.language,
                draft.subject[:300],
                draft.text,
                draft.html,
                draft.is_secret,
                draft.application_id,
                draft.account_id,
                draft.business_unit,
                now,
            ],
        )
        added = cursor.rowcount == 1
    if added:
        later("notices.deliver", message_id=str(message_id))


def keep_html(message_id: UUID, *, html: str) -> None:
    """Keep how the message was dressed, so that the outbox shows what was sent."""
    Message.objects.filter(pk=message_id).update(html=html)


def mark_sent(message_id: UUID, *, now: datetime) -> None:
    """Note that the mail server took the message."""
    Message.objects.filter(pk=message_id).update(status=Message.Status.SENT, sent_at=now, error="")


def mark_failed(message_id: UUID, *, error: str) -> None:
    """Note that the message could not be handed over, and why."""
    Message.objects.filter(pk=message_id).update(status=Message.Status.FAILED, error=error[:300])
