"""Jobs that update one row through the ORM: the unit in which an onboarding's work is told."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Database, Figure, Machine, bench

JOBS = 6_000
ROWS = 500


def django_job_rate(database: Database) -> float:
    """Return how many jobs with one update two workers do in a second."""
    database.use_here()
    from django.db import transaction

    from atrio.kernel.queue import later
    from bench.support.models import Counter

    Counter.objects.bulk_create(Counter(pk=number) for number in range(ROWS))
    with transaction.atomic():
        for number in range(JOBS):
            later("bench.update", number=number % ROWS)
    with database.processes("-m", "bench.support.worker"):
        remaining = "select count(*) from pgqueuer where entrypoint = 'bench.update'"
        return database.drain_rate(remaining, total=JOBS)


@bench
def django_jobs(machine: Machine) -> Iterator[Figure]:
    """Two workers; the jobs wait when the workers start."""
    with machine.database("django_jobs") as database:
        rate = django_job_rate(database)
    yield Figure("Django jobs with one update", "1/s", rate)
