"""Running the queue inside a test: at once, in order, on the test's own connection."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection
from django.utils import timezone

from atrio.kernel.queue.registry import JOBS

# The order in which a single worker would come to them, had the clock run on to `until`.
_CLAIM = """
    update pgqueuer set status = 'picked', updated = now() where id = (
        select id from pgqueuer
        where status = 'queued' and execute_after <= %(until)s
        order by greatest(execute_after, %(now)s), priority desc, id
        limit 1 for update skip locked
    )
    returning id, entrypoint, payload
"""
_HOLD = """
    with held as (update pgqueuer set status = 'failed' where id = %(number)s returning *)
    insert into pgqueuer_log (job_id, status, entrypoint, priority, traceback)
    select id, status, entrypoint, priority, %(failure)s from held
"""
_MANY = 1_000


def run_pending(*, limit: int | None = None, until: datetime | None = None) -> int:
    """Run the jobs that are due, and those they queue in turn; return how many ran.

    `until` moves the clock: jobs due by then run too. `limit` stops after so many. A job's
    exception leaves it held, as a worker would, and is raised. Meant for tests; it runs each
    job under the worker's database role.
    """
    done = 0
    while done != limit and _run_next(until):
        done += 1
        if limit is None and done == _MANY:
            raise RuntimeError(f"{_MANY} jobs ran and there is no end to them")
    return done


def _run_next(until: datetime | None) -> bool:
    now = timezone.now()
    with _as_worker(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": until or now, "now": now})
        claimed = cursor.fetchone()
        if claimed is None:
            return False
        number, name, payload = claimed
        try:
            JOBS[name].run(payload)
        except Exception as error:
            if not connection.needs_rollback:
                cursor.execute(_HOLD, {"number": number, "failure": _told(error)})
            raise
        cursor.execute("delete from pgqueuer where id = %s", (number,))
        return True


def _told(error: Exception) -> str:
    return json.dumps(
        {
            "exception_type": type(error).__name__,
            "exception_message": str(error),
            "traceback": "".join(traceback.format_exception(error)),
        }
    )


@contextmanager
def _as_worker() -> Iterator[None]:
    """Take on the worker's role, as the background has it, and give it back."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        (before,) = cursor.fetchone()
        cursor.execute("set role atrio_worker")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("select set_config('role', %s, false)", (before,))
