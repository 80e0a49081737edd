"""8. The same request of a program 50 at once: one effect, the same answer; another is refused."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest

from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Application
from tests.api.conftest import RICO, key_for
from tests.apply.people import CONTACT
from tests.assertions.applicants import Applicant
from tests.assertions.browsers import at_once
from tests.assertions.evidence import EFFECTS, counted, new
from tests.onboarding.house import hire

pytestmark = pytest.mark.database

FIFTY = 50


@pytest.fixture
def send(house, processes):
    """Return what sends a request of a program to one of two real web processes."""
    secret = key_for(hire(house, "ada@nordlicht.example", "admin"))
    _process, address = processes.web(workers=2)
    headers = {"authorization": f"Bearer {secret}", "accept-language": "en"}
    with httpx.Client(base_url=f"{address}/api/v1/", headers=headers, timeout=60) as http:
        yield lambda path, body, key: http.post(path, json=body, headers={"idempotency-key": key})


def test_what_is_sent_fifty_times_at_once_is_done_once_and_answered_alike(send):
    begun = at_once(*[lambda: send("applications", {"journey": "company_br"}, "order-1")] * FIFTY)
    application = Application.objects.get()
    are_alike(begun, 201)
    path = f"applications/{application.pk}/steps"
    applicant = Applicant(application=application)
    for step, answers in (
        ("enter_tax_id", {"company.tax_id": applicant.number}),
        ("confirm_company", applicant.says("confirm_company")),
        ("give_contact", CONTACT | {"contact.email": RICO}),
    ):
        before = counted(applicant)
        answered = at_once(
            *[lambda s=step, a=answers: send(f"{path}/{s}", {"answers": a}, f"order-1.{s}")] * FIFTY
        )
        are_alike(answered, 200)
        assert new(applicant, since=before) == EFFECTS[step]
        run_pending()


def are_alike(answers, status):
    """See that all were told the same, and all but one that nothing was done for them."""
    assert {answer.status_code for answer in answers} == {status}
    assert len({answer.content for answer in answers}) == 1
    replayed = Counter(answer.headers.get("Idempotent-Replayed") for answer in answers)
    assert replayed == {None: 1, "true": FIFTY - 1}


def test_of_two_requests_under_one_key_at_once_one_is_done_and_the_other_refused(send):
    half = FIFTY // 2
    one, other = ({"journey": "company_br", "language": language} for language in ("de", "fr"))
    answers = at_once(
        *[lambda: send("applications", one, "order-1")] * half,
        *[lambda: send("applications", other, "order-1")] * half,
    )
    done = {"de": answers[:half], "fr": answers[half:]}
    application = Application.objects.get()
    assert {answer.status_code for answer in done.pop(application.language)} == {201}
    (refused,) = done.values()
    assert {answer.status_code for answer in refused} == {422}
    assert {answer.json()["type"] for answer in refused} == {"urn:atrio:problem:key-of-another"}
