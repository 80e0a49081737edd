"""No-op jobs a second through `kernel.queue`, beside Procrastinate on the same database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bench.harness import Bar, Database, Figure, Machine, bench

OURS = 20_000
THEIRS = 2_000


@bench
def queue_throughput(machine: Machine) -> Iterator[Figure]:
    """Two worker processes each, one after the other; the jobs wait when the workers start."""
    with machine.database("queue_throughput") as database:
        database.use_here()
        theirs = _their_rate(database)
        ours = _our_rate(database)
    yield Figure("no-op jobs, Procrastinate", "1/s", theirs)
    yield Figure(
        "no-op jobs, kernel.queue",
        "1/s",
        ours,
        ratio_to="Procrastinate",
        ratio=ours / theirs,
        bar=Bar(5, is_floor=True, of_ratio=True),
    )


def _our_rate(database: Database) -> float:
    from django.db import transaction

    from atrio.kernel.queue import later

    with transaction.atomic():
        for number in range(OURS):
            later("bench.nothing", number=number)
    with database.processes("-m", "bench.support.worker"):
        remaining = "select count(*) from pgqueuer where entrypoint = 'bench.nothing'"
        return database.drain_rate(remaining, total=OURS)


def _their_rate(database: Database) -> float:
    asyncio.run(_queue_theirs(database))
    with database.processes("-c", "from bench.support.rival import main; main()"):
        remaining = "select count(*) from procrastinate_jobs where status <> 'succeeded'"
        return database.drain_rate(remaining, total=THEIRS)


async def _queue_theirs(database: Database) -> None:
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=database.url("atrio_owner")))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        nothing = app.configure_task("nothing")
        await nothing.batch_defer_async(*({"number": number} for number in range(THEIRS)))
