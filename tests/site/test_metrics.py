"""/metrics: what Prometheus may know."""

import pytest

from atrio.kernel.queue import later


@pytest.mark.django_db
def test_the_jobs_that_wait_are_counted(client):
    later("trade.mirror_catalogues")

    measured = client.get("/metrics").content.decode()

    assert 'atrio_jobs{job="trade.mirror_catalogues",status="queued"} 1.0' in measured
    assert "atrio_jobs_late_seconds" in measured


@pytest.mark.django_db
def test_requests_are_measured_by_the_name_of_their_page(client):
    client.get("/healthz")

    assert 'route="healthz",status="200"' in client.get("/metrics").content.decode()
