"""1. A worker is killed at every step boundary: all finish, with one ERP account each."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atrio.notices.models import Message
from atrio.onboarding.actions import decide_step
from atrio.onboarding.models import Application, Call
from atrio.outside.models import Link
from atrio.parties.models import Account, Membership
from tests.assertions.applicants import Applicant
from tests.assertions.dooms import BUSY, doom, dooms_left, moments_of
from tests.onboarding.house import hire
from tests.waiting import eventually

pytestmark = [pytest.mark.tryton, pytest.mark.database]


def test_every_application_survives_a_kill_at_any_boundary(house, real_erp, processes):
    for _ in range(2):
        # One job at a time: a death meets its own application and nobody else's.
        processes.worker(module="tests.assertions.doomed_worker", threads=1)
    first, late, refused = Applicant(), Applicant(), Applicant()
    find_busy(processes, late)
    real_erp.create_by_hand(refused.number)
    go_through([first, late, refused])

    served = doomed_at(boundaries_of(processes, first), processes)
    postponed = doomed_at(boundaries_of(processes, late, since="to-postpone")[:2], processes)
    failing = doomed_at(boundaries_of(processes, refused, since="to-fail"), processes)
    for applicant in postponed:
        find_busy(processes, applicant)
    for applicant in failing:
        real_erp.create_by_hand(applicant.number)
    go_through([*served, *postponed, *failing])
    associate = hire(house, "bob@nordlicht.example", "associate")
    for applicant in failing:
        decide(associate, applicant, "decline")
    decide(associate, refused, "approve")
    eventually(lambda: refused.application.status == "done", within=30)

    assert dooms_left(processes.folder) == []
    for applicant in (first, late, *served, *postponed):
        assert_served(applicant, real_erp)
    for applicant in failing:
        assert applicant.application.status == "declined"
        assert len(real_erp.customers(applicant.number)) == 1
    assert linked(refused) == real_erp.customers(refused.number) != []
    assert Account.objects.count() == 3 + len(served) + len(postponed)


def boundaries_of(processes, applicant, *, since=""):
    """Return the boundaries a worker came to, all of them or from the first of a name on."""
    moments = list(dict.fromkeys(moments_of(processes.folder, applicant.pk)))
    calls = set(
        Call.objects.filter(application=applicant.pk).values_list("step__element", flat=True)
    )
    assert since or {element for element, _moment in moments} > calls
    names = [moment for _element, moment in moments]
    return moments[names.index(since) if since else 0 :]


def doomed_at(boundaries, processes):
    """Return an applicant for each boundary, at which their worker will be killed."""
    doomed = [Applicant() for _ in boundaries]
    for applicant, (element, moment) in zip(doomed, boundaries, strict=True):
        doom(processes.folder, applicant.pk, element, moment)
    return doomed


def find_busy(processes, applicant):
    """Let the ERP be busy once when this applicant's customer is to be created."""
    doom(processes.folder, applicant.pk, "create_customer", "after-find_customer", BUSY)


def go_through(applicants):
    """Let all of them submit, and wait until nobody waits for the background."""
    for applicant in applicants:
        assert applicant.answer("enter_cnpj").ok
    for applicant in applicants:
        eventually(lambda one=applicant: one.open_elements == {"confirm_company"}, within=90)
        applicant.submit()
    eventually(lambda: not Application.objects.filter(waiting_on="outside").exists(), within=90)


def decide(associate, applicant, verdict):
    """Say whether somebody speaks for the company that the ERP turned out to have already."""
    said = {"verdict": verdict, "how": "called_back", "note": "Known by telephone"}
    _application, answers = decide_step(
        by=associate,
        application_id=applicant.pk,
        step="verify_control",
        submitted={f"control.{name}": value for name, value in said.items()},
        language="en",
        now=timezone.now(),
    )
    assert answers.ok


def linked(applicant):
    """Return the numbers by which the ERP knows the applicant's account."""
    links = Link.objects.filter(object_id=applicant.application.account_id)
    return list(links.values_list("outside_id", flat=True))


def assert_served(applicant, erp):
    application = applicant.application
    assert application.status == "done"
    assert set(application.ends) == {"customer_served", "crm_told", "without_credit"}
    assert erp.customers(applicant.number) == [application.reference]
    assert linked(applicant) == [application.reference]
    assert Membership.objects.filter(account=application.account_id).count() == 1
    assert set(Call.objects.filter(application=application).values_list("status")) == {("done",)}
    assert Message.objects.filter(to=applicant.email, notice="welcome").count() == 1
