"""2. After a kill, work resumes within five seconds of the heartbeat's time-out."""

from __future__ import annotations

import signal
import time

import pytest

from atrio.onboarding.models import Call
from atrio.outside.models import Connection
from tests.assertions.applicants import Applicant
from tests.assertions.processes import HEARTBEAT
from tests.waiting import eventually

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("house")]

THINKS = 6  # seconds: long enough for the second worker to start in the middle of the call


def test_another_worker_takes_up_the_call_in_the_middle_of_which_one_was_killed(processes):
    let_the_erp_think(THINKS)
    first = processes.worker()
    applicant = Applicant()
    applicant.answer("enter_tax_id")
    eventually(lambda: applicant.open_elements == {"confirm_company"})
    applicant.submit()
    eventually(lambda: attempts(applicant) == 1)
    processes.worker()
    assert attempts(applicant) == 1
    let_the_erp_think(0)

    first.send_signal(signal.SIGKILL)
    killed_at = time.monotonic()
    eventually(lambda: attempts(applicant) == 2, within=HEARTBEAT + 5)
    print(f"taken up {time.monotonic() - killed_at:.1f} s after the kill")

    eventually(lambda: applicant.application.status == "done")
    assert attempts(applicant) == 2


def let_the_erp_think(seconds):
    options = {"latency_seconds": {"create_customer": seconds}}
    Connection.objects.filter(code="erp-br").update(options=options)


def attempts(applicant):
    """Return how often the customer's creation was begun."""
    calls = Call.objects.filter(application=applicant.pk, name="erp.create_customer")
    return calls.values_list("attempts", flat=True).first()
