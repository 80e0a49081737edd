"""28. Skipped or reordered steps: refused, and nothing has changed.

All that is not an applicant's turn is sent at once, by pages' own tokens, to a real web process,
while a worker runs.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from atrio.identity.models import User
from atrio.journeys.queries import compiled
from atrio.onboarding.models import Application, Call, Step
from atrio.outside.models import Connection
from tests.assertions.applicants import STEPS, Applicant
from tests.assertions.browsers import at_once, browsing, path_of, signed_in
from tests.assertions.evidence import come_to_rest, counted
from tests.onboarding.house import hire
from tests.waiting import eventually

pytestmark = pytest.mark.database

UNKNOWN = "11222333000181"  # valid, and in no register of ours
FOR_LONGER_THAN_WE_TRY = 300  # seconds


@pytest.fixture
def browsers(house, processes):
    """A customer's browser and an associate's, at a web process beside which a worker runs."""
    processes.worker()
    _web, address = processes.web()
    bob = hire(house, "bob@nordlicht.example", "associate")
    cookies = signed_in(User.objects.get(pk=bob.id))
    with browsing(address) as customer, browsing(address, cookies=cookies) as desk:
        yield customer, desk


def test_nothing_out_of_order_is_taken_in_any_state(browsers):
    for name, applicant in states():
        before = standing(applicant)
        tries = list(out_of_order(applicant, *browsers))

        answers = at_once(*(send for _what, send, _expected in tries))

        for (what, _send, expected), answer in zip(tries, answers, strict=True):
            assert answer.status_code in expected, (name, what, answer.status_code)
        assert standing(applicant) == before, name


def states():
    """Bring applicants to every place where one may be, and yield what it is called and who."""
    served = Applicant()
    for step in STEPS:
        yield f"before {step}", served
        answer(served, step)
    yield "served", served
    unlisted = Applicant(number=UNKNOWN)
    answer(unlisted, STEPS[0])
    yield "not in the register", unlisted
    answer(unlisted, "confirm_number", *STEPS[1:])
    yield "reviewed by a person", unlisted
    failed, sent, begun = Applicant(), Applicant(), Applicant()
    for applicant in (failed, sent):
        answer(applicant, *STEPS[:-1])
    with_systems(refuses={"find_customer": ["invalid"]})
    answer(failed, STEPS[-1])
    yield "failed in the ERP", failed
    with_systems(
        latency_seconds=dict.fromkeys(("find_customer", "find_company"), FOR_LONGER_THAN_WE_TRY)
    )
    assert sent.answer(STEPS[-1]).ok
    assert begun.answer(STEPS[0]).ok
    eventually(lambda: Call.objects.filter(status="running").count() == 2)
    yield "waiting for the ERP", sent
    yield "waiting for the register", begun


def answer(applicant, *steps):
    for step in steps:
        answers = applicant.answer(step)
        assert answers.ok, answers.errors
        come_to_rest()


def with_systems(**options):
    """Let the systems outside be like this from now on."""
    Connection.objects.update(options=options)


def out_of_order(applicant, customer, desk):
    """Yield what is not this applicant's turn: what it is, how it is sent, and how it may go."""
    for element in drawn_for(applicant):
        yield from answered(applicant, element, customer)
        yield from decided(applicant, element, desk)
    for step in STEPS:
        # Where a code is asked for it has just been sent, and that is too soon.
        path = f"{path_of(applicant, step)}code/"
        yield f"code again at {step}", lambda path=path: customer.post(path, {}), {302}


def answered(applicant, element, customer):
    """Let the customer answer a step that they were not led to, or that was sent."""
    sent, answered_before = applicant.application.submitted_at, element in led_to(applicant)
    if element in applicant.open_elements or (answered_before and not sent):
        return
    path, said = path_of(applicant, element), anything(applicant)
    # What was sent can be looked at, so a browser is led there; all else is no page.
    expected = {302} if answered_before else {404, 409}
    yield f"answer {element}", lambda: customer.post(path, said), expected


def decided(applicant, element, desk):
    """Let an associate decide a step that does not wait for them."""
    if is_an_associates(applicant, element):
        return
    address = reverse("desk:decide", args=[applicant.pk, element])
    said = {"review.verdict": "approve", "repair.action": "mended"}
    yield f"decide {element}", lambda: desk.post(address, said), {302, 404}


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
