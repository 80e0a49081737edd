"""`atrio worker`: where it tells of its jobs."""

from contextlib import ExitStack
from socket import create_server
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from atrio.kernel.queue import later
from atrio.site.commands import worker
from atrio.site.machine.ports import free_port
from tests.assertions.processes import Processes
from tests.waiting import eventually


@pytest.mark.django_db(transaction=True)
def test_prometheus_reads_what_the_jobs_of_a_worker_took(tmp_path):
    port = free_port()
    with ExitStack() as stack:
        Processes(tmp_path, stack=stack, ATRIO_WORKER_METRICS_PORT=str(port)).worker()
        later("kernel.prune_job_log")

        done = 'atrio_job_seconds_count{job="kernel.prune_job_log",outcome="successful"}'
        eventually(lambda: done in _measured(port))


def test_a_port_that_is_taken_is_told_in_one_line(settings):
    with create_server(("127.0.0.1", 0)) as other:
        settings.ATRIO_WORKER_METRICS = other.getsockname()
        result = CliRunner().invoke(worker.app)

    assert result.exit_code == 1
    assert "ATRIO_WORKER_METRICS_PORT: 127.0.0.1:" in result.output


def _measured(port):
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return answer.read().decode()
