"""What the demonstration's first page says one may type."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from stdnum.br import cnpj

from atrio.outside.invented import invented_company
from atrio.outside.invented_eu import is_invented
from atrio.outside.invented_ru import invented_party
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import forget_hosts
from atrio.site.demo.to_try import PLACES

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KNOWS = {
    "BR": lambda number: invented_company(cnpj.compact(number), as_of=NOON),
    "DE": lambda number: is_invented(number.replace(" ", "")),
    "RU": lambda number: invented_party(number, as_of=NOON),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=lambda place: place.name)
def test_a_register_knows_every_number(place):
    assert all(KNOWS[place.country](number.written) for number in place.numbers)


@pytest.mark.django_db
def test_each_host_tells_its_own_and_the_way_to_the_others(settings):
    settings.ATRIO_DEMO = True
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = [".localhost", "testserver"]
    BusinessUnit.objects.create(
        code="nordlicht-de", name="Deutschland", country="DE", currency="EUR", language="de",
        sender="hallo@nordlicht.example", erp="erp-de", registry="registry-de", host="de.localhost",
    )  # fmt: skip
    forget_hosts()

    house = Client().get("/").content.decode()
    german = Client().get("/", headers={"host": "de.localhost"}).content.decode()
    settings.ATRIO_DEMO = False
    elsewhere = Client().get("/").content.decode()
    forget_hosts()

    assert "99.000.003/0001-92" in house
    assert 'href="http://de.localhost:8000"' in house
    assert "DE 990 000 019" in german
    assert "99.000.003/0001-92" not in german
    assert 'href="http://127.0.0.1:8000"' in german
    assert "99.000.003/0001-92" not in elsewhere
