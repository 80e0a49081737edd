"""The queue is in order by what is due first of all that we promised and still owe."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import claim_application
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Application, Promise
from atrio.onboarding.promises.actions import end_what_is_over
from atrio.onboarding.promises.ticking import tick_promises
from atrio.onboarding.queue import ids_of_view
from atrio.outside.invented import invented_numbers
from atrio.parties.models import Account
from atrio.seller.actions import set_own_day
from tests.onboarding.house import Visitor, accepted, code_sent_to, furnish, hire
from tests.onboarding.promising import Asking, open_unit, publish_promising

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 3, 2, 13, tzinfo=UTC)  # two in the afternoon over there
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LOOKED_AT = MONDAY + 4 * HOUR  # as they close


@pytest.fixture
def unit(tmp_path):
    publish_promising(tmp_path, MONDAY)
    return open_unit()


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


def has_seen_prices(asking):
    """Let a price be shown, and the background notice it: the access is over."""
    account = Account.objects.create(
        name="Ventorim", business_unit="nordlicht-de", opened_at=MONDAY, first_price_at=MONDAY
    )
    Application.objects.filter(pk=asking.pk).update(account_id=account.pk)
    assert end_what_is_over() == 1


def due(asking):
    return asking.kept.promised_at


def test_access_is_due_first_and_then_what_is_promised_beside_it(unit):
    asking = Asking(MONDAY).ask(now=MONDAY)
    assert due(asking) == MONDAY + 3 * MINUTE
    has_seen_prices(asking)
    assert due(asking) == LOOKED_AT
    assert asking.kept.clocks.keys() == {"credit_line", "step:look"}


def test_whoever_is_due_tomorrow_comes_before_whoever_is_due_later(carla, unit):
    later, sooner = (Asking(MONDAY).ask(now=MONDAY) for _ in range(2))
    Promise.objects.filter(application=later.pk, name="credit_line").delete()
    for asking in (later, sooner):
        has_seen_prices(asking)
    later.look(carla, clear=False, now=MONDAY)
    later.answer("answer", now=MONDAY + HOUR, answer__text="So")
    assert (due(sooner), due(later)) == (LOOKED_AT, datetime(2026, 3, 3, 9, tzinfo=UTC))
    assert ids_of_view(carla, "associate", slice(0, 2)) == [sooner.pk, later.pk]


def test_what_stands_still_does_not_press_and_comes_last(carla, unit):
    asking = Asking(MONDAY).ask(now=MONDAY)
    has_seen_prices(asking)
    asking.look(carla, clear=False, now=MONDAY + HOUR)  # the customer owes an answer
    assert due(asking) is None
    other = Asking(MONDAY + DAY)
    assert ids_of_view(carla, "open", slice(0, 2)) == [other.pk, asking.pk]

    asking.answer("answer", now=MONDAY + DAY, answer__text="So")
    assert due(asking) == LOOKED_AT + DAY


def test_to_have_it_in_hand_hurries_nobody(carla, unit):
    asking = Asking(MONDAY).ask(now=MONDAY)
    has_seen_prices(asking)
    claim_application(by=carla, application_id=asking.pk, now=MONDAY)
    assert asking.promise("person:look").due_at < LOOKED_AT
    assert due(asking) == LOOKED_AT


def test_a_changed_calendar_moves_its_place(carla, unit):
    asking = Asking(MONDAY).ask(now=MONDAY)
    has_seen_prices(asking)
    rita = hire(unit, "rita@nordlicht.example", "regional_admin")
    today = date(2026, 3, 2)
    set_own_day(by=rita, unit=unit.code, on=today, openings=(), reason="Flood", now=MONDAY)
    run_pending()
    tuesday = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert due(asking) == tuesday
    asking.look(carla, clear=False, now=MONDAY)
    asking.answer("answer", now=MONDAY, answer__text="So")
    assert due(asking) == tuesday


def test_deadlines_that_were_kept_elsewhere_before_are_found_again(carla, unit):
    asking = Asking(MONDAY).ask(now=MONDAY)
    before = asking.kept.clocks
    Application.objects.filter(pk=asking.pk).update(
        clocks={name: {"id": known["id"], "owed": ""} for name, known in before.items()}
    )
    claim_application(by=carla, application_id=asking.pk, now=MONDAY)
    assert due(asking) == MONDAY + 3 * MINUTE
    assert asking.kept.clocks["access"] == before["access"]


def test_what_has_ended_in_the_background_does_not_press_what_is_opened_again(carla, unit):
    asking = Asking(MONDAY).ask(now=MONDAY)
    Promise.objects.filter(application=asking.pk).exclude(name="step:look").update(
        status="broken", ended_at=MONDAY, running_since=None, next_at=None
    )
    with transaction.atomic():
        case = open_case(by=carla, application_id=asking.pk, now=MONDAY)
        tick_promises(case, is_reopened=True)
        case.save()
    assert asking.kept.clocks.keys() == {"step:look"}
    assert due(asking) == LOOKED_AT


def test_with_the_shop_open_only_the_credit_line_is_owed():
    furnish(name="due first")
    visitor = Visitor().begin()
    visitor.answer(company__tax_id=next(invented_numbers()))
    visitor.wait()
    visitor.answer(**accepted(visitor.text))
    visitor.answer(
        contact__name="Alice Prado",
        contact__email="alice@ventorim.example",
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    visitor.answer(proof__code=code_sent_to("alice@ventorim.example"))
    visitor.answer(consent__terms="yes", credit__wanted="yes", credit__amount="5000")
    visitor.wait()
    application = Application.objects.get()
    assert (application.status, application.waiting_on) == ("open", "associate")
    assert Promise.objects.get(name="access").ended_at is None  # nobody has looked at a price yet
    assert application.promised_at == Promise.objects.get(name="credit_line").due_at


def test_the_first_that_is_due_costs_no_statement_of_its_own(carla, unit):
    asking = Asking(MONDAY).ask(now=MONDAY)
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        case = open_case(by=carla, application_id=asking.pk, now=MONDAY)
        before = len(captured)
        tick_promises(case, is_reopened=False)
        case.save()
    assert len(captured) - before == 1  # the application's own row
