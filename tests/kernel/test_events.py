"""Events: announced by a lower package, received by higher ones, in one transaction."""

from dataclasses import dataclass

import pytest
from django.db import transaction

from atrio.kernel import events
from atrio.kernel.events import announce, on
from atrio.kernel.queue import later, run_pending


@dataclass(frozen=True)
class OrderConfirmed:
    order_id: int


@dataclass(frozen=True)
class OrderConfirmedTwice(OrderConfirmed):
    pass


@pytest.fixture(autouse=True)
def _forget_receivers(monkeypatch):
    monkeypatch.setattr(events, "_RECEIVERS", events._RECEIVERS.copy())


def test_receivers_are_called_in_order_and_with_the_event():
    heard = []
    on(OrderConfirmed)(lambda event: heard.append(("first", event.order_id)))
    on(OrderConfirmed)(lambda event: heard.append(("second", event.order_id)))

    announce(OrderConfirmed(7))

    assert heard == [("first", 7), ("second", 7)]


def test_only_the_very_class_is_heard():
    heard = []
    on(OrderConfirmed)(heard.append)

    announce(OrderConfirmedTwice(7))

    assert heard == []


def test_a_receiver_registered_twice_hears_once():
    heard = []
    receiver = heard.append
    on(OrderConfirmed)(receiver)
    on(OrderConfirmed)(receiver)

    announce(OrderConfirmed(7))

    assert heard == [OrderConfirmed(7)]


@pytest.mark.django_db
def test_what_a_receiver_queues_goes_with_the_announcer_s_transaction(register):
    welcomed = []
    register("test.welcome", lambda order_id: welcomed.append(order_id))

    @on(OrderConfirmed)
    def welcome(event):
        later("test.welcome", order_id=event.order_id)

    with transaction.atomic():
        announce(OrderConfirmed(1))
        transaction.set_rollback(True)
    with transaction.atomic():
        announce(OrderConfirmed(2))
    run_pending()

    assert welcomed == [2]


def test_a_receiver_s_exception_reaches_the_announcer():
    def fail(event):
        raise LookupError(event.order_id)

    on(OrderConfirmed)(fail)

    with pytest.raises(LookupError):
        announce(OrderConfirmed(7))
