"""Text messages: to those who prefer them, once, not at night, and by email if they cannot be."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.connectors.memory import MemorySms
from atrio.connectors.memory.state import forget
from atrio.kernel.ids import new_id
from atrio.kernel.queue import later, run_pending
from atrio.notices import actions
from atrio.notices.events import MessageBounced
from atrio.notices.models import Message
from atrio.outside.models import Connection, Delivery
from tests.notices.hearing import heard
from tests.notices.writing import TEXT, deliver, say, unit_of

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(minutes=2)
DAYS = timedelta(days=3)


@pytest.fixture
def gateway():
    """A gateway in memory, and the unit that sends by it."""
    name = f"memory://{uuid4()}"
    Connection.objects.create(
        code="sms-br",
        port="sms",
        product="memory",
        base_url=name,
        options={"unreachable": ["+551133334444"]},
        created_at=timezone.now(),
    )
    unit_of(sms="sms-br", sms_sender="Nordlicht")
    yield MemorySms(base_url=name)
    forget(name)


def test_who_prefers_a_text_message_gets_one(gateway, postbox):
    message = deliver(TEXT)

    assert (message.channel, message.to, message.text) == ("sms", TEXT.to_phone, TEXT.sms)
    assert (message.status, message.sender) == ("sent", "Nordlicht")
    [taken] = gateway.taken()
    assert (taken.reference, taken.id) == (str(message.pk), message.receipt)
    assert postbox.letters == []
    [exchange] = Delivery.objects.filter(operation="sms.send")
    assert exchange.outcome == "ok"


@pytest.mark.parametrize(
    "changes", [{"preferred": "email"}, {"sms": ""}, {"to_phone": ""}, {"is_secret": True}]
)
def test_all_else_goes_by_email(gateway, postbox, changes):
    message = deliver(TEXT, **changes)

    assert (message.channel, message.to) == ("email", TEXT.to)
    assert len(postbox.letters) == 1
    assert gateway.taken() == []


@pytest.mark.parametrize(("state", "status"), [("delivered", "delivered"), ("accepted", "sent")])
def test_the_gateway_is_asked_what_became_of_it(gateway, state, status):
    message = deliver(TEXT)
    gateway.settle(str(message.pk), state)
    run_pending(until=timezone.now() + DAYS)

    message.refresh_from_db()
    assert message.status == status
    assert run_pending(until=timezone.now() + 9 * DAYS) == 0


class TestWhatCannotBeDelivered:
    def goes_by_email(self, message, postbox):
        message.refresh_from_db()
        [letter] = postbox.letters
        assert letter.readers == [TEXT.to]
        assert "https://shop.example/x" in letter.part("plain")
        assert Message.objects.get(key=f"email:{message.pk}").status == "sent"
        return message.status

    def test_goes_by_email_when_the_number_takes_none(self, gateway, postbox):
        with heard(MessageBounced) as events:
            message = deliver(TEXT, to_phone="+551133334444")
        assert self.goes_by_email(message, postbox) == "bounced"
        assert events == []  # the reader has been told

    def test_goes_by_email_when_it_never_arrives(self, gateway, postbox):
        message = deliver(TEXT)
        gateway.settle(str(message.pk), "failed", "switched off")
        run_pending(until=timezone.now() + SOON)
        assert self.goes_by_email(message, postbox) == "bounced"
        assert message.error == "switched off"

    def test_goes_by_email_when_the_unit_sends_none(self, postbox):
        unit_of()
        assert self.goes_by_email(deliver(TEXT), postbox) == "failed"

    def test_goes_by_email_when_the_gateway_is_away_for_long(self, gateway, postbox):
        gateway.break_next("send", "busy", times=99)
        message = say(TEXT)
        run_pending(until=timezone.now() + DAYS)
        assert self.goes_by_email(message, postbox) == "failed"

    def test_is_told_where_there_is_no_email_either(self, gateway, postbox):
        application = new_id()
        with heard(MessageBounced) as events:
            message = deliver(TEXT, to="", to_phone="+551133334444", application_id=application)
        assert events == [MessageBounced(message_id=message.pk, application_id=application)]
        assert postbox.letters == []


def test_what_was_sent_without_an_answer_is_searched_for(gateway):
    gateway.break_next("send", "no_answer")
    message = say(TEXT)
    run_pending(until=timezone.now() + SOON)

    message.refresh_from_db()
    assert message.status == "sent"
    assert gateway.calls()[:2] == ["send", "find"]
    assert gateway.calls().count("send") == 1


def test_a_try_that_died_is_searched_for_before_it_is_made_again(gateway):
    message = say(TEXT)
    assert actions.claim(message.pk, attempt=0)  # and here the process was killed
    run_pending(until=timezone.now() + SOON)

    assert gateway.calls()[:2] == ["find", "send"]
    assert len(gateway.taken()) == 1


def test_a_report_that_is_heard_twice_sends_one_letter(gateway, postbox):
    message = deliver(TEXT)
    gateway.settle(str(message.pk), "failed", "switched off")
    for _ in range(2):
        Message.objects.filter(pk=message.pk).update(status="sent")  # both have read it so
        later("notices.ask", message_id=message.pk)
        run_pending()
    assert len(postbox.letters) == 1
