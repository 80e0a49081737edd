"""1. A worker is killed at every step boundary: all finish, with one ERP account each."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atrio.notices.models import Message
from atrio.onboarding.actions import decide_step
from atrio.onboarding.models import Application, Call, Step
from atrio.outside.models import Link
from atrio.parties.models import Account, Membership
from tests.assertions.applicants import Applicant
from tests.assertions.dooms import BUSY, doom, dooms_left
from tests.kernel.conftest import eventually
from tests.onboarding.house import hire

pytestmark = [pytest.mark.tryton, pytest.mark.database]

OF_A_CALL = ("claimed", "begun", "asked", "uncommitted", "finished")
OF_A_FAILED_CALL = ("to-fail", "uncommitted", "failed")
OF_A_POSTPONED_CALL = ("to-postpone", "postponed")
OF_THE_ERP = {
    "create_customer": ("after-find_customer", "after-create_customer", "after-read_customer"),
    "fetch_prices": ("after-prices",),
}


def test_every_application_survives_a_kill_at_any_boundary(house, real_erp, processes):
    for _ in range(2):
        # One job at a time: a death meets its own application and nobody else's.
        processes.worker(module="tests.assertions.doomed_worker", threads=1)
    first, refused = Applicant(), Applicant()
    real_erp.create_by_hand(refused.number)
    go_through([first, refused])
    doomed = {boundary: Applicant() for boundary in boundaries_of(first)}
    failing = {boundary: Applicant() for boundary in failures_of(refused)}
    postponed = {("create_customer", moment): Applicant() for moment in OF_A_POSTPONED_CALL}
    for (element, moment), applicant in (doomed | failing | postponed).items():
        doom(processes.folder, applicant.pk, element, moment)
    for applicant in postponed.values():
        doom(processes.folder, applicant.pk, "create_customer", "after-find_customer", BUSY)
    for applicant in failing.values():
        real_erp.create_by_hand(applicant.number)

    go_through([*doomed.values(), *failing.values(), *postponed.values()])
    associate = hire(house, "bob@nordlicht.example", "associate")
    for applicant in failing.values():
        decide(associate, applicant, "give_up")
    decide(associate, refused, "by_hand")
    eventually(lambda: refused.application.status == "done", within=30)

    assert dooms_left(processes.folder) == []
    for applicant in (first, *doomed.values(), *postponed.values()):
        assert_served(applicant, real_erp)
    for applicant in failing.values():
        assert applicant.application.status == "declined"
        assert len(real_erp.customers(applicant.number)) == 1
    assert linked(refused) == real_erp.customers(refused.number) != []
    assert Account.objects.count() == 2 + len(doomed) + len(postponed)


def go_through(applicants):
    """Let all of them submit, and wait until nobody waits for the background."""
    for applicant in applicants:
        assert applicant.answer("enter_cnpj").ok
    for applicant in applicants:
        eventually(lambda one=applicant: one.open_elements == {"confirm_company"}, within=90)
        applicant.submit()
    eventually(lambda: not Application.objects.filter(waiting_on="outside").exists(), within=90)


def boundaries_of(applicant):
    """Enumerate the boundaries of all that a worker has closed for this applicant."""
    for step in Step.objects.filter(application=applicant.pk, by_kind="system"):
        moments = (*OF_A_CALL, *OF_THE_ERP.get(step.element, ()))
        yield from ((step.element, m) for m in (moments if step.kind == "call" else ("closing",)))


def failures_of(applicant):
    """Enumerate the boundaries of the call that failed for this applicant, and of what followed."""
    failed = Step.objects.get(application=applicant.pk, outcome__startswith="failed")
    yield from ((failed.element, moment) for moment in OF_A_FAILED_CALL)
    later = Step.objects.filter(application=applicant.pk, closing__gt=failed.closing)
    yield from ((step.element, "closing") for step in later)


def decide(associate, applicant, action):
    _application, answers = decide_step(
        by=associate,
        application_id=applicant.pk,
        step="repair",
        submitted={"repair.action": action, "repair.note": "Known by telephone"},
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
    assert (application.status, application.ends) == ("done", ["customer_served"])
    assert erp.customers(applicant.number) == [application.reference]
    assert linked(applicant) == [application.reference]
    assert Membership.objects.filter(account=application.account_id).count() == 1
    assert set(Call.objects.filter(application=application).values_list("status")) == {("done",)}
    assert Message.objects.filter(to=applicant.email, notice="welcome").count() == 1
