"""A private person becomes a customer: no tax number, known again by the address they proved."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atrio.journeys.actions import publish
from atrio.journeys.packs import BUILT_IN
from atrio.kernel.actors import SYSTEM
from atrio.onboarding.models import Application
from atrio.parties.models import Account, LegalEntity, Membership
from tests.onboarding.house import Visitor, code_sent_to, furnish

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = {"street": "Lindenweg", "number": "5", "postal_code": "10115", "city": "Berlin"}


@pytest.fixture
def unit():
    unit = furnish()
    publish(by=SYSTEM, folder=BUILT_IN / "person", now=timezone.now())
    unit.journeys = ["company_br", "person"]
    unit.save()
    return unit


def apply_as(email):
    visitor = Visitor().begin("person").answer(contact__country="DE")
    visitor.answer(**{f"contact__address__{part}": value for part, value in ADDRESS.items()})
    visitor.answer(contact__name="Mira Falkenried", contact__email=email)
    visitor.answer(proof__code=code_sent_to(email)).answer(consent__terms="yes").wait()
    return visitor


def test_a_person_comes_in_with_name_address_and_email(unit):
    visitor = apply_as("mira@falkenried.example")

    assert "The shop is open" in visitor.text
    entity = LegalEntity.objects.get()
    assert (entity.legal_name, entity.country, entity.tax_id_kind) == (
        "Mira Falkenried",
        "DE",
        "person",
    )
    assert entity.address["city"] == "Berlin"
    assert Application.objects.get().title == "Mira Falkenried"


def test_who_comes_again_with_the_same_address_has_one_account(unit):
    apply_as("mira@falkenried.example")
    visitor = apply_as("Mira@falkenried.example")

    assert "The shop is open" in visitor.text
    assert Account.objects.count() == 1
    assert Membership.objects.count() == 1
    assert Application.objects.filter(status="done").count() == 2


def test_another_person_of_the_same_name_has_an_account_of_their_own(unit):
    apply_as("mira@falkenried.example")
    apply_as("mira@elsewhere.example")

    assert Account.objects.count() == 2
