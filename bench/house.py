"""A whole house for a benchmark: production's settings and roles over systems in memory."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from bench.harness import Database, Machine

Options = Mapping[str, Mapping[str, Any]]


class House:
    """A filled database, and the processes over it. Django is used in those alone."""

    def __init__(self, machine: Machine, database: Database) -> None:
        self.machine = machine
        self.database = database

    def run(self, *arguments: str, user: str) -> None:
        """Run a Python module to its end."""
        if self.start(*arguments, user=user).wait() != 0:
            raise SystemExit(f"{' '.join(arguments)}: it failed")

    def start(self, *arguments: str, user: str) -> subprocess.Popen[bytes]:
        """Start a Python module that may look into the database as its administrator as well."""
        administrator = self.database.url("postgres")
        return self.database.start("-m", *arguments, user=user, BENCH_ADMINISTRATOR=administrator)

    def workers(self) -> contextlib.AbstractContextManager[list[subprocess.Popen[bytes]]]:
        """Run two workers for the length of a `with` block."""
        return self.database.processes("-m", "atrio", "worker")

    def applicants(self, count: int, *, at_once: int, drivers: int = 2, first: int = 1) -> None:
        """Bring companies in through the use cases, played by some processes, to the last one."""
        each = count // drivers
        started = [
            self.start(
                "bench.support.applicants",
                *(str(each), str(at_once // drivers), str(first + 2 * number * each)),
                user="atrio_web",
            )
            for number in range(drivers)
        ]
        if any([process.wait() for process in started]):
            raise SystemExit("bench.support.applicants: it failed")


@contextlib.contextmanager
def house(machine: Machine, name: str, *, outside: Options | None = None) -> Iterator[House]:
    """Make a house with its people, its catalogue and its journey; `outside` are options."""
    with machine.database(name, settings="atrio.site.settings") as database:
        made = House(machine, database)
        made.run("bench.support.seed", json.dumps(outside or {}), user="atrio_worker")
        yield made
