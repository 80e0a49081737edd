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


TOKEN = "let-prometheus-in"


@pytest.mark.parametrize(
    ("token", "given"),
    [("", ""), ("", "Bearer "), (TOKEN, ""), (TOKEN, f"Bearer {TOKEN}s"), (TOKEN, TOKEN)],
)
@pytest.mark.django_db
def test_from_another_machine_nobody_reads_them_without_the_token(client, settings, token, given):
    settings.ATRIO_METRICS_TOKEN = token
    headers = {"authorization": given} if given else {}
    answer = client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 404
    assert b"atrio_" not in answer.content


@pytest.mark.django_db
def test_with_the_token_they_are_read_from_anywhere(client, settings):
    settings.ATRIO_METRICS_TOKEN = TOKEN
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.7").status_code == 200


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-forwarded-proto", "forwarded", "via"])
@pytest.mark.django_db
def test_whom_a_proxy_of_this_machine_brings_is_still_a_stranger(client, name):
    assert client.get("/metrics", headers={name: "203.0.113.7"}).status_code == 404


@pytest.mark.django_db
def test_this_machine_reads_them_by_its_other_addresses_as_well(client):
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404
