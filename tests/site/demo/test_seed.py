"""The demonstration's data, over a real ERP behind a real fault proxy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.connectors.salesforce.simulator.app import Instance
from atrio.connectors.salesforce.simulator.app import build_app as build_simulator
from atrio.connectors.salesforce.simulator.base import fill
from atrio.connectors.salesforce.simulator.org import Org
from atrio.enrolment.models import ImportRun
from atrio.journeys.models import Release
from atrio.kernel.errors import OutsideBusy
from atrio.kernel.queue import run_pending
from atrio.outside.faults.proxy import build_app
from atrio.outside.models import Connection, Link
from atrio.parties.models import Account, Membership
from atrio.seller.models import BusinessUnit, Staff
from atrio.site.demo.seed import seed
from atrio.trade.models import Article
from tests.outside.serving import served, unused_address

CRM_SECRET = "atrio:a-secret-for-tests"
pytestmark = [pytest.mark.django_db, pytest.mark.tryton]


@pytest.fixture
def proxied(settings, tmp_path):
    """Let the connections reach an address through a fault proxy."""
    settings.ATRIO_DEMO = True

    def through(erp, crm=None):
        routes = {"erp": erp, "crm": crm or unused_address()}
        return served(build_app(routes, token="t" * 20, state=tmp_path / "faults.json"))

    return through


@pytest.fixture
def salesforce():
    """A CRM that has known the base for years."""
    org = Org()
    fill(org)
    with served(build_simulator(Instance(org, CRM_SECRET))) as url:
        yield url


def everything():
    """Return how much there is of what the seed makes."""
    kinds = (BusinessUnit, Staff, Connection, Release, Article, Account, Membership, ImportRun)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def test_fills_an_empty_house_and_changes_nothing_in_a_filled_one(
    tryton, salesforce, proxied, settings
):
    settings.ATRIO_SECRETS = {"erp-br": tryton.snapshot.password, "crm-br": CRM_SECRET}
    with proxied(tryton.url, salesforce) as settings.ATRIO_FAULT_PROXY:
        seed(timezone.now())
        filled = everything()
        ids = set(Article.objects.values_list("pk", flat=True))
        unit = BusinessUnit.objects.get(code="nordlicht-br")
        BusinessUnit.objects.update(name="Renamed by an administrator")

        seed(timezone.now())

    assert filled == everything()
    assert filled == {
        "BusinessUnit": 2,
        "Staff": 8,
        "Connection": 5,
        "Release": 2,
        "Article": 200,
        "Account": 56,
        "Membership": 44,
        "ImportRun": 1,
    }
    assert ImportRun.objects.get().status == ImportRun.Status.DONE
    assert Link.objects.filter(connection__code="crm-br", kind="contact").count() > 50
    assert set(Article.objects.values_list("pk", flat=True)) == ids
    assert unit.journeys == ["company_br"]
    assert {one.name for one in BusinessUnit.objects.all()} == {"Renamed by an administrator"}
    assert Article.objects.filter(is_for_sale=True, list_price__gt=0).count() == 200
    assert Article.objects.get(number="LI-BUL-1").name == "Lâmpada LED E27 9 W"


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
