"""The connector to Adobe Commerce against the simulator, over HTTP and through faults."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

import httpx
import pytest

from atrio.connectors.adobe_commerce import AdobeCommerceShop
from atrio.connectors.adobe_commerce.simulator.app import Instance
from atrio.connectors.adobe_commerce.simulator.app import build_app as build_simulator
from atrio.connectors.adobe_commerce.simulator.store import Store
from atrio.connectors.memory import MemoryShop
from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.proxy import build_app as build_proxy
from atrio.outside.recording import recorded
from tests.connectors.shop_contract import ShopContract, new_draft
from tests.outside.serving import served, unused_address, wait_until_listening

TOKEN, KNOBS = "the-integrations-token", "turn-the-knobs-please"
CATALOGS = {"": 1, "Varejo": 2, "Atacado": 3}
OPTIONS = {"shared_catalogs": CATALOGS, "read_seconds": 1, "total_seconds": 2}


@pytest.fixture(scope="module")
def instance():
    return Instance(Store(), TOKEN)


@pytest.fixture(scope="module")
def simulator(instance):
    with served(build_simulator(instance)) as url:
        yield url


@pytest.fixture(scope="module")
def proxy(simulator):
    with served(build_proxy({"shop": simulator}, token=KNOBS)) as url:
        yield url


@pytest.fixture
def knobs(proxy):
    control = FaultProxy(proxy, KNOBS)
    yield control
    control.reset()


@pytest.fixture(scope="module")
def connected(proxy):
    return AdobeCommerceShop(base_url=f"{proxy}/shop", secret=TOKEN, options=OPTIONS)


class TestAdobeCommerceShop(ShopContract):
    @pytest.fixture
    def shop(self, connected):
        return connected


class TestMemoryShop(ShopContract):
    @pytest.fixture
    def shop(self):
        groups = {"price_groups": ["Varejo", "Atacado"]}
        return MemoryShop(base_url="memory:shop-contract", options=groups)


def kept(instance, kind, **fields):
    rows = instance.store.rows(kind)
    return [row for row in rows if fields.items() <= row.items()]


# Some words of each writing, by which the proxy knows it.
WRITINGS = ["firstname", "super_user_id", "assignCompanies", "creditLimit", '"status": 1']


@pytest.mark.parametrize("writing", WRITINGS)
def test_whichever_answer_is_lost_the_next_try_makes_one_company(
    connected, instance, knobs, writing
):
    draft = new_draft(credit_limit=Decimal(10), currency="BRL")
    knobs.set("shop", execute_then_timeout=1, times=1, only=writing)
    with pytest.raises(NoAnswer):
        connected.save_company(draft)

    saved = connected.save_company(draft)

    assert (saved.state, saved.price_group, saved.credit_limit) == ("open", "Atacado", 10)
    assert len(kept(instance, "company", reseller_id=draft.reference)) == 1
    assert len(kept(instance, "customer", email=draft.admin_email)) == 1


def test_what_the_shops_own_people_have_written_stays(connected, instance):
    draft = new_draft()
    number = int(connected.save_company(draft).id)
    row = instance.store.row("company", number)
    instance.store.put("company", row | {"comment": "Calls on Tuesdays", "region_id": "12"})

    connected.save_company(replace(draft, name="Ventorim e Filhos"))

    row = instance.store.row("company", number)
    assert (row["comment"], row["region_id"]) == ("Calls on Tuesdays", "12")


def test_several_companies_with_one_reference_are_for_a_person(connected, instance):
    """The shop does not keep our references unique."""
    draft = new_draft()
    number = int(connected.save_company(draft).id)
    instance.store.add("company", instance.store.row("company", number))

    with pytest.raises(OutsideFailure, match=f"{number}, \\d+") as caught:
        connected.save_company(draft)
    assert caught.value.code == "duplicate"


def test_a_currency_the_shop_does_not_have_is_for_a_person(connected):
    draft = new_draft(credit_limit=Decimal(10), currency="XXX")
    with pytest.raises(OutsideFailure, match="currency is not available"):
        connected.save_company(draft)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_is_for_a_person_and_stands_in_no_record(simulator, token):
    shop = AdobeCommerceShop(base_url=simulator, secret=token, options=OPTIONS)
    with recorded() as exchanges, pytest.raises(OutsideFailure) as caught:
        shop.probe()
    assert caught.value.code == "sign_in"
    assert "isn't authorized to access Magento_Company::index" in str(caught.value)
    assert "wrong" not in exchanges[0].request + exchanges[0].answer


def test_a_catalogue_that_is_not_there_shows_before_the_first_customer(simulator):
    options = OPTIONS | {"shared_catalogs": {"": 77}}
    with pytest.raises(OutsideFailure) as caught:
        AdobeCommerceShop(base_url=simulator, secret=TOKEN, options=options).probe()
    assert caught.value.code == "misconfigured"


def test_a_shop_that_is_away_is_busy():
    with pytest.raises(OutsideBusy):
        AdobeCommerceShop(base_url=unused_address(), secret=TOKEN, options=OPTIONS).probe()


def answering(status=200, **answer):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, **answer))
    return AdobeCommerceShop(
        base_url="http://shop.example", secret=TOKEN, options=OPTIONS, transport=transport
    )


@pytest.mark.parametrize("answer", [{"content": b"<html>"}, {"json": []}, {"json": {"items": [1]}}])
def test_what_is_no_answer_is_busy(answer):
    with pytest.raises(OutsideBusy):
        answering(**answer).find_company("x")


def test_a_search_that_was_not_understood_finds_nobody():
    """Some answer a filter that they do not know with everybody."""
    others = [{"id": 1, "reseller_id": "another"}, {"id": 2}]
    assert answering(json={"items": others}).find_company("x") is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"message": '"%fieldName" is required.', "parameters": {"fieldName": "city"}},
            '"city" is',
        ),
        ({"message": "%1 of %2", "parameters": ["one", 2]}, "one of 2"),
        (
            {"message": "Bad", "errors": [{"message": "No %a", "parameters": {"a": "x"}}]},
            "Bad No x",
        ),
        ({"message": "%unknown"}, "%unknown"),
        ({}, "{}"),
    ],
)
def test_refusals_are_told_in_whole_sentences(body, said):
    with pytest.raises(OutsideFailure, match="refuses") as caught:
        answering(400, json=body).find_company("x")
    assert said in str(caught.value)


def test_the_program_starts_and_keeps_what_it_was_told(tmp_path):
    draft = new_draft()
    for _start in range(2):
        address = unused_address()
        program = subprocess.Popen(
            [
                *(sys.executable, "-m", "atrio.connectors.adobe_commerce.simulator"),
                *("--port", str(urlsplit(address).port), "--state", str(tmp_path / "shop.sqlite")),
            ],
            env={"PYTHONPATH": "src", "ATRIO_SHOP_SECRET": TOKEN, "PATH": os.environ["PATH"]},
        )
        try:
            wait_until_listening(address)
            shop = AdobeCommerceShop(base_url=address, secret=TOKEN, options=OPTIONS)
            assert shop.save_company(draft).id == "1"
        finally:
            program.terminate()
            program.wait(10)
