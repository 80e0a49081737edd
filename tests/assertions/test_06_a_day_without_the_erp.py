"""6. The ERP is down for a day: nothing is lost, all is drained in order, everybody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from atrio.kernel.queue import later
from atrio.notices.models import Message
from atrio.outside.models import Connection
from bench.support.clock import move_clock_on
from tests.assertions.applicants import Applicant
from tests.assertions.evidence import rows
from tests.assertions.processes import address_of
from tests.onboarding.house import hire
from tests.waiting import eventually

pytestmark = [pytest.mark.tryton, pytest.mark.database]


def test_all_go_on_in_the_order_of_what_was_promised_and_hear_of_it_once(
    house, real_erp, faults, processes
):
    hire(house, "carla@nordlicht.example", "associate")
    processes.worker(threads=1)  # nobody overtakes anybody
    faults.set("erp", down=True)
    waiting = [Applicant() for _ in range(4)]
    for applicant in waiting:
        send_application(applicant)
    promise_the_last_first(waiting)

    time_passes("3 minutes")  # nobody is as patient as that
    eventually(lambda: {one.application.current_step for one in waiting} == {"repair"}, within=40)
    time_passes("1 day")
    later("onboarding.check_promises")
    late = Applicant()
    send_application(late)
    eventually(lambda: letters("promise_broken").count() == len(waiting))
    faults.reset("erp")
    Connection.objects.filter(code="erp-br").update(rests_until=F("silent_since"))  # as at its end
    later("outside.probe_connections")
    everybody = [late, *reversed(waiting)]
    eventually(lambda: {one.application.status for one in everybody} == {"done"}, within=60)

    references = [one.application.reference for one in everybody]
    assert real_erp.in_order(references) == references
    assert [real_erp.customers(one.number) for one in everybody] == [[one] for one in references]
    assert told("delayed") == sorted(one.email for one in waiting)
    assert told("welcome") == sorted(one.email for one in everybody)
    assert set(told("promise_broken")) == {"carla@nordlicht.example"}


def send_application(applicant):
    assert applicant.answer("enter_tax_id").ok
    eventually(lambda: applicant.open_elements == {"confirm_company"}, within=40)
    applicant.submit()


def promise_the_last_first(applicants):
    """Let who came later be promised an earlier moment, as a shorter promise would."""
    for place, applicant in enumerate(applicants):
        application = applicant.application
        due = application.promised_at - timedelta(minutes=place)
        application.clocks["access"]["due"] = due.isoformat()
        application.promised_at = due
        application.save(update_fields=["clocks", "promised_at"])


def time_passes(how_much):
    move_clock_on(address_of("postgres"), how_much)


def letters(notice):
    return Message.objects.filter(notice=notice, status="sent")


def told(notice):
    eventually(lambda: not rows("select from notices_message where status <> 'sent'"))
    return sorted(letters(notice).values_list("to", flat=True))
