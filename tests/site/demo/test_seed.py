"""The demonstration's data, over a real ERP behind a real fault proxy."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atrio.journeys.models import Release
from atrio.kernel.errors import OutsideBusy
from atrio.outside.faults.proxy import build_app
from atrio.outside.models import Connection
from atrio.seller.models import BusinessUnit, Staff
from atrio.site.demo.seed import seed
from atrio.trade.models import Article
from tests.outside.serving import served, unused_address

pytestmark = [pytest.mark.django_db, pytest.mark.tryton]


@pytest.fixture
def proxied(settings, tmp_path):
    """Let the connections reach an address through a fault proxy."""
    settings.ATRIO_DEMO = True

    def through(address):
        app = build_app({"erp": address}, token="t" * 20, state=tmp_path / "faults.json")
        return served(app)

    return through


def everything():
    """Return how much there is of what the seed makes."""
    kinds = (BusinessUnit, Staff, Connection, Release, Article)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def test_fills_an_empty_house_and_changes_nothing_in_a_filled_one(tryton, proxied, settings):
    settings.ATRIO_SECRETS = {"erp-br": tryton.snapshot.password}
    with proxied(tryton.url) as settings.ATRIO_FAULT_PROXY:
        seed(timezone.now())
        filled = everything()
        ids = set(Article.objects.values_list("pk", flat=True))
        unit = BusinessUnit.objects.get()
        BusinessUnit.objects.update(name="Renamed by an administrator")

        seed(timezone.now())

    assert filled == everything()
    assert filled == {
        "BusinessUnit": 1,
        "Staff": 4,
        "Connection": 3,
        "Release": 1,
        "Article": 200,
    }
    assert set(Article.objects.values_list("pk", flat=True)) == ids
    assert unit.journeys == ["company_br"]
    assert BusinessUnit.objects.get().name == "Renamed by an administrator"
    assert Article.objects.filter(is_for_sale=True, list_price__gt=0).count() == 200
    assert Article.objects.get(number="LI-BUL-1").name == "Lâmpada LED E27 9 W"


def test_without_the_erp_it_says_so(proxied, settings):
    settings.ATRIO_SECRETS = {"erp-br": "x"}
    with proxied(unused_address()) as settings.ATRIO_FAULT_PROXY, pytest.raises(OutsideBusy):
        seed(timezone.now())
