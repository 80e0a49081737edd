"""The worker: runs queued jobs in threads until it is told to stop.

PgQueuer's statements claim jobs, keep their heartbeat and record how they ended; its scheduler
starts what a clock starts. The loop around them is ours: see docs/decisions/0002-job-queue.md.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import close_old_connections
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.settings import DBSettings
from pgqueuer.models import Job as Claim
from pgqueuer.models import Schedule
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.types import JobId, QueueEntrypoint, QueueManagerId

from atrio.kernel.queue.driver import TwoConnectionsDriver
from atrio.kernel.queue.enqueue import later
from atrio.kernel.queue.registry import JOBS
from atrio.kernel.queue.running import Ending, hold, run_claim

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
# New jobs wake a worker at once. This often, in seconds, it looks by itself for what nobody
# announces: jobs that have become due, and those of workers that were killed.
_LOOK_EVERY = 1.0
_RECONNECT_AFTER = 0.5
# Most of a job's time is waiting, for the database or for an outside system that takes a second
# or two. So many may wait at once, each on a connection that costs the database 5 MB.
THREADS = 10


def run_worker(*, threads: int = THREADS) -> None:
    """Run queued jobs until SIGTERM or SIGINT, then finish those that run, and return.

    At most `threads` jobs run at once; a job is claimed only when a thread is free for it.
    """
    asyncio.run(_Worker(threads).run())


class _Worker:
    """One process's worth of threads, across as many database connections as it takes."""

    def __init__(self, threads: int) -> None:
        self._id = QueueManagerId(uuid4())
        self._capacity = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="job")
        self._heartbeat = timedelta(seconds=settings.ATRIO_HEARTBEAT_SECONDS)
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._may_find_more = True
        # Both outlive a lost connection: what ran meanwhile is recorded over the next one.
        self._ours: set[JobId] = set()  # from the claim until the ending is recorded
        self._unrecorded: list[Ending] = []

    async def run(self) -> None:
        """Claim and run jobs until told to stop, reconnecting whenever the database was away."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        while not self._stopping.is_set():
            try:
                await self._run_connected()
            except* (psycopg.Error, OSError) as lost:
                logger.warning(
                    "The worker cannot reach the database and tries again: %s", lost.exceptions[0]
                )
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _RECONNECT_AFTER)
        self._threads.shutdown()
        logger.info("The worker has stopped")

    def _stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    async def _run_connected(self) -> None:
        driver = await TwoConnectionsDriver.connect()
        queries = Queries(
            driver,
            qbe=QueryBuilderEnvironment(_NAMES),
            qbq=QueryQueueBuilder(_NAMES),
            qbs=QuerySchedulerBuilder(_NAMES),
        )
        scheduler = self._new_scheduler(queries)
        try:
            async with driver, asyncio.TaskGroup() as tasks:
                await driver.add_listener(_NAMES.channel, self._hear)
                tasks.create_task(scheduler.run())
                heart = tasks.create_task(self._beat(queries))
                logger.info("The worker is ready for %s jobs at once", self._capacity)
                await self._claim_and_record(queries)
                scheduler.shutdown.set()
                heart.cancel()
        finally:
            await driver.close()

    def _hear(self, _payload: object) -> None:
        self._may_find_more = True
        self._wake.set()

    async def _claim_and_record(self, queries: Queries) -> None:
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while not self._stopping.is_set() or self._ours:
            self._wake.clear()
            if self._unrecorded:
                await self._record(queries)
            if loop.time() >= look_at:
                look_at = loop.time() + _LOOK_EVERY
                self._may_find_more = True
            if self._may_find_more and not self._stopping.is_set():
                await self._claim(queries)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(look_at):
                    await self._wake.wait()

    async def _claim(self, queries: Queries) -> None:
        """Claim a job for every free thread and start it."""
        free = self._capacity - len(self._ours) + len(self._unrecorded)
        if free == 0:
            return
        self._may_find_more = False  # before asking: a job announced meanwhile sets it again
        claims = await queries.dequeue(
            batch_size=free,
            entrypoints={QueueEntrypoint(n): EntrypointExecutionParameter(0) for n in JOBS},
            queue_manager_id=self._id,
            global_concurrency_limit=None,
            heartbeat_timeout=self._heartbeat,
        )
        if len(claims) == free:
            self._may_find_more = True
        for claim in claims:
            # After a long absence of the database our own jobs look abandoned to us, too.
            if claim.id not in self._ours:
                self._start(claim)

    def _start(self, claim: Claim) -> None:
        self._ours.add(claim.id)
        run = asyncio.get_running_loop().run_in_executor(self._threads, run_claim, claim)
        run.add_done_callback(partial(self._end, claim))

    def _end(self, claim: Claim, run: asyncio.Future[Ending]) -> None:
        error = run.exception()
        self._unrecorded.append(run.result() if error is None else hold(claim, error))
        self._wake.set()

    async def _record(self, queries: Queries) -> None:
        """Tell the database how jobs ended."""
        endings = list(self._unrecorded)
        if final := [ending for ending in endings if ending.retry_in is None]:
            await queries.log_jobs([(e.claim, e.status, e.traceback) for e in final])
        for ending in endings:
            if ending.retry_in is not None:
                await queries.retry_job(ending.claim, ending.retry_in, ending.traceback)
        del self._unrecorded[: len(endings)]
        self._ours.difference_update(ending.claim.id for ending in endings)

    async def _beat(self, queries: Queries) -> None:
        """Show three times per time-out that the jobs running here are not abandoned."""
        while True:
            await asyncio.sleep(self._heartbeat.total_seconds() / 3)
            if self._ours:
                await queries.update_heartbeat([*self._ours])

    def _new_scheduler(self, queries: Queries) -> SchedulerManager:
        scheduler = SchedulerManager(queries)
        for job in JOBS.values():
            if job.schedule is not None:
                scheduler.schedule(job.name, job.schedule)(self._queue_scheduled)
        return scheduler

    async def _queue_scheduled(self, schedule: Schedule) -> None:
        await asyncio.get_running_loop().run_in_executor(
            self._threads, _queue_scheduled, schedule.entrypoint
        )


def _queue_scheduled(name: str) -> None:
    close_old_connections()
    try:
        later(name, once="schedule")
    finally:
        close_old_connections()
