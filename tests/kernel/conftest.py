"""A database server of these tests' own, which they may stop, and workers they may kill."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from atrio.kernel.queue.enqueue import INSERT
from atrio.kernel.queue.registry import JOBS
from atrio.site.machine.postgres import Postgres
from tests.environment import SETTINGS

CLONE = Path(__file__).resolve().parents[2]
HEARTBEAT = 2
LOCK = 4711  # jobs wait for it
EFFECTS = """
    create table effect (
        number serial primary key,
        what text not null,
        pid integer not null,
        at timestamptz not null default clock_timestamp()
    )
"""


class Server:
    """A PostgreSQL with the kernel's tables, and the worker processes over it."""

    def __init__(self, folder):
        self.folder = folder
        # Nothing is flushed to disk, but what is committed outlives the server's processes.
        self.postgres = Postgres(
            folder / "data", durable=False, settings={"synchronous_commit": "on"}
        )
        self.workers = []
        self.process = None
        self._running = contextlib.ExitStack()

    def start(self):
        log = self.folder / "postgres.log"
        self.process = self._running.enter_context(self.postgres.running(log=log))

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        self._running.close()

    def migrate(self):
        migration = self.python("-m", "django", "migrate", "-v0", user="atrio_owner")
        assert migration.wait(timeout=60) == 0
        self.execute(EFFECTS)

    def environment(self, *, user):
        # Names that PgQueuer would take for its own if we let it.
        misleading = {"CHANNEL": "other", "TRIGGER": "other", "PGQUEUER_PREFIX": "other_"}
        return (
            os.environ
            | SETTINGS
            | misleading
            | {
                "DATABASE_URL": self.postgres.url(user=user),
                "DJANGO_SETTINGS_MODULE": "tests.kernel.queue_settings",
                "ATRIO_HEARTBEAT_SECONDS": str(HEARTBEAT),
                "PYTHONPATH": os.pathsep.join([str(CLONE), str(CLONE / "src")]),
            }
        )

    def python(self, *arguments, user="atrio_worker", **options):
        return subprocess.Popen(
            [sys.executable, *arguments], env=self.environment(user=user), cwd=CLONE, **options
        )

    def start_worker(self, *, threads=4):
        log = (self.folder / "worker.log").open("ab")
        with log:
            worker = self.python(
                "tests/kernel/worker_process.py", str(threads), stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    def kill_workers(self):
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers.clear()

    def connect(self, *, user="atrio_owner"):
        return psycopg.connect(self.postgres.url(user=user), autocommit=True)

    def execute(self, statement, *arguments):
        with self.connect() as connection:
            connection.execute(statement, arguments)

    def rows(self, query, *arguments):
        with self.connect() as connection:
            return connection.execute(query, arguments).fetchall()

    def queue(self, name, *, run_in=timedelta(), **ids):
        """Queue a job as `later` does, from a process that has no Django."""
        self.execute(INSERT, name, json.dumps(ids).encode(), 0, run_in.total_seconds(), None)

    def queue_notes(self, count):
        """Queue many jobs at once, which note the numbers from 0."""
        with self.connect() as connection, connection.transaction():
            payloads = [json.dumps({"what": str(number)}).encode() for number in range(count)]
            connection.cursor().executemany(
                INSERT, [("test.note", payload, 0, 0, None) for payload in payloads]
            )

    def effects(self):
        rows = self.rows("select what from effect where what <> 'tick' order by number")
        return [what for (what,) in rows]

    def ticks(self):
        return [at for (at,) in self.rows("select at from effect where what = 'tick' order by at")]

    def is_done(self):
        return not self.rows("select from pgqueuer where entrypoint <> 'test.tick' limit 1")


@pytest.fixture(scope="session")
def _server():
    # Not pytest's own folders: it closes them to everybody else, and as root the server runs as
    # somebody else.
    with tempfile.TemporaryDirectory(prefix="atrio-queue-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Server(folder)
        server.start()
        try:
            server.migrate()
            yield server
        finally:
            server.stop()
            server.postgres.remove()


@pytest.fixture
def server(_server):
    """A database server with an empty queue, no worker, and the worker's log for this test."""
    server = _server
    server.execute("truncate pgqueuer, pgqueuer_log, pgqueuer_schedules, effect")
    (server.folder / "worker.log").unlink(missing_ok=True)
    yield server
    server.kill_workers()
    if server.process.poll() is not None:  # a failing test may have left it stopped
        server.start()
    with contextlib.suppress(FileNotFoundError):
        print((server.folder / "worker.log").read_text())


@pytest.fixture
def register():
    """Register jobs for one test: `register(name, function)`."""
    from atrio.kernel.queue import job

    before = dict(JOBS)
    yield lambda name, function, **options: job(name, **options)(function)
    JOBS.clear()
    JOBS.update(before)
