"""7. The ERP answers 429, 500, garbage, or a byte a second: waits are bounded, a breaker opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from atrio.kernel.queue import later
from atrio.onboarding.models import Call
from atrio.outside.breaker import LONGEST_REST
from atrio.outside.models import Connection, Delivery
from tests.assertions.applicants import Applicant
from tests.waiting import eventually

pytestmark = [pytest.mark.tryton, pytest.mark.database, pytest.mark.usefixtures("house")]

WAYS = {
    "429": {"error_rate": 1.0, "error_status": 429},
    "500": {"error_rate": 1.0, "error_status": 500},
    "garbage": {"garbage": 1.0},
    "a byte a second": {"slow_drip": 1.0},
}
THREADS = 4  # of the worker
MORE = timedelta(seconds=1)  # than the wait itself, on a busy machine
NOBODY_HAS_FAILED = {"failures": 0, "silent_since": None, "rests_until": None}


def test_whatever_it_answers_it_is_asked_less_and_less_and_then_left_alone(faults, processes):
    processes.worker()
    applicants = [Applicant() for _ in range(len(WAYS) + 1)]
    for applicant in applicants:
        assert applicant.answer("enter_tax_id").ok
    for applicant in applicants:
        eventually(lambda one=applicant: one.open_elements == {"confirm_company"}, within=40)

    for applicant, (way, knobs) in zip(applicants, WAYS.items(), strict=False):
        faults.reset("erp")
        faults.set("erp", **knobs)
        Connection.objects.filter(code="erp-br").update(**NOBODY_HAS_FAILED)
        applicant.submit()
        attempt, wait = first_wait_of(applicant)
        longest = timedelta(seconds=2 ** (attempt - 1))
        assert longest / 2 <= wait <= longest + MORE, way

    applicants[-1].submit()
    rests_until = eventually(lambda: erp().rests_until)
    assert rests_until - timezone.now() <= LONGEST_REST
    asked = faults.route("erp").requests
    left_alone = [eventually(lambda one=one: put_off(one)) for one in applicants]
    assert all(call.give_up_at > timezone.now() for call in left_alone)
    assert max(call.next_try_at for call in left_alone) >= rests_until
    assert faults.route("erp").requests <= asked + THREADS  # who was on the way already

    faults.reset("erp")
    Connection.objects.filter(code="erp-br").update(rests_until=F("silent_since"))
    later("outside.probe_connections")
    eventually(lambda: {one.application.status for one in applicants} == {"done"}, within=60)


def first_wait_of(applicant):
    """Wait until the ERP was asked in vain; return how often, and how long it is then spared."""
    call = eventually(lambda: put_off(applicant), within=40)
    exchanges = Delivery.objects.filter(call_id=call.pk, attempt=call.attempts)
    return call.attempts, call.next_try_at - exchanges.latest("answered_at").answered_at


def put_off(applicant):
    """Return the applicant's call to the ERP if it waits to be made again."""
    calls = Call.objects.filter(application=applicant.pk, name="erp.create_customer")
    waiting = calls.filter(status__in=("queued", "no_answer"), next_try_at__isnull=False)
    return waiting.first()


def erp():
    return Connection.objects.get(code="erp-br")
