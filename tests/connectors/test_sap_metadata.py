"""What we send to SAP, and what our simulator of it answers, held to the metadata SAP publishes.

The metadata are no part of the project: where they are absent these tests are skipped and say so.
"""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import chain

import httpx
import pytest

from atrio.connectors.sap.simulator.batch import parts_in
from atrio.connectors.sap.simulator.schema import PARTNERS, PRODUCTS, SERVICES
from atrio.outside.ports import CreditLine
from tests.connectors.edmx import Metadata
from tests.connectors.erp_contract import new_draft
from tests.connectors.sap_house import connect

ROOT = "/sap/opu/odata/sap/"
SETS = [(service, name) for service in (PARTNERS, PRODUCTS) for name in SERVICES[service]]


@pytest.fixture(scope="session")
def metadata(shared_data):
    folder = shared_data / "erp" / "sap"
    if not folder.is_dir():
        pytest.skip(f"no metadata at {folder}; ATRIO_SHARED_DATA names another folder")
    return {service: Metadata(folder / f"{service}.edmx") for service in (PARTNERS, PRODUCTS)}


@pytest.mark.parametrize(("service", "name"), SETS, ids=[name for _service, name in SETS])
def test_the_simulators_entity_sets_are_those_of_sap(metadata, service, name):
    ours, theirs = SERVICES[service][name], metadata[service]
    entity_set, properties = theirs.sets[name], theirs.properties(name)

    assert list(ours.keys) == theirs.keys(name)
    assert set(ours.properties) <= set(properties)
    for field, said in ours.properties.items():
        element = properties[field]
        length, scale = element.get("MaxLength"), element.get("Scale")
        assert (field, said.type) == (field, element.get("Type"))
        assert (field, said.length) == (field, int(length) if length else None)
        assert (field, said.scale) == (field, int(scale) if scale else None)
        assert (field, said.is_read_only) == (field, not theirs.allows(element, "creatable"))
        is_upper = said.type == "Edm.String" and theirs.is_upper(element)
        assert (field, said.is_upper) == (field, is_upper)
    navigations = theirs.navigations(name)
    for way, said in ours.navigations.items():
        assert (way, said.target, said.is_many) == (way, *navigations[way])
        target = theirs.properties(said.target)
        assert set(said.joins) | set(said.only) <= set(target)
    assert ours.is_creatable == theirs.allows(entity_set, "creatable")


def test_all_that_is_sent_and_answered_is_as_the_metadata_say(metadata, sap_address):
    wire = Wire()
    erp, draft = connect(sap_address, transport=wire), new_draft("Varejo")
    number = erp.create_customer(draft).number
    erp.find_customer(tax_id=draft.tax_id)
    list(erp.customers())
    list(erp.articles())
    erp.set_credit_line(number, CreditLine(Decimal(5), "BRL", "30 dias"))
    erp.probe()

    seen = {}
    for request, answer in wire.exchanges:
        service, _, path = request.url.path.removeprefix(ROOT).partition("/")
        if service not in metadata or request.method == "HEAD":
            continue
        said = metadata[service]
        for entity_set, row, is_sent in rows_in(request, path, answer):
            assert list(said.wrong_in(entity_set, row, is_sent=is_sent)) == []
            seen.setdefault(entity_set, set()).update(row)
        for option in ("$select", "$expand", "$orderby"):
            asked = [one for one in request.url.params.get(option, "").split(",") if one]
            assert list(said.wrong_in_paths(path.partition("(")[0], asked)) == []

    assert seen["A_CustomerSalesArea"] == {"CustomerPaymentTerms"}
    assert {"A_BusinessPartner", "A_BusinessPartnerTaxNumber", "A_Product"} <= set(seen)
    assert {"to_BusinessPartnerAddress", "to_Customer"} <= seen["A_BusinessPartner"]


class Wire(httpx.HTTPTransport):
    """The wire to the simulator, with all that goes over it."""

    def __init__(self):
        super().__init__()
        self.exchanges = []

    def handle_request(self, request):
        response = super().handle_request(request)
        self.exchanges.append((request, response.read().decode()))
        return response


def rows_in(request, path, answer):
    """Yield what is sent and what is answered: entity set, row, whether it was sent."""
    entity_set = path.partition("(")[0]
    if entity_set == "$batch":
        kind = request.headers["content-type"]
        for part in chain(*parts_in(kind, request.content.decode())):
            yield part.path.partition("(")[0], json.loads(part.body), True
        return
    if request.content:
        yield entity_set, json.loads(request.content), True
    told = json.loads(answer)["d"]
    for row in told.get("results", [told]):
        yield entity_set, row, False
