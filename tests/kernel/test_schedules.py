"""Jobs that a clock starts, and the one the kernel has itself."""

from datetime import timedelta

import pytest
from django.db import connection
from pgqueuer.adapters.inmemory import InMemoryDriver, InMemoryQueries
from pgqueuer.core.sm import SchedulerManager

from atrio.kernel.queue import later, run_pending
from atrio.kernel.queue.registry import JOBS


@pytest.mark.parametrize(
    ("every", "cron"),
    [
        (timedelta(seconds=5), "* * * * * */5"),
        (timedelta(seconds=60), "*/1 * * * *"),
        (timedelta(minutes=15), "*/15 * * * *"),
        (timedelta(hours=6), "0 */6 * * *"),
        (timedelta(days=1), "0 0 * * *"),
    ],
)
def test_intervals_become_cron_expressions(register, every, cron):
    register("test.tick", lambda: None, every=every)

    assert JOBS["test.tick"].schedule == cron


@pytest.mark.parametrize(
    "every", [timedelta(), timedelta(seconds=0.5), timedelta(seconds=7), timedelta(hours=36)]
)
def test_intervals_that_cron_would_bend_are_refused(register, every):
    with pytest.raises(ValueError, match="say it as cron"):
        register("test.tick", lambda: None, every=every)


def test_an_interval_and_a_cron_expression_exclude_each_other(register):
    with pytest.raises(TypeError, match="either every or cron"):
        register("test.tick", lambda: None, every=timedelta(minutes=5), cron="0 3 * * *")


def test_the_scheduler_understands_every_schedule_there_is():
    scheduler = SchedulerManager(InMemoryQueries(driver=InMemoryDriver()))

    async def start(schedule):
        pytest.fail("a schedule was started that was only to be read")

    for job in JOBS.values():
        if job.schedule is not None:
            scheduler.schedule(job.name, job.schedule)(start)

    assert "kernel.prune_job_log" in {key.entrypoint for key in scheduler.registry}


@pytest.mark.django_db
def test_pruning_keeps_what_is_recent_and_what_explains_a_held_job(register):
    def add(job_number, age, traceback=None):
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into pgqueuer_log"
                " (job_id, status, priority, entrypoint, created, traceback)"
                " values (%s, 'failed', 0, 'test.work', now() - %s::interval, %s)",
                (job_number, age, traceback),
            )

    register("test.work", lambda: None)
    held = later("test.work", run_in=timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("update pgqueuer set status = 'failed'")
    add(held, "90 days", "{}")
    add(1001, "2 hours")
    add(1002, "10 minutes")
    add(1003, "2 days", "{}")
    add(1004, "31 days", "{}")

    later("kernel.prune_job_log")
    run_pending()

    with connection.cursor() as cursor:
        cursor.execute("select job_id from pgqueuer_log order by job_id")
        assert {number for (number,) in cursor.fetchall()} == {held, 1002, 1003}
