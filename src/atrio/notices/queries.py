"""Read the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from atrio.kernel.actors import Actor
from atrio.notices.models import Message

_LATEST = 1_000


@dataclass(frozen=True, slots=True)
class MailLately:
    """How the latest thousand letters went."""

    is_used: bool  # whether there is a mail server at all
    waiting: int  # letters that nobody has taken yet, though we tried
    given_up: int
    sent_at: datetime | None  # when the last one was taken


def mail_lately(by: Actor) -> MailLately:
    """Return how the mail server takes the letters of the actor's units."""
    # Their index has the latest first; the count of all would read every letter there ever was.
    latest = messages_visible_to(by).values("pk")[:_LATEST]
    letters = Message.objects.filter(pk__in=latest, channel=Message.Channel.EMAIL)
    waiting = Q(status=Message.Status.QUEUED, attempts__gt=0)
    counted = letters.aggregate(
        waiting=Count("pk", filter=waiting),
        given_up=Count("pk", filter=Q(status=Message.Status.FAILED)),
        sent_at=Max("sent_at"),
    )
    return MailLately(is_used=bool(settings.ATRIO_SMTP_URL), **counted)


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
