"""Beginning an import, waiting for a system that does not answer, going on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.utils import timezone
from typer.testing import CliRunner

from atrio.enrolment.actions import run_import, start_import
from atrio.enrolment.models import ImportRun
from atrio.enrolment.queries import get_run, runs_visible_to
from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotAllowed, NotFound, OutsideBusy, OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.outside.models import Delivery, Link
from atrio.parties.models import Account, LegalEntity
from atrio.site.cli import _load
from tests.onboarding.house import hire
from tests.parties.customers import be_nobody
from tests.waiting import eventually


def start(unit, by=SYSTEM):
    return start_import(by=by, unit=unit.code, now=timezone.now())


def now_of(run):
    return ImportRun.objects.get(pk=run.pk)


def finish(run):
    for _page in run_import(run.pk):
        pass


class TestWhoMayImport:
    @pytest.mark.parametrize("role", ["regional_admin", "admin"])
    def test_administrators_of_the_unit_may(self, unit, role):
        run = start(unit, by=hire(unit, "carla@nordlicht.example", role))

        assert run.by_label == "Carla"
        run_pending()
        assert now_of(run).status == ImportRun.Status.DONE

    @pytest.mark.parametrize("role", ["associate", "manager", "process_owner"])
    def test_others_may_not(self, unit, role):
        with pytest.raises(NotAllowed):
            start(unit, by=hire(unit, "rafael@nordlicht.example", role))

    def test_for_mallory_of_another_unit_there_is_no_such_unit_and_no_such_import(self, unit):
        run = start(unit)
        mallory = Actor(
            kind="staff",
            id=str(uuid4()),
            roles=frozenset({"admin", "regional_admin"}),
            business_units=frozenset({"elsewhere"}),
        )
        with pytest.raises(NotFound):
            start(unit, by=mallory)
        with pytest.raises(NotFound):
            get_run(by=mallory, run_id=run.pk)
        assert not runs_visible_to(mallory)

    def test_for_customers_there_is_none_either(self, unit):
        start(unit)
        member = Actor(kind="member", id=str(uuid4()), business_units=frozenset({unit.code}))

        assert not runs_visible_to(member)
        with pytest.raises(NotAllowed):
            start(unit, by=member)


class TestTrouble:
    def test_while_the_erp_does_not_answer_the_import_waits_and_then_goes_on_by_itself(
        self, unit, erp
    ):
        erp.break_next("customers", "busy", times=2)
        run = start(unit)
        run_pending()
        waiting = now_of(run)
        assert (waiting.status, waiting.tries) == (ImportRun.Status.WAITING, 1)
        assert "told to be busy" in waiting.error

        run_pending(until=timezone.now() + timedelta(minutes=1))
        done = now_of(run)
        assert (done.status, done.tries, done.error) == (ImportRun.Status.DONE, 0, "")
        assert [d.outcome for d in Delivery.objects.filter(operation="erp.customers")] == [
            "busy", "busy", "ok",
        ]  # fmt: skip

    def test_a_refusal_stops_it_until_a_person_lets_it_go_on(self, unit, crm):
        crm.break_next("accounts", "failed")
        run = start(unit)
        run_pending()

        stopped = now_of(run)
        assert stopped.status == ImportRun.Status.STOPPED
        assert stopped.phase == ImportRun.Phase.CRM_ACCOUNTS
        assert "told to refuse" in stopped.error
        accounts = Account.objects.count()

        assert start(unit).pk == run.pk
        run_pending()
        assert (now_of(run).status, now_of(run).error) == (ImportRun.Status.DONE, "")
        assert Account.objects.count() == accounts

    def test_errors_are_raised_to_whoever_runs_it_and_kept(self, unit, erp):
        run = start_import(by=SYSTEM, unit=unit.code, now=timezone.now(), in_background=False)
        for how, error, status in [
            ("busy", OutsideBusy, ImportRun.Status.WAITING),
            ("failed", OutsideFailure, ImportRun.Status.STOPPED),
        ]:
            erp.break_next("customers", how)
            with pytest.raises(error):
                finish(run)
            assert now_of(run).status == status
        assert now_of(run).tries == 2

    def test_there_is_one_import_of_a_unit_at_a_time(self, unit):
        run = start(unit)

        with pytest.raises(IntegrityError):
            ImportRun.objects.create(
                business_unit=unit.code, started_at=timezone.now(), moved_at=timezone.now()
            )
        assert run.status == ImportRun.Status.RUNNING


@pytest.mark.django_db(transaction=True)
def test_a_company_that_applies_while_its_page_is_written_is_linked_and_not_doubled(unit, erp):
    first = next(iter(erp.customers()))
    run = start_import(by=SYSTEM, unit=unit.code, now=timezone.now(), in_background=False)
    with applying(unit, first) as commit, ThreadPoolExecutor(1) as pool:
        importing = pool.submit(finish_in_a_thread, run)
        eventually(somebody_waits_for_a_lock)
        commit()
        importing.result()

    entity = LegalEntity.objects.get(tax_id=first.tax_id.number)
    assert entity.account.name == "Applied"
    assert Link.objects.get(connection__code="erp-br", object_id=entity.account_id)
    assert now_of(run).status == ImportRun.Status.DONE


def finish_in_a_thread(run):
    try:
        finish(run)
    finally:
        connection.close()


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from pg_locks where not granted)")
        return cursor.fetchone()[0]


@contextmanager
def applying(unit, customer):
    """Open an account for a customer's company over another connection, not committed yet."""
    parameters = connection.get_connection_params()
    names = ("dbname", "host", "port", "user")
    place = {name: parameters[name] for name in names if parameters.get(name)}
    account, entity = uuid4(), uuid4()
    with psycopg.connect(**place) as other:
        other.execute("set role atrio_worker")
        other.execute(
            "insert into parties_account (id, name, business_unit, customer_number, price_group,"
            " opened_at) values (%s, 'Applied', %s, '', '', now())",
            [account, unit.code],
        )
        other.execute(
            "insert into parties_legalentity (id, account_id, legal_name, trade_name, country,"
            " tax_id_kind, tax_id, activity, address, sources)"
            " values (%s, %s, 'Applied', '', 'BR', 'br_cnpj', %s, '', '{}', '{}')",
            [entity, account, customer.tax_id.number],
        )
        yield other.commit


@pytest.mark.parametrize("table", ["enrolment_importissue", "enrolment_imprint"])
def test_what_other_systems_said_is_nobodys_to_read_but_the_staffs(imported, table):
    imported()
    seen = {}
    for role in ("atrio_web", "atrio_staff", "atrio_worker"):
        be_nobody(role=role)
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")
            (seen[role],) = cursor.fetchone()
        be_nobody()

    assert seen["atrio_web"] == 0
    assert seen["atrio_staff"] == seen["atrio_worker"] > 0


class TestTheCommand:
    def test_says_what_is_done_and_what_needs_a_look(self, unit):
        said = CliRunner().invoke(_load("import"), [unit.code])

        assert said.exit_code == 0
        assert "erp: " in said.output
        assert "1  same_tax_id" in said.output

    def test_a_system_that_does_not_answer_is_one_line_and_the_next_time_it_goes_on(
        self, unit, erp
    ):
        erp.break_next("customers", "busy")
        failed = CliRunner().invoke(_load("import"), [unit.code])
        again = CliRunner().invoke(_load("import"), [unit.code])

        assert failed.exit_code == 1
        assert "start it again later to go on" in failed.output
        assert again.exit_code == 0
        assert ImportRun.objects.count() == 1

    def test_a_unit_nobody_knows_is_refused(self, unit):
        said = CliRunner().invoke(_load("import"), ["nowhere"])

        assert said.exit_code == 2
        assert "no such business unit" in said.output
