"""Jobs that failed and wait for a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

_HELD = """
    select held.id, held.entrypoint, held.payload, held.updated, failure.traceback
    from pgqueuer as held
    left join lateral (
        select traceback from pgqueuer_log
        where job_id = held.id and status = 'failed' order by id desc limit 1
    ) as failure on true
    where held.status = 'failed'
    order by held.updated desc
    limit %s
"""
# The key is given up: a newer job may wait under it, and two of them do no harm.
_RETRY = """
    update pgqueuer
    set status = 'queued', execute_after = now(), updated = now(), attempts = 0, dedupe_key = null
    where status = 'failed' and id = any(%s)
"""


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that failed: what it was to do, and what went wrong."""

    number: int
    name: str
    ids: dict[str, Any]
    held_at: datetime
    error: str  # "ValueError: not a number"
    traceback: str


def held_jobs(*, limit: int = 100) -> list[HeldJob]:
    """Return the jobs that failed, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, (limit,))
        return [_held_job(*row) for row in cursor.fetchall()]


def _held_job(
    number: int, name: str, payload: bytes, held_at: datetime, failure: str | None
) -> HeldJob:
    told = json.loads(failure or "{}")
    error = ": ".join(filter(None, (told.get("exception_type"), told.get("exception_message"))))
    return HeldJob(number, name, json.loads(payload), held_at, error, told.get("traceback", ""))


def retry_held(*numbers: int) -> int:
    """Queue the held jobs with these numbers again, due at once; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_RETRY, (list(numbers),))
        return int(cursor.rowcount)
