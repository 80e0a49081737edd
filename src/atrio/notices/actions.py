"""Say something to somebody, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.kernel.events import announce
from atrio.kernel.ids import new_id
from atrio.kernel.queue import later
from atrio.notices import rules
from atrio.notices.events import MessageBounced
from atrio.notices.models import Message
from atrio.notices.queries import follow_up_of, messages_visible_to
from atrio.timeline.actions import Where, record

ASK_AFTER = timedelta(minutes=1)
MAY_SEND_AGAIN = ("associate", "admin")
_random = Random()  # noqa: S311 - jitter, not a secret

_INSERT = """
    insert into notices_message
        (id, key, notice, channel, "to", language, subject, text, html, instead, is_secret,
         can_wait, application_id, account_id, business_unit, status, error, created_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, 'queued', '', %s)
    on conflict do nothing
"""


class NotReturned(Refused):
    """The message is on its way or has arrived: sending it again would say it twice."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is kept: rendered, in the reader's language.

    It goes by email, to `to`. Where its reader prefers text messages, has a phone, and there are
    words short enough (`sms`), it goes there instead, and by email if that cannot be. A code is
    no matter of preference: it goes where it proves something.
    """

    key: str
    notice: str
    to: str
    language: str
    subject: str
    text: str
    html: str = ""  # what stands on the paper; "": the text does
    sms: str = ""
    to_phone: str = ""  # E.164
    preferred: str = "email"
    is_secret: bool = False
    can_wait: bool = False  # keeps to the quiet hours by email as well, as a reminder may
    application_id: UUID | None = None
    account_id: UUID | None = None
    business_unit: str = (
        ""  # whose letterhead it bears and whose staff may read it; "": the house's
    )

    @property
    def channel(self) -> Message.Channel:
        """Return which way it goes."""
        has_words = self.preferred == "sms" and bool(self.sms and self.to_phone)
        return Message.Channel.SMS if has_words and not self.is_secret else Message.Channel.EMAIL


def send_message(draft: Draft, *, now: datetime) -> None:
    """Put the message into the outbox and queue its delivery, in the caller's transaction.

    A second message with the same key is dropped: the first one is what was said. The web role
    may add messages and read none, so this neither looks first nor reads back (and names no
    conflict target, which would count as reading).
    """
    message_id = new_id()
    by_sms = draft.channel == Message.Channel.SMS
    email = {"to": draft.to, "text": draft.text, "html": draft.html}
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                message_id,
                draft.key[:120],
                draft.notice,
                draft.channel.value,
                draft.to_phone if by_sms else draft.to,
                draft.language,
                draft.subject[:300],
                draft.sms if by_sms else draft.text,
                "" if by_sms else draft.html,
                json.dumps(email) if by_sms and draft.to else None,
                draft.is_secret,
                draft.can_wait,
                draft.application_id,
                draft.account_id,
                draft.business_unit,
                now,
            ],
        )
        added = cursor.rowcount == 1
    if added:
        later("notices.deliver", message_id=str(message_id))


@transaction.atomic
def send_again(*, by: Actor, message_id: UUID, to: str, now: datetime) -> None:
    """Send what did not arrive once more, to the address that is right now.

    Every message can be sent again once; what is sent then is a message of its own. Raises
    NotFound, NotAllowed, NotReturned.
    """
    message = messages_visible_to(by).select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound(_("There is no such message."))
    if not by.has_role(*MAY_SEND_AGAIN):
        raise NotAllowed(_("Only associates may send a message again."))
    if message.is_secret or not to:
        raise NotReturned(_("This message cannot be sent again."))
    if message.status not in (Message.Status.BOUNCED, Message.Status.FAILED):
        raise NotReturned(_("This message is on its way or has arrived."))
    if follow_up_of(message) is not None:
        raise NotReturned(_("This message has been sent again already."))
    _follow_up(message, key=f"again:{message.pk}", to=to, now=now)
    _tell(message, "notice.sent_again", by=by, now=now)


# What the background does with a message, one try after the other.

_CLAIM = """
    with before as (
        select id, status from notices_message
        where id = %s and attempts = %s and status in ('queued', 'sending') for update
    )
    update notices_message as message set status = 'sending', due_at = null
    from before where message.id = before.id
    returning message.*, before.status = 'sending' as may_be_sent
"""
_LOCK = "select pg_try_advisory_lock(hashtextextended(%s, 1))"
_UNLOCK = "select pg_advisory_unlock(hashtextextended(%s, 1))"


@contextmanager
def alone_with(message_id: UUID) -> Iterator[bool]:
    """Hold the database's lock on a message; False when another worker holds it.

    The lock belongs to this thread's connection, so it ends with the process, however it ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(message_id)])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK, [str(message_id)])


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
        _queue(message, run_in=until - now)


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
        _queue(message, run_in=wait)


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
        _tell(message, "notice.bounced", by=SYSTEM, now=now)
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
    _follow_up(message, key=f"email:{message.pk}", channel="email", now=now, **message.instead)
    return True


def _follow_up(message: Message, *, key: str, to: str, now: datetime, **other: Any) -> None:
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
        _queue(copy, run_in=timedelta(0))


def _tell(message: Message, what: str, *, by: Actor, now: datetime) -> None:
    where = Where(
        application_id=message.application_id,
        account_id=message.account_id,
        business_unit=message.business_unit,
    )
    record(by=by, what=what, where=where, now=now, notice=message.notice)


def _change(message: Message, **fields: Any) -> None:
    Message.objects.filter(pk=message.pk).update(**fields)
    for name, value in fields.items():
        setattr(message, name, value)


def _queue(message: Message, *, run_in: timedelta) -> None:
    later("notices.deliver", message_id=str(message.pk), attempt=message.attempts, run_in=run_in)
