"""What the tests write, and to whom."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from django.utils import timezone

from atrio.kernel.queue import run_pending
from atrio.notices.actions import Draft, send_message
from atrio.notices.models import Message
from atrio.seller.models import BusinessUnit

_numbers = count(1)
DRAFT = Draft(
    key="welcome:1",
    notice="welcome",
    to="alice@ventorim.example",
    language="en",
    subject="The shop is open",
    text="Hello Alice <b>,\n\nyour prices:\n\nhttps://shop.example/x\n\nReference: K7M2-9QXA\n",
)
TEXT = replace(
    DRAFT,
    key="text:1",
    sms="The shop is open, Alice.",
    to_phone="+5511912345678",
    preferred="sms",
    business_unit="nordlicht-br",
)


def say(draft=DRAFT, **changes):
    """Put a message of its own key into the outbox and return it."""
    key = f"test:{next(_numbers)}"
    send_message(replace(draft, key=key, **changes), now=timezone.now())
    return Message.objects.get(key=key)


def deliver(draft=DRAFT, **changes):
    """Put a message into the outbox, let the background do its part, and return it."""
    message = say(draft, **changes)
    run_pending()
    message.refresh_from_db()
    return message


def unit_of(**fields):
    """Open a business unit that writes."""
    return BusinessUnit.objects.create(
        **{
            "code": "nordlicht-br",
            "name": "Nordlicht Supplies Brasil",
            "country": "BR",
            "currency": "BRL",
            "language": "pt-br",
            "sender": "ola@nordlicht.example",
            "brand": "Nordlicht Supplies",
            "erp": "erp-br",
            "registry": "registry-br",
            # Nobody sleeps, whenever the tests run.
            "quiet_from": "00:00",
            "quiet_until": "00:00",
            **fields,
        }
    )
