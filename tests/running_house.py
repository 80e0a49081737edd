"""The whole house as real processes: what `make demo` runs, for one group of tests.

It stands on a database of its own, so that tests which empty theirs do it no harm, and on a
database of its own in the running Tryton. Everything outside is behind a fault proxy.
"""

from __future__ import annotations

import json
import secrets
from contextlib import ExitStack, contextmanager

import psycopg

from atrio.outside.faults.control import FaultProxy
from tests.assertions.processes import Processes
from tests.databases import address, migrated_database

BRAND = "Nordlicht Supplies"
ERP, CRM = "erp-br", "crm-br"
CRM_SECRET = "the-house:of-tests"


class House:
    """A running house: where it is, its knobs, and what lies in its database and its ERP."""

    def __init__(self, folder, *, tryton, stack, **environment):
        token = secrets.token_urlsafe(24)
        self.tryton = tryton
        self.erp_database = f"house_{secrets.token_hex(8)}"
        self.processes = Processes(
            folder,
            stack=stack,
            database=stack.enter_context(migrated_database("house")),
            ATRIO_SECRETS=json.dumps({ERP: tryton.snapshot.password, CRM: CRM_SECRET}),
            ATRIO_CRM_SECRET=CRM_SECRET,
            ATRIO_DEMO="1",
            ATRIO_BRAND=BRAND,
            ATRIO_FAULTS_TOKEN=token,
            **environment,
        )
        if self.processes.environment.get("ATRIO_TESTING") == "0":
            self.processes.run("manage", "collectstatic", "--no-input", "--verbosity", "0")
        proxy = self._start_outside()
        self.faults = FaultProxy(proxy, token)
        self.processes.environment["ATRIO_FAULT_PROXY"] = proxy
        self._furnish()
        self.worker = self.processes.worker()
        self.web, self.url = self.processes.web()

    def rows(self, query, *arguments):
        """Return what a query finds in the house's database, through nobody's eyes."""
        return _ask(self.processes.database, query, *arguments)

    def _start_outside(self):
        registry = self.processes.serve("registry", "atrio.connectors.brasilapi.simulator")
        crm = self.processes.serve("crm", "atrio.connectors.salesforce.simulator")
        systems = {"erp": self.tryton.url, "registry": registry, "crm": crm}
        routes = [part for name, url in systems.items() for part in ("--route", f"{name}={url}")]
        return self.processes.serve("faults", "atrio.outside.faults", *routes, ready="/_faults/")

    def _furnish(self):
        """Fill the house as the demonstration is filled, and give it an ERP without customers."""
        self.tryton.add_database(self.erp_database)
        self.processes.run("demo-data")
        self.rows(
            "update outside_connection set options = options || jsonb_build_object('database',"
            " %s::text) where code = %s returning code",
            *(self.erp_database, ERP),
        )


@contextmanager
def running_house(folder, *, tryton, **environment):
    """Run a house for the length of a `with` block."""
    with ExitStack() as stack:
        yield House(folder, tryton=tryton, stack=stack, **environment)


def _ask(database, query, *arguments):
    with psycopg.connect(address("postgres", database), autocommit=True) as connection:
        return connection.execute(query, arguments).fetchall()
