"""10. Two workers at one job, one of them paused beyond the heartbeat: one effect."""

from __future__ import annotations

import os
import signal

import pytest

from atrio.notices.models import Message
from atrio.onboarding.models import Call, Step
from atrio.outside.models import Delivery, Link
from atrio.parties.models import Account, Membership
from tests.assertions.applicants import Applicant
from tests.assertions.dooms import PAUSE, doom
from tests.assertions.evidence import rows
from tests.assertions.processes import is_paused
from tests.waiting import eventually

pytestmark = [pytest.mark.tryton, pytest.mark.database, pytest.mark.usefixtures("house")]

MOMENTS = ("begun", "after-find_customer", "after-create_customer", "uncommitted", "finished")
HOLDS_THE_LOCK = """
    select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
    where locktype = 'advisory' and granted and datname = current_database()
"""


@pytest.fixture
def workers(real_erp, processes):
    return [processes.worker(module="tests.assertions.doomed_worker") for _ in range(2)]


def test_a_worker_paused_anywhere_in_a_call_does_no_harm_when_it_wakes(
    real_erp, processes, workers
):
    for moment in MOMENTS:
        applicant, job = pause_one_of(workers, processes, moment)
        eventually(lambda taken=job: not rows("select from pgqueuer where id = %s", taken))
        wake(workers)

        assert_one_effect(applicant, real_erp, workers)
        assert creations(applicant) == 1
        assert Call.objects.get(application=applicant.pk, name="erp.create_customer").attempts == 1


def test_nor_when_the_database_has_given_its_lock_away(real_erp, processes, workers):
    applicant, _job = pause_one_of(workers, processes, "after-find_customer")
    assert rows(f"select pg_terminate_backend(pid) from ({HOLDS_THE_LOCK}) as holder")
    eventually(lambda: applicant.application.status == "done", within=30)
    wake(workers)

    eventually(lambda: creations(applicant) == 2)  # it goes on with what it had found: nobody
    assert_one_effect(applicant, real_erp, workers)


def pause_one_of(workers, processes, moment):
    """Send an application on its way until a worker pauses; return it and the job in its hands."""
    applicant = Applicant()
    doom(processes.folder, applicant.pk, "create_customer", moment, PAUSE)
    applicant.answer("enter_tax_id")
    eventually(lambda: applicant.open_elements == {"confirm_company"})
    applicant.submit()
    eventually(lambda: any(is_paused(worker.pid) for worker in workers))
    call = Call.objects.get(application=applicant.pk, name="erp.create_customer")
    ((job,),) = rows(
        "select id from pgqueuer where convert_from(payload, 'utf8')::jsonb ->> 'call_id' = %s",
        str(call.pk),
    )
    return applicant, job


def wake(workers):
    for worker in workers:
        os.killpg(worker.pid, signal.SIGCONT)


def assert_one_effect(applicant, erp, workers):
    eventually(lambda: applicant.application.status == "done", within=30)
    eventually(lambda: not rows("select from pgqueuer where status <> 'failed'"))
    application = applicant.application
    assert erp.customers(applicant.number) == [application.reference]
    assert Account.objects.filter(legal_entities__tax_id=applicant.number).count() == 1
    assert Link.objects.filter(object_id=application.account_id).count() == 1
    assert Membership.objects.filter(account=application.account_id).count() == 1
    assert Message.objects.filter(to=applicant.email, notice="welcome").count() == 1
    steps = Step.objects.filter(application=application)
    assert sorted(steps.values_list("closing", flat=True)) == list(range(1, len(steps) + 1))
    assert set(steps.values_list("outcome", flat=True)) == {"completed"}
    assert not rows("select from pgqueuer where status = 'failed'")
    assert [worker.poll() for worker in workers] == [None, None]


def creations(applicant):
    """Count how often the ERP was asked to create this customer."""
    said = Delivery.objects.filter(application_id=applicant.pk)
    return said.filter(request__contains="party.party.create").count()
