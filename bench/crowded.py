"""Pages while three hundred connections idle, and a transaction that nobody ends.

What such a transaction does in ten minutes is not the waiting: nothing that dies meanwhile can
be cleared away. So companies become customers under it before the pages are measured
again. This house has a server of its own that takes so many connections.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import IsolationLevel

from bench.harness import Bar, Figure, Machine, bench, percentile
from bench.house import House, house
from bench.pages import measured_pages

IDLE = 300
TURNS = 3  # alone, then among the idle: what else the machine has to do meets both
MEANWHILE = 40
ROUNDS = 60


@bench
def crowded(machine: Machine) -> Iterator[Figure]:
    """The pages that people look at most; the median of some turns."""
    own = Machine(machine.folder / "crowded", max_connections=str(IDLE + 100))
    alone, among = [], []
    with own.running(), house(own, "crowded") as made:
        made.collect_static_files()
        with made.workers():
            made.run("bench.support.pages", "prepare", user="atrio_web")
            for turn in range(TURNS):
                alone.append(_p95(made))
                with _idle(made):
                    made.applicants(MEANWHILE, at_once=20, first=700_000 + 10_000 * turn)
                    among.append(_p95(made))
    for page in alone[0]:
        ratios = [then[page] / before[page] for before, then in zip(alone, among, strict=True)]
        yield Figure(
            f"{page}, p95 among {IDLE} idle",
            "ms",
            percentile([then[page] for then in among], 0.5),
            ratio_to="alone",
            ratio=percentile(ratios, 0.5),
            bar=Bar(2, is_floor=False, of_ratio=True),
        )


@contextlib.contextmanager
def _idle(made: House) -> Iterator[None]:
    """Keep the connections open, and the first one's transaction with what it has seen."""
    with contextlib.ExitStack() as idle:
        for number in range(IDLE + 1):
            connection = idle.enter_context(psycopg.connect(made.database.url("atrio_web")))
            connection.set_autocommit(number > 0)
            connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
            connection.execute("select count(*) from onboarding_application")
        yield


def _p95(made: House) -> dict[str, float]:
    found = measured_pages(made, ROUNDS)
    return {page: percentile(said["milliseconds"], 0.95) for page, said in found.items()}
