"""A unit moves to SAP, and a company becomes a customer there, from form to prices."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from lxml import html

from atrio.connectors.sap.simulator.app import Instance, build_app
from atrio.connectors.sap.simulator.base import open_counters, stock
from atrio.connectors.sap.simulator.store import Store
from atrio.connectors.sap.simulator.writing import System
from atrio.kernel.database import acting_as
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import choose_erp
from atrio.outside.connections import open_erp
from atrio.outside.models import Connection, Link
from atrio.outside.ports import PriceQuestion
from atrio.parties.models import Account
from atrio.site.demo.sap import OPTIONS
from atrio.site.machine.goods import goods_for_sap
from tests.onboarding.house import furnish, hire
from tests.outside.serving import served
from tests.stories.people import apply_as, browser_of

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "open-sesame"


@pytest.fixture
def sap(settings):
    """A simulated SAP with goods and no customers, and our connection to it."""
    store = Store()
    open_counters(store)
    stock(store, goods_for_sap())
    settings.ATRIO_SECRETS = {"erp-sap": PASSWORD}
    with served(build_app(Instance(System(store), f"ATRIO:{PASSWORD}"))) as url:
        Connection.objects.create(
            code="erp-sap",
            port="erp",
            product="sap",
            base_url=url,
            options=OPTIONS,
            created_at=timezone.now(),
        )
        yield store


def prices_on(page):
    return [
        Decimal(text.removeprefix("R$").strip().replace(",", ""))
        for text in html.fromstring(page).xpath("//*[@class='article-price']/strong/text()")
    ]


def test_from_the_first_form_to_the_first_price(sap):
    unit = furnish(name=f"sap-{uuid4()}")
    regina = hire(unit, "regina@nordlicht.example", "admin")
    with acting_as(regina):
        choose_erp(by=regina, unit=unit.code, erp="erp-sap", now=timezone.now())
    run_pending()

    alice = apply_as("Alice Prado", "alice@ventorim.example")
    assert "The shop is open" in alice.text
    account = Account.objects.get()
    number = Link.objects.get(object_id=account.pk, connection__code="erp-sap").outside_id
    (partner,) = sap.where("A_BusinessPartner", Customer=number)
    assert number == account.customer_number
    assert partner["BusinessPartnerIDByExtSystem"]

    alices = browser_of(account.memberships.get().user)
    shop = alices.get("/cabinet/shop/").content
    shown = prices_on(shop)
    assert len(shown) == 24
    articles = html.fromstring(shop).xpath("//*[@class='article-number']/text()")
    questions = [PriceQuestion(one.split()[0]) for one in articles]
    told = open_erp("erp-sap").prices(number, questions)
    assert shown == [price.amount for price in told]
