"""An applicant withdraws, wherever the application stands, and nothing opens behind their back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.checks.models import Finding
from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import NotFound, OutsideBusy, Refused
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import (
    begin_call,
    correct_step,
    decide_step,
    finish_call,
    fire_timer,
    postpone_call,
    resume_application,
    retry_call,
    send_code_again,
    take_access_decision,
    withdraw_application,
)
from atrio.onboarding.actions.submit_step import ApplicationOver
from atrio.onboarding.actions.withdraw_application import NothingToWithdraw
from atrio.onboarding.calls import CALLS, Answer, NotWanted
from atrio.onboarding.case import open_case
from atrio.onboarding.models import AccessRequest, Application, Call, Promise, Step, Typed
from atrio.onboarding.promises.actions import end_what_is_over
from atrio.outside.connections import open_erp
from atrio.outside.invented import invented_numbers
from atrio.parties.models import Account, Membership
from atrio.timeline.models import Entry
from tests.assertions.applicants import STEPS
from tests.onboarding.applying import Applicant
from tests.onboarding.house import furnish, hire

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def alice(unit):
    return Applicant()


@pytest.fixture
def referred(unit):
    """Alice, whose company is suspended: a person must look."""
    return Applicant(number=next(invented_numbers(status="suspended"))).sent()


def withdraw(applicant, **said):
    return withdraw_application(by=applicant.actor, now=applicant.now, **said)


def letters(applicant, notice):
    return Message.objects.filter(application_id=applicant.pk, notice=notice)


def opened():
    return Account.objects.count(), Membership.objects.count()


@pytest.mark.parametrize("step", STEPS)
def test_at_every_step_of_the_form_it_simply_ends(alice, step):
    alice.go_to(step)

    withdraw(alice, reason="Bought elsewhere")

    application = alice.application
    assert (application.status, application.waiting_on) == ("withdrawn", "nobody")
    assert application.finished_at
    assert not alice.open_elements
    assert not Call.objects.filter(application=alice.pk, finished_at=None).exists()
    said = Entry.objects.get(application_id=alice.pk, what="application.withdrawn")
    assert (said.step, said.data["reason"], said.by_kind) == (step, "Bought elsewhere", "applicant")


def test_withdrawn_twice_it_is_withdrawn_once(alice):
    alice.go_to("check_and_submit")
    withdraw(alice, reason="One")
    withdraw(alice, reason="Two")

    assert Entry.objects.filter(what="application.withdrawn").count() == 1
    assert letters(alice, "withdrawn").count() == 1


def test_a_letter_goes_to_a_proved_address_alone(unit):
    named, proved = Applicant().go_to("prove_email"), Applicant().go_to("check_and_submit")
    for applicant in (named, proved):
        withdraw(applicant)

    assert not letters(named, "withdrawn").exists()
    letter = letters(proved, "withdrawn").get()
    assert (letter.to, proved.application.reference in letter.subject) == (proved.email, True)
    assert f"/apply/{proved.pk.hex}~" in letter.text


def test_a_customer_has_nothing_to_withdraw(alice):
    alice.become_customer()

    with pytest.raises(NothingToWithdraw, match="shop is open"):
        withdraw(alice)


def test_what_was_declined_is_over_already(unit):
    alice = Applicant(number=next(invented_numbers(status="closed"))).sent()

    with pytest.raises(NothingToWithdraw, match="over"):
        withdraw(alice)
    assert alice.application.status == "declined"


def test_nobody_but_the_applicant_withdraws(alice, carla):
    with pytest.raises(NotFound):
        withdraw_application(by=carla, now=alice.now)


def test_nobody_moves_it_any_more(referred, carla):
    now = timezone.now()
    before = Step.objects.filter(application=referred.pk).count()
    withdraw(referred)
    stopped = Step.objects.filter(application=referred.pk).count()
    review = {"step": "review", "submitted": {"review.verdict": "approve"}, "language": "en"}
    company = {
        "step": "confirm_company",
        "submitted": referred.says("confirm_company"),
        "reason": "",
        "and_try_again": True,
        "language": "en",
    }
    about = {"application_id": referred.pk, "now": now}

    with pytest.raises(ApplicationOver, match="withdrawn"):
        decide_step(by=carla, **review, **about)
    with pytest.raises(Refused):
        correct_step(by=carla, **company, **about)
    with pytest.raises(Refused):
        retry_call(by=carla, call_id=referred.call("registry.find_company").pk, **about)
    with pytest.raises(ApplicationOver):
        referred.answer("give_contact", contact__name="Bob Reis")
    with pytest.raises(ApplicationOver):
        referred.answer("give_contact", contact__email="nonsense")
    with pytest.raises(ApplicationOver):
        send_code_again(by=referred.actor, step="prove_email", now=now)
    assert not resume_application(**about)

    assert stopped == before + 1  # the stop itself, for a replay
    assert Step.objects.filter(application=referred.pk).count() == stopped
    assert not Typed.objects.filter(application=referred.pk).exists()
    assert referred.application.status == "withdrawn"


def test_a_timer_that_ran_does_not_go_off(unit, carla):
    alice = stranger_at_a_customer(unit)
    case = open_case(by=SYSTEM, application_id=alice.pk, now=timezone.now())
    (timer,) = case.run.timers
    withdraw(alice)

    fire_timer(application_id=alice.pk, task_id=timer.task_id, now=timer.due_at)

    assert not Step.objects.filter(application=alice.pk, outcome="fired").exists()
    assert alice.application.status == "withdrawn"


def stranger_at_a_customer(unit):
    """Return somebody who waits for the word of a customer's admin."""
    customer = Applicant().become_customer()
    stranger = Applicant(number=customer.number).sent()
    assert stranger.application.waiting_on == "admin"
    return stranger


def test_the_accounts_admin_is_asked_no_more(unit):
    stranger = stranger_at_a_customer(unit)
    asked = AccessRequest.objects.get()
    withdraw(stranger)
    run_pending()

    asked.refresh_from_db()
    assert asked.status == "overtaken"
    assert asked.decided_at


def test_an_admins_word_on_its_way_lets_nobody_in_any_more(unit):
    stranger = stranger_at_a_customer(unit)
    AccessRequest.objects.update(status="approved", decided_by_label="Alice", decided_by=None)
    withdraw(stranger)
    before = opened()

    take_access_decision(request_id=AccessRequest.objects.get().pk, now=timezone.now())
    run_pending()

    assert opened() == before
    assert AccessRequest.objects.get().status == "approved"


def test_an_admin_who_was_silent_too_long_is_asked_no_more(unit):
    stranger = stranger_at_a_customer(unit)
    case = open_case(by=SYSTEM, application_id=stranger.pk, now=timezone.now())
    (timer,) = case.run.timers

    fire_timer(application_id=stranger.pk, task_id=timer.task_id, now=timer.due_at)
    run_pending()

    assert stranger.application.waiting_on == "associate"
    assert AccessRequest.objects.get().status == "overtaken"


def test_a_call_that_waits_is_never_made(alice):
    call = alice.send().call()
    withdraw(alice)
    run_pending()

    call.refresh_from_db()
    assert (call.status, call.attempts) == ("cancelled", 0)
    assert not alice.erp_numbers
    assert not Finding.objects.filter(question="nothing_left_behind").exists()


def test_an_erp_that_answers_after_the_withdrawal_opens_nothing(alice, carla):
    call = alice.send().call()
    _call, question = begin_call(call_id=call.pk, now=timezone.now())
    withdraw(alice)

    # The ERP was at it all the time.
    with pytest.raises(NotWanted):
        CALLS[call.name].handler(question)
    finish_call(call_id=call.pk, answer=Answer(), now=timezone.now())
    run_pending()

    assert opened() == (0, 0)
    (number,) = alice.erp_numbers
    call.refresh_from_db()
    assert (call.status, alice.application.status) == ("cancelled", "withdrawn")
    finding = Finding.objects.get(question="nothing_left_behind")
    assert (finding.outcome, finding.evidence) == ("fail", number)
    letter = Message.objects.get(notice="left_behind")
    assert letter.to == "carla@nordlicht.example"
    assert number in letter.text


def test_what_was_sent_without_an_answer_is_searched_for_although_nobody_wants_it(alice, carla):
    open_erp("erp-br").break_next("create_customer", "no_answer")
    call = alice.send().call()
    run_pending(limit=1)
    call.refresh_from_db()
    assert call.status == "no_answer"

    withdraw(alice)
    open_erp("erp-br").break_next("find_customer", "busy")
    run_pending(until=timezone.now() + timedelta(hours=1))

    call.refresh_from_db()
    assert call.status == "cancelled"
    assert opened() == (0, 0)
    assert Finding.objects.get(question="nothing_left_behind").evidence in alice.erp_numbers
    assert Entry.objects.filter(what="application.left_behind").count() == 1


def test_where_nothing_was_left_behind_nobody_is_written_to(alice, carla):
    open_erp("erp-br").break_next("create_customer", "busy")
    call = alice.send().call()
    run_pending(limit=1)
    call.refresh_from_db()
    assert (call.status, call.attempts) == ("queued", 1)

    withdraw(alice)
    run_pending(until=timezone.now() + timedelta(hours=1))

    assert Finding.objects.get(question="nothing_left_behind").outcome == "pass"
    assert not Message.objects.filter(notice="left_behind").exists()


def test_a_call_put_off_while_it_was_withdrawn_is_not_queued_again(alice):
    call = alice.send().call()
    begin_call(call_id=call.pk, now=timezone.now())
    withdraw(alice)

    postpone_call(call_id=call.pk, error=OutsideBusy("down"), wait=timedelta(0), now=alice.now)

    call.refresh_from_db()
    assert call.status == "cancelled"


def test_no_seat_is_given_to_who_has_withdrawn_meanwhile(alice, seats):
    alice.send().call()
    while not Call.objects.filter(application=alice.pk, name="shop.open_access").exists():
        assert run_pending(limit=1)
    call = alice.call("shop.open_access")
    _call, question = begin_call(call_id=call.pk, now=timezone.now())
    withdraw(alice)
    seats()

    with pytest.raises(NotWanted):
        CALLS[call.name].handler(question)
    run_pending()

    assert opened() == (1, 0)  # the ERP's customer had been there before: somebody looks
    assert Finding.objects.get(question="nothing_left_behind").outcome == "fail"


def test_its_promises_end_with_it(referred):
    withdraw(referred)
    end_what_is_over()

    assert not Promise.objects.filter(application=referred.pk, ended_at=None).exists()
    ended = dict(Promise.objects.filter(application=referred.pk).values_list("name", "status"))
    assert ended == {"access": "cancelled", "step:review": "cancelled"}


def test_a_lost_state_is_replayed_to_the_same_end(referred):
    withdraw(referred)
    Application.objects.filter(pk=referred.pk).update(state=b"of an engine nobody has")

    case = open_case(by=SYSTEM, application_id=referred.pk, now=timezone.now())

    assert case.run.finished
    assert not case.run.open_tasks
    assert not case.run.timers
