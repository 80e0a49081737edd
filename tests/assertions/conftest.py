"""A furnished house whose web and worker are processes that a test may kill."""

from __future__ import annotations

import json
from contextlib import ExitStack
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.connectors.salesforce.simulator.app import Instance
from atrio.connectors.salesforce.simulator.app import build_app as build_crm
from atrio.connectors.salesforce.simulator.org import Org
from atrio.outside.connections import open_crm, open_erp
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.proxy import build_app
from atrio.outside.models import Connection
from atrio.seller.public_holidays import ask_if_outdated
from atrio.trade.actions import mirror_catalogue
from tests.assertions.processes import Processes
from tests.onboarding.house import furnish
from tests.outside.serving import served

TOKEN = "turn-the-knobs-please"
CRM_SECRET = "our-app:open-sesame"
PATIENCE = {"read_seconds": 5, "total_seconds": 8}


@pytest.fixture
def processes(transactional_db, tmp_path):
    """Processes over this test's database; at its end none is left."""
    with ExitStack() as stack:
        processes = Processes(tmp_path, stack=stack)
        yield processes
    processes.tell()


@pytest.fixture
def house(transactional_db):
    """One business unit with everything outside in memory, of a name that no other test has."""
    unit = furnish(name=uuid4().hex)
    # Every process would begin by asking for them, which takes a second.
    if holidays := ask_if_outdated(unit.country, "", timezone.now().year):
        holidays.save()
    return unit


@pytest.fixture
def real_erp(house, processes, settings, tryton, tryton_database):
    """Let the house's ERP be a real Tryton, reached through `address_of_erp`; return its eyes."""
    share("erp-br", tryton.snapshot.password, settings=settings, processes=processes)
    Connection.objects.filter(code="erp-br").update(
        product="tryton",
        base_url=tryton.url,
        options={"database": tryton_database, "user": "atrio", **PATIENCE},
    )
    mirror_catalogue(erp="erp-br", now=timezone.now())
    return RealErp(open_erp("erp-br"))


@pytest.fixture
def faults(real_erp, tryton):
    """Put the fault proxy before the ERP."""
    with served(build_app({"erp": tryton.url}, token=TOKEN)) as url:
        connection = Connection.objects.get(code="erp-br")
        connection.base_url = f"{url}/erp"
        # Patience that a busy machine's Tryton does not exhaust, and a test does.
        connection.options |= {"read_seconds": 3, "total_seconds": 4}
        connection.save()
        yield FaultProxy(url, TOKEN)


@pytest.fixture
def crm(house, processes, settings):
    """Give the house a CRM, the simulator over HTTP; return our way into it."""
    share("crm-br", CRM_SECRET, settings=settings, processes=processes)
    with served(build_crm(Instance(Org(), CRM_SECRET))) as url:
        Connection.objects.create(
            code="crm-br",
            port="crm",
            product="salesforce",
            base_url=url,
            options=PATIENCE,
            created_at=timezone.now(),
        )
        house.crm = "crm-br"
        house.save(update_fields=["crm"])
        yield open_crm("crm-br")


def share(connection, secret, *, settings, processes):
    """Let this process and those that it starts know a connection's secret."""
    settings.ATRIO_SECRETS = {**settings.ATRIO_SECRETS, connection: secret}
    processes.environment["ATRIO_SECRETS"] = json.dumps(settings.ATRIO_SECRETS)


class RealErp:
    """A Tryton as its own people see it."""

    def __init__(self, connector):
        self._connector, self._rpc = connector, connector._rpc

    def everybody(self):
        """Return all customers."""
        return list(self._connector.customers())

    def customers(self, number):
        """Return the customers with a tax number, by their codes."""
        domain = [["identifiers.code_compact", "=", number]]
        return [row["code"] for row in self._rpc.search_read("party.party", domain, ["code"])]

    def in_order(self, codes):
        """Return those of the codes that customers have, the first created first."""
        rows = self._rpc.search_read("party.party", [["code", "in", codes]], ["code"])
        return [row["code"] for row in rows]

    def create_by_hand(self, number):
        """Create a customer of whom Atrio knows nothing."""
        identifiers = [["create", [{"type": "br_vat", "code": number}]]]
        party = {"name": "Ventorim, por telefone", "identifiers": identifiers}
        self._rpc.call("party.party.create", [party])
