"""The worker: runs queued jobs in threads until it is told to stop.

PgQueuer claims the jobs, keeps their heartbeat and records how they ended. Ours are the threads
with their Django connections, what counts as a passing failure, and the way back after the
database was away.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from pgqueuer import PgQueuer, RetryRequested
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.errors import FailingListenerError
from pgqueuer.models import Job as Claim
from pgqueuer.models import Schedule
from structlog.contextvars import bound_contextvars

from atrio.kernel.queue import metrics
from atrio.kernel.queue.driver import TwoConnectionsDriver
from atrio.kernel.queue.enqueue import later
from atrio.kernel.queue.registry import JOBS

logger = logging.getLogger(__name__)

# The names in our migration. PgQueuer would take them from the environment, where a variable
# as common as CHANNEL or TRIGGER changes them.
_NAMES = DBSettings.model_construct(
    prefix="",
    db_schema=None,
    channel="ch_pgqueuer",
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
)
# An idle worker looks for jobs of killed workers this often; new jobs wake it at once.
_IDLE = timedelta(seconds=2)
_RECONNECT_AFTER = 0.5  # seconds
_PASSING = (OperationalError, InterfaceError)
_PASSING_TRIES = 10


def run_worker(*, threads: int = 16) -> None:
    """Run queued jobs until SIGTERM or SIGINT, then finish those that run, and return.

    At most `threads` jobs run at once; a job is claimed only when a thread is free for it.
    """
    asyncio.run(_Worker(threads).run())


class _Worker:
    """One process's worth of threads, across as many database connections as it takes."""

    def __init__(self, threads: int) -> None:
        self._capacity = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="job")
        self._heartbeat = timedelta(seconds=settings.ATRIO_HEARTBEAT_SECONDS)
        self._stopping = asyncio.Event()
        self._manager: PgQueuer | None = None
        # Jobs that ran to their end, of which the database may not have heard.
        self._ended: deque[int] = deque(maxlen=4 * threads)

    async def run(self) -> None:
        """Claim and run jobs until told to stop, starting afresh whenever the database was away."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        while not self._stopping.is_set():
            try:
                await self._run_while_connected()
            except (psycopg.Error, FailingListenerError, OSError) as error:
                logger.warning("The worker lost the database and will reconnect: %s", error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _RECONNECT_AFTER)
        self._threads.shutdown()
        logger.info("The worker has stopped")

    def _stop(self) -> None:
        self._stopping.set()
        if self._manager is not None:
            self._manager.shutdown.set()

    async def _run_while_connected(self) -> None:
        driver = await TwoConnectionsDriver.connect()
        try:
            if self._manager is not None:
                await self._give_back(driver, self._manager.qm.queue_manager_id)
            self._manager = self._new_manager(driver)
            if self._stopping.is_set():
                return
            logger.info("The worker is ready for %s jobs at once", self._capacity)
            await self._manager.run(
                dequeue_timeout=_IDLE,
                # Together: never claim a job for which no thread is free.
                batch_size=self._capacity // 2,
                max_concurrent_tasks=self._capacity,
                heartbeat_timeout=self._heartbeat,
                shutdown_on_listener_failure=True,
                # Its statistics would write every row of the log a second time.
                log_aggregation_interval=timedelta(),
            )
        finally:
            await driver.close()

    def _new_manager(self, driver: TwoConnectionsDriver) -> PgQueuer:
        queries = Queries(
            driver,
            qbe=QueryBuilderEnvironment(_NAMES),
            qbq=QueryQueueBuilder(_NAMES),
            qbs=QuerySchedulerBuilder(_NAMES),
        )
        manager = PgQueuer(driver, channel=_NAMES.channel, queries=queries)
        for job in JOBS.values():
            manager.entrypoint(job.name, on_failure="hold")(self._start)
            if job.schedule is not None:
                manager.schedule(job.name, job.schedule)(self._queue_scheduled)
        return manager

    async def _give_back(self, driver: TwoConnectionsDriver, manager: UUID) -> None:
        """Release what was claimed before the connection broke, without waiting for the heartbeat.

        Nothing of it runs any more: a manager ends only after its jobs have.
        """
        await driver.execute(
            "delete from pgqueuer where queue_manager_id = $1 and id = any($2::bigint[])",
            manager,
            list(self._ended),
        )
        await driver.execute(
            "update pgqueuer set heartbeat = 'epoch' where queue_manager_id = $1", manager
        )

    async def _start(self, claim: Claim) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, _run, claim)
        self._ended.append(claim.id)

    async def _queue_scheduled(self, schedule: Schedule) -> None:
        await asyncio.get_running_loop().run_in_executor(
            self._threads, _queue_scheduled, schedule.entrypoint
        )


def _run(claim: Claim) -> None:
    """Run one job in this thread, on this thread's own connection."""
    started = time.perf_counter()
    metrics.STARTS.labels(claim.entrypoint).observe(
        max(0.0, (claim.updated - claim.execute_after).total_seconds())
    )
    outcome = "held"
    close_old_connections()  # one of them may have died since the last job
    try:
        with bound_contextvars(job=claim.entrypoint, job_number=claim.id):
            JOBS[claim.entrypoint].run(claim.payload or b"{}")
        outcome = "done"
    except _PASSING as error:
        # The connection was cut, or another transaction was in the way: nothing a person mends.
        if claim.attempts >= _PASSING_TRIES:
            raise
        outcome = "retried"
        delay = timedelta(seconds=0.2 * 2**claim.attempts)
        raise RetryRequested(delay, f"{type(error).__name__}: {error}") from error
    finally:
        close_old_connections()
        metrics.RUNS.labels(claim.entrypoint, outcome).observe(time.perf_counter() - started)


def _queue_scheduled(name: str) -> None:
    close_old_connections()
    try:
        later(name, once="schedule")
    finally:
        close_old_connections()
