"""Messages in the outbox, as they went out or did not."""

from __future__ import annotations

from itertools import count

from django.utils import timezone

from atrio.notices.models import Message

_numbers = count()


def write(**fields):
    """Keep a message that was sent, but for what the fields say."""
    return Message.objects.create(
        **{
            "key": f"test:{next(_numbers)}",
            "notice": "welcome",
            "to": "alice@ventorim.example",
            "language": "en",
            "subject": "The shop is open",
            "text": "Hello Alice,\n\ncome in: https://shop.example/in\n",
            "business_unit": "nordlicht-br",
            "status": "sent",
            "created_at": timezone.now(),
            "sent_at": timezone.now(),
            **fields,
        }
    )
