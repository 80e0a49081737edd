"""Put a message into the outbox."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from atrio.kernel.ids import new_id
from atrio.kernel.queue import later
from atrio.notices.models import Message

_INSERT = """
    insert into notices_message
        (id, key, notice, channel, "to", language, subject, text, html, instead, is_secret,
         can_wait, application_id, account_id, business_unit, status, error, created_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, 'queued', '', %s)
    on conflict do nothing
"""


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


def send_message(draft: Draft, *, now: datetime) -> bool:
    """Put the message into the outbox and queue its delivery, in the caller's transaction.

    A second message with the same key is dropped: the first one is what was said. Says whether
    it is the first. The web role
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
        added = bool(cursor.rowcount == 1)
    if added:
        later("notices.deliver", message_id=str(message_id))
    return added
