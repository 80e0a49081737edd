"""The job queue: work for the background, written in the caller's own transaction.

Words: a *job* is a registered function and the ids it is called with; a job is *held* when it
failed and waits for a person; *once* is a key under which at most one job waits to start.

Doors: `@job` registers a function, `later` queues it, `worker.run_worker` runs what is queued,
`run_pending` does the same inside a test, `held_jobs` and `retry_held` repair what failed.

A job may run twice (its worker was killed, the database was restarted): every job is written
so that the second run does no harm. The tables and the claiming of jobs are PgQueuer's.
"""

from atrio.kernel.queue.enqueue import later
from atrio.kernel.queue.held import HeldJob, held_jobs, retry_held
from atrio.kernel.queue.pending import run_pending
from atrio.kernel.queue.registry import job

__all__ = ["HeldJob", "held_jobs", "job", "later", "retry_held", "run_pending"]
