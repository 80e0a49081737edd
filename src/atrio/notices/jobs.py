"""Hand messages over to who carries them, and ask what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import structlog
from django.utils import timezone

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.kernel.locks import alone_with
from atrio.kernel.queue import job, later
from atrio.notices import actions, rules
from atrio.notices.carriers import (
    UNDELIVERABLE,
    Carried,
    Parcel,
    Undeliverable,
    carrier_of,
    carry_with,
)
from atrio.notices.dressing import as_html
from atrio.notices.letterhead import Letterhead, letterhead_of
from atrio.notices.models import Message
from atrio.notices.smtp import MailCarrier, probe

log = structlog.get_logger(__name__)
SOMEBODY_ELSE_IS_AT_IT = timedelta(seconds=1)
_random = Random()  # noqa: S311 - jitter, not a secret

carry_with("email", MailCarrier())


@job("notices.ask_mail_server")
def ask_mail_server() -> None:
    """Ask the mail server whether it answers, because somebody wants to know."""
    asked_at, error = timezone.now(), None
    try:
        probe()
    except OutsideBusy as caught:
        error = caught
    actions.note_mail_server(error=error, asked_at=asked_at, now=timezone.now())


@job("notices.deliver")
def deliver(*, message_id: UUID, attempt: int = 0) -> None:
    """Make one try at a message. Run twice, the second does nothing."""
    with alone_with(message_id, among="messages") as is_ours:
        if is_ours:
            _try(message_id, attempt)
        else:
            # Whoever is at it may yet die over it.
            later(
                "notices.deliver",
                message_id=message_id,
                attempt=attempt,
                run_in=SOMEBODY_ELSE_IS_AT_IT,
                once=f"{message_id}:{attempt}",
            )


def _try(message_id: UUID, attempt: int) -> None:
    claimed = actions.claim(message_id, attempt=attempt)
    if claimed is None:
        return
    message, may_be_sent = claimed
    head, now = letterhead_of(message.business_unit), timezone.now()
    if until := _waits_until(message, head):
        actions.hold(message, until=until, now=now)
        return
    parcel = _parcel(message, head, may_be_sent=may_be_sent)
    looks = {"html": parcel.html, "sender": parcel.sender}
    try:
        carried = _carry(message.channel, parcel)
    except OutsideBusy as error:
        log.warning("notices.not_taken", message=str(message_id), error=str(error))
        actions.note_busy(message, error=str(error), now=timezone.now(), **looks)
    except OutsideFailure as error:
        log.warning("notices.not_delivered", message=str(message_id), error=str(error))
        note = actions.note_bounced if error.code == UNDELIVERABLE else actions.note_failed
        note(message, error=str(error), now=timezone.now(), **looks)
    else:
        actions.note_sent(message, receipt=carried.receipt, now=timezone.now(), **looks)


def _carry(channel: str, parcel: Parcel) -> Carried:
    carried = carrier_of(channel).carry(parcel)
    if carried.state == "bounced":  # an earlier try had sent it, and this is what came of that
        raise Undeliverable(carried.reason)
    return carried


@job("notices.ask")
def ask(*, message_id: UUID, asked: int = 0) -> None:
    """Ask whether a text message arrived, and ask again while nobody knows."""
    message = Message.objects.filter(pk=message_id, status=Message.Status.SENT).first()
    if message is None:
        return
    parcel = _parcel(message, letterhead_of(message.business_unit), may_be_sent=True)
    try:
        carried = carrier_of(message.channel).ask(parcel)
    except OutsideBusy as error:
        log.info("notices.not_told", message=str(message_id), error=str(error))
        carried = None
    except OutsideFailure as error:
        log.warning("notices.not_told", message=str(message_id), error=str(error))
        return
    if carried and carried.state == "delivered":
        actions.note_delivered(message)
    elif carried and carried.state == "bounced":
        actions.note_bounced(message, error=carried.reason, now=timezone.now())
    elif asked + 1 < rules.MOST_QUESTIONS:
        wait = rules.wait_after(asked + 1, random=_random)
        later("notices.ask", message_id=message_id, asked=asked + 1, run_in=wait)


def _waits_until(message: Message, head: Letterhead) -> datetime | None:
    """Return when a message may disturb its reader; None if it may now."""
    keeps_quiet = message.can_wait or message.channel == Message.Channel.SMS
    if message.is_secret or not keeps_quiet:
        return None
    return rules.end_of_quiet(
        timezone.now(),
        zone=head.time_zone,
        quiet_from=head.quiet_from,
        quiet_until=head.quiet_until,
    )


def _parcel(message: Message, head: Letterhead, *, may_be_sent: bool) -> Parcel:
    by_email = message.channel == Message.Channel.EMAIL
    return Parcel(
        id=message.pk,
        to=message.to,
        sender=head.sender if by_email else head.sms_sender,
        language=message.language,
        subject=message.subject,
        text=message.text,
        html=as_html(
            subject=message.subject,
            text=message.text,
            html=message.html,
            language=message.language,
            head=head,
        )
        if by_email
        else "",
        head=head,
        application_id=message.application_id,
        attempt=message.attempts,
        may_be_sent=may_be_sent or message.attempts > 0,
    )
