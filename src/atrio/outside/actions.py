"""Keeping links and deliveries. The background does this; who caused it stands in the timeline."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from atrio.kernel.errors import NotYet, OutsideBusy, OutsideFailure
from atrio.outside.breaker import note_answer, note_silence, see_whether_it_rests
from atrio.outside.models import Connection, Delivery, Link
from atrio.outside.recording import Exchange, recorded
from atrio.outside.transport import deadline


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
def asking(
    *,
    connection: Connection,
    operation: str,
    within: timedelta | None = None,
    key: str = "",
    attempt: int = 1,
    application_id: UUID | None = None,
    call_id: UUID | None = None,
) -> Iterator[None]:
    """Let the block ask an outside system, unless that rests, and keep what was said.

    Every exchange becomes a delivery, also when the block raises; `within` ends all waiting.
    Whether it was answered is what the connection's breaker goes by. Raises Resting.
    """
    see_whether_it_rests(connection, now=timezone.now())
    exchanges: list[Exchange] = []
    try:
        with recorded() as exchanges, deadline(within.total_seconds() if within else math.inf):
            yield
    except NotYet:
        note_answer(connection)
        raise
    except OutsideBusy:
        note_silence(connection, now=timezone.now())
        raise
    except OutsideFailure:
        note_answer(connection)
        raise
    else:
        note_answer(connection)
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


def forget_deliveries(*, before: datetime) -> None:
    """Delete older deliveries, some thousand at a time: nobody waits for a long lock."""
    while True:
        oldest = Delivery.objects.filter(sent_at__lt=before).order_by("sent_at")
        deleted, _ = Delivery.objects.filter(pk__in=oldest.values("pk")[:5_000]).delete()
        if not deleted:
            return


def _linked_elsewhere(connection: Connection, kind: str, outside_id: str) -> OutsideFailure:
    return OutsideFailure(
        f"The {kind} {outside_id} of {connection} is already tied to something else",
        code="linked_elsewhere",
    )
