"""An application whose cached state nobody can read any more goes on from its recorded steps."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from atrio.journeys.queries import compiled
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import fire_timer, resume_application
from atrio.onboarding.history import replayed
from atrio.onboarding.models import Application, Step
from tests.assertions.applicants import Applicant
from tests.assertions.evidence import rows
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish

pytestmark = pytest.mark.django_db(transaction=True)


def open_elements(application):
    steps = Step.objects.filter(application=application, closed_at=None)
    return sorted(step.element for step in steps)


def replay(application):
    return replayed(application, compiled(application.release_id))


def lose_state():
    Application.objects.update(state=b"written by an engine nobody has")


@pytest.fixture
def alice(request):
    furnish(name=f"history-{request.node.name}")
    return Visitor().begin()


def test_the_whole_way_is_walked_with_the_state_lost_at_every_step(alice):
    email = "alice@ventorim.example"
    way = [
        lambda: alice.answer(company__tax_id=CNPJ),
        alice.wait,
        lambda: alice.answer(**accepted(alice.text)),
        lambda: alice.answer(
            contact__name="Alice Prado",
            contact__email=email,
            contact__phone="+55 11 91234-5678",
            contact__role="buyer",
        ),
        lambda: alice.answer(proof__code=code_sent_to(email)),
        lambda: alice.answer(consent__terms="yes"),
        alice.wait,
    ]
    for go_on in way:
        application = Application.objects.get()
        run = replay(application)
        assert sorted(task.element for task in run.open_tasks) == open_elements(application)
        lose_state()
        go_on()

    application = Application.objects.get()
    assert application.status == "done"
    assert replay(application).ends == tuple(application.ends)


def test_machines_whose_clocks_are_off_change_nothing(alice):
    alice.answer(company__tax_id=CNPJ)
    alice.wait()
    alice.answer(**accepted(alice.text)).answer(
        contact__name="Alice Prado",
        contact__email="alice@ventorim.example",
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    alice.answer(proof__code=code_sent_to("alice@ventorim.example"))
    alice.answer(consent__terms="yes").wait()
    # As if who closed the steps had served with a clock an hour behind.
    Step.objects.update(closed_at=F("closed_at") - timedelta(hours=1))

    application = Application.objects.get()
    assert replay(application).ends == tuple(application.ends)


def test_going_back_is_replayed_too(alice):
    alice.answer(company__tax_id=CNPJ)
    alice.wait()
    alice.answer(**accepted(alice.text))
    back = alice.at.replace("give_contact", "confirm_company")
    alice.client.get(back)
    alice.at = back
    alice.answer(
        **(accepted(alice.client.get(back).content.decode()) | {"company.trade_name": "X"})
    )

    application = Application.objects.get()
    assert [task.element for task in replay(application).open_tasks] == open_elements(application)
    lose_state()
    assert alice.wait().step == "give_contact"


def test_a_timer_goes_off_although_the_state_was_lost_since_it_was_set():
    """The job that wakes up for it knows the timer by an id that a replay does not give again."""
    furnish(name="history-timer")
    customer = Applicant().become_customer()
    stranger = Applicant(number=customer.number).go_to("check_and_submit")
    stranger.answer("check_and_submit")
    run_pending()
    assert stranger.application.waiting_on == "admin"
    lose_state()

    # Whoever looks first replays it, and somebody is to wake up for the timer as it is called now.
    resume_application(application_id=stranger.pk, now=timezone.now())
    jobs = rows(
        "select convert_from(payload, 'utf8')::jsonb ->> 'task_id' from pgqueuer"
        " where entrypoint = 'onboarding.fire_timer' order by id"
    )
    in_three_days = timezone.now() + timedelta(days=3)
    fire_timer(application_id=stranger.pk, task_id=jobs[-1][0], now=in_three_days)

    assert stranger.application.waiting_on == "associate"
