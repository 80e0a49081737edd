"""Read the outbox."""

from __future__ import annotations

from django.db.models import QuerySet

from atrio.kernel.actors import Actor
from atrio.notices.models import Message


def messages_visible_to(by: Actor) -> QuerySet[Message]:
    """Return the messages this actor may see, newest first.

    Staff see those of their business units, and sign-in mail, which belongs to none. Customers
    have theirs by mail.
    """
    if by.kind == "staff":
        return Message.objects.filter(business_unit__in=[*by.business_units, ""]).order_by("-id")
    return Message.objects.none()
