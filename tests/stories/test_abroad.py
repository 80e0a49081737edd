"""Customers of the demonstration's units in Germany and Russia, from the first page to prices."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.translation import deactivate
from lxml import html

from atrio.connectors.sap.simulator.app import Instance, build_app
from atrio.connectors.sap.simulator.base import open_counters, stock
from atrio.connectors.sap.simulator.store import Store
from atrio.connectors.sap.simulator.writing import System
from atrio.journeys.actions import publish
from atrio.journeys.packs import BUILT_IN
from atrio.kernel.actors import SYSTEM
from atrio.kernel.database import acting_as
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import choose_erp
from atrio.onboarding.models import Fact
from atrio.outside.models import Connection, Link
from atrio.parties.models import Account, Membership
from atrio.seller.models import BusinessUnit
from atrio.site.demo.abroad import UNITS, make_unit
from atrio.site.demo.seed import PACKS
from atrio.site.machine.goods import goods_for_sap
from atrio.trade.actions import mirror_catalogue
from tests.onboarding.house import Visitor, accepted, code_sent_to, hire
from tests.outside.serving import served
from tests.stories.people import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "open-sesame"
HAMBURG = {"street": "Lindenkai", "number": "7", "postal_code": "20457", "city": "Hamburg"}


@pytest.fixture
def sap(settings):
    """The units with registers in memory and one SAP that sells in the three currencies."""
    now, store = timezone.now(), Store()
    open_counters(store)
    stock(store, goods_for_sap())
    settings.ATRIO_SECRETS = {"erp-de": PASSWORD, "erp-ru": PASSWORD}
    with served(build_app(Instance(System(store), f"ATRIO:{PASSWORD}"))) as url:
        units = [make_unit(each, sms="", now=now) for each in UNITS]
        Connection.objects.filter(port="erp").update(base_url=url)
        Connection.objects.filter(port="registry").update(
            product="memory", base_url=f"memory:{uuid4()}"
        )
        for unit in units:
            mirror_catalogue(erp=unit.erp, now=now)
        for folder in (BUILT_IN / "company_de", BUILT_IN / "company_ru", PACKS / "person"):
            publish(by=SYSTEM, folder=folder, now=now)
        yield store
    deactivate()  # the pages' language, which would be the next test's


def become_german(number, name, *, email):
    visitor = Visitor(language="de").begin("company_de").answer(company__tax_id=number).wait()
    assert visitor.step == "confirm_company"
    visitor.answer(
        company__legal_name=name, **{f"company__address__{k}": v for k, v in HAMBURG.items()}
    )
    return finish(visitor, email, phone="040 5550199", amount="12.500,50")


def finish(visitor, email, *, phone, amount, **said):
    """Tell who one is, prove the address, ask for a credit line, and let the background work."""
    visitor.answer(contact__name="Katrin Böhm", contact__email=email, contact__phone=phone, **said)
    if visitor.step == "give_contact":
        visitor.answer(
            contact__name="Katrin Böhm",
            contact__email=email,
            contact__phone=phone,
            contact__role="buyer",
        )
    visitor.answer(proof__code=code_sent_to(email))
    visitor.answer(credit__wanted="yes", credit__amount=amount, consent__terms="yes")
    return visitor.wait()


def shown_to(email, language):
    """Return the first prices that a customer sees in the shop, in plain blanks."""
    browser = browser_of(Membership.objects.get(user__email=email).user)
    page = browser.get("/cabinet/shop/", headers={"accept-language": language}).content.decode()
    prices = html.fromstring(page).xpath("//*[@class='article-price']/strong/text()")
    return [re.sub(r"\s", " ", price) for price in prices]


def wanted():
    return Fact.objects.get(field="credit.amount").value


def in_sap(sap, account, erp):
    link = Link.objects.get(object_id=account.pk, connection__code=erp)
    (area,) = sap.where("A_CustomerSalesArea", Customer=link.outside_id)
    return area["SalesOrganization"], area["Currency"]


def test_a_german_gmbh_types_what_vies_does_not_tell_and_buys_in_euros(sap):
    visitor = become_german("DE 990 000 027", "Kupferwerk GmbH", email="katrin@kupferwerk.example")

    assert "Der Shop ist offen" in visitor.text
    account = Account.objects.get()
    assert account.business_unit == "nordlicht-de"
    assert in_sap(sap, account, "erp-de") == ("DE01", "EUR")
    assert wanted() == {"amount": "12500.50", "currency": "EUR"}
    assert shown_to("katrin@kupferwerk.example", "de")[0] == "0,94 €"


def test_a_russian_ooo_confirms_what_the_register_tells_and_buys_in_roubles(sap):
    visitor = Visitor(language="ru").begin("company_ru").answer(company__tax_id="0000000025").wait()
    assert visitor.step == "confirm_company"
    visitor.answer(**accepted(visitor.text))
    finish(visitor, "anna@tihorechie.example", phone="+7 495 123-45-67", amount="250 000")

    assert "Магазин открыт" in visitor.text
    assert in_sap(sap, Account.objects.get(), "erp-ru") == ("RU01", "RUB")
    assert wanted() == {"amount": "250000.00", "currency": "RUB"}
    assert shown_to("anna@tihorechie.example", "ru")[0] == "178,50 ₽"


@pytest.mark.parametrize(("unit", "currency"), [("nordlicht-de", "EUR"), ("nordlicht-ru", "RUB")])
def test_a_private_person_borrows_in_the_units_currency_and_is_no_company(sap, unit, currency):
    BusinessUnit.objects.exclude(code=unit).update(journeys=[])
    visitor = Visitor(language="de").begin("person").answer(contact__country="DE")
    visitor.answer(**{f"contact__address__{part}": value for part, value in HAMBURG.items()})
    finish(visitor, "mara@webpost.example", phone="", amount="500")

    assert "Der Shop ist offen" in visitor.text
    assert wanted() == {"amount": "500.00", "currency": currency}
    browser = browser_of(Membership.objects.get().user)
    page = browser.get("/cabinet/company/", headers={"accept-language": "de"}).content.decode()
    assert "Über Sie" in page
    assert "Firma" not in page


def test_after_the_erp_was_changed_the_next_gmbh_is_made_there_and_the_first_keeps_its_prices(sap):
    become_german("DE 990 000 027", "Kupferwerk GmbH", email="katrin@kupferwerk.example")
    unit = BusinessUnit.objects.get(code="nordlicht-de")
    Connection.objects.create(
        code="erp-new", port="erp", product="memory", base_url=f"memory:{uuid4()}",
        options={"articles": 30, "currency": "EUR"}, created_at=timezone.now(),
    )  # fmt: skip
    regina = hire(unit, "regina@nordlicht.example", "admin")
    with acting_as(regina):
        choose_erp(by=regina, unit=unit.code, erp="erp-new", now=timezone.now())
    run_pending()

    visitor = become_german("DE 990 000 043", "Rotdorn GmbH", email="lena@rotdorn.example")

    assert "Der Shop ist offen" in visitor.text
    links = Link.objects.filter(kind="account").values_list("connection__code", flat=True)
    assert sorted(links) == ["erp-de", "erp-new"]
    assert shown_to("katrin@kupferwerk.example", "de")[0] == "0,94 €"
    assert shown_to("lena@rotdorn.example", "de")[0].endswith(" €")
