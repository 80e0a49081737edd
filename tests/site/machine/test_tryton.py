"""The seeded ERP: what Atrio's own user finds in it and may do."""

from __future__ import annotations

import base64
from decimal import Decimal

import httpx
import pytest

from atrio.site.machine.tryton.server import USER

pytestmark = pytest.mark.tryton


class Rpc:
    """Tryton's JSON-RPC, signed in as the user made for Atrio."""

    def __init__(self, url, password):
        self._client = httpx.Client(timeout=30)
        self._url = f"{url}/rpc/"
        number, session, _ = self("common.db.login", USER, {"password": password}, "en")
        token = base64.b64encode(f"{USER}:{number}:{session}".encode()).decode()
        self._client.headers["Authorization"] = f"Session {token}"

    def __call__(self, method, *params):
        call = {"id": 1, "method": method, "params": params}
        answer = self._client.post(self._url, json=call).raise_for_status().json()
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def close(self):
        self._client.close()


@pytest.fixture
def rpc(tryton, tryton_database):
    client = Rpc(f"{tryton.url}/{tryton_database}", tryton.snapshot.password)
    yield client
    client.close()


@pytest.fixture
def context(rpc):
    (company,) = rpc("model.company.company.search_read", [], 0, None, None, ["currency"], {})
    return {"company": company["id"], "currency": company["currency"], "quantity": 1}


def test_there_are_two_hundred_articles_for_sale_each_with_a_price(rpc, context):
    found = rpc(
        *("model.product.product.search_read", [["salable", "=", True]], 0, None, None),
        *(["code", "list_price_used"], context),
    )

    assert len({article["code"] for article in found}) == 200
    assert all(Decimal(article["list_price_used"]["decimal"]) > 0 for article in found)


def test_articles_are_named_in_portuguese_and_english(rpc):
    names = {
        language: rpc(
            *("model.product.product.search_read", [["code", "=", "CW-FLX-1"]], 0, 1, None),
            *(["name"], {"language": language}),
        )[0]["name"]
        for language in ("en", "pt")
    }

    assert names == {
        "en": "Flexible wire 750 V 1.5 mm²",
        "pt": "Cabo flexível 750 V 1,5 mm²",
    }


def test_the_two_price_lists_give_one_article_two_prices(rpc, context):
    lists = rpc("model.product.price_list.search_read", [], 0, None, None, ["name"], {})
    (article,) = rpc("model.product.product.search", [["code", "=", "LI-BUL-1"]], 0, 1, None, {})

    prices = {
        each["name"]: Decimal(
            rpc(
                *("model.product.product.read", [article], ["sale_price_uom"]),
                context | {"price_list": each["id"]},
            )[0]["sale_price_uom"]["decimal"]
        )
        for each in lists
    }

    assert prices == {"Varejo": Decimal("8.90"), "Atacado": Decimal("7.48")}


def test_atrio_may_write_a_customer_with_its_price_list_but_no_price_list_itself(rpc, context):
    (wholesale,) = rpc(
        "model.product.price_list.search", [["name", "=", "Atacado"]], 0, 1, None, {}
    )
    customer = {
        "name": "Papelaria Aurora Ltda",
        "identifiers": [["create", [{"type": "br_vat", "code": "12ABC34501DE35"}]]],
        "sale_price_list": wholesale,
    }

    (party,) = rpc("model.party.party.create", [customer], context)
    (written,) = rpc("model.party.party.read", [party], ["sale_price_list"], context)
    assert written["sale_price_list"] == wholesale

    with pytest.raises(AssertionError, match="not allowed to access"):
        rpc("model.product.price_list.write", [wholesale], {"name": "Mine"}, {})


def test_what_one_test_writes_no_other_sees(rpc):
    assert rpc("model.party.party.search_count", [["name", "like", "Papelaria%"]], 0, None, {}) == 0
