"""What the background does with a message, one try after the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from atrio.kernel.actors import SYSTEM
from atrio.kernel.events import announce
from atrio.kernel.queue import later
from atrio.notices import rules
from atrio.notices.actions._following import follow_up, queue, tell
from atrio.notices.events import MessageBounced
from atrio.notices.models import Message

ASK_AFTER = timedelta(minutes=1)
_random = Random()  # noqa: S311 - jitter, not a secret

_CLAIM = """
    with before as (
        select id, status from notices_message
        where id = %s and attempts = %s and status in ('queued', 'sending') for update
    )
    update notices_message as message set status = 'sending', due_at = null
    from before where message.id = before.id
    returning message.*, before.status = 'sending' as may_be_sent
"""


def claim(message_id: UUID, *, attempt: int) -> tuple[Message, bool] | None:
    """Take on one try of a message, under its lock; None if there is nothing to do any more.

    Also say whether an earlier try died over it: then it may have been sent.
    """
    found = next(iter(Message.objects.raw(_CLAIM, [message_id, attempt])), None)
    return (found, bool(found.may_be_sent)) if found else None  # type: ignore[attr-defined]


def hold(message: Message, *, until: datetime, now: datetime) -> None:
    """Let a message wait for the end of the quiet hours."""
    with transaction.atomic():
        _change(message, status=Message.Status.QUEUED, due_at=until)
        queue(message, run_in=until - now)


def note_sent(message: Message, *, receipt: str, html: str, sender: str, now: datetime) -> None:
    """Note that the carrier took the message, and how it looked; ask for a text's report later."""
    _change(
        message,
        status=Message.Status.SENT,
        sent_at=now,
        error="",
        receipt=receipt[:120],
        html=html,
        sender=sender,
    )
    if message.channel == Message.Channel.SMS:
        later("notices.ask", message_id=str(message.pk), run_in=ASK_AFTER)


def note_delivered(message: Message) -> None:
    """Note that the carrier says that the message arrived."""
    _change(message, status=Message.Status.DELIVERED, error="")


def note_busy(message: Message, *, error: str, html: str, sender: str, now: datetime) -> None:
    """Try the message again later, or give it up after so many tries."""
    tries = message.attempts + 1
    most = rules.MOST_TRIES_WITH_ANOTHER_WAY if message.instead else rules.MOST_TRIES
    if tries >= most:
        note_failed(message, error=error, html=html, sender=sender, now=now)
        return
    wait = rules.wait_after(tries, random=_random)
    with transaction.atomic():
        _change(
            message,
            status=Message.Status.QUEUED,
            attempts=tries,
            due_at=now + wait,
            error=error[:300],
            html=html,
            sender=sender,
        )
        queue(message, run_in=wait)


def note_failed(
    message: Message, *, error: str, html: str = "", sender: str = "", now: datetime
) -> None:
    """Give the message up: the fault is not its reader's. There may be another way."""
    with transaction.atomic():
        looks = {"html": html, "sender": sender} if sender else {}
        _change(message, status=Message.Status.FAILED, error=error[:300], **looks)
        _say_it_by_email(message, now=now)


def note_bounced(
    message: Message, *, error: str, html: str = "", sender: str = "", now: datetime
) -> None:
    """Note that nobody can be reached there, and go the other way or tell who has to know."""
    with transaction.atomic():
        looks = {"html": html, "sender": sender} if sender else {}
        _change(message, status=Message.Status.BOUNCED, error=error[:300], **looks)
        tell(message, "notice.bounced", by=SYSTEM, now=now)
        if not _say_it_by_email(message, now=now):
            announce(MessageBounced(message_id=message.pk, application_id=message.application_id))


@transaction.atomic
def note_returned(message_id: UUID, *, error: str, now: datetime) -> bool:
    """Note that a mail server has sent the message back; False if there is nothing to note."""
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None or message.status not in (Message.Status.SENT, Message.Status.SENDING):
        return False
    note_bounced(message, error=error, now=now)
    return True


def _say_it_by_email(message: Message, *, now: datetime) -> bool:
    """Send the email that stands ready for a text message that cannot be delivered."""
    if not message.instead:
        return False
    follow_up(message, key=f"email:{message.pk}", channel="email", now=now, **message.instead)
    return True


def _change(message: Message, **fields: Any) -> None:
    Message.objects.filter(pk=message.pk).update(**fields)
    for name, value in fields.items():
        setattr(message, name, value)
