"""The queue's throughput before, while and after one PostgreSQL backend a second is ended.

The backends are the workers', listening ones among them; the jobs are one statement each, and a
backlog of some thousands is kept up. Beside them, on the same server, the same jobs are done by
workers whom nobody harms: what else the machine has to do meets both, so what is compared is how
the harmed do beside the unharmed, window by window.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from bench.harness import Bar, Database, Figure, Machine, bench, percentile

WARM_UP = 10
SECONDS = {"before": 40, "while one a second is ended": 60, "after": 40}
HARMFUL = "while one a second is ended"
WINDOW = 5
BACKLOG = 5_000
NONE = Bar(0, is_floor=False)
_QUEUE = """
    insert into pgqueuer (entrypoint, payload, priority, status)
    select 'bench.count_run', convert_to(json_build_object('number', number)::text, 'utf8'), 0,
           'queued'
    from generate_series(%s::int, %s::int) as number
"""
_WAITING = "select count(*) from pgqueuer where entrypoint = 'bench.count_run'"
_RUNS = "select coalesce(sum(hits), 0) from support_counter"
_JOBS = "select count(*) from support_counter"
_BACKENDS = """
    select pid from pg_stat_activity
    where datname = current_database() and usename = 'atrio_worker' order by pid
"""


@bench
def killed_backends(machine: Machine) -> Iterator[Figure]:
    """Two workers of ten threads over each of two databases."""
    with (
        machine.database("killed_backends") as harmed,
        machine.database("whole_backends") as whole,
        harmed.processes("-m", "bench.support.worker"),
        whole.processes("-m", "bench.support.worker"),
    ):
        loads = _Load(harmed), _Load(whole)
        for _rates in _windows(loads, WARM_UP):  # every thread has its connection after it
            pass
        rates = {
            phase: list(_windows(loads, seconds, ends_backends=phase == HARMFUL))
            for phase, seconds in SECONDS.items()
        }
        harmed.wait_until(f"select ({_WAITING}) = 0", within=120)
        runs, jobs = harmed.count(_RUNS), harmed.count(_JOBS)
    ratios = {
        phase: percentile([one / other for one, other in found], 0.5)
        for phase, found in rates.items()
    }
    for phase, found in rates.items():
        ratio = ratios[phase] / ratios["before"]
        yield Figure(
            f"jobs with one statement, {phase}",
            "1/s",
            percentile([one for one, _other in found], 0.5),
            ratio_to="" if phase == "before" else "before",
            ratio=None if phase == "before" else ratio,
            bar=Bar(0.95, is_floor=True, of_ratio=True) if phase == "after" else None,
        )
    yield Figure("backends ended", "", loads[0].ended)
    yield Figure("jobs lost", "", loads[0].queued - jobs, bar=NONE)
    yield Figure("jobs run twice", "", runs - jobs, bar=NONE)


def _windows(
    loads: tuple[_Load, _Load], seconds: int, *, ends_backends: bool = False
) -> Iterator[tuple[float, float]]:
    """Keep the workers busy for so long; yield what each pair did in a second of each window."""
    for _window in range(seconds // WINDOW):
        began, done = time.perf_counter(), [load.done() for load in loads]
        for second in range(1, WINDOW + 1):
            for load in loads:
                load.fill_up()
            if ends_backends:
                loads[0].end_backend()
            time.sleep(max(0.0, began + second - time.perf_counter()))
        took = time.perf_counter() - began
        one, other = (load.done() - before for load, before in zip(loads, done, strict=True))
        yield one / took, other / took


class _Load:
    """Jobs that never run out, and backends that do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._random = Random(4)
        self.queued = 0
        self.ended = 0

    def done(self) -> int:
        """Return how many jobs have been done, a second run counted as well."""
        return self._database.count(_RUNS)

    def fill_up(self) -> None:
        """Queue as many jobs as the backlog lacks."""
        missing = BACKLOG - self._database.count(_WAITING)
        if missing > 0:
            self._database.rows(_QUEUE, self.queued + 1, self.queued + missing)
            self.queued += missing

    def end_backend(self) -> None:
        """End one of the workers' connections, from the server's side."""
        backends = self._database.numbers(_BACKENDS)
        self._database.rows(f"select pg_terminate_backend({int(self._random.choice(backends))})")
        self.ended += 1
