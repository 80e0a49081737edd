"""A company that nobody knows becomes a customer, over HTTP, with everything outside in memory."""

from __future__ import annotations

import pytest

from atrio.onboarding.models import Application, Fact
from atrio.parties.models import Account, Membership
from atrio.timeline.models import Entry
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_an_empty_form_to_an_open_shop():
    furnish(name="story")
    alice = Visitor().begin()
    assert alice.step == "enter_tax_id"

    alice.answer(company__tax_id=CNPJ)
    assert alice.step == "track"
    alice.wait()
    assert alice.step == "confirm_company"
    assert "Federal register" in alice.text

    alice.answer(**accepted(alice.text))
    assert alice.step == "give_contact", alice.text

    alice.answer(
        contact__name="Alice Prado",
        contact__email="alice@ventorim.example",
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    assert alice.step == "prove_email", alice.text
    alice.answer(proof__code=code_sent_to("alice@ventorim.example"))
    assert alice.step == "check_and_submit", alice.text
    alice.answer(consent__terms="yes")
    assert alice.step == "track", alice.text
    alice.wait()
    assert "The shop is open" in alice.text

    application = Application.objects.get()
    assert application.status == "done"
    account = Account.objects.get()
    assert Membership.objects.get(account=account).user.email == "alice@ventorim.example"
    name = Fact.objects.get(field="company.legal_name")
    assert (name.origin, name.source) == ("register", "register.legal_name")


def test_every_page_from_the_first_on_is_an_event_with_its_dimensions():
    furnish(name="events")
    alice = Visitor().begin()
    alice.answer(company__tax_id=CNPJ)
    alice.wait()
    alice.client.get(alice.at.replace("confirm_company", "check_and_submit"))

    events = Entry.objects.exclude(what="release.published").order_by("id")
    seen = [(event.what, event.step) for event in events]
    assert seen[:2] == [("page.viewed", "landing"), ("application.started", "")]
    assert ("page.viewed", "enter_tax_id") in seen
    assert ("step.completed", "enter_tax_id") in seen
    assert ("page.refused", "check_and_submit") in seen
    assert len({event.visit for event in events}) == 1
    later = events.exclude(application_id=None)
    assert {event.business_unit for event in later} == {"nordlicht-br"}
    assert {event.language for event in events} == {"en"}
    assert None not in {event.release_id for event in later}
