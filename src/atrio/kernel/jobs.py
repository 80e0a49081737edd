"""What the kernel does in the background: keep the job log from growing for ever."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from atrio.kernel.queue import job

# Two rows a job. Metrics count them; the rows serve whoever asks what just happened.
_KEPT = timedelta(hours=1)
_FAILURES_KEPT = timedelta(days=30)
_PRUNE = """
    delete from pgqueuer_log as entry
    where created < now() - make_interval(secs => %s)
      and (traceback is null or created < now() - make_interval(secs => %s))
      and not exists (
          select from pgqueuer where id = entry.job_id and pgqueuer.status = 'failed'
      )
"""


@job("kernel.prune_job_log", every=timedelta(minutes=5))
def prune_job_log() -> None:
    """Delete old entries of the job log, but none of a job that is held."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, (_KEPT.total_seconds(), _FAILURES_KEPT.total_seconds()))
