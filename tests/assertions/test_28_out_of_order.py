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


def test_a_customer_can_answer_only_what_they_were_led_to():
    for name, reach in STATES.items():
        applicant, client = reach(), Client()
        sent = applicant.application.submitted_at
        for element in drawn_for(applicant):
            if element in applicant.open_elements or (not sent and element in led_to(applicant)):
                continue
            before = standing(applicant)
            answer = client.post(path_of(applicant, element), anything(applicant))

            # What was sent can be looked at, so a browser is led there; all else is no page.
            expected = {302} if element in led_to(applicant) else {404, 409}
            assert answer.status_code in expected, (name, element, answer.status_code)
            assert standing(applicant) == before, (name, element)


def test_a_code_is_sent_again_only_while_it_is_asked_for():
    for name, reach in STATES.items():
        applicant, client = reach(), Client()
        for step in STEPS:
            before = standing(applicant)
            answer = client.post(f"{path_of(applicant, step)}code/")

            # Where it is asked for it has just been sent, and that is too soon.
            assert answer.status_code == 302, (name, step)
            assert standing(applicant) == before, (name, step)


def test_an_associate_can_decide_only_what_waits_for_them(house):
    bob = hire(house, "bob@nordlicht.example", "associate")
    client = Client()
    client.force_login(User.objects.get(pk=bob.id))
    for name, reach in STATES.items():
        applicant = reach()
        for element in drawn_for(applicant):
            if is_an_associates(applicant, element):
                continue
            before = standing(applicant)
            address = reverse("desk:decide", args=[applicant.pk, element])
            answer = client.post(address, {"review.verdict": "approve", "repair.action": "mended"})

            assert answer.status_code in {302, 404}, (name, element)
            assert standing(applicant) == before, (name, element)


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
