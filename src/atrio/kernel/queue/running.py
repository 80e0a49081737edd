"""Running one claimed job in a thread of the worker, and judging how it ended."""

from __future__ import annotations

import logging
import time
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db import InterfaceError, OperationalError, close_old_connections
from pgqueuer.models import Job as Claim
from pgqueuer.models import TracebackRecord
from structlog.contextvars import bound_contextvars

from atrio.kernel.queue import metrics
from atrio.kernel.queue.registry import JOBS

logger = logging.getLogger(__name__)

# The connection was cut, or another transaction was in the way: nothing that a person mends.
_PASSING = (OperationalError, InterfaceError)
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Ending:
    """How a claimed job ended. A failed one is held, unless `retry_in` is given."""

    claim: Claim
    status: Literal["successful", "failed"] = "successful"
    traceback: TracebackRecord | None = None
    retry_in: timedelta | None = None


def run_claim(claim: Claim) -> Ending:
    """Run the job in this thread, on this thread's own connection."""
    metrics.STARTS.labels(claim.entrypoint).observe(
        max(0.0, (claim.updated - claim.execute_after).total_seconds())
    )
    started = time.perf_counter()
    close_old_connections()  # one may have died since this thread's last job
    try:
        # What a job binds to its log lines, or the language it chooses, ends with the copy: the
        # thread's next job is somebody else's.
        ending = copy_context().run(_run_named, claim)
    finally:
        close_old_connections()
    outcome = "retried" if ending.retry_in is not None else ending.status
    metrics.RUNS.labels(claim.entrypoint, outcome).observe(time.perf_counter() - started)
    return ending


def _run_named(claim: Claim) -> Ending:
    with bound_contextvars(job=claim.entrypoint, job_number=claim.id):
        return _run(claim)


def _run(claim: Claim) -> Ending:
    try:
        JOBS[claim.entrypoint].run(claim.payload or b"{}")
    except _PASSING as error:
        if claim.attempts >= _TRIES:
            return hold(claim, error)
        logger.warning("The job met a passing failure of the database: %s", error)
        delay = timedelta(seconds=0.1 * 2**claim.attempts)
        return Ending(claim, "failed", _told(error, claim), delay)
    # Whatever it is, a person must look. An exit would end this worker, and then the next one.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return hold(claim, error)
    return Ending(claim)


def hold(claim: Claim, error: BaseException) -> Ending:
    """Return the ending of a job that a person must look at."""
    logger.error("The job failed and is held", exc_info=error)
    return Ending(claim, "failed", _told(error, claim))


def _told(error: BaseException, claim: Claim) -> TracebackRecord:
    told = error if isinstance(error, Exception) else RuntimeError(repr(error))
    return TracebackRecord.from_exception(told, claim.id, {"attempts": claim.attempts})
