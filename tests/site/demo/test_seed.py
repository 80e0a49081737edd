"""The demonstration's data, over a real ERP behind a real fault proxy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.connectors.salesforce.simulator.app import Instance
from atrio.connectors.salesforce.simulator.app import build_app as build_simulator
from atrio.connectors.salesforce.simulator.base import fill
from atrio.connectors.salesforce.simulator.org import Org
from atrio.connectors.sap.simulator.app import Instance as SapInstance
from atrio.connectors.sap.simulator.app import build_app as build_sap
from atrio.connectors.sap.simulator.base import fill as fill_sap
from atrio.connectors.sap.simulator.base import open_counters, stock
from atrio.connectors.sap.simulator.store import Store
from atrio.connectors.sap.simulator.writing import System
from atrio.enrolment.models import ImportRun
from atrio.identity.models import User
from atrio.journeys.models import Release
from atrio.kernel.errors import OutsideBusy
from atrio.kernel.queue import run_pending
from atrio.outside.faults.proxy import build_app
from atrio.outside.models import Connection, Link
from atrio.parties.models import Account, Membership
from atrio.seller.models import BusinessUnit, Staff
from atrio.site.demo.personas import JANA
from atrio.site.demo.seed import seed
from atrio.site.machine.goods import goods_for_sap
from atrio.trade.models import Article
from tests.outside.serving import served, unused_address

CRM_SECRET = "atrio:a-secret-for-tests"
SAP_PASSWORD = "open-sesame"
pytestmark = [pytest.mark.django_db, pytest.mark.tryton]


@pytest.fixture
def proxied(settings, tmp_path):
    """Let the connections reach an address through a fault proxy."""
    settings.ATRIO_DEMO = True

    def through(erp, crm=None, sap=None):
        sap = sap or unused_address()
        routes = {"erp": erp, "crm": crm or unused_address(), "erp-de": sap, "erp-ru": sap}
        return served(build_app(routes, token="t" * 20, state=tmp_path / "faults.json"))

    return through


@pytest.fixture
def salesforce():
    """A CRM that has known the base for years."""
    org = Org()
    fill(org)
    with served(build_simulator(Instance(org, CRM_SECRET))) as url:
        yield url


@pytest.fixture
def sap():
    """An SAP that sells in three countries and has had customers abroad for years."""
    store = Store()
    open_counters(store)
    stock(store, goods_for_sap())
    fill_sap(store, "DE", "RU")
    with served(build_sap(SapInstance(System(store), f"ATRIO:{SAP_PASSWORD}"))) as url:
        yield url


def everything():
    """Return how much there is of what the seed makes."""
    kinds = (BusinessUnit, Staff, Connection, Release, Article, Account, Membership, ImportRun)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def test_fills_an_empty_house_and_changes_nothing_in_a_filled_one(
    tryton, salesforce, sap, proxied, settings
):
    settings.ATRIO_SECRETS = {
        "erp-br": tryton.snapshot.password,
        "crm-br": CRM_SECRET,
        "erp-de": SAP_PASSWORD,
        "erp-ru": SAP_PASSWORD,
    }
    with proxied(tryton.url, salesforce, sap) as settings.ATRIO_FAULT_PROXY:
        seed(timezone.now())
        filled = everything()
        ids = set(Article.objects.values_list("pk", flat=True))
        unit = BusinessUnit.objects.get(code="nordlicht-br")
        BusinessUnit.objects.update(name="Renamed by an administrator")

        seed(timezone.now())

    assert filled == everything()
    assert filled == {
        "BusinessUnit": 4,
        "Staff": 16,
        "Connection": 10,
        "Release": 7,
        "Article": 600,
        "Account": 60,
        "Membership": 48,
        "ImportRun": 3,
    }
    assert {run.status for run in ImportRun.objects.all()} == {ImportRun.Status.DONE}
    assert Link.objects.filter(connection__code="crm-br", kind="contact").count() > 50
    assert set(Article.objects.values_list("pk", flat=True)) == ids
    assert unit.journeys == ["company_br"]
    assert {one.name for one in BusinessUnit.objects.all()} == {"Renamed by an administrator"}
    assert Article.objects.filter(is_for_sale=True, list_price__gt=0).count() == 600
    bulbs = Article.objects.filter(number="LI-BUL-1").order_by("erp")
    assert [(bulb.name, str(bulb.list_price), bulb.currency) for bulb in bulbs] == [
        ("Lâmpada LED E27 9 W", "8.9000", "BRL"),
        ("LED-Lampe E27 9 W", "1.6000", "EUR"),
        ("Лампа светодиодная E27 9 Вт", "133.5000", "RUB"),
    ]
    known = Account.objects.filter(business_unit="nordlicht-de").order_by("customer_number")
    assert [account.customer_number for account in known] == ["21001", "21002"]
    assert User.objects.get(email=JANA.email).memberships.get().account == known[0]


def test_while_the_crm_is_silent_the_house_opens_and_the_background_goes_on(
    tryton, salesforce, proxied, settings
):
    settings.ATRIO_SECRETS = {"erp-br": tryton.snapshot.password, "crm-br": CRM_SECRET}
    with proxied(tryton.url) as settings.ATRIO_FAULT_PROXY:
        seed(timezone.now())
    assert Account.objects.count() == 56
    assert not Link.objects.filter(connection__code="crm-br").exists()

    with proxied(tryton.url, salesforce) as settings.ATRIO_FAULT_PROXY:
        run_pending(until=timezone.now() + timedelta(minutes=5))
    assert ImportRun.objects.get().status == ImportRun.Status.DONE
    assert Link.objects.filter(connection__code="crm-br", kind="contact").count() > 50


def test_without_the_erp_it_says_so(proxied, settings):
    settings.ATRIO_SECRETS = {"erp-br": "x"}
    with proxied(unused_address()) as settings.ATRIO_FAULT_PROXY, pytest.raises(OutsideBusy):
        seed(timezone.now())
