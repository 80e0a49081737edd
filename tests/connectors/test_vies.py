"""The VIES connector against the simulator, over HTTP."""

from __future__ import annotations

import pytest
from aiohttp import web

from atrio.connectors.vies import ViesRegistry
from atrio.connectors.vies.simulator.app import build_app
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.invented_eu import company_name, german_vat_ids
from atrio.outside.ports import CompanyRecord, PostalAddress, TaxId
from tests.connectors.registry_contract import RegistryContract
from tests.outside.serving import served

FRENCH = "FR86990000002"


def vat_id(number):
    return TaxId(number[:2], "eu_vat", number)


def company_of(number, **told):
    nothing = dict.fromkeys(
        ("legal_name", "trade_name", "activity_code", "activity", "legal_form", "email", "phone"),
        "",
    )
    said = {"status": "active", "status_text": "VALID", "address": PostalAddress()}
    unsaid = dict.fromkeys(("founded_on", "is_head_office", "as_of", "evidence"))
    return CompanyRecord(tax_id=vat_id(number), **(nothing | said | unsaid | told))


@pytest.fixture(scope="module")
def simulator():
    with served(build_app()) as url:
        yield url


@pytest.fixture(scope="module")
def registry(simulator):
    return ViesRegistry(base_url=simulator)


class TestViesRegistry(RegistryContract):
    another_kind = TaxId("BR", "br_cnpj", "11222333000181")

    @pytest.fixture(params=["DE", "FR"])
    def company(self, request):
        if request.param == "DE":
            return company_of(next(german_vat_ids()))
        place = PostalAddress(street="1 RUE DE L'EXEMPLE, 75000 PARIS", country="FR")
        return company_of(FRENCH, legal_name=company_name(FRENCH), address=place)

    @pytest.fixture
    def unknown(self):
        return vat_id("DE136695976")


def test_a_member_state_that_is_down_is_not_an_invalid_number(registry):
    with pytest.raises(OutsideBusy, match="MS_UNAVAILABLE"):
        registry.find_company(vat_id("DE998000005"))


def test_who_says_who_asks_gets_the_proof_of_having_asked(simulator):
    registry = ViesRegistry(base_url=simulator, options={"requester": "DE136695976"})

    found = registry.find_company(vat_id(next(german_vat_ids())))

    assert '"requestIdentifier": "WAPIAAAA' in found.evidence


def test_a_wrong_number_of_our_own_is_our_mistake_and_not_the_applicants(simulator):
    registry = ViesRegistry(base_url=simulator, options={"requester": "DE136695977"})

    with pytest.raises(OutsideFailure) as caught:
        registry.find_company(vat_id(next(german_vat_ids())))

    assert caught.value.code == "misconfigured"


@pytest.mark.parametrize(
    ("said", "error", "code"),
    [
        ({"actionSucceed": False, "errorWrappers": [{"error": "TIMEOUT"}]}, OutsideBusy, None),
        ({"actionSucceed": False, "errorWrappers": []}, OutsideBusy, None),
        ({"actionSucceed": False, "errorWrappers": [{"error": "X"}]}, OutsideBusy, None),
        (
            {"actionSucceed": False, "errorWrappers": [{"error": "INVALID_INPUT"}]},
            OutsideFailure,
            "invalid",
        ),
        (
            {"actionSucceed": False, "errorWrappers": [{"error": "IP_BLOCKED"}]},
            OutsideFailure,
            "misconfigured",
        ),
        ({"userError": "MS_MAX_CONCURRENT_REQ", "valid": False}, OutsideBusy, None),
        ({"countryCode": "DE", "vatNumber": "990000013"}, OutsideBusy, None),
        ({"countryCode": "DE", "vatNumber": "136695976", "valid": True}, OutsideBusy, None),
        (["valid"], OutsideBusy, None),
    ],
)
def test_only_a_clear_answer_about_this_number_is_an_answer(said, error, code):
    async def check(_request):
        return web.json_response(said)

    app = web.Application()
    app.router.add_post("/check-vat-number", check)
    with served(app) as url, pytest.raises(error) as caught:
        ViesRegistry(base_url=url).find_company(vat_id("DE990000013"))

    assert getattr(caught.value, "code", None) == code or code is None


def test_greece_is_spelt_as_vies_spells_it(simulator):
    asked = []

    async def check(request):
        said = await request.json()
        asked.append(said["countryCode"])
        return web.json_response(said | {"valid": True, "name": "---", "address": "---"})

    app = web.Application()
    app.router.add_post("/check-vat-number", check)
    with served(app) as url:
        found = ViesRegistry(base_url=url).find_company(vat_id("GR094259216"))

    assert asked == ["EL"]
    assert found.tax_id.number == "GR094259216"


def test_a_member_states_own_number_is_asked_with_its_letters(registry):
    found = registry.find_company(TaxId("FR", "fr_vat", FRENCH[2:]))

    assert found.tax_id == TaxId("FR", "fr_vat", FRENCH[2:])
    assert found.address.country == "FR"
