"""A simulated SAP behind a fault proxy: one for all tests, which never write one customer twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atrio.connectors.sap.simulator.app import Instance
from atrio.connectors.sap.simulator.app import build_app as build_simulator
from atrio.connectors.sap.simulator.base import fill, open_counters, stock
from atrio.connectors.sap.simulator.store import Store
from atrio.connectors.sap.simulator.writing import System
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.proxy import build_app as build_proxy
from atrio.outside.ports import CreditLine, PriceQuestion
from atrio.site.machine.goods import goods_for_sap
from tests.connectors.erp_contract import new_draft
from tests.connectors.sap_house import SECRET, connect
from tests.outside.serving import served

TOKEN = "turn-the-knobs-please"


@pytest.fixture(scope="session")
def sap_instance():
    """The simulator and its knobs, with goods and the customers of the invented base."""
    store = Store()
    open_counters(store)
    stock(store, goods_for_sap())
    fill(store, "BR")
    return Instance(System(store), f"ATRIO:{SECRET}")


@pytest.fixture(scope="session")
def sap_address(sap_instance):
    with served(build_simulator(sap_instance)) as url:
        yield url


@pytest.fixture(scope="session")
def sap_proxy(sap_address):
    with served(build_proxy({"erp": sap_address}, token=TOKEN)) as url:
        yield url


@pytest.fixture
def faults_of_sap(sap_proxy):
    faults = FaultProxy(sap_proxy, TOKEN)
    yield faults
    faults.reset()


@pytest.fixture(scope="session")
def sap(sap_proxy):
    """A connector that has its tokens for all services."""
    sap = connect(f"{sap_proxy}/erp")
    number = sap.create_customer(new_draft("")).number
    sap.prices(number, [PriceQuestion("LI-BUL-1")])
    sap.set_credit_line(number, CreditLine(Decimal(1), "BRL", ""))
    return sap
