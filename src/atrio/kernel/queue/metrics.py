"""What Prometheus may know about the queue."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from prometheus_client import Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

STARTS = Histogram(
    "atrio_job_start_seconds",
    "From the moment a job was due to the moment a worker claimed it",
    ["job"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
RUNS = Histogram(
    "atrio_job_seconds",
    "How long a job ran, by how it ended: done, retried or held",
    ["job", "outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


class QueueCollector(Collector):
    """Counts the jobs in the queue at the moment somebody asks."""

    def collect(self) -> Iterator[Metric]:
        """Yield how many jobs there are by name and status, and how late the oldest due one is."""
        sizes = GaugeMetricFamily("atrio_jobs", "Jobs in the queue", labels=["job", "status"])
        late = GaugeMetricFamily("atrio_jobs_late_seconds", "Age of the oldest job that is due")
        with connection.cursor() as cursor:
            cursor.execute("select entrypoint, status, count(*) from pgqueuer group by 1, 2")
            for name, status, count in cursor.fetchall():
                sizes.add_metric([name, status], count)
            cursor.execute(
                "select coalesce(extract(epoch from now() - min(execute_after)), 0) from pgqueuer"
                " where status = 'queued' and execute_after <= now()"
            )
            late.add_metric([], float(cursor.fetchone()[0]))
        yield from (sizes, late)
