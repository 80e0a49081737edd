"""The DaData connector against the simulator, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import islice

import pytest
from aiohttp import web

from atrio.connectors.dadata import DadataRegistry
from atrio.connectors.dadata.simulator.app import build_app
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.invented_ru import SOLE_TRADER, invented_inns, invented_party
from atrio.outside.ports import TaxId
from tests.connectors.registry_contract import RegistryContract
from tests.outside.serving import served

KEY = "a-key-of-a-test"


def inn(number):
    return TaxId("RU", "ru_inn", number)


@pytest.fixture(scope="module")
def simulator():
    with served(build_app(KEY)) as url:
        yield url


@pytest.fixture(scope="module")
def registry(simulator):
    return DadataRegistry(base_url=simulator, secret=KEY)


class TestDadataRegistry(RegistryContract):
    @pytest.fixture(params=[10, SOLE_TRADER], ids=["company", "sole trader"])
    def company(self, request):
        number = next(invented_inns(digits=request.param, start=12))
        return invented_party(number, as_of=datetime.now(UTC))

    @pytest.fixture
    def unknown(self):
        return inn("7707083893")

    @pytest.mark.parametrize("status", ["active", "suspended", "unfit", "closed"])
    def test_every_status_is_told(self, registry, status):
        for number in islice(invented_inns(status=status), 3):
            assert registry.find_company(inn(number)).status == status


@pytest.mark.parametrize("key", ["", "another"])
def test_a_key_that_is_not_taken_is_our_mistake(simulator, key):
    with pytest.raises(OutsideFailure) as caught:
        DadataRegistry(base_url=simulator, secret=key).probe()

    assert caught.value.code == "misconfigured"


def answering(body, status=200):
    async def find(_request):
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_post("/suggestions/api/4_1/rs/findById/party", find)
    return served(app)


def test_an_answer_about_somebody_else_is_no_answer():
    with (
        answering({"suggestions": [{"data": {"inn": "7707083893"}}]}) as url,
        pytest.raises(OutsideBusy),
    ):
        DadataRegistry(base_url=url, secret=KEY).find_company(inn("7719402047"))


@pytest.mark.parametrize("body", [{}, [], {"suggestions": None}, "nothing"])
def test_an_answer_in_other_words_is_not_a_company_that_does_not_exist(body):
    with answering(body) as url, pytest.raises(OutsideBusy):
        DadataRegistry(base_url=url, secret=KEY).find_company(inn("7719402047"))


def test_a_status_nobody_has_heard_of_is_looked_at_by_a_person():
    party = {"inn": "7719402047", "state": {"status": "SLEEPING"}}
    with answering({"suggestions": [{"data": party}]}) as url, pytest.raises(OutsideFailure):
        DadataRegistry(base_url=url, secret=KEY).find_company(inn("7719402047"))


def test_a_closed_entry_stands_behind_a_living_one():
    closed, living = (
        {"data": {"inn": "7719402047", "state": {"status": said}, "ogrn": number}}
        for said, number in (("LIQUIDATED", "1"), ("ACTIVE", "2"))
    )
    with answering({"suggestions": [closed, living]}) as url:
        found = DadataRegistry(base_url=url, secret=KEY).find_company(inn("7719402047"))

    assert [each.number for each in found.other_ids] == ["2"]


def test_a_recorded_answer_is_read(shared_data):
    party = json.loads((shared_data / "registry/ru_dadata/party.json").read_text())
    with answering({"suggestions": [{"data": party}]}) as url:
        found = DadataRegistry(base_url=url, secret=KEY).find_company(inn(party["inn"]))

    assert found.status == "active"
    assert found.legal_name == party["name"]["short_with_opf"]
    assert found.activity_code == party["okved"]
    assert found.founded_on == date(2015, 2, 5)
    assert {each.kind for each in found.other_ids} == {"ru_kpp", "ru_ogrn"}
