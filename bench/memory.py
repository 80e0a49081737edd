"""What the processes hold after a thousand onboardings, and whether they grow with more.

One in twenty comes over HTTP, page by page, so that the web process works as well; the others
go through the use cases, for the sake of time. PSS is the memory of a process's own and its
share of what it shares; PostgreSQL's has the shared buffers in it. The first come in a crowd,
so that every thread has had its turn and its connection. Growth is watched from the 4,000th on:
until then PostgreSQL fills its shared buffers (64 MB) and every process its caches, which ends.
MEMORY_MORE shortens the last part, which takes the longest of all benchmarks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping

from bench.harness import Bar, Figure, Machine, bench
from bench.house import House, house
from bench.support.processes import pss_megabytes

FIRST = int(os.environ.get("MEMORY_FIRST", "1000"))
WARM = int(os.environ.get("MEMORY_WARM", "3000"))
MORE = int(os.environ.get("MEMORY_MORE", "5000"))
CROWD, AT_ONCE = 128, 32
OVER_HTTP = 20  # one in so many
SETTLED_AFTER = 5.0  # seconds: what is queued is done, and what is free is given back


@bench
def memory(machine: Machine) -> Iterator[Figure]:
    """PSS of web, worker and PostgreSQL, each with all its processes."""
    with house(machine, "memory") as made, made.workers() as workers, made.web() as (web, url):
        pids = {"web": web.pid, "worker": workers[0].pid, "PostgreSQL": machine.server.pid}
        first = _after(made, url, FIRST, pids, at_once=CROWD, start=1)
        warm = _after(made, url, WARM, pids, at_once=AT_ONCE, start=400_000)
        last = _after(made, url, MORE, pids, at_once=AT_ONCE, start=800_000)
    for who, megabytes in first.items():
        name = f"{who} after {FIRST:,} onboardings"
        yield Figure(name, "MB", megabytes, bar=Bar(250, is_floor=False))
    for who, megabytes in warm.items():
        yield Figure(f"{who} after {FIRST + WARM:,}", "MB", megabytes)
    for who, megabytes in last.items():
        slope = (megabytes - warm[who]) / (MORE / 1000)
        name = f"{who}, growth with {MORE:,} more"
        yield Figure(name, "MB/1000", slope, bar=Bar(1, is_floor=False))


def _after(
    made: House, url: str, count: int, pids: Mapping[str, int], *, at_once: int, start: int
) -> dict[str, float]:
    """Let so many companies become customers, and return what each program holds then."""
    over_http = count // OVER_HTTP
    visitors = made.start_visitors(url, over_http, at_once=at_once // 8, first=start + 200_000)
    made.applicants(count - over_http, at_once=at_once, first=start)
    made.seconds_of(visitors)
    time.sleep(SETTLED_AFTER)
    return {who: pss_megabytes(pid) for who, pid in pids.items()}
