"""28. Skipped or reordered steps: refused, and nothing has changed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from atrio.identity.models import User
from atrio.journeys.queries import compiled
from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Application, Step
from atrio.outside.connections import open_erp
from tests.assertions.applicants import STEPS, Applicant
from tests.assertions.browsers import path_of
from tests.assertions.evidence import counted
from tests.onboarding.house import hire

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("house")]

UNKNOWN = "11222333000181"  # valid, and in no register of ours


def before(step):
    return lambda: Applicant().go_to(step)


def waiting_for_the_register():
    applicant = Applicant()
    applicant.answer("enter_cnpj")
    return applicant


def not_in_the_register():
    applicant = Applicant(number=UNKNOWN)
    applicant.answer("enter_cnpj")
    run_pending()
    return applicant


def reviewed_by_a_person():
    applicant = not_in_the_register()
    applicant.answer("confirm_number")
    applicant.submit()
    return applicant


def waiting_for_the_erp():
    applicant = Applicant().go_to(STEPS[-1])
    applicant.answer(STEPS[-1])
    return applicant


def failed_in_the_erp():
    applicant = waiting_for_the_erp()
    open_erp("erp-br").break_next("find_customer", "failed")
    run_pending()
    return applicant


def served():
    return Applicant().become_customer()


STATES = {
    **{f"before {step}": before(step) for step in STEPS},
    "waiting for the register": waiting_for_the_register,
    "not in the register": not_in_the_register,
    "reviewed by a person": reviewed_by_a_person,
    "waiting for the ERP": waiting_for_the_erp,
    "failed in the ERP": failed_in_the_erp,
    "served": served,
}


def test_nothing_out_of_order_is_taken_in_any_state(house):
    bob = hire(house, "bob@nordlicht.example", "associate")
    desk = Client()
    desk.force_login(User.objects.get(pk=bob.id))
    for name, reach in STATES.items():
        applicant = reach()
        before = standing(applicant)
        for what, (status, expected) in tried_out_of_order(applicant, desk):
            assert status in expected, (name, what, status)
            assert standing(applicant) == before, (name, what)


def tried_out_of_order(applicant, desk):
    """Try what is not this applicant's turn; yield what it was, how it went and how it may go."""
    for element in drawn_for(applicant):
        yield from answered(applicant, element)
        yield from decided(applicant, element, desk)
    for step in STEPS:
        # Where a code is asked for it has just been sent, and that is too soon.
        answer = Client().post(f"{path_of(applicant, step)}code/")
        yield f"code again at {step}", (answer.status_code, {302})


def answered(applicant, element):
    """Let the customer answer a step that they were not led to, or that was sent."""
    sent, answered_before = applicant.application.submitted_at, element in led_to(applicant)
    if element in applicant.open_elements or (answered_before and not sent):
        return
    answer = Client().post(path_of(applicant, element), anything(applicant))
    # What was sent can be looked at, so a browser is led there; all else is no page.
    yield f"answer {element}", (answer.status_code, {302} if answered_before else {404, 409})


def decided(applicant, element, desk):
    """Let an associate decide a step that does not wait for them."""
    if is_an_associates(applicant, element):
        return
    address = reverse("desk:decide", args=[applicant.pk, element])
    answer = desk.post(address, {"review.verdict": "approve", "repair.action": "mended"})
    yield f"decide {element}", (answer.status_code, {302, 404})


def drawn_for(applicant):
    """Return every step of the release the applicant goes through, and one of no release."""
    journey = compiled(applicant.application.release_id)
    steps = journey.elements("user", "call", "table", "notice")
    return [*(element.id for element in steps), "nowhere"]


def led_to(applicant):
    """Return the steps that the applicant has answered."""
    answered = Step.objects.filter(application=applicant.pk, lane="customer", outcome="completed")
    return set(answered.values_list("element", flat=True))


def is_an_associates(applicant, element):
    waiting = Step.objects.filter(application=applicant.pk, closed_at=None, lane="associate")
    return waiting.filter(element=element).exists()


def anything(applicant):
    """Return answers to every step at once, all of them right but for the code."""
    said = {"proof.code": "123456", "company.number_is_right": "yes"}
    for step in STEPS:
        said |= applicant.says(step) if step != "prove_email" else {}
    return said


def standing(applicant):
    """Return all that must not change."""
    return Application.objects.filter(pk=applicant.pk).values().get(), counted(applicant)
