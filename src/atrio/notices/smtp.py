"""Email, handed to a mail server.

SMTP knows no question "have you got this already?". Between the server's 250 and our own note
of it there is a moment in which a killed process leaves us not knowing. Then the message goes a
second time, under the same Message-ID, by which servers and mail programs can tell the two. In
all other cases it goes once.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from email.mime.image import MIMEImage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from atrio.kernel.errors import OutsideBusy
from atrio.notices.carriers import Carried, Parcel, Undeliverable
from atrio.notices.dressing import LOGO
from atrio.notices.letterhead import logo_of

PATIENCE = 20  # seconds for each answer of the mail server


class MailCarrier:
    """Carries email by SMTP; without a mail server (the demo) the outbox itself is the mailbox."""

    def carry(self, parcel: Parcel) -> Carried:
        """Hand the message to the mail server.

        Raises Undeliverable when the server says that it never will take it for this reader,
        OutsideBusy for all else, our own mistakes among it: those are mended, and it goes.
        """
        if not parcel.to:
            raise Undeliverable("There is no address")
        if not settings.ATRIO_SMTP_URL:
            return Carried()
        try:
            _hand_over(_email(parcel))
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        # Before ValueError: a certificate nobody trusts is an OSError and a ValueError.
        except (OSError, smtplib.SMTPException) as error:
            raise OutsideBusy(f"The mail server did not take it: {error}") from error
        except ValueError as error:
            raise Undeliverable(f"No mail can be written to {parcel.to}: {error}") from error
        return Carried(receipt=message_id(parcel))

    def ask(self, parcel: Parcel) -> Carried | None:
        """Say that nobody can tell: what comes back comes by mail (see `bounces`)."""
        del parcel
        return None


def probe() -> None:
    """Call the mail server, sign in, and send nothing. Raises OutsideBusy."""
    if not settings.ATRIO_SMTP_URL:
        return
    server = _mail_server(settings.ATRIO_SMTP_URL)
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise OutsideBusy(f"The mail server does not answer: {error}") from error
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.close()


def message_id(parcel: Parcel) -> str:
    """Return the Message-ID, the same at every try."""
    return f"<{parcel.id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _email(parcel: Parcel) -> EmailMultiAlternatives:
    email = EmailMultiAlternatives(
        parcel.subject,
        parcel.text,
        # Whom the mail servers tell of a bounce; the reader sees the header.
        settings.ATRIO_BOUNCES_TO or parseaddr(parcel.sender)[1],
        [parcel.to],
        headers={
            "From": parcel.sender,
            "Message-ID": message_id(parcel),
            "Content-Language": parcel.language,
            "Auto-Submitted": "auto-generated",  # no "I am on holiday" comes back (RFC 3834)
        },
    )
    email.attach_alternative(parcel.html, "text/html")
    if LOGO in parcel.html:
        logo = MIMEImage(logo_of(parcel.head.logo), "png")
        logo.add_header("Content-ID", f"<{LOGO.removeprefix('cid:')}>")
        logo.add_header("Content-Disposition", "inline", filename="logo.png")
        email.mixed_subtype = "related"  # type: ignore[attr-defined]  # the stubs lack it
        email.attach(logo)
    return email


def _hand_over(email: EmailMultiAlternatives) -> None:
    server = _mail_server(settings.ATRIO_SMTP_URL)
    try:
        server.open()
        server.send_messages([email])
    finally:
        # Once the letter is taken, a farewell that goes wrong must not have it sent again.
        with suppress(OSError, smtplib.SMTPException):
            server.close()


def _refusal(code: int, said: bytes | str) -> Exception:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    reason = f"{code} {' '.join(words.split())}"
    if 500 <= code < 600:
        return Undeliverable(reason)
    return OutsideBusy(f"The mail server did not take it yet: {reason}")


def _mail_server(address: str) -> EmailBackend:
    url = urlsplit(address)
    return EmailBackend(
        host=url.hostname or "localhost",
        port=url.port or 25,
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_tls=url.scheme == "smtp+starttls",
        use_ssl=url.scheme == "smtps",
        timeout=PATIENCE,
    )
