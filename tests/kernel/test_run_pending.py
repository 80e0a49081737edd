"""Running the queue inside a test, and what happens to jobs that fail."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from atrio.kernel.queue import held_jobs, later, retry_held, run_pending
from atrio.kernel.queue.metrics import QueueCollector

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(register):
    calls = []
    register("test.see", lambda what: calls.append(what))
    return calls


def test_jobs_run_in_the_order_a_worker_would_take(seen):
    later("test.see", what="first")
    later("test.see", what="second")
    later("test.see", what="urgent", priority=1)

    assert run_pending() == 3
    assert seen == ["urgent", "first", "second"]


def test_jobs_queued_by_jobs_run_too(register, seen):
    register("test.chain", lambda: later("test.see", what="end"))
    later("test.chain")

    assert run_pending() == 2
    assert seen == ["end"]


def test_deferred_jobs_wait_until_the_clock_is_moved(seen):
    later("test.see", what="in two days", run_in=timedelta(days=2))
    later("test.see", what="tomorrow", run_in=timedelta(days=1))

    assert run_pending() == 0
    assert run_pending(until=timezone.now() + timedelta(days=3)) == 2
    assert seen == ["tomorrow", "in two days"]


def test_a_limit_stops_early(seen):
    for number in range(3):
        later("test.see", what=str(number))

    assert run_pending(limit=2) == 2
    assert seen == ["0", "1"]


def test_jobs_that_queue_themselves_for_ever_are_noticed(register):
    register("test.again", lambda: later("test.again"))
    later("test.again")

    with pytest.raises(RuntimeError, match="no end"):
        run_pending()


def test_a_job_runs_as_the_worker_and_the_caller_stays_who_it_was(register):
    def role():
        with connection.cursor() as cursor:
            cursor.execute("select current_user")
            return cursor.fetchone()[0]

    roles = []
    register("test.role", lambda: roles.append(role()))
    later("test.role")
    before = role()

    run_pending()

    assert roles == ["atrio_worker"]
    assert role() == before


def test_a_job_s_exception_is_raised_and_the_job_is_held(register):
    def fail(number):
        raise ValueError(f"{number} will not do")

    register("test.fail", fail)
    number = later("test.fail", number=3)

    with pytest.raises(ValueError, match="3 will not do"):
        run_pending()

    (held,) = held_jobs()
    assert (held.number, held.name, held.ids) == (number, "test.fail", {"number": 3})
    assert held.error == "ValueError: 3 will not do"
    assert "in fail" in held.traceback
    assert run_pending() == 0


def test_a_held_job_can_be_retried_beside_a_newer_one_of_its_key(register):
    broken = [True]

    def work():
        if broken:
            raise ValueError

    register("test.work", work)
    number = later("test.work", once="a")
    with pytest.raises(ValueError):
        run_pending()
    later("test.work", once="a")
    broken.clear()

    assert retry_held(number) == 1
    assert retry_held(number) == 0
    assert run_pending() == 2
    assert held_jobs() == []


def test_metrics_count_what_waits_and_how_late_it_is(seen):
    later("test.see", what="now")
    later("test.see", what="tomorrow", run_in=timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(
            "update pgqueuer set execute_after = now() - interval '90 s' where id ="
            " (select min(id) from pgqueuer)"
        )

    sizes, late = QueueCollector().collect()

    (size,) = sizes.samples
    assert (size.labels, size.value) == ({"job": "test.see", "status": "queued"}, 2)
    assert late.samples[0].value == pytest.approx(90, abs=1)
