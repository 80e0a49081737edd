"""What is done for programs in the background: events are sent, and old rows forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from atrio.integrators.models import EventDelivery, KeptAnswer
from atrio.integrators.rules import ANSWERS_KEPT
from atrio.integrators.webhooks.actions import note_attempt, tell_endpoints
from atrio.integrators.webhooks.queries import secrets_of
from atrio.integrators.webhooks.rules import DELIVERIES_KEPT
from atrio.integrators.webhooks.sending import send
from atrio.kernel.locks import alone_with
from atrio.kernel.queue import job

_NAME = "select id::text from integrators_eventdelivery where id = %s"


@job("integrators.tell")
def tell(application_id: UUID, event_id: UUID, what: str, at: str) -> None:
    """Write an event down for every endpoint that wants to hear of it."""
    tell_endpoints(
        application_id=application_id, event_id=event_id, what=what, at=datetime.fromisoformat(at)
    )


@job("integrators.deliver")
def deliver(delivery_id: UUID) -> None:
    """Send an event to its endpoint, unless it has arrived or nobody wants it any more.

    Sent twice after a crash, it bears the same id: the receiver knows it again.
    """
    try:
        with alone_with(delivery_id, among="webhooks", found_by=_NAME) as is_ours:
            if is_ours:
                _deliver(delivery_id)
    except ObjectDoesNotExist:
        return  # forgotten by now


def _deliver(delivery_id: UUID) -> None:
    now = timezone.now()
    delivery = EventDelivery.objects.select_related("endpoint__key").get(pk=delivery_id)
    endpoint = delivery.endpoint
    if delivery.status != EventDelivery.Status.QUEUED or endpoint.stopped:
        return
    if endpoint.key.revoked_at or _comes_later(delivery, now):
        return
    sent = send(
        url=endpoint.url,
        event_id=delivery.public_id,
        body=delivery.body,
        secrets=secrets_of(endpoint, now=now),
        at=int(now.timestamp()),
    )
    note_attempt(delivery_id=delivery_id, sent=sent, now=timezone.now())


def _comes_later(delivery: EventDelivery, now: datetime) -> bool:
    """Say whether another job is to send it; a clock may be a minute ahead of the database's."""
    return delivery.next_try_at is not None and delivery.next_try_at > now + timedelta(minutes=1)


@job("integrators.forget", every=timedelta(hours=1))
def forget() -> None:
    """Delete answers of more than a day ago, and what was sent more than a month ago."""
    now = timezone.now()
    KeptAnswer.objects.filter(at__lt=now - ANSWERS_KEPT).delete()
    EventDelivery.objects.filter(created_at__lt=now - DELIVERIES_KEPT).delete()
