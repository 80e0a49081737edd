"""Endpoints for events, and what was sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from atrio.api.access import IdempotencyKey, IntegratorRequest, Key, Made, once
from atrio.api.cursors import USUAL, Cursor, Limit, page_of
from atrio.api.problems import CHANGES, FOUND, REFUSALS
from atrio.api.schemas import Asked
from atrio.integrators.webhooks import actions, queries
from atrio.kernel.database import acting_as

router = Router(tags=["webhooks"], auth=Key("webhooks:write"))
EventType = Literal[
    "application.waiting",
    "application.submitted",
    "application.approved",
    "application.declined",
    "application.withdrawn",
    "application.expired",
    "account.opened",
    "credit_line.requested",
    "credit_line.approved",
    "credit_line.declined",
    "credit_line.withdrawn",
]


class NewEndpoint(Asked):
    """Where events are to be sent, and which."""

    url: Annotated[str, Field(max_length=500)]
    events: Annotated[list[EventType], Field(min_length=1, max_length=20)]


class Endpoint(Schema):
    """Where events are sent."""

    id: UUID
    url: str
    events: list[str]
    created_at: datetime
    stopped: str = Field(description="why nothing is sent any more: `gone` after a 410")


class Endpoints(Schema):
    """All of a key's endpoints."""

    items: list[Endpoint]


class Secrets(Schema):
    """What signs for an endpoint, the newest first: two for a day after a rotation."""

    secrets: list[str]


class Delivery(Schema):
    """One event for one endpoint, with its attempts."""

    id: UUID
    event: str = Field(description="the webhook-id of every attempt")
    type: str
    status: Literal["queued", "delivered", "failed"]
    attempts: list[dict[str, Any]]
    next_try_at: datetime | None
    created_at: datetime


class Deliveries(Schema):
    """A page of deliveries, newest first."""

    items: list[Delivery]
    next_cursor: str


@router.get("", response={200: Endpoints, **REFUSALS}, url_name="webhooks")
def list_endpoints(request: IntegratorRequest) -> Endpoints:
    """List this key's endpoints."""
    with acting_as(request.auth):
        rows = queries.endpoints_visible_to(request.auth).order_by("id")
        return Endpoints(items=[_endpoint(row) for row in rows])


@router.post("", response={201: Endpoint, **CHANGES}, url_name="webhooks")
def add(
    request: IntegratorRequest, idempotency_key: IdempotencyKey, asked: NewEndpoint
) -> HttpResponse:
    """Have events sent to an address. What happens half a minute from now on is heard."""

    def work() -> Made:
        made = actions.add_endpoint(
            by=request.auth, url=asked.url, events=asked.events, now=timezone.now()
        )
        return 201, _endpoint(made)

    return once(request, idempotency_key, work)


@router.get("/{uuid:endpoint_id}", response={200: Endpoint, **FOUND}, url_name="webhook")
def read_endpoint(request: IntegratorRequest, endpoint_id: UUID) -> Endpoint:
    """Read one endpoint."""
    with acting_as(request.auth):
        return _endpoint(queries.get_endpoint(by=request.auth, endpoint_id=endpoint_id))


@router.delete("/{uuid:endpoint_id}", response={204: None, **FOUND}, url_name="webhook")
def remove(request: IntegratorRequest, endpoint_id: UUID) -> Status[None]:
    """Send nothing there any more."""
    with acting_as(request.auth):
        actions.remove_endpoint(by=request.auth, endpoint_id=endpoint_id)
    return Status(204, None)


@router.get(
    "/{uuid:endpoint_id}/secrets", response={200: Secrets, **FOUND}, url_name="webhook-secrets"
)
def read_secrets(request: IntegratorRequest, endpoint_id: UUID) -> Secrets:
    """Read what signs for an endpoint; keep it where you keep your key."""
    with acting_as(request.auth):
        found = queries.get_endpoint(by=request.auth, endpoint_id=endpoint_id)
        return Secrets(secrets=queries.secrets_of(found, now=timezone.now()))


@router.post(
    "/{uuid:endpoint_id}/rotation", response={200: Endpoint, **CHANGES}, url_name="webhook-rotation"
)
def rotate(
    request: IntegratorRequest, endpoint_id: UUID, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Sign with a new secret; for a day the one before signs as well."""

    def work() -> Made:
        return 200, _endpoint(
            actions.rotate_secret(by=request.auth, endpoint_id=endpoint_id, now=timezone.now())
        )

    return once(request, idempotency_key, work)


@router.post(
    "/{uuid:endpoint_id}/ping", response={202: Delivery, **CHANGES}, url_name="webhook-ping"
)
def ping(
    request: IntegratorRequest, endpoint_id: UUID, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Have an event sent that means nothing, to see that it arrives."""

    def work() -> Made:
        return 202, _delivery(
            actions.ping(by=request.auth, endpoint_id=endpoint_id, now=timezone.now())
        )

    return once(request, idempotency_key, work)


@router.get(
    "/{uuid:endpoint_id}/deliveries",
    response={200: Deliveries, **FOUND},
    url_name="webhook-deliveries",
)
def list_deliveries(
    request: IntegratorRequest, endpoint_id: UUID, cursor: Cursor = "", limit: Limit = USUAL
) -> Deliveries:
    """List what was sent to an endpoint in the last month, newest first."""
    with acting_as(request.auth):
        endpoint = queries.get_endpoint(by=request.auth, endpoint_id=endpoint_id)
        rows = queries.deliveries_visible_to(request.auth).filter(endpoint=endpoint)
        found, after = page_of(rows, cursor=cursor, limit=limit)
        return Deliveries(items=[_delivery(row) for row in found], next_cursor=after)


@router.post(
    "/deliveries/{uuid:delivery_id}/again",
    response={202: Delivery, **CHANGES},
    url_name="webhook-again",
)
def again(
    request: IntegratorRequest, delivery_id: UUID, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Send an event once more, under the same id; an endpoint that was gone is tried again."""

    def work() -> Made:
        return 202, _delivery(
            actions.send_again(by=request.auth, delivery_id=delivery_id, now=timezone.now())
        )

    return once(request, idempotency_key, work)


def _endpoint(row: queries.Endpoint) -> Endpoint:
    return Endpoint(
        id=row.pk,
        url=row.url,
        events=row.events,
        created_at=row.created_at,
        stopped=row.stopped,
    )


def _delivery(row: queries.EventDelivery) -> Delivery:
    return Delivery.model_validate(
        {
            "id": row.pk,
            "event": row.public_id,
            "type": row.type,
            "status": row.status,
            "attempts": row.attempts,
            "next_try_at": row.next_try_at,
            "created_at": row.created_at,
        }
    )
