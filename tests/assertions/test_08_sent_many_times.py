"""8. The same submission 50 at once: one effect, the same answer; a different one is refused."""

from __future__ import annotations

import pytest
from django.db import connection

from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.models import Call, Fact, Step
from atrio.outside.invented import invented_numbers
from tests.assertions.applicants import Applicant
from tests.assertions.browsers import at_once, browsing

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("house")]

FIFTY = 50
# What one submission of each step brings about.
EFFECTS = {
    "enter_cnpj": {"closed": 1, "facts": 1, "calls": 1, "jobs": 1},
    "confirm_company": {"closed": 1, "facts": 4},
    "give_contact": {"closed": 1, "facts": 4, "letters": 1, "jobs": 1},
    "prove_email": {"closed": 1, "facts": 1},
    # The risk table decides at once, and its decision is facts.
    "check_and_submit": {"closed": 2, "facts": 7, "calls": 1, "jobs": 1},
}
CHANGED = {
    "enter_cnpj": {"company.tax_id": next(invented_numbers(start=77))},
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
    applicant = ready_to_send()
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
    applicant = ready_to_send()
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


def ready_to_send():
    applicant = Applicant()
    applicant.answer("enter_cnpj")
    run_pending()
    for step in ("confirm_company", "give_contact", "prove_email"):
        assert applicant.answer(step).ok
    return applicant


def is_refused(answer):
    """Say whether the next page will say why this was not taken."""
    return "messages" in answer.cookies


def counted(applicant):
    of_it = {"application": applicant.pk}
    return {
        "closed": Step.objects.filter(**of_it).exclude(closed_at=None).count(),
        "calls": Call.objects.filter(**of_it).count(),
        "letters": Message.objects.filter(application_id=applicant.pk).count(),
        "facts": Fact.objects.filter(**of_it).count(),
        "jobs": jobs(),
    }


def new(applicant, *, since):
    now = counted(applicant)
    return {name: now[name] - since[name] for name in now if now[name] != since[name]}


def jobs():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pgqueuer")
        return cursor.fetchone()[0]
