"""Django's mail, kept in the outbox like everything else we say."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone, translation

from atrio.kernel.ids import new_id
from atrio.notices.actions import Draft, send_message


class OutboxBackend(BaseEmailBackend):
    """What lower packages mail (a sign-in code) becomes a message in the outbox."""

    # Who mails here has seldom a transaction: a message without its job would never leave.
    @transaction.atomic
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue every message for every reader and say how many there were."""
        for email in email_messages:
            for reader in email.to:
                send_message(
                    Draft(
                        key=f"mail:{new_id()}",
                        notice="mail",
                        to=reader,
                        language=translation.get_language() or "en",
                        subject=str(email.subject),
                        text=str(email.body),
                        html=_html_of(email),
                        is_secret=True,
                    ),
                    now=timezone.now(),
                )
        return len(email_messages)


def _html_of(email: EmailMessage) -> str:
    if isinstance(email, EmailMultiAlternatives):
        for alternative in email.alternatives:
            content, media_type = alternative
            if media_type == "text/html":
                return str(content)
    return ""
