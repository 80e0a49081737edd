"""An import whose process is killed goes on where it stood, and nothing is there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from atrio.enrolment.models import ImportRun
from atrio.outside.connections import open_crm, open_erp
from atrio.outside.invented_base import invented_base
from atrio.outside.models import Connection, Link
from atrio.parties.models import Account, Contact, LegalEntity
from atrio.timeline.models import Entry
from tests.assertions.processes import CLONE, address_of
from tests.environment import SETTINGS
from tests.waiting import eventually

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

CROWD = 4_000
BASE = [customer for customer in invented_base() if customer.is_in_erp]


@pytest.fixture
def crowded(unit):
    """Let thousands more be in the ERP and in the CRM, as every process finds them."""
    Connection.objects.update(options={"base": True, "crowd": CROWD, "remembers": 10_000})
    return unit


@pytest.fixture
def start_import(crowded):
    """Start `atrio import` in a process of its own."""
    started = []

    def start():
        environment = {"DATABASE_URL": address_of("atrio_worker"), "PYTHONPATH": "src:."}
        process = subprocess.Popen(
            [sys.executable, "-m", "atrio", "import", crowded.code],
            cwd=CLONE,
            env=os.environ | SETTINGS | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read(phase):
    """Return how many records of a phase are taken over by now."""
    run = ImportRun.objects.first()
    return run.counts.get(phase, {}).get("read", 0) if run else 0


def test_an_import_killed_again_and_again_takes_everybody_over_once(start_import, crowded):
    for phase, enough in [("erp", 500), ("erp", 1_500), ("erp", 3_500), ("crm_links", 1_000)]:
        process = start_import()
        eventually(lambda phase=phase, enough=enough: read(phase) >= enough)
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        assert ImportRun.objects.get().status == ImportRun.Status.RUNNING

    output, errors = start_import().communicate(timeout=120)

    (run,) = ImportRun.objects.all()
    assert run.status == ImportRun.Status.DONE, errors
    assert "same_tax_id" in output
    customers = list(open_erp(crowded.erp).customers())
    left_out = run.issues.filter(system="erp-br", what__in=["no_tax_id", "same_tax_id"]).count()
    assert read("erp") == len(customers) == CROWD + len(BASE)
    assert read("crm_links") == len(list(open_crm(crowded.crm).all_links()))
    accounts = Account.objects.count()
    assert accounts == len(customers) - left_out
    assert accounts == len(set(Account.objects.values_list("customer_number", flat=True)))
    assert accounts == LegalEntity.objects.count()
    assert accounts == Link.objects.filter(connection__code="erp-br", kind="account").count()
    assert accounts == Entry.objects.filter(what="account.imported").count()
    in_crowd = Contact.objects.filter(email__endswith="@crowd.example")
    assert in_crowd.count() == CROWD
    assert Link.objects.filter(kind="contact", object_id__in=in_crowd.values("pk")).count() == CROWD


def test_two_at_once_take_everybody_over_once(start_import):
    processes = [start_import(), start_import()]
    said = [process.communicate(timeout=120) for process in processes]

    assert ImportRun.objects.get().status == ImportRun.Status.DONE, said
    assert [process.returncode for process in processes] == [0, 0], said
    assert read("erp") == CROWD + len(BASE)
    assert Entry.objects.filter(what="account.imported").count() == Account.objects.count()
