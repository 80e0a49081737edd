"""A unit with the invented base in an ERP and a CRM in memory."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.connectors.memory.state import forget
from atrio.enrolment.actions import run_import, start_import
from atrio.enrolment.models import ImportRun
from atrio.kernel.actors import SYSTEM
from atrio.outside.connections import open_crm, open_erp
from atrio.outside.models import Connection
from atrio.seller.models import BusinessUnit


@pytest.fixture
def memory():
    """The name of an ERP and a CRM in memory that no other test knows."""
    name = f"memory://{uuid4()}"
    yield name
    forget(name)


@pytest.fixture
def unit(db, memory):
    for port in ("erp", "crm"):
        Connection.objects.create(
            code=f"{port}-br",
            port=port,
            product="memory",
            base_url=memory,
            options={"base": True},
            created_at=timezone.now(),
        )
    return BusinessUnit.objects.create(
        code="nordlicht-br",
        name="Nordlicht Supplies Brasil",
        country="BR",
        currency="BRL",
        language="pt-br",
        sender="ola@nordlicht.example",
        erp="erp-br",
        crm="crm-br",
        registry="registry-br",
    )


@pytest.fixture
def erp(unit):
    return open_erp(unit.erp)


@pytest.fixture
def crm(unit):
    return open_crm(unit.crm)


@pytest.fixture
def imported(unit):
    """Import the unit's base, as often as it is called, and return the run."""

    def go():
        run = start_import(by=SYSTEM, unit=unit.code, now=timezone.now(), in_background=False)
        for _page in run_import(run.pk):
            pass
        return ImportRun.objects.get(pk=run.pk)

    return go
