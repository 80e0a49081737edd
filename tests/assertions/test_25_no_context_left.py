"""25. A pooled connection after an exception: no context is left behind."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from atrio.identity.models import User
from atrio.kernel.queue import held_jobs
from atrio.onboarding.models import Application
from atrio.onboarding.tokens import token_for
from atrio.parties.models import Account, Membership
from tests.assertions.applicants import Applicant
from tests.assertions.browsers import browsing, signed_in
from tests.assertions.evidence import rows
from tests.waiting import eventually

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("house")]

NOTHING = ["atrio_web", "atrio_web", "", "", "", 0, 0]  # who asks, in whose name, what is seen
FAILURES = {"": 200, "refusal": 403, "bug": 500, "sql": 500}
# What a job finds: who asks, in whose name, what its log lines say beside its own, in what words.
A_JOB_FINDS = ["atrio_worker", "atrio_worker", "", "", "", ["job", "job_number"], "en"]
FAILED_BY = {
    "": "",
    "refusal": "NotAllowed",
    "bug": "ZeroDivisionError",
    "sql": "DataError",
    "another's role": "ProgrammingError",
}


@pytest.fixture
def alice():
    return Applicant().become_customer()


@pytest.fixture
def browser(processes, alice):
    """Alice's browser, at a web process with one thread and therefore one connection."""
    _process, address = processes.web(
        application="tests.assertions.exploding_web:application", threads=1
    )
    with browsing(address, cookies=signed_in(User.objects.get(email=alice.email))) as browser:
        yield browser


def test_the_next_request_on_the_same_connection_starts_as_nobody(browser, alice):
    assert (Application.objects.count(), Account.objects.count()) == (1, 1)
    pages = [reverse("apply:track", args=[token_for(alice.pk)]), reverse("cabinet:company")]
    connections = {probe(browser)["pid"]}
    for page in pages:
        for how, status in FAILURES.items():
            answer = browser.http.get(page, headers={"X-Explode": how} if how else {})
            assert answer.status_code == status, (page, how)

            left = probe(browser)
            connections.add(left["pid"])
            assert left["carried"] == NOTHING, (page, how)
    assert len(connections) == 1


def probe(browser):
    return browser.http.get("/probe/").json()


def test_so_does_the_next_job_on_a_worker_s_connection(processes, alice):
    seat = Membership.objects.get()
    whose = {"application_id": alice.pk, "account_id": seat.account_id, "user_id": seat.user_id}
    # One thread, and therefore one connection.
    processes.worker(module="tests.assertions.exploding_worker", threads=1)
    found = [found_by_job(processes, after="nothing")]
    for how, error in FAILED_BY.items():
        queue("test.explode", how=how, **whose)
        found.append(found_by_job(processes, after=how))
        assert [job.error.partition(":")[0] for job in held_jobs(limit=1)] == [error][: bool(error)]
    connections = {pid for pid, *_carried in found}
    assert len(connections) == 1
    assert [carried for _pid, *carried in found] == [A_JOB_FINDS] * len(found)


def found_by_job(processes, *, after):
    """Return what a job finds that runs after another one, in the order that they were queued."""
    file = processes.folder / f"found after {after}"
    queue("test.probe", file=str(file))
    return json.loads(eventually(lambda: file.exists() and file.read_text()))


def queue(name, **ids):
    """Queue a job that only the worker knows."""
    rows(
        "insert into pgqueuer (entrypoint, payload, priority, status) values (%s, %s, 0, 'queued')"
        " returning id",
        *(name, json.dumps(ids, default=str).encode()),
    )
