"""5. The ERP executes, then times out: the retry finds the account, and there is no duplicate."""

from __future__ import annotations

import json

import pytest

from atrio.onboarding.models import Call
from atrio.outside.models import Delivery
from tests.assertions.applicants import Applicant
from tests.waiting import eventually

pytestmark = [pytest.mark.tryton, pytest.mark.database]

CREATE = "model.party.party.create"
SAID_FOR_EVERYBODY = ("model.party.party.search_read", CREATE, "model.product.product.search_read")


@pytest.mark.usefixtures("house")
def test_whatever_the_erp_did_in_silence_is_found_and_not_done_again(real_erp, faults, processes):
    processes.worker()
    become_customer(Applicant())  # the ERP's session is open from here on

    for method in SAID_FOR_EVERYBODY:
        applicant = Applicant()
        faults.set("erp", execute_then_timeout=1.0, only=method, times=1)
        become_customer(applicant)

        assert real_erp.customers(applicant.number) == [applicant.application.reference]
        assert methods_said_for(applicant).count(CREATE) == 1
        silent = Delivery.objects.get(application_id=applicant.pk, outcome="no_answer")
        assert method in silent.request
        assert Call.objects.get(pk=silent.call_id).attempts == 2


def become_customer(applicant):
    applicant.answer("enter_tax_id")
    eventually(lambda: applicant.open_elements == {"confirm_company"})
    applicant.submit()
    eventually(lambda: applicant.application.status == "done", within=40)


def methods_said_for(applicant):
    """Return what the ERP was asked for this applicant, in order."""
    deliveries = Delivery.objects.filter(application_id=applicant.pk, connection__code="erp-br")
    bodies = [row.request.partition("\n")[2] for row in deliveries.order_by("sent_at", "pk")]
    return [json.loads(body)["method"] for body in bodies if body.startswith("{")]
