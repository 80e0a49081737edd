"""Writing a job into the queue, in whatever transaction the caller has open."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from atrio.kernel.queue.registry import JOBS, Id

# PgQueuer's own statement skips a duplicate without locking it: a worker could start the waiting
# job before our transaction commits, and what we are about to announce would be seen by nobody.
# Updating the waiting job holds it back until we commit.
INSERT = """
    insert into pgqueuer (entrypoint, payload, priority, execute_after, dedupe_key, status)
    values (%s, %s, %s, now() + make_interval(secs => %s), %s, 'queued')
    on conflict (dedupe_key) where status = 'queued' and attempts = 0 and dedupe_key is not null
    do update set execute_after = least(pgqueuer.execute_after, excluded.execute_after),
                  priority = greatest(pgqueuer.priority, excluded.priority)
    returning id
"""


def later(
    name: str,
    /,
    *,
    run_in: timedelta | None = None,
    once: str | None = None,
    priority: int = 0,
    **ids: Id,
) -> int:
    """Queue the job `name`, to be called with `ids`, and return the queued job's number.

    The job exists exactly if the surrounding transaction commits; without one, at once.
    Higher `priority` starts first. With `once`, at most one job of that name and key waits to
    start: a second call returns the waiting one, made due at the earlier of the two times.
    A job that has started no longer counts, since it may already have read what has changed.
    """
    payload = JOBS[name].pack(ids)
    key = None if once is None else f"{name}:{once}"
    seconds = 0.0 if run_in is None else run_in.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (name, payload, priority, seconds, key))
        (number,) = cursor.fetchone()
    return int(number)
