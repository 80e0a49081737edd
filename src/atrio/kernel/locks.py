"""Locks on names: what only one thread of all processes may be at, whoever else waits for it.

    with alone_with(str(message_id), among="messages") as is_ours:
        if is_ours: …

A lock belongs to this thread's connection, not to a transaction: it lasts while outside systems
are asked, and ends with the process, however that ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

Among = Literal["calls", "messages", "webhooks", "shops"]
# Seeds of the hash: names of one kind never meet those of another.
_SEEDS: dict[Among, int] = {"calls": 0, "messages": 1, "webhooks": 2, "shops": 3}

_LOCK = """
    select name, pg_try_advisory_lock(hashtextextended(name, {seed}))
    from ({found_by}) as found (name)
"""
_UNLOCK = "select pg_advisory_unlock(hashtextextended(%s, {seed}))"


@contextmanager
def alone_with(
    name: str | UUID, *, among: Among, found_by: str = "select %s::text"
) -> Iterator[bool]:
    """Hold the lock on a name; False when somebody else holds it.

    Where the name stands in a row, `found_by` is the statement that reads it, given the row's id
    in the place of `name`: found and locked in one trip.

    Raises ObjectDoesNotExist when there is no such row.
    """
    seed = _SEEDS[among]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(seed=seed, found_by=found_by), [name])
        row = cursor.fetchone()
    if row is None:
        raise ObjectDoesNotExist(f"There is no {name} among the {among}")
    found, is_ours = row
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK.format(seed=seed), [found])
