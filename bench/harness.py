"""What a benchmark is, and the machine it may use."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from atrio.site.machine.places import CLONE
from atrio.site.machine.postgres import Postgres
from atrio.site.machine.programs import die_with_parent
from bench.support.clock import move_clock_on


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit: on the value itself, or on its ratio to something else."""

    limit: float
    is_floor: bool  # else a ceiling
    of_ratio: bool = False

    def __str__(self) -> str:
        return f"{'ratio ' if self.of_ratio else ''}{'≥' if self.is_floor else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `ratio` is `value` divided by what `ratio_to` names."""

    name: str
    unit: str
    value: float
    ratio_to: str = ""
    ratio: float | None = None
    bar: Bar | None = None

    @property
    def holds(self) -> bool | None:
        """Say whether the bar is cleared; None where there is no bar."""
        if self.bar is None:
            return None
        measured = self.ratio if self.bar.of_ratio else self.value
        assert measured is not None
        return measured >= self.bar.limit if self.bar.is_floor else measured <= self.bar.limit

    def as_row(self) -> dict[str, Any]:
        """Return the figure as `var/bench.json` keeps it."""
        return {
            "name": self.name,
            "unit": self.unit,
            "value": round(self.value, 3),
            "ratio_to": self.ratio_to or None,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "bar": None if self.bar is None else str(self.bar),
            "holds": self.holds,
        }


Benchmark = Callable[["Machine"], Iterator[Figure]]
BENCHMARKS: dict[str, Benchmark] = {}


def bench(measure: Benchmark) -> Benchmark:
    """Register the function under the name of its module, which is what ONLY takes."""
    BENCHMARKS[measure.__module__.rpartition(".")[2]] = measure
    return measure


class Machine:
    """A PostgreSQL with the settings of production, flushed to disk, for one run of benchmarks.

    `settings` come on top of these.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        Postgres(folder / "postgres").remove()
        self.postgres = Postgres(folder / "postgres", settings=settings)
        self.server: subprocess.Popen[bytes]

    @contextlib.contextmanager
    def running(self) -> Iterator[Machine]:
        """Run the server; its folder is new each time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.postgres.running(log=self.folder / "postgres.log") as self.server:
            yield self
        self.postgres.remove()

    @contextlib.contextmanager
    def database(
        self, name: str, *, settings: str = "bench.support.settings", **environment: str
    ) -> Iterator[Database]:
        """Make and migrate a database of one benchmark's own; its processes get `environment`."""
        with psycopg.connect(
            self.postgres.url(user="postgres", database="postgres"), autocommit=True
        ) as administrator:
            administrator.execute(f'create database "{name}" owner atrio_owner'.encode())
        database = Database(self, name, settings, environment)
        migration = database.start("-m", "django", "migrate", "-v0", user="atrio_owner")
        if migration.wait() != 0:
            raise SystemExit(f"{name}: the migration failed")
        yield database


class Database:
    """One benchmark's database, and the processes it starts over it."""

    def __init__(self, machine: Machine, name: str, settings: str, more: Mapping[str, str]) -> None:
        self._machine = machine
        self._name = name
        self._settings = settings
        self._more = more

    def url(self, user: str = "atrio_owner") -> str:
        """Return the address of the database for one role."""
        return self._machine.postgres.url(user=user, database=self._name)

    def environment(self, user: str) -> dict[str, str]:
        """Return the environment of a process of ours that signs in as `user`."""
        return {
            "DATABASE_URL": self.url(user),
            "DJANGO_SETTINGS_MODULE": self._settings,
            "SECRET_KEY": "benchmarks only " + "x" * 40,
            "LOG_LEVEL": "WARNING",
            "ATRIO_CONNECTIONS_TO": "127.0.0.1",
            "PYTHONPATH": os.pathsep.join([str(CLONE), str(CLONE / "src")]),
            "ATRIO_VAR": str(self._machine.folder / "var"),
            **self._more,
        }

    def use_here(self) -> None:
        """Let Django in this process speak to the database, as the web process would."""
        os.environ |= self.environment("atrio_web")
        import django
        from django.conf import settings
        from django.db import connections

        django.setup()
        connections.close_all()
        settings.DATABASES["default"]["NAME"] = self._name
        connections["default"].settings_dict["NAME"] = self._name

    def start(
        self,
        *arguments: str,
        user: str = "atrio_worker",
        stdout: int | None = None,
        more: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a Python process over the database, with `more` in its environment."""
        environment = os.environ | self.environment(user) | (more or {})
        command = [sys.executable, *arguments]
        return subprocess.Popen(
            command,
            cwd=CLONE,
            env=environment,
            stdout=stdout,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    @contextlib.contextmanager
    def processes(self, *command: str, count: int = 2) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Run the same Python command in several processes for the length of a `with` block."""
        started = [self.start(*command) for _ in range(count)]
        try:
            yield started
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(timeout=60)

    def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Return the rows a query yields, whoever may see them; it may change some as well."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), arguments or None)
            return cursor.fetchall() if cursor.description else []

    def numbers(self, query: str) -> list[float]:
        """Return the numbers a query yields."""
        return [float(row[0]) for row in self.rows(query)]

    def count(self, query: str) -> int:
        """Return the one number a query yields."""
        return int(self.numbers(query)[0])

    def move_clock_on(self, by: str) -> None:
        """Let an interval pass for everything in the database."""
        move_clock_on(self.url("postgres"), by)

    def wait_until(self, query: str, *, within: float, look_every: float = 0.1) -> float:
        """Look until the query yields true; return how many seconds it took."""
        began = time.perf_counter()
        while not self.rows(query)[0][0]:
            if time.perf_counter() - began > within:
                raise SystemExit(f"Not so within {within:g} s: {query}")
            time.sleep(look_every)
        return time.perf_counter() - began

    def drain_rate(self, remaining: str, *, total: int) -> float:
        """Return how many jobs a second go by, from the first that are done to the last.

        `remaining` is a query that counts those that are not; start-up is no part of the time.
        """
        while (left := self.count(remaining)) > total * 0.95:
            time.sleep(0.01)
        began = time.perf_counter()
        while self.count(remaining):
            time.sleep(0.02)
        return left / (time.perf_counter() - began)


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
