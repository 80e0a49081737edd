"""Keeping links and deliveries. The background does this; who caused it stands in the timeline."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import (
    NotAllowed,
    NotFound,
    NotYet,
    OutsideBusy,
    OutsideError,
    OutsideFailure,
)
from atrio.kernel.events import announce
from atrio.kernel.queue import later
from atrio.outside.breaker import note_answer, note_silence, see_whether_it_rests
from atrio.outside.connections import opened
from atrio.outside.events import ConnectionRecovered
from atrio.outside.models import Connection, Delivery, Link
from atrio.outside.queries import connections_visible_to
from atrio.outside.recording import Exchange, recorded
from atrio.outside.transport import deadline
from atrio.timeline.systems import CameBack, note_asked, note_came_back

PATIENCE = timedelta(seconds=20)  # of a person who has a system asked
MAY_ASK = ("associate", "regional_admin", "admin")


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
    also_at_rest: bool = False,
) -> Iterator[None]:
    """Let the block ask an outside system, unless that rests, and keep what was said.

    Every exchange becomes a delivery, also when the block raises; `within` ends all waiting.
    Whether it was answered is what the connection's breaker goes by. Raises Resting, but not
    where a person has said that it is to be asked `also_at_rest`.
    """
    if not also_at_rest:
        see_whether_it_rests(connection, now=timezone.now())
    exchanges: list[Exchange] = []
    try:
        with recorded() as exchanges, deadline(within.total_seconds() if within else math.inf):
            yield
    except NotYet:
        note_answer(connection)
        raise
    except OutsideBusy:
        if any(exchange.outcome == "ok" for exchange in exchanges):
            note_answer(connection)
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
    for connection in Connection.objects.all():
        # One connection after the other, as their index has them.
        old = Delivery.objects.filter(connection=connection, sent_at__lt=before)
        oldest = old.order_by("sent_at").values("pk")[:5_000]
        while Delivery.objects.filter(pk__in=oldest).delete()[0]:
            pass


@transaction.atomic
def ask_now(*, by: Actor, connection: str, now: datetime) -> Connection:
    """Have a system asked at once whether it answers, though it be left alone for a while.

    The background asks, for it is the background that has to reach it. Raises NotFound,
    NotAllowed.
    """
    found = connections_visible_to(by).filter(code=connection).first()
    if found is None:
        raise NotFound(_("There is no such system."))
    if not by.has_role(*MAY_ASK):
        raise NotAllowed(_("Only associates and administrators ask a system themselves."))
    note_asked(by=by, system=found.code, now=now)
    # Before whatever may be queued by the thousand because of that very system.
    later("outside.ask", priority=1, once=found.code, connection=found.code)
    return found


@transaction.atomic
def note_what_came_back(
    connection: Connection, *, error: OutsideError | None, asked_at: datetime, now: datetime
) -> None:
    """Keep what a system answered when somebody had it asked; if it did, all goes on.

    Also what it had stopped before its breaker opened, which nothing else would wake.
    """
    said = Delivery.objects.filter(
        connection=connection, sent_at__gte=asked_at, operation=_probe(connection)
    )
    last = said.order_by("-sent_at").first()
    note_came_back(
        system=connection.code,
        came_back=CameBack(
            answered=not isinstance(error, OutsideBusy) or isinstance(error, NotYet),
            seconds=(now - asked_at).total_seconds(),
            error=str(error or ""),
            request=last.request if last else "",
            answer=last.answer if last else "",
            status=last.status if last else None,
        ),
        now=now,
    )
    if error is None:
        announce(ConnectionRecovered(connection=connection.code))


def probe(connection: Connection, *, also_at_rest: bool = False) -> None:
    """Ask a connection whether it answers. Raises OutsideBusy, OutsideFailure."""
    with asking(
        connection=connection,
        operation=_probe(connection),
        also_at_rest=also_at_rest,
        within=PATIENCE,
    ):
        opened(connection).probe()


def _probe(connection: Connection) -> str:
    return f"{connection.port}.probe"


def _linked_elsewhere(connection: Connection, kind: str, outside_id: str) -> OutsideFailure:
    return OutsideFailure(
        f"The {kind} {outside_id} of {connection} is already tied to something else",
        code="linked_elsewhere",
    )
