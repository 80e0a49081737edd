"""From the call of `later` to the first line of the job, at fifty jobs a second."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.harness import Bar, Figure, Machine, bench, percentile

RATE = 50
SECONDS = 12


@bench
def queue_latency(machine: Machine) -> Iterator[Figure]:
    """Two workers, each job queued in a transaction of its own, commit included."""
    with machine.database("queue_latency") as database:
        database.use_here()
        from atrio.kernel.queue import later
        from bench.support.models import Start

        with database.processes("-m", "bench.support.worker"):
            later("bench.note_start", queued=repr(time.time()))
            while not Start.objects.exists():
                time.sleep(0.05)
            began = time.time()
            for number in range(RATE * SECONDS):
                later("bench.note_start", queued=repr(time.time()))
                time.sleep(max(0.0, began + (number + 1) / RATE - time.time()))
            while Start.objects.count() <= RATE * SECONDS:
                time.sleep(0.05)
        starts = Start.objects.filter(queued__gt=began).values_list("queued", "started")
        waits = [1000 * (started - queued) for queued, started in starts]
    yield Figure("later → start, median", "ms", percentile(waits, 0.5))
    yield Figure("later → start, p95", "ms", percentile(waits, 0.95), bar=Bar(20, is_floor=False))
