"""Workers as they run in production, on a real server, killed and cut off as in real life."""

import itertools
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest

from tests.kernel.conftest import HEARTBEAT, LOCK
from tests.waiting import eventually

pytestmark = pytest.mark.database


def test_jobs_run_as_the_worker_s_role(server):
    server.start_worker()
    server.queue("test.note", what="done")

    eventually(server.is_done)

    assert server.effects() == ["done"]


def test_two_workers_start_no_job_twice(server):
    server.queue_notes(300)
    workers = [server.start_worker(threads=4) for _ in range(2)]

    eventually(server.is_done)

    assert Counter(server.effects()) == Counter(str(number) for number in range(300))
    pids = {pid for (pid,) in server.rows("select distinct pid from effect")}
    assert pids <= {worker.pid for worker in workers}


def test_a_killed_worker_s_job_is_done_by_another_soon_after_the_heartbeat(server):
    first = server.start_worker()
    server.queue("test.hang_first", what="done")
    eventually(lambda: "began" in server.effects())
    second = server.start_worker()

    first.send_signal(signal.SIGKILL)

    eventually(server.is_done, within=HEARTBEAT + 5)
    assert server.rows("select pid from effect where what = 'done'") == [(second.pid,)]


def test_a_job_longer_than_the_heartbeat_is_left_alone(server):
    with server.connect() as holder:
        holder.execute("select pg_advisory_lock(%s)", (LOCK,))
        for _ in range(2):
            server.start_worker()
        server.queue("test.wait_for_lock", what="long")
        eventually(lambda: server.effects() == ["long began"])
        began = time.monotonic()
        eventually(lambda: time.monotonic() > began + 2 * HEARTBEAT)
        holder.execute("select pg_advisory_unlock(%s)", (LOCK,))

    eventually(server.is_done)

    assert server.effects() == ["long began", "long"]


def test_a_worker_told_to_stop_finishes_what_runs_and_leaves_the_rest(server):
    with server.connect() as holder:
        holder.execute("select pg_advisory_lock(%s)", (LOCK,))
        worker = server.start_worker(threads=2)
        for what in ("first", "second", "third"):
            server.queue("test.wait_for_lock", what=what)
        eventually(lambda: len(server.effects()) == 2)
        worker.send_signal(signal.SIGTERM)
        holder.execute("select pg_advisory_unlock(%s)", (LOCK,))

    assert worker.wait(timeout=20) == 0
    assert {"first", "second"} < set(server.effects())
    assert server.rows("select status from pgqueuer where entrypoint <> 'test.tick'") == [
        ("queued",)
    ]


def test_a_database_stopped_at_once_under_load_loses_no_job_and_workers_return_unaided(server):
    workers = [server.start_worker(threads=4) for _ in range(2)]
    eventually(
        lambda: len(server.rows("select from pg_stat_activity where query ~ '^LISTEN'")) == 2
    )
    server.queue_notes(1_000)
    eventually(server.effects)

    server.stop(signal.SIGQUIT)
    server.start()

    eventually(server.is_done, within=HEARTBEAT + 20)
    effects = server.effects()
    assert set(effects) == {str(number) for number in range(1_000)}
    assert len(effects) <= 1_000 + 8, "only what ran at that moment may run again"
    assert [worker.poll() for worker in workers] == [None, None]
    server.queue("test.note", what="afterwards")
    eventually(lambda: "afterwards" in server.effects(), within=5)


def test_what_ran_while_the_database_was_away_does_not_run_again(server):
    server.start_worker()
    with server.connect() as holder:
        holder.execute("select pg_advisory_lock(%s)", (LOCK,))
        server.queue("test.wait_for_lock", what="done")
        eventually(lambda: server.effects() == ["done began"])
        # Only the worker's own two connections are cut, not that of its job.
        cut = server.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = 'atrio_worker' and wait_event_type is distinct from 'Lock'"
        )
        holder.execute("select pg_advisory_unlock(%s)", (LOCK,))

    eventually(server.is_done)

    assert len(cut) >= 2
    assert server.effects() == ["done began", "done"]


def test_a_worker_whose_listening_connection_was_cut_hears_again(server):
    server.start_worker()
    listening = "select pid from pg_stat_activity where query = 'LISTEN \"ch_pgqueuer\"'"
    ((first,),) = eventually(lambda: server.rows(listening))

    server.rows("select pg_terminate_backend(%s)", first)

    eventually(lambda: server.rows(listening + " and pid <> %s", first))
    server.queue("test.note", what="heard")
    eventually(lambda: "heard" in server.effects())


def test_a_job_whose_connection_was_cut_is_tried_again(server):
    server.start_worker()
    server.queue("test.lose_connection_first", what="done")

    eventually(server.is_done)

    assert server.effects() == ["began", "done"]


def test_a_failed_job_is_held_with_its_reason_until_somebody_retries_it(server, tmp_path):
    file = tmp_path / "missing"
    server.start_worker()
    server.queue("test.fail_without_file", file=str(file))
    failures = (
        "select status, traceback ->> 'exception_type' from pgqueuer_log"
        " where traceback is not null"
    )
    assert eventually(lambda: server.rows(failures)) == [("failed", "FileNotFoundError")]

    file.write_text("mended")
    server.execute("update pgqueuer set status = 'queued' where status = 'failed'")

    eventually(server.is_done)
    assert server.effects() == ["mended"]


def test_a_job_that_calls_exit_is_held_and_the_worker_lives(server):
    worker = server.start_worker()
    server.queue("test.exit")
    eventually(lambda: server.rows("select from pgqueuer where status = 'failed'"))

    server.queue("test.note", what="alive")

    eventually(lambda: server.effects() == ["alive"])
    assert worker.poll() is None


def test_a_job_of_an_unknown_name_waits_for_a_worker_that_knows_it(server):
    server.execute(
        "insert into pgqueuer (entrypoint, payload, priority, status)"
        " values ('test.of_tomorrow', '{}', 9, 'queued')"
    )
    server.start_worker()
    server.queue("test.note", what="done")

    eventually(lambda: server.effects() == ["done"])

    assert server.rows("select status from pgqueuer where entrypoint = 'test.of_tomorrow'") == [
        ("queued",)
    ]


def test_a_deferred_job_starts_when_it_is_due_and_not_before(server):
    server.start_worker()
    server.queue("test.note", run_in=timedelta(seconds=1.5), what="done")
    ((due,),) = server.rows("select execute_after from pgqueuer")

    ((at,),) = eventually(lambda: server.rows("select at from effect where what = 'done'"))

    # How soon after it, is for `make bench`: here the machine may be busy.
    assert at >= due


def test_an_idle_transaction_holds_nobody_up(server):
    server.start_worker()
    with server.connect() as idle, idle.transaction():
        idle.execute(
            "insert into pgqueuer (entrypoint, payload, priority, status)"
            " values ('test.note', '{\"what\": \"idle\"}', 0, 'queued')"
        )
        server.queue("test.note", what="busy")
        eventually(lambda: server.effects() == ["busy"])

    eventually(lambda: server.effects() == ["busy", "idle"])


def test_the_clock_starts_jobs_once_however_many_workers_there_are(server):
    for _ in range(2):
        server.start_worker()

    ticks = eventually(lambda: len(ticks := server.ticks()) >= 3 and ticks)

    assert min(b - a for a, b in itertools.pairwise(ticks)) > timedelta(seconds=0.5)


@pytest.mark.parametrize(("last_act", "rows"), [("", 0), ("connection.commit()", 1)])
def test_the_job_of_a_killed_process_exists_exactly_if_its_row_does(server, last_act, rows):
    web = server.python(
        "-c",
        "import django, os, signal; django.setup()\n"
        "from django.db import connection\n"
        "from atrio.kernel.queue import later\n"
        "from tests.kernel import process_jobs\n"
        "connection.set_autocommit(False)\n"
        "process_jobs.note('row')\n"
        "later('test.note', what='job')\n"
        f"{last_act}\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n",
        user="atrio_web",
    )
    assert web.wait(timeout=20) == -signal.SIGKILL

    assert len(server.rows("select from effect")) == rows
    assert len(server.rows("select from pgqueuer")) == rows
