"""Read the outbox."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from atrio.kernel.actors import Actor
from atrio.notices.models import Message


def messages_visible_to(by: Actor) -> QuerySet[Message]:
    """Return the messages this actor may see, newest first.

    Staff see those of their business units. Sign-in mail belongs to none: it shows in the demo
    alone, where nobody has a mailbox. Customers have theirs by mail.
    """
    if by.kind == "staff":
        units = [*by.business_units, *([""] if settings.ATRIO_DEMO else [])]
        return Message.objects.filter(business_unit__in=units).order_by("-id")
    return Message.objects.none()


def follow_up_of(message: Message) -> Message | None:
    """Return the message that said the same once more: by email instead, or sent again."""
    keys = [f"email:{message.pk}", f"again:{message.pk}"]
    return Message.objects.filter(key__in=keys).order_by("-id").first()
