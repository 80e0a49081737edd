"""3, 4 and 11. The database is stopped, is cut off bit by bit, or is crowded with the idle."""

from __future__ import annotations

import signal
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock, Thread

import httpx
import psycopg
import pytest
from lxml import html

from atrio.onboarding.tokens import applicant
from atrio.outside.invented import invented_numbers
from atrio.site.machine.postgres import Postgres
from tests.assertions.processes import Processes
from tests.waiting import eventually

pytestmark = [pytest.mark.database, pytest.mark.xdist_group("own_server")]

IDLE = 300
AWAY = 2.0  # seconds
OURS = "usename in ('atrio_web', 'atrio_worker')"


class OwnHouse:
    """A house on a database server of its own, which a test may stop."""

    def __init__(self, folder, stack):
        # Nothing is flushed to disk, but what is committed outlives the server's processes.
        settings = {"synchronous_commit": "on", "max_connections": str(IDLE + 100)}
        self.postgres = Postgres(folder / "data", durable=False, settings=settings)
        self._log = folder / "postgres.log"
        self._stack = stack
        self.start()
        self.processes = Processes(
            folder, stack=stack, address=lambda role: self.postgres.url(user=role)
        )
        self.processes.run("manage", "migrate", "-v0", role="atrio_owner")
        self.processes.run(module="tests.assertions.furnished", role="atrio_owner")
        self.worker = self.processes.worker()
        self.web, self.url = self.processes.web()

    def start(self):
        self.server = self._stack.enter_context(ExitStack())
        self._server = self.server.enter_context(self.postgres.running(log=self._log))

    def stop_at_once(self):
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(timeout=30)
        self.server.close()

    def connect(self):
        return psycopg.connect(self.postgres.url(user="postgres"), autocommit=True)

    def rows(self, query, *arguments):
        with self.connect() as connection:
            return connection.execute(query, arguments).fetchall()

    def assert_all_served(self, acknowledged):
        """Wait until the register was asked for each, and the next step is open."""
        ids = [applicant(token).application for token in acknowledged]
        open_steps = (
            "select count(distinct application_id) from onboarding_step"
            " where closed_at is null and element = 'confirm_company' and application_id = any(%s)"
        )
        eventually(lambda: self.rows(open_steps, ids) == [(len(ids),)], within=40)
        assert [self.worker.poll(), self.web.poll()] == [None, None]


@pytest.fixture(scope="module")
def own_house():
    # Not pytest's own folders: as root the server runs as somebody else, whom those shut out.
    with tempfile.TemporaryDirectory(prefix="atrio-own-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        house = OwnHouse(folder, stack)
        yield house
        house.processes.tell()


@pytest.fixture
def registering(own_house):
    """People who register without a break, for the length of a test."""
    with Registering(own_house.url) as people:
        eventually(lambda: len(people.acknowledged) >= 5)
        yield people


class Registering:
    """Browsers that begin applications; `acknowledged` has the token of each that was accepted."""

    _numbers = invented_numbers(start=60_000)
    _lock = Lock()

    def __init__(self, url):
        self.acknowledged = []
        self._url = url
        self._enough = Event()
        self._people = [Thread(target=self._register_on_and_on) for _ in range(3)]

    def __enter__(self):
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_error):
        self._enough.set()
        for person in self._people:
            person.join()

    def more(self, count):
        """Wait until so many more were accepted."""
        before = len(self.acknowledged)
        eventually(lambda: len(self.acknowledged) >= before + count, within=40)

    def _register_on_and_on(self):
        with httpx.Client(base_url=self._url, timeout=30) as http:
            while not self._enough.wait(0.1):
                try:
                    self._register(http)
                except httpx.HTTPError:
                    continue  # it was not accepted, and they try again

    def _register(self, http):
        landing = html.fromstring(http.get("/").raise_for_status().text)
        form = next(form for form in landing.forms if form.action == "/apply/start/")
        values = dict(form.form_values())
        begun = http.post("/apply/start/", data=values)
        if begun.status_code != 302:
            return
        with self._lock:
            number = next(self._numbers)
        path = begun.headers["location"]  # of the application, by its token
        sent = http.post(f"{path}step/enter_tax_id/", data=values | {"company.tax_id": number})
        if sent.status_code == 302:
            self.acknowledged.append(path.split("/")[2])


def test_nothing_acknowledged_is_lost_when_the_database_stops_under_load(own_house, registering):
    own_house.stop_at_once()
    back_at = time.monotonic() + AWAY
    eventually(lambda: time.monotonic() > back_at)
    own_house.start()
    registering.more(10)

    own_house.assert_all_served(list(registering.acknowledged))


def test_nothing_is_lost_when_a_connection_is_cut_every_second(own_house, registering):
    for _second in range(4):
        own_house.rows(
            f"select pg_terminate_backend(pid) from pg_stat_activity where {OURS}"
            " order by random() limit 1"
        )
        next_at = time.monotonic() + 1
        eventually(lambda at=next_at: time.monotonic() > at)
    registering.more(10)

    own_house.assert_all_served(list(registering.acknowledged))


def test_three_hundred_idle_connections_and_an_idle_transaction_hold_nobody_up(own_house):
    with ExitStack() as idle:
        for _ in range(IDLE):
            idle.enter_context(own_house.connect())
        holder = idle.enter_context(own_house.connect())
        idle.enter_context(holder.transaction())
        holder.execute(
            "insert into pgqueuer (entrypoint, payload, priority, status)"
            " values ('onboarding.check_promises', '{}', 0, 'queued')"
        )
        with Registering(own_house.url) as people:
            eventually(lambda: len(people.acknowledged) >= 10, within=40)

        own_house.assert_all_served(people.acknowledged)
