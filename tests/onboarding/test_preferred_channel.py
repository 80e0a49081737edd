"""How somebody wants to hear from us is asked once, and then it is so."""

from __future__ import annotations

from datetime import time
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.connectors.memory import MemorySms
from atrio.connectors.memory.state import forget
from atrio.notices.models import Message
from atrio.outside.models import Connection
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish

pytestmark = pytest.mark.django_db(transaction=True)
ALICE, PHONE = "alice@ventorim.example", "+5511912345678"


@pytest.fixture
def gateway():
    name = f"memory://{uuid4()}"
    unit = furnish(name=name)
    Connection.objects.create(
        code="sms-br", port="sms", product="memory", base_url=name, created_at=timezone.now()
    )
    unit.sms, unit.quiet_from, unit.quiet_until = "sms-br", time(0), time(0)
    unit.save(update_fields=["sms", "quiet_from", "quiet_until"])
    yield MemorySms(base_url=name)
    forget(name)


def become_customer(**contact):
    alice = Visitor().begin()
    alice.answer(company__tax_id=CNPJ)
    alice.wait()
    alice.answer(**accepted(alice.text))
    alice.answer(
        contact__name="Alice Prado",
        contact__email=ALICE,
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
        **contact,
    )
    alice.answer(proof__code=code_sent_to(ALICE))
    alice.answer(consent__terms="yes")
    alice.wait()


def welcome():
    return Message.objects.get(notice="welcome")


def test_who_prefers_a_text_message_is_welcomed_by_one_and_gets_codes_by_email(gateway):
    become_customer(contact__channel="sms")

    assert (welcome().channel, welcome().to, welcome().status) == ("sms", PHONE, "sent")
    assert "your account is ready. Sign in to the shop" in welcome().text
    assert Message.objects.get(notice="code").to == ALICE
    assert [taken.reference for taken in gateway.taken()] == [str(welcome().pk)]


@pytest.mark.parametrize("contact", [{}, {"contact__channel": "email"}, {"contact__channel": ""}])
def test_everybody_else_is_welcomed_by_email(gateway, contact):
    become_customer(**contact)

    assert (welcome().channel, welcome().to) == ("email", ALICE)
    assert gateway.taken() == []
