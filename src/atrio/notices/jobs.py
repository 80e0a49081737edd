"""Hand messages over to the mail server."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from urllib.parse import unquote, urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone, translation

from atrio.kernel.queue import job, later
from atrio.notices import actions
from atrio.notices.dressing import as_html
from atrio.notices.models import Message

log = structlog.get_logger(__name__)
TRY_AGAIN_IN = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=12)


@job("notices.deliver")
def deliver(*, message_id: str) -> None:
    """Send one message; without a mail server (the demo) the outbox itself is the mailbox."""
    message = Message.objects.get(pk=UUID(message_id))
    if message.status == Message.Status.SENT:
        return
    now = timezone.now()
    if not message.html:
        with translation.override(message.language):
            message.html = as_html(
                subject=message.subject, text=message.text, language=message.language
            )
        actions.keep_html(message.pk, html=message.html)
    if not settings.ATRIO_SMTP_URL:
        actions.mark_sent(message.pk, now=now)
        return
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        settings.DEFAULT_FROM_EMAIL,
        [message.to],
        # A server that sees the same message twice may drop the second.
        headers={"Message-ID": f"<{message.pk}@atrio>"},
        connection=_mail_server(settings.ATRIO_SMTP_URL),
    )
    email.attach_alternative(message.html, "text/html")
    try:
        email.send()
    except (OSError, smtplib.SMTPException) as error:
        actions.mark_failed(message.pk, error=str(error))
        log.warning("notices.not_delivered", message=message_id, error=str(error))
        if now - message.created_at < GIVE_UP_AFTER:
            later("notices.deliver", message_id=message_id, run_in=TRY_AGAIN_IN)
        return
    actions.mark_sent(message.pk, now=now)


def _mail_server(address: str) -> EmailBackend:
    url = urlsplit(address)
    return EmailBackend(
        host=url.hostname or "localhost",
        port=url.port or 25,
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_tls=url.scheme == "smtp+starttls",
        use_ssl=url.scheme == "smtps",
        timeout=20,
    )
