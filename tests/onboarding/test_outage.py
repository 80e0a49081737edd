"""A system is silent for longer than the process is patient; then it answers again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.kernel.errors import OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import begin_call, fail_call
from atrio.onboarding.jobs import MOST_CRASHES, resume_waiting
from atrio.onboarding.models import Application, Call, Fact
from atrio.outside.connections import open_erp
from atrio.outside.jobs import probe_connections
from atrio.outside.models import Connection
from tests.assertions.evidence import rows
from tests.onboarding.house import furnish
from tests.onboarding.test_repair import run_until, submitted

pytestmark = pytest.mark.django_db(transaction=True)


def gone_silent(name):
    """Bring an application to where nobody answered in time, and a person is asked."""
    furnish(name=name)
    submitted()
    call = run_until("erp.create_customer")
    fail_call(
        call_id=call.pk, error=OutsideFailure("silence", code="unreachable"), now=timezone.now()
    )
    a_moment_ago = timezone.now() - timedelta(seconds=1)
    Connection.objects.filter(code="erp-br").update(
        failures=5, silent_since=a_moment_ago, rests_until=a_moment_ago
    )
    run_pending(limit=5)
    application = Application.objects.get()
    assert (application.waiting_on, application.current_step) == ("associate", "repair")
    return application


def test_the_application_goes_on_by_itself_and_the_customer_was_told_once():
    application = gone_silent("outage")

    probe_connections()
    run_pending()

    application.refresh_from_db()
    assert application.status == "done"
    letters = Message.objects.filter(application_id=application.pk)
    assert list(letters.exclude(notice="code").order_by("id").values_list("notice", flat=True)) == [
        "delayed",
        "welcome",
    ]
    mended = Fact.objects.get(application=application, field="repair.action")
    assert (mended.value, mended.origin, mended.by_kind) == ("mended", "system", "system")


def test_what_would_have_been_tried_again_later_goes_on_at_once_when_the_system_answers():
    furnish(name="put-off")
    submitted()
    open_erp("erp-br").break_next("find_customer", "busy")
    call = run_until("erp.create_customer")
    run_pending()
    ((waiting,),) = rows("update pgqueuer set execute_after = now() + '1 hour' returning id")

    for _ in range(2):
        resume_waiting(connection="erp-br")
    run_pending(until=timezone.now() + timedelta(minutes=1))

    assert Application.objects.get().status == "done"
    assert Call.objects.get(pk=call.pk).attempts == 2
    assert not rows("select from pgqueuer where id = %s", waiting)


def test_a_second_outage_does_not_send_the_same_letter_again():
    application = gone_silent("twice")
    erp = open_erp("erp-br")
    probe_connections()
    erp.break_next("find_customer", "busy", times=1)
    run_pending(limit=3)
    again = Call.objects.filter(name="erp.create_customer").latest("id")
    fail_call(call_id=again.pk, error=OutsideFailure("x", code="unreachable"), now=timezone.now())

    application.refresh_from_db()
    assert application.current_step == "repair"
    assert Message.objects.filter(notice="delayed").count() == 1


def test_what_the_system_refused_waits_for_a_person_although_it_answers():
    furnish(name="refusal")
    submitted()
    call = run_until("erp.create_customer")
    fail_call(call_id=call.pk, error=OutsideFailure("no group", code="invalid"), now=timezone.now())
    a_moment_ago = timezone.now() - timedelta(seconds=1)
    Connection.objects.filter(code="erp-br").update(
        failures=5, silent_since=a_moment_ago, rests_until=a_moment_ago
    )

    probe_connections()
    run_pending()

    assert Application.objects.get().current_step == "repair"


def test_a_call_over_which_every_worker_dies_is_given_to_a_person():
    furnish(name="poison")
    submitted()
    call = run_until("erp.create_customer")
    for _ in range(MOST_CRASHES + 1):  # each of these began, and nothing was heard of it again
        begin_call(call_id=call.pk, now=timezone.now())

    run_pending()

    call.refresh_from_db()
    assert (call.status, call.error_code) == (Call.Status.FAILED, "crash")
    assert Application.objects.get().current_step == "repair"
