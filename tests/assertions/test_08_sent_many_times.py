"""8. The same submission 50 at once: one effect, the same answer; a different one is refused."""

from __future__ import annotations

import pytest

from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Fact
from atrio.outside.invented import invented_numbers
from tests.assertions.applicants import Applicant
from tests.assertions.browsers import at_once, browsing
from tests.assertions.evidence import EFFECTS, counted, new

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("house")]

FIFTY = 50
CHANGED = {
    "enter_tax_id": {"company.tax_id": next(invented_numbers(start=77))},
    "confirm_company": {"company.legal_name": "Mallory Comércio Ltda"},
    "give_contact": {"contact.email": "mallory@elsewhere.example"},
    "prove_email": {"proof.code": "000000"},
    "check_and_submit": {"consent.news": "yes"},
}


@pytest.fixture
def browser(processes):
    _process, address = processes.web(workers=2)
    with browsing(address) as browser:
        yield browser


def test_every_step_sent_fifty_times_at_once_is_taken_once(browser):
    applicant = Applicant()
    for step, effects in EFFECTS.items():
        values = browser.form_of(applicant, step) | applicant.says(step)
        before = counted(applicant)

        answers = at_once(*[lambda v=values, s=step: browser.send(applicant, s, v)] * FIFTY)

        assert {answer.status_code for answer in answers} == {302}
        assert len({answer.headers["location"] for answer in answers}) == 1
        assert not any(is_refused(answer) for answer in answers)
        assert new(applicant, since=before) == effects
        run_pending()
    assert applicant.application.status == "done"


def test_of_two_different_answers_at_once_one_counts_and_the_other_is_refused(browser):
    applicant = Applicant().go_to("check_and_submit")
    plain = browser.form_of(applicant, "check_and_submit") | {"consent.terms": "yes"}
    with_news = plain | CHANGED["check_and_submit"]
    before = counted(applicant)

    answers = at_once(
        *[lambda: browser.send(applicant, "check_and_submit", plain)] * (FIFTY // 2),
        *[lambda: browser.send(applicant, "check_and_submit", with_news)] * (FIFTY // 2),
    )

    assert new(applicant, since=before) == EFFECTS["check_and_submit"]
    news = Fact.objects.get(application=applicant.pk, field="consent.news").value
    without, with_it = answers[: FIFTY // 2], answers[FIFTY // 2 :]
    taken, refused = (with_it, without) if news["given"] else (without, with_it)
    assert not any(is_refused(answer) for answer in taken)
    assert all(is_refused(answer) for answer in refused)


def test_another_answer_to_any_step_of_a_sent_application_is_refused(browser):
    applicant = Applicant().go_to("check_and_submit")
    form = browser.form_of(applicant, "check_and_submit")
    applicant.answer("check_and_submit")
    before = counted(applicant)

    for step, changed in CHANGED.items():
        answer = browser.send(applicant, step, form | applicant.says(step) | changed)

        assert answer.status_code == 302, step
        assert answer.headers["location"].endswith("/track/")
        # A code that was used up is told neither right nor wrong.
        assert is_refused(answer) is (step != "prove_email"), step
    assert new(applicant, since=before) == {}


def is_refused(answer):
    """Say whether the next page will say why this was not taken."""
    return "messages" in answer.cookies
