"""The BrasilAPI connector against the simulator, over HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from urllib.parse import quote, urlsplit

import httpx
import pytest

from atrio.connectors.brasilapi import BrasilApiRegistry
from atrio.connectors.brasilapi.simulator.app import build_app
from atrio.connectors.brasilapi.simulator.records import recorded
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.invented import invented_company, invented_numbers
from atrio.outside.ports import TaxId
from tests.connectors.registry_contract import RegistryContract
from tests.outside.serving import served, unused_address, wait_until_listening


def tax_id(number):
    return TaxId("BR", "br_cnpj", number)


@pytest.fixture(scope="module")
def simulator():
    with served(build_app()) as url:
        yield url


@pytest.fixture(scope="module")
def registry(simulator):
    return BrasilApiRegistry(base_url=simulator)


class TestBrasilApiRegistry(RegistryContract):
    @pytest.fixture(params=["99", "ZZ"], ids=["numeric", "alphanumeric"])
    def company(self, request):
        number = next(invented_numbers(root=request.param, start=12))
        found = invented_company(number, as_of=datetime.now(UTC))
        # The register shouts.
        return shouted(found)

    @pytest.fixture
    def unknown(self):
        return tax_id("19131243000197")

    @pytest.mark.parametrize("status", ["active", "suspended", "unfit", "closed"])
    def test_every_status_is_told(self, registry, status):
        for number in islice(invented_numbers(status=status), 5):
            assert registry.find_company(tax_id(number)).status == status

    def test_a_number_the_register_calls_wrong_is_refused(self, registry):
        with pytest.raises(OutsideFailure) as caught:
            registry.find_company(tax_id("19131243000198"))

        assert caught.value.code == "invalid"


def shouted(company):
    address = replace(
        company.address,
        street=company.address.street.upper(),
        extra=company.address.extra.upper(),
        district=company.address.district.upper(),
        city=company.address.city.upper(),
    )
    return replace(
        company,
        legal_name=company.legal_name.upper(),
        trade_name=company.trade_name.upper(),
        address=address,
    )


RECORD = {
    "cnpj": "99000001000101",
    "razao_social": "AURIVALE   LTDA  ",
    "situacao_cadastral": 2,
    "uf": "SP",
}


def answering(status=200, **answer):
    """The connector with a register that always gives one answer."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, **answer))
    return BrasilApiRegistry(base_url="http://register.example", transport=transport)


class TestWhatIsBrasilApisOwn:
    def test_members_that_are_null_or_missing_are_unknown(self):
        nulls = dict.fromkeys(["email", "nome_fantasia", "numero", "identificador_matriz_filial"])
        found = answering(json={**RECORD, **nulls}).find_company(tax_id(RECORD["cnpj"]))

        assert found.legal_name == "AURIVALE LTDA"
        assert (found.email, found.trade_name, found.phone, found.address.number) == ("",) * 4
        assert (found.founded_on, found.is_head_office) == (None, None)

    @pytest.mark.parametrize(
        ("member", "value", "field", "expected"),
        [
            ("cnae_fiscal", 111301, "activity_code", "0111301"),
            ("data_inicio_atividade", "2013-10-03", "founded_on", date(2013, 10, 3)),
            ("data_inicio_atividade", "0000-00-00", "founded_on", None),
            ("ddd_telefone_1", "1123851939", "phone", "+551123851939"),
            ("ddd_telefone_1", "000", "phone", ""),
            ("email", "CONTATO@X.EXAMPLE", "email", "contato@x.example"),
            ("identificador_matriz_filial", 2, "is_head_office", False),
            ("situacao_cadastral", 1, "status", "void"),
        ],
    )
    def test_codes_and_formats_become_ours(self, member, value, field, expected):
        found = answering(json={**RECORD, member: value}).find_company(tax_id(RECORD["cnpj"]))

        assert getattr(found, field) == expected

    def test_an_address_abroad_has_no_brazilian_state(self):
        found = answering(json={**RECORD, "uf": "EX"}).find_company(tax_id(RECORD["cnpj"]))

        assert (found.address.region, found.address.country) == ("", "")

    def test_an_answer_about_another_company_is_busy(self):
        with pytest.raises(OutsideBusy):
            answering(json=RECORD).find_company(tax_id("19131243000197"))

    @pytest.mark.parametrize("answer", [{"json": []}, {"json": None}, {"content": b"<html>"}])
    def test_what_is_no_company_is_busy(self, answer):
        with pytest.raises(OutsideBusy):
            answering(**answer).find_company(tax_id(RECORD["cnpj"]))

    def test_a_status_nobody_knows_is_for_a_person(self):
        with pytest.raises(OutsideFailure, match="status"):
            answering(json={**RECORD, "situacao_cadastral": 5}).find_company(tax_id(RECORD["cnpj"]))

    @pytest.mark.parametrize(
        "answer",
        [{"content": b"<h1>Not Found</h1>"}, {"json": {"detail": "Not Found"}}, {"json": []}],
    )
    def test_a_404_that_is_not_the_registers_own_is_not_an_unknown_company(self, answer):
        with pytest.raises(OutsideFailure) as caught:
            answering(status=404, **answer).find_company(tax_id(RECORD["cnpj"]))

        assert caught.value.code == "misconfigured"

    @pytest.mark.parametrize(
        "answer",
        [
            {"status": 200, "content": b"<html>"},
            {"status": 404, "content": b"<h1>Not Found</h1>"},
            {"status": 403, "json": {"message": "Forbidden"}},
            {"status": 500, "json": {"type": "internal"}},
        ],
    )
    def test_a_probe_believes_only_the_registers_own_words(self, answer):
        with pytest.raises(OutsideBusy):
            answering(**answer).probe()

    def test_a_register_that_is_not_there_is_busy(self):
        register = BrasilApiRegistry(base_url=unused_address())
        with pytest.raises(OutsideBusy):
            register.find_company(tax_id(RECORD["cnpj"]))
        with pytest.raises(OutsideBusy):
            register.probe()
        with pytest.raises(OutsideBusy):
            BrasilApiRegistry(base_url=unused_address()).find_company(tax_id(RECORD["cnpj"]))


class TestSimulator:
    def test_numbers_may_have_their_punctuation(self, simulator):
        masked = quote("99.000.001/0001-01", safe="")
        for number in (masked, "99.000.001/0001-01", "99000001000101"):
            answer = httpx.get(f"{simulator}/api/cnpj/v1/{number}", trust_env=False)
            assert answer.json()["cnpj"] == "99000001000101"

    def test_refusals_have_the_originals_shape(self, simulator):
        wrong = httpx.get(f"{simulator}/api/cnpj/v1/123", trust_env=False)
        unknown = httpx.get(f"{simulator}/api/cnpj/v1/19131243000197", trust_env=False)

        assert (wrong.status_code, wrong.json()["type"]) == (400, "bad_request")
        assert (unknown.status_code, unknown.json()["type"]) == (404, "not_found")

    def test_the_cpf_of_a_partner_is_masked(self, simulator):
        answer = httpx.get(f"{simulator}/api/cnpj/v1/99000001000101", trust_env=False)

        (partner,) = answer.json()["qsa"]
        assert partner["cnpj_cpf_do_socio"] == "***000001**"

    def test_only_the_first_question_for_a_number_is_slow(self):
        with served(build_app(cold_seconds=0.2)) as url:
            registry = BrasilApiRegistry(base_url=url)
            took = []
            for number in ("99000001000101", "99000001000101", "99000002000148"):
                started = time.monotonic()
                registry.find_company(tax_id(number))
                took.append(time.monotonic() - started)

        first, again, other = took
        assert again < 0.2 <= min(first, other)

    def test_real_records_come_through_the_connector(self, shared_data):
        records = recorded(shared_data / "registry")
        with served(build_app(records)) as url:
            registry = BrasilApiRegistry(base_url=url)
            found = [registry.find_company(tax_id(number)) for number in records]

        assert len(found) == 699
        assert Counter(company.status for company in found) == {"active": 661, "closed": 38}
        assert all(company.legal_name for company in found)
        assert all(len(company.activity_code) == 7 for company in found)

    def test_the_program_starts(self):
        address = unused_address()
        program = subprocess.Popen(
            [
                sys.executable,
                *("-m", "atrio.connectors.brasilapi.simulator"),
                *("--port", str(urlsplit(address).port)),
            ],
            env={"PYTHONPATH": "src"},
        )
        try:
            wait_until_listening(address)
            registry = BrasilApiRegistry(base_url=address)
            assert registry.find_company(tax_id("99000001000101"))
        finally:
            program.terminate()
            program.wait(10)
