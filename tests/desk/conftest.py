"""A desk with people at it: Carla decides, Martin sells, Mallory works for another unit."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from atrio.identity.models import User
from atrio.journeys.queries import latest_release
from atrio.kernel.ids import new_reference
from atrio.onboarding.models import Application
from atrio.outside.connections import open_erp
from atrio.outside.invented import invented_numbers
from atrio.seller.models import BusinessUnit
from tests.onboarding.house import Visitor, accepted, code_sent_to, furnish, hire


@pytest.fixture
def unit():
    # A name of its own: systems in memory outlive a test.
    return furnish(name=uuid4().hex)


@pytest.fixture
def elsewhere(unit):
    return branch("elsewhere")


@pytest.fixture
def carla(unit):
    return seated(hire(unit, "carla@nordlicht.example", "associate"))


@pytest.fixture
def martin(unit):
    return seated(hire(unit, "martin@nordlicht.example", "manager"))


@pytest.fixture
def mallory(elsewhere):
    return seated(hire(elsewhere, "mallory@elsewhere.example", "associate", "admin"))


@pytest.fixture
def alice(unit):
    """A customer's buyer: signed in, and no staff."""
    return signed_in(User.objects.create_user("alice@ventorim.example", name="Alice"))


@pytest.fixture
def referred(unit):
    """An application that a person must look at: its company is suspended."""
    return apply_with(next(invented_numbers(status="suspended")))


@pytest.fixture
def failed(unit):
    """An application whose customer the ERP refused to create."""
    open_erp("erp-br").break_next("create_customer", "failed")
    return apply_with(next(invented_numbers(start=21)))


@pytest.fixture
def silent(unit):
    """An application whose customer was sent to the ERP, and no answer came back."""
    open_erp("erp-br").break_next("create_customer", "no_answer")
    return apply_with(next(invented_numbers(start=31)))


def branch(code):
    """Open a business unit that has people and nothing else."""
    return BusinessUnit.objects.create(
        code=code,
        name=code.title(),
        country="BR",
        currency="BRL",
        language="pt-br",
        sender=f"ola@{code}.example",
        erp="erp-br",
        registry="registry-br",
        journeys=[],
    )


def seated(actor):
    return signed_in(User.objects.get(pk=actor.id))


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def apply_with(cnpj, *, name="Alice Prado", credit=""):
    """Go all the way to the submission as a visitor would, and let the background do its part."""
    visitor = Visitor().begin()
    visitor.hurry(company__tax_id=cnpj)
    visitor.wait()
    visitor.hurry(**accepted(visitor.text))
    email = f"{cnpj}@ventorim.example"
    visitor.hurry(
        contact__name=name,
        contact__email=email,
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    visitor.hurry(proof__code=code_sent_to(email))
    asked = {"credit__wanted": "yes", "credit__amount": credit} if credit else {}
    visitor.hurry(consent__terms="yes", **asked)
    visitor.wait()
    return Application.objects.latest("created_at")


def crowd(size, **fields):
    """Keep so many applications at once, each promised a second after the one before it."""
    now = timezone.now()
    release = latest_release("company_br")
    numbers = count()
    common = {
        "release_id": release,
        "business_unit": "nordlicht-br",
        "language": "en",
        "state": b"",
        "current_step": "review",
        "waiting_on": "associate",
        "first_page_at": now,
        "created_at": now,
        "updated_at": now,
    }
    return Application.objects.bulk_create(
        Application(
            **{
                **common,
                "reference": new_reference(),
                "visit": uuid4(),
                "title": f"Company {number:04}",
                "promised_at": now + timedelta(seconds=number + 30),
                **fields,
            }
        )
        for number, _ in zip(numbers, range(size), strict=False)
    )
