"""A request for a credit line is taken back beside the open shop, and nothing else changes."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.engine.forms import Answers
from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import (
    ask_to_withdraw_credit,
    decide_step,
    take_credit_withdrawal,
    withdraw_credit,
)
from atrio.onboarding.actions.submit_step import StepNotOpen
from atrio.onboarding.actions.withdraw_credit import CreditGranted, NoCreditRequest
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Application, CreditWithdrawal, Promise, Step
from atrio.outside.connections import open_erp
from atrio.parties.models import Account, Membership
from atrio.parties.queries import member_actor
from atrio.timeline.models import Entry
from atrio.trade.models import CreditLine
from tests.onboarding.applying import Applicant
from tests.onboarding.house import furnish, hire
from tests.parties.customers import be_nobody, seen_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def alice(unit):
    """Alice, in her shop, waiting for a credit line."""
    return asking()


def asking():
    alice = Applicant().go_to("check_and_submit")
    alice.answer("check_and_submit", credit__wanted="yes", credit__amount="5000")
    run_pending()
    assert alice.open_elements == {"decide_credit"}
    return alice


def decide(carla, alice, **said):
    _application, answers = decide_step(
        by=carla,
        application_id=alice.pk,
        step="decide_credit",
        submitted={f"credit.{name}": value for name, value in said.items()},
        language="en",
        now=timezone.now(),
    )
    assert isinstance(answers, Answers)
    assert answers.ok, answers.errors


def withdraw(alice):
    application = withdraw_credit(by=alice.actor, now=alice.now)
    run_pending()
    return application


def admin_of(alice):
    user = Membership.objects.get(account=alice.application.account_id).user
    try:
        return member_actor(user.pk, "Alice")
    finally:
        be_nobody()


def promise():
    return Promise.objects.get(name="credit_line")


def test_the_open_step_goes_away_and_the_process_comes_to_its_other_ends(alice):
    withdraw(alice)

    application = alice.application
    assert application.status == "done"
    assert set(application.ends) == {"customer_served", "crm_told", "credit_withdrawn"}
    assert not alice.open_elements
    assert Step.objects.get(application=alice.pk, element="decide_credit").outcome == "undone"
    said = Entry.objects.get(what="credit.withdrawn")
    assert (said.application_id, said.by_kind) == (alice.pk, "applicant")


def test_the_promise_ends_as_no_longer_needed(alice):
    withdraw(alice)

    assert (promise().status, promise().next_at) == ("cancelled", None)
    assert alice.application.promised_at is None
    assert CreditLine.objects.get().request == ""


def test_one_that_was_broken_before_stays_broken(alice):
    alice.clock_is_off = timedelta(days=10)
    withdraw(alice)

    assert promise().status == "broken"
    assert CreditLine.objects.get().request == ""


def test_a_letter_says_so_and_the_erp_hears_nothing(alice):
    withdraw(alice)

    letter = Message.objects.get(notice="credit_withdrawn")
    assert (letter.to, "stays open" in letter.text) == (alice.email, True)
    assert not Message.objects.filter(notice="credit_denied").exists()
    account = Account.objects.get()
    assert open_erp("erp-br").read_credit_line(account.customer_number) is None


def test_withdrawn_twice_it_is_withdrawn_once(alice):
    withdraw(alice)
    withdraw(alice)

    assert Entry.objects.filter(what="credit.withdrawn").count() == 1
    assert Message.objects.filter(notice="credit_withdrawn").count() == 1


def test_who_decides_at_the_same_moment_finds_nothing_to_decide(alice, carla):
    withdraw(alice)

    with pytest.raises(StepNotOpen):
        decide(carla, alice, verdict="grant", limit="4000")


def test_what_is_granted_and_being_written_is_not_said_to_be_withdrawn(alice, carla):
    decide(carla, alice, verdict="grant", limit="4000")

    with pytest.raises(CreditGranted, match="too late"):
        withdraw(alice)
    run_pending()

    assert "credit_open" in alice.application.ends
    assert promise().status == "kept"


def test_what_was_denied_or_never_asked_for_is_nothing_to_withdraw(alice, carla):
    decide(carla, alice, verdict="deny", reason="Too young.")
    content = Applicant().become_customer()

    for applicant in (alice, content):
        with pytest.raises(NoCreditRequest):
            withdraw(applicant)


def test_before_the_shop_is_open_there_is_only_the_application_to_withdraw(unit):
    alice = Applicant().go_to("check_and_submit")
    alice.answer("check_and_submit", credit__wanted="yes", credit__amount="5000")

    with pytest.raises(NoCreditRequest):
        withdraw(alice)


def test_a_lost_state_is_replayed_to_the_same_end(alice):
    withdraw(alice)
    Application.objects.filter(pk=alice.pk).update(state=b"of an engine nobody has")

    case = open_case(by=SYSTEM, application_id=alice.pk, now=timezone.now())

    assert case.run.finished
    assert "credit_withdrawn" in case.run.ends


def test_an_admin_takes_it_back_and_the_background_brings_it_to_the_application(alice):
    by, account_id = admin_of(alice), alice.application.account_id
    with seen_by(by):
        ask_to_withdraw_credit(by=by, account_id=account_id, now=timezone.now())
        ask_to_withdraw_credit(by=by, account_id=account_id, now=timezone.now())
    run_pending()

    wish = CreditWithdrawal.objects.get()
    assert wish.status == "taken"
    said = Entry.objects.get(what="credit.withdrawn")
    assert (said.by_kind, said.by_label) == ("member", "Alice")
    assert alice.application.status == "done"
    assert Message.objects.filter(notice="credit_withdrawn").count() == 1


def test_an_admin_who_is_too_late_is_told_and_nothing_is_undone(alice, carla):
    by, account_id = admin_of(alice), alice.application.account_id
    with seen_by(by):
        wish = ask_to_withdraw_credit(by=by, account_id=account_id, now=timezone.now())
    decide(carla, alice, verdict="grant", limit="4000")
    take_credit_withdrawal(withdrawal_id=wish.pk, now=timezone.now())

    wish.refresh_from_db()
    assert wish.status == "too_late"
    assert Entry.objects.filter(what="credit.withdrawn_too_late").count() == 1
    run_pending()
    assert "credit_open" in alice.application.ends


def test_nobody_but_the_accounts_admin_takes_it_back(alice):
    account_id = alice.application.account_id
    stranger = admin_of(asking())
    Membership.objects.filter(account=account_id).update(role="buyer")
    buyer = admin_of(alice)

    with seen_by(stranger), pytest.raises(NotFound):
        ask_to_withdraw_credit(by=stranger, account_id=account_id, now=timezone.now())
    with seen_by(buyer), pytest.raises(NotAllowed):
        ask_to_withdraw_credit(by=buyer, account_id=account_id, now=timezone.now())
    with pytest.raises(NotFound):
        withdraw_credit(by=buyer, now=timezone.now())


def test_another_accounts_wishes_are_hidden_by_the_database(alice):
    account_id = alice.application.account_id
    by, stranger = admin_of(alice), admin_of(asking())
    with seen_by(by):
        ask_to_withdraw_credit(by=by, account_id=account_id, now=timezone.now())
        assert CreditWithdrawal.objects.count() == 1
    with seen_by(stranger):
        assert CreditWithdrawal.objects.count() == 0
