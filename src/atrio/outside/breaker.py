"""A breaker per connection: a system that does not answer is left alone for a while.

After `OPENS_AFTER` failures in a row, counted over all processes, a connection *rests*: nobody
asks it, so that nobody waits for its time-outs and it can get up. When the rest is over one
call goes ahead. If it fails the next rest is longer; if it is answered everybody asks again, and
`ConnectionRecovered` is announced. Where no call waits, the job `outside.probe_connections` goes
ahead. An answer is an answer, even a refusal, even to the first half of a call whose second half
fails: it is silence and errors that count.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.db.models import QuerySet

from atrio.kernel.errors import OutsideBusy
from atrio.kernel.events import announce
from atrio.outside.events import ConnectionRecovered
from atrio.outside.models import Connection

OPENS_AFTER = 5
SHORTEST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=1)
_random = Random()  # noqa: S311 - jitter, not a secret
# Where this process has counted a failure that no answer has followed. What a call has read of its
# connection may be older: those under way side by side would not count as answers to each other.
_in_doubt: set[UUID] = set()


class Resting(OutsideBusy):
    """The connection is left alone until a moment: nothing was sent."""

    def __init__(self, connection: Connection, *, until: datetime) -> None:
        super().__init__(f"{connection} has not answered for a while and is left alone")
        self.until = until


def rest_after(silence: timedelta, *, random: Random = _random) -> timedelta:
    """Return how long to leave a system alone that has been silent for so long.

    As long again, so that the rests double, up to a minute. A random fifth is left out, for
    other houses may have been cut off in the same moment.
    """
    return min(max(silence, SHORTEST_REST), LONGEST_REST) * random.uniform(0.8, 1)


def see_whether_it_rests(connection: Connection, *, now: datetime) -> None:
    """Return if the connection may be asked, as this very process's turn if it has rested.

    Raises Resting.
    """
    if connection.rests_until is None:
        return
    if now < connection.rests_until:
        raise Resting(connection, until=connection.rests_until)
    turn_ends = now + _rest(connection, now)
    with database.cursor() as cursor:
        cursor.execute(_TAKE_THE_TURN, [turn_ends, connection.pk, now])
        is_ours = cursor.rowcount == 1
    if not is_ours:
        raise Resting(connection, until=turn_ends)


def note_silence(connection: Connection, *, now: datetime) -> None:
    """Count a call that was not answered; one too many lets the connection rest."""
    until = now + _rest(connection, now)
    _in_doubt.add(connection.pk)
    with database.cursor() as cursor:
        cursor.execute(_COUNT, [OPENS_AFTER, now, OPENS_AFTER, until, connection.pk])


def note_answer(connection: Connection) -> None:
    """Let everybody ask again; costs nothing while all is well."""
    if not connection.failures and connection.pk not in _in_doubt:
        return
    _in_doubt.discard(connection.pk)
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(_RECOVER, [connection.pk])
        was_silent = any(since for (since,) in cursor.fetchall())
        if was_silent:
            announce(ConnectionRecovered(connection=connection.code))


def resting(*, now: datetime) -> QuerySet[Connection]:
    """Return the connections whose rest is over and that somebody should ask."""
    return Connection.objects.filter(rests_until__lte=now).order_by("code")


def _rest(connection: Connection, now: datetime) -> timedelta:
    return rest_after(now - (connection.silent_since or now))


_TAKE_THE_TURN = """
    update outside_connection set rests_until = %s where id = %s and rests_until <= %s
"""
_COUNT = """
    update outside_connection
    set failures = failures + 1,
        silent_since = case when failures + 1 >= %s then coalesce(silent_since, %s) end,
        rests_until = case when failures + 1 >= %s then %s::timestamptz end
    where id = %s
"""
_RECOVER = """
    with before as (
        select id, silent_since from outside_connection
        where id = %s and failures > 0 for update
    )
    update outside_connection as row set failures = 0, silent_since = null, rests_until = null
    from before where row.id = before.id returning before.silent_since
"""
