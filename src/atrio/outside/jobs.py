"""Background work on connections: ask those that rested, forget old deliveries."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone

from atrio.kernel.errors import OutsideError
from atrio.kernel.queue import job
from atrio.outside.actions import forget_deliveries, note_what_came_back, probe
from atrio.outside.breaker import resting
from atrio.outside.connections import connection_row

log = structlog.get_logger(__name__)
KEPT = timedelta(days=180)


@job("outside.probe_connections", every=timedelta(seconds=10))
def probe_connections() -> None:
    """Ask every connection that has rested whether it answers again."""
    for connection in resting(now=timezone.now()):
        try:
            probe(connection)
        except OutsideError as error:
            log.info("outside.still_silent", connection=connection.code, error=str(error))


@job("outside.ask")
def ask(*, connection: str) -> None:
    """Ask one connection, at rest or not, because somebody wants to know."""
    asked_at, row, error = timezone.now(), connection_row(connection), None
    try:
        probe(row, also_at_rest=True)
    except OutsideError as caught:
        error = caught
    note_what_came_back(row, error=error, asked_at=asked_at, now=timezone.now())


@job("outside.forget_deliveries", every=timedelta(days=1))
def forget_old_deliveries() -> None:
    """Delete what was exchanged long ago, so that the log does not grow for ever."""
    forget_deliveries(before=timezone.now() - KEPT)
