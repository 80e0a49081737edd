"""Complete onboardings a second: two workers, everything outside in memory, no latency.

Two processes play the applicants through the use cases; what they spend on that is part of
the figure, as the web process's share of the work. Beside the rate stands what an onboarding
costs in CPU, which other work on the machine hardly changes: two cores cannot do more than
2000 ms ÷ that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from bench.django_jobs import django_job_rate
from bench.harness import Bar, Figure, Machine, bench
from bench.house import House, house
from bench.support.processes import cpu_seconds
from bench.support.profiling import profiled, shares

WARM_UP = 60
COUNT = int(os.environ.get("ONBOARDINGS", "600"))
AT_ONCE = 32
_FINISHED = "select extract(epoch from finished_at) from onboarding_application order by 1"


@bench
def onboarding(machine: Machine) -> Iterator[Figure]:
    """Complete onboardings a second, what they cost, and where the time goes."""
    with house(machine, "onboarding") as made:
        yield from _measure(made)
        rate = _rate(made)
        yield from _where_the_time_goes(made)
    with machine.database("onboarding_jobs") as database:
        job_rate = django_job_rate(database)
    yield Figure("complete onboardings", "1/s", rate, bar=Bar(15, is_floor=True))
    yield Figure(
        "complete onboardings",
        "1/s",
        rate,
        ratio_to="Django jobs with one update",
        ratio=rate / job_rate,
        bar=Bar(0.10, is_floor=True, of_ratio=True),
    )


def _measure(made: House) -> Iterator[Figure]:
    server = made.machine.server
    with made.workers() as workers:
        made.applicants(WARM_UP, at_once=AT_ONCE)
        pids = {"PostgreSQL": [server.pid], "the workers": [w.pid for w in workers]}
        before = {who: sum(map(cpu_seconds, pids[who])) for who in pids}
        applicants = os.times()
        made.applicants(COUNT, at_once=AT_ONCE, first=100_000)
        spent = {who: sum(map(cpu_seconds, pids[who])) - before[who] for who in pids}
        now = os.times()
        spent["the applicants"] = (now.children_user - applicants.children_user) + (
            now.children_system - applicants.children_system
        )
    for who, seconds in spent.items():
        yield Figure(f"CPU an onboarding, {who}", "ms", 1000 * seconds / COUNT)
    yield Figure("CPU an onboarding, together", "ms", 1000 * sum(spent.values()) / COUNT)


def _where_the_time_goes(made: House) -> Iterator[Figure]:
    """Profile the workers in a run of its own: looking costs as well."""
    with made.workers() as workers:
        made.applicants(WARM_UP, at_once=AT_ONCE, first=300_000)
        folder = made.machine.folder / "profiles"
        with profiled([worker.pid for worker in workers], folder) as files:
            made.applicants(COUNT // 4, at_once=AT_ONCE, first=400_000)
    layers, functions = shares(files)
    if not layers:
        print("  (no profile: this system forbids to look into another process)")
    for name, percent in layers.most_common():
        yield Figure(f"workers' time, {name}", "%", percent)
    for name, percent in functions.most_common(12):
        yield Figure(f"… in and below {name}", "%", percent)


def _rate(made: House) -> float:
    """Return the rate between the first and the last tenth, where everything is under way."""
    finished = made.database.numbers(_FINISHED)[WARM_UP:]
    steady = finished[len(finished) // 10 : -len(finished) // 10]
    return (len(steady) - 1) / (steady[-1] - steady[0])
