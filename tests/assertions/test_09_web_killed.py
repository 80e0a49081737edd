"""9. A web process killed before or after a commit: the job exists exactly if the row does."""

from __future__ import annotations

import httpx
import pytest

from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.models import Application, Call
from tests.assertions.applicants import STEPS, Applicant
from tests.assertions.browsers import at_once, browsing
from tests.assertions.dooms import AFTER_COMMIT, BEFORE_COMMIT, DOOM_HEADER
from tests.assertions.evidence import EFFECTS, counted, new, rows

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("house")]


@pytest.mark.parametrize(("moment", "is_there"), [(BEFORE_COMMIT, False), (AFTER_COMMIT, True)])
def test_what_was_cut_off_is_there_with_its_job_or_not_at_all(processes, moment, is_there):
    people = {step: Applicant().go_to(step) for step in STEPS}
    begun = Application.objects.count()
    before = {step: counted(applicant) for step, applicant in people.items()}

    forms, cookies = send_all_and_be_cut_off(processes, people, moment)

    assert Application.objects.count() == begun + is_there
    for step, applicant in people.items():
        assert new(applicant, since=before[step]) == (EFFECTS[step] if is_there else {}), step
    assert ids_in_jobs("call_id") == ids_of(Call.objects.filter(status="queued"))
    assert ids_in_jobs("message_id") == ids_of(Message.objects.filter(status="queued"))

    _process, address = processes.web()
    with browsing(address, cookies=cookies) as browser:
        for step, applicant in people.items():
            assert browser.send(applicant, step, forms[step]).status_code == 302
            assert new(applicant, since=before[step]) == EFFECTS[step], step
    run_pending()
    assert people["enter_tax_id"].open_elements == {"confirm_company"}
    assert people["check_and_submit"].application.status == "done"


def send_all_and_be_cut_off(processes, people, moment):
    """Send every step and a beginning at once to a process that is killed; return what was sent."""
    processes.environment["ATRIO_TEST_REQUESTS"] = str(len(people) + 1)
    web, address = processes.web(application="tests.assertions.doomed_web:application")
    doomed = {DOOM_HEADER: moment}
    with browsing(address) as browser:
        beginning = browser.form_to_begin()
        forms = {s: browser.form_of(one, s) | one.says(s) for s, one in people.items()}
        at_once(
            lambda: cut_off(lambda: browser.begin(beginning, **doomed)),
            *(
                lambda s=s, one=one: cut_off(lambda: browser.send(one, s, forms[s], **doomed))
                for s, one in people.items()
            ),
        )
        web.wait(timeout=20)
        return forms, browser.http.cookies


def cut_off(send):
    with pytest.raises(httpx.TransportError):
        send()


def ids_in_jobs(name):
    found = rows("select convert_from(payload, 'utf8')::jsonb ->> %s from pgqueuer", name)
    return sorted(value for (value,) in found if value)


def ids_of(found):
    return sorted(str(row.pk) for row in found)
