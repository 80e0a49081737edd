"""Keep endpoints, tell them of events, and send again."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from atrio.integrators.models import Endpoint, EventDelivery
from atrio.integrators.webhooks.queries import (
    deliveries_visible_to,
    endpoints_visible_to,
    forget_who_listens,
)
from atrio.integrators.webhooks.rules import EVENTS, LONGEST_URL, PING, WAITS
from atrio.integrators.webhooks.sending import GONE, Sent
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.kernel.ids import new_id
from atrio.kernel.queue import later
from atrio.onboarding.queries import Application
from atrio.outside.public import may_be_sent_to

MOST_ENDPOINTS = 10  # of one key


class NoAddress(Refused):
    """Nothing can be sent to this address, or there are too many of them."""


@transaction.atomic
def add_endpoint(*, by: Actor, url: str, events: Collection[str], now: datetime) -> Endpoint:
    """Let a program hear of these types of events at an address. Raises NoAddress."""
    is_safe = may_be_sent_to(url, allowed=settings.ATRIO_WEBHOOKS_TO)
    if not is_safe or len(url) > LONGEST_URL:
        raise NoAddress(_("Give an address that begins with https://."))
    if endpoints_visible_to(by).count() >= MOST_ENDPOINTS:
        raise NoAddress(_("There are enough addresses. Remove one first."))
    made = Endpoint.objects.create(
        key_id=UUID(by.id),
        url=url,
        events=[name for name in EVENTS if name in events],
        created_at=now,
    )
    transaction.on_commit(forget_who_listens)
    return made


@transaction.atomic
def rotate_secret(*, by: Actor, endpoint_id: UUID, now: datetime) -> Endpoint:
    """Give an endpoint a new secret; the one before signs beside it for a day. Raises NotFound."""
    endpoint = _locked(by, endpoint_id)
    endpoint.secret_number = F("secret_number") + 1
    endpoint.rotated_at = now
    endpoint.save(update_fields=["secret_number", "rotated_at"])
    endpoint.refresh_from_db()
    return endpoint


@transaction.atomic
def remove_endpoint(*, by: Actor, endpoint_id: UUID) -> None:
    """Send nothing there any more; what was sent stays on record. Raises NotFound."""
    endpoint = _locked(by, endpoint_id)
    endpoint.stopped = Endpoint.Stop.REMOVED
    endpoint.save(update_fields=["stopped"])


@transaction.atomic
def ping(*, by: Actor, endpoint_id: UUID, now: datetime) -> EventDelivery:
    """Send an endpoint an event that means nothing, to see that it arrives. Raises NotFound."""
    endpoint = _locked(by, endpoint_id)
    event_id = new_id()
    body = _body(PING, {"endpoint": str(endpoint.pk)}, at=now)
    made = EventDelivery.objects.create(
        endpoint=endpoint,
        event_id=event_id,
        type=PING,
        application_id=None,
        body=body,
        next_try_at=now,
        created_at=now,
    )
    later("integrators.deliver", delivery_id=made.pk)
    return made


@transaction.atomic
def send_again(*, by: Actor, delivery_id: UUID, now: datetime) -> EventDelivery:
    """Send a delivery once more, under the same id. Raises NotFound."""
    found = deliveries_visible_to(by).select_for_update(of=("self",)).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound(_("There is no such delivery."))
    found.status, found.round, found.next_try_at = EventDelivery.Status.QUEUED, 0, now
    found.save(update_fields=["status", "round", "next_try_at"])
    Endpoint.objects.filter(pk=found.endpoint_id, stopped=Endpoint.Stop.GONE).update(stopped="")
    later("integrators.deliver", delivery_id=found.pk)
    return found


@transaction.atomic
def tell_endpoints(*, application_id: UUID, event_id: UUID, what: str, at: datetime) -> None:
    """Write down an event for every endpoint that wants it, and queue the sending.

    Told twice, it is written once. For the background.
    """
    application = Application.objects.defer("state").get(pk=application_id)
    body = _body(what, _about(application), at=at)
    wanting = Endpoint.objects.filter(
        stopped="",
        key__revoked_at=None,
        key__business_units__contains=[application.business_unit],
        events__contains=[what],
    )
    made = [
        EventDelivery(
            endpoint=endpoint,
            event_id=event_id,
            type=what,
            application_id=application_id,
            body=body,
            next_try_at=at,
            created_at=at,
        )
        for endpoint in wanting
    ]
    EventDelivery.objects.bulk_create(made, ignore_conflicts=True)
    told = EventDelivery.objects.filter(event_id=event_id, round=0, status="queued")
    for delivery_id in told.values_list("pk", flat=True):
        later("integrators.deliver", delivery_id=delivery_id, once=str(delivery_id))


@transaction.atomic
def note_attempt(*, delivery_id: UUID, sent: Sent, now: datetime) -> None:
    """Keep what came of an attempt, and say when the next one is. For the background."""
    delivery = EventDelivery.objects.select_for_update().get(pk=delivery_id)
    delivery.attempts = [
        *delivery.attempts[-49:],
        {
            "at": now.isoformat(),
            "status": sent.status,
            "error": sent.error,
            "ms": sent.milliseconds,
        },
    ]
    delivery.round += 1
    delivery.next_try_at = None
    if sent.is_taken:
        delivery.status = EventDelivery.Status.DELIVERED
    elif sent.status == GONE:
        delivery.status = EventDelivery.Status.FAILED
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(stopped=Endpoint.Stop.GONE)
    elif delivery.round > len(WAITS):
        delivery.status = EventDelivery.Status.FAILED
    else:
        wait = WAITS[delivery.round - 1]
        delivery.next_try_at = now + wait
        later("integrators.deliver", delivery_id=delivery_id, run_in=wait)
    delivery.save(update_fields=["attempts", "round", "next_try_at", "status"])


def _locked(by: Actor, endpoint_id: UUID) -> Endpoint:
    found = endpoints_visible_to(by).select_for_update(of=("self",)).filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound(_("There is no such endpoint."))
    return found


def _body(what: str, data: dict[str, str | None], *, at: datetime) -> str:
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"type": what, "timestamp": moment, "data": data})


def _about(application: Application) -> dict[str, str | None]:
    """Return as much as it takes to ask for the rest: no name, no address, no number of a tax."""
    return {
        "application": str(application.pk),
        "reference": application.reference,
        "business_unit": application.business_unit,
        "status": application.status,
        "waiting_on": application.waiting_on,
        "account": str(application.account_id) if application.account_id else None,
    }
