"""Keeping links and deliveries. The background does this; who caused it stands in the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from atrio.kernel.errors import OutsideFailure
from atrio.outside.models import Connection, Delivery, Link
from atrio.outside.recording import Exchange, recorded


def link(
    *, connection: Connection, kind: str, object_id: UUID, outside_id: str, now: datetime
) -> Link:
    """Tie our object to its id in the outside system; the same link twice is one link.

    Raises OutsideFailure("linked_elsewhere") if either side is tied to something else: two
    records stand for one thing, and a person must say which is right.
    """
    try:
        with transaction.atomic():
            found, _created = Link.objects.get_or_create(
                connection=connection,
                kind=kind,
                object_id=object_id,
                defaults={"outside_id": outside_id, "created_at": now},
            )
    except IntegrityError as error:
        raise _linked_elsewhere(connection, kind, outside_id) from error
    if found.outside_id != outside_id:
        raise _linked_elsewhere(connection, kind, outside_id)
    return found


def record_deliveries(
    *,
    connection: Connection,
    exchanges: Iterable[Exchange],
    operation: str,
    key: str = "",
    attempt: int = 1,
    application_id: UUID | None = None,
    call_id: UUID | None = None,
) -> list[Delivery]:
    """Keep what was exchanged in one attempt at an operation, such as "erp.create_customer"."""
    return Delivery.objects.bulk_create(
        Delivery(
            connection=connection,
            application_id=application_id,
            call_id=call_id,
            operation=operation,
            key=key,
            attempt=attempt,
            request=exchange.request,
            answer=exchange.answer,
            status=exchange.status,
            outcome=exchange.outcome,
            sent_at=exchange.sent_at,
            answered_at=exchange.answered_at,
        )
        for exchange in exchanges
    )


@contextmanager
def kept_as_deliveries(
    *,
    connection: Connection,
    operation: str,
    key: str = "",
    attempt: int = 1,
    application_id: UUID | None = None,
    call_id: UUID | None = None,
) -> Iterator[None]:
    """Keep every exchange of the block as a delivery, also when the block raises."""
    exchanges: list[Exchange] = []
    try:
        with recorded() as exchanges:
            yield
    finally:
        record_deliveries(
            connection=connection,
            exchanges=exchanges,
            operation=operation,
            key=key,
            attempt=attempt,
            application_id=application_id,
            call_id=call_id,
        )


def _linked_elsewhere(connection: Connection, kind: str, outside_id: str) -> OutsideFailure:
    return OutsideFailure(
        f"The {kind} {outside_id} of {connection} is already tied to something else",
        code="linked_elsewhere",
    )
