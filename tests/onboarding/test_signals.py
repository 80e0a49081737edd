"""When somebody who is filling in may be stuck: the rules, and who keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atrio.engine.forms import Message
from atrio.kernel.actors import Actor
from atrio.onboarding import signals
from atrio.onboarding.actions import note_leave, note_view, start_application, submit_step
from atrio.onboarding.case import where_of
from atrio.onboarding.models import Application, Typed
from tests.onboarding.house import CNPJ, furnish

BEGUN = datetime(2026, 3, 2, 12, tzinfo=UTC)
WRONG = Message("tax_id.checksum", {"name": "CNPJ"})


def after(**time):
    return BEGUN + timedelta(**time)


def test_the_same_error_is_counted_as_long_as_it_is_said_in_a_row():
    once = signals.counted_refusals({}, {"company.tax_id": WRONG})
    twice = signals.counted_refusals(once, {"company.tax_id": WRONG})
    assert not signals.said_again(once)
    assert signals.said_again(twice)
    assert twice["company.tax_id"]["times"] == 2


@pytest.mark.parametrize(
    "then",
    [
        {"company.tax_id": Message("required")},
        {"company.tax_id": Message("tax_id.checksum", {"name": "CPF"})},
        {"contact.name": WRONG},
        {},
    ],
)
def test_another_error_is_no_error_again(then):
    once = signals.counted_refusals({}, {"company.tax_id": WRONG})
    assert not signals.said_again(signals.counted_refusals(once, then))


def test_an_error_in_between_begins_the_count_anew():
    counted = {}
    for error in (WRONG, Message("required"), WRONG):
        counted = signals.counted_refusals(counted, {"company.tax_id": error})
    assert not signals.said_again(counted)


@pytest.fixture
def application(db):
    furnish(name=uuid4().hex)
    return start_application(
        journey="company_br", language="en", visit=uuid4(), first_page_at=BEGUN, now=BEGUN
    )


@pytest.fixture
def alice(application):
    return Actor(kind="applicant", id=str(application.pk), application=application.pk)


def look(alice, at):
    """Look at the step's page, as it is read anew for every request."""
    application = Application.objects.get(pk=alice.application)
    where = where_of(application, step="enter_tax_id")
    note_view(by=alice, where=where, now=at, application=application)
    return Application.objects.get(pk=alice.application)


def say(alice, number, at):
    application, _answers = submit_step(
        by=alice, step="enter_tax_id", submitted={"company.tax_id": number}, now=at
    )
    return Application.objects.get(pk=application.pk)


def test_whoever_begins_is_here_for_the_first_time(application):
    assert (application.seen_at, application.visits, application.signal) == (BEGUN, 1, "")


def test_pages_within_a_minute_cost_nothing(alice):
    application = Application.objects.get(pk=alice.application)
    where = where_of(application, step="enter_tax_id")
    with CaptureQueriesContext(connection) as queries:
        note_view(by=alice, where=where, now=after(seconds=59), application=application)
    assert len(queries) == 1  # the entry in the timeline


def test_leaving_a_page_says_how_long_somebody_was_here(alice):
    application = Application.objects.get(pk=alice.application)
    where = where_of(application, step="enter_tax_id")
    note_leave(by=alice, where=where, seconds=300, now=after(minutes=5), application=application)
    application.refresh_from_db()
    assert (application.seen_at, application.visits) == (after(minutes=5), 1)


def test_reloading_a_page_is_no_return(alice):
    assert look(alice, after(minutes=29)).visits == 1
    assert look(alice, after(minutes=58)).visits == 1


def test_coming_back_for_the_third_time_is_a_signal(alice):
    came = [look(alice, after(hours=hours)) for hours in (1, 2, 3)]
    assert [(application.visits, application.signal) for application in came] == [
        (2, ""),
        (3, ""),
        (4, "came_back"),
    ]


def test_two_tabs_opened_at_once_are_one_return(alice):
    application = Application.objects.get(pk=alice.application)
    where = where_of(application, step="enter_tax_id")
    for seconds in (0, 1):
        note_view(
            by=alice, where=where, now=after(hours=1, seconds=seconds), application=application
        )
    application.refresh_from_db()
    assert application.visits == 2


def test_the_same_error_twice_is_a_signal_and_a_right_answer_ends_it(alice):
    assert say(alice, "99000003000193", after(seconds=10)).signal == ""
    assert say(alice, "99000003000194", after(seconds=20)).signal == "same_error"
    assert Typed.objects.get().refused["company.tax_id"]["times"] == 2
    assert look(alice, after(hours=1)).signal == "same_error"

    application = say(alice, CNPJ, after(hours=1, seconds=5))
    assert (application.signal, application.visits) == ("", 1)
    assert not Typed.objects.exists()


def test_another_error_takes_the_signal_back(alice):
    for seconds in (10, 20):
        say(alice, "99000003000193", after(seconds=seconds))
    assert say(alice, "", after(seconds=30)).signal == ""


def test_an_application_that_was_sent_has_no_returns(alice):
    Application.objects.update(submitted_at=after(minutes=5))
    application = look(alice, after(days=1))
    assert (application.visits, application.seen_at) == (1, after(days=1))


def test_what_is_over_is_left_as_it_is(alice):
    Application.objects.update(finished_at=after(minutes=5))
    assert look(alice, after(days=1)).seen_at == BEGUN
