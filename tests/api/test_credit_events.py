"""Programs hear what becomes of a credit line that was asked for beside an open shop."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import decide_step, withdraw_credit
from atrio.outside.connections import open_erp
from tests.api.conftest import application_at
from tests.onboarding.house import hire

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

ASKED = {"consent.terms": True, "credit.wanted": True, "credit.amount": 5000}


@pytest.fixture
def asked(rico, receiver):
    """The application of a customer who can buy and waits for a credit line."""
    address = rico.come_to("check_and_submit")
    assert rico.send(f"{address}/steps/check_and_submit", {"answers": ASKED}).status_code == 200
    run_pending()
    assert told(receiver) == ["credit_line.requested"]
    return application_at(address)


@pytest.fixture
def decide(unit, asked):
    carla = hire(unit, "carla@nordlicht.example", "associate")

    def decide(step, **said):
        submitted = {name.replace("__", "."): value for name, value in said.items()}
        _after, answers = decide_step(
            by=carla,
            application_id=asked.pk,
            step=step,
            submitted=submitted,
            language="en",
            now=timezone.now(),
        )
        assert answers.ok, answers.errors
        run_pending()

    return decide


def told(receiver):
    """Return what was heard of credit lines; each is about the account."""
    heard = [json.loads(one.body) for one in receiver.heard]
    about = [one for one in heard if one["type"].startswith("credit_line.")]
    assert len({one["data"]["application"] for one in about}) == 1
    return [one["type"] for one in about]


def test_nothing_is_said_of_credit_where_nobody_asked_for_it(rico, receiver):
    address = rico.come_to("check_and_submit")
    rico.pass_by(address, "check_and_submit")
    assert not any(b"credit_line" in one.body for one in receiver.heard)


def test_an_approved_line_is_told_once_it_is_in_the_erp(decide, receiver):
    open_erp("erp-br").break_next("set_credit_line", "failed")
    decide("decide_credit", credit__verdict="grant", credit__limit="4000")
    assert told(receiver) == ["credit_line.requested"]
    decide("repair_credit", repair_credit__action="mended", credit__limit="4000")
    assert told(receiver) == ["credit_line.requested", "credit_line.approved"]


def test_a_line_that_the_erp_never_took_is_declined_although_it_was_granted(decide, receiver):
    open_erp("erp-br").break_next("set_credit_line", "failed")
    decide("decide_credit", credit__verdict="grant", credit__limit="4000")
    decide("repair_credit", repair_credit__action="give_up", credit__reason="Not possible.")
    assert told(receiver) == ["credit_line.requested", "credit_line.declined"]


def test_a_declined_line_is_told_without_the_reason(decide, receiver):
    decide("decide_credit", credit__verdict="deny", credit__reason="Too young.")
    assert told(receiver) == ["credit_line.requested", "credit_line.declined"]
    assert not any(b"young" in one.body for one in receiver.heard)


def test_a_request_that_is_taken_back_is_told(asked, receiver):
    by = Actor(kind="applicant", id=str(asked.pk), application=asked.pk)
    with acting_as(by):
        withdraw_credit(by=by, now=timezone.now())
    run_pending()
    assert told(receiver) == ["credit_line.requested", "credit_line.withdrawn"]
