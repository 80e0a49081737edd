"""A whole house for a benchmark: production's settings and roles over systems in memory."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from atrio.site.machine.places import CLONE
from atrio.site.machine.ports import free_port
from atrio.site.machine.probes import answers
from atrio.site.machine.programs import Program, running
from atrio.site.machine.web import web_arguments
from bench.harness import Database, Machine

Options = Mapping[str, Mapping[str, Any]]
ERP = "erp-br"  # as the demonstration calls its connection; its seed can be imported by Django only


def _as_in_the_demo(port: int) -> list[str]:
    return web_arguments(port=port)


class House:
    """A filled database, and the processes over it. Django is used in those alone."""

    def __init__(self, machine: Machine, database: Database) -> None:
        self.machine = machine
        self.database = database

    def run(self, *arguments: str, user: str) -> None:
        """Run a Python module to its end."""
        if self.start(*arguments, user=user).wait() != 0:
            raise SystemExit(f"{' '.join(arguments)}: it failed")

    def start(
        self, *arguments: str, user: str, stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a Python module that may look into the database as its administrator as well."""
        more = {"BENCH_ADMINISTRATOR": self.database.url("postgres")}
        return self.database.start("-m", *arguments, user=user, stdout=stdout, more=more)

    def workers(self) -> contextlib.AbstractContextManager[list[subprocess.Popen[bytes]]]:
        """Run two workers for the length of a `with` block."""
        return self.database.processes("-m", "atrio", "worker")

    def reach(self, connection: str, base_url: str) -> None:
        """Let an outside system be reached at another address from now on."""
        statement = "update outside_connection set base_url = %s where code = %s"
        self.database.rows(statement, base_url, connection)

    def collect_static_files(self) -> None:
        """Put the style sheets and scripts where pages look for them."""
        self.run("atrio", "manage", "collectstatic", "--no-input", "-v0", user="atrio_owner")

    @contextlib.contextmanager
    def web(
        self, arguments: Callable[[int], list[str]] = _as_in_the_demo
    ) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """Run the web server, by default as the demonstration does; yield process and address.

        `arguments` says by the port what Python is told.
        """
        self.collect_static_files()
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        program = Program(
            name="web",
            command=[sys.executable, "-m", *arguments(port)],
            # In the demonstration an applicant's mail can be read in the browser.
            environment=os.environ | self.database.environment("atrio_web") | {"ATRIO_DEMO": "1"},
            folder=CLONE,
            last_will=signal.SIGTERM,
        )
        log = self.machine.folder / "web.log"
        with running(program, is_ready=lambda: answers(f"{url}/readyz"), log=log) as process:
            yield process, url

    def visitors(self, url: str, count: int, *, at_once: int, first: int = 1) -> list[float]:
        """Let so many become customers over HTTP; return each one's seconds to the first price."""
        return self.seconds_of(self.start_visitors(url, count, at_once=at_once, first=first))

    def start_visitors(
        self, url: str, count: int, *, at_once: int, first: int
    ) -> subprocess.Popen[bytes]:
        """Start what `visitors` waits for."""
        asked = ("bench.support.visitors", url, str(count), str(at_once), str(first))
        return self.start(*asked, user="atrio_web", stdout=subprocess.PIPE)

    def seconds_of(self, visitors: subprocess.Popen[bytes]) -> list[float]:
        """Return what visitors that were started have said, once they all are customers."""
        said, _ = visitors.communicate()
        if visitors.returncode != 0:
            raise SystemExit("bench.support.visitors: it failed")
        return [float(line) for line in said.split()]

    def applicants(
        self,
        count: int,
        *,
        at_once: int,
        drivers: int = 2,
        first: int = 1,
        until: Literal["served", "settled", "sent"] = "served",
    ) -> None:
        """Bring companies in through the use cases, played by some processes, to the last one.

        Each is watched `until` it is served, or is settled (served, or in a person's hands), or
        has sent its application and waits.
        """
        each = count // drivers
        started = [
            self.start_applicants(
                each, at_once=at_once // drivers, first=first + 2 * number * each, until=until
            )
            for number in range(drivers)
        ]
        ended = [process.wait() for process in started]
        if any(ended):
            raise SystemExit("bench.support.applicants: it failed")

    def start_applicants(
        self, count: int, *, at_once: int, first: int, until: str = "served"
    ) -> subprocess.Popen[bytes]:
        """Start one process of those that `applicants` waits for."""
        asked = ("bench.support.applicants", str(count), str(at_once), str(first), until)
        return self.start(*asked, user="atrio_web")


@contextlib.contextmanager
def house(
    machine: Machine, name: str, *, outside: Options | None = None, **environment: str
) -> Iterator[House]:
    """Make a house with its people, its catalogue and its journey.

    `outside` says by port what its systems in memory are told, or which others stand there.
    """
    with machine.database(name, settings="atrio.site.settings", **environment) as database:
        made = House(machine, database)
        made.run("bench.support.seed", json.dumps(outside or {}), user="atrio_worker")
        yield made
