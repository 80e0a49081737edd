"""Imports at the desk: how they stand, what needs a look, who may begin one."""

from __future__ import annotations

import re

import pytest

from atrio.desk.imports import ISSUES, ISSUES_PAGE
from atrio.enrolment.models import ImportIssue, ImportRun
from atrio.kernel.queue import run_pending
from atrio.outside.connections import open_erp
from atrio.outside.models import Connection
from tests.desk.conftest import seated
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/desk/imports/"


@pytest.fixture
def base(unit):
    """The invented base in the unit's ERP, which nobody has asked yet."""
    connection = Connection.objects.get(code=unit.erp)
    connection.options = {**connection.options, "base": True}
    connection.base_url += "-with-base"
    connection.save()
    return unit


@pytest.fixture
def rita(unit):
    return seated(hire(unit, "rita@nordlicht.example", "regional_admin"))


def begin(browser, unit):
    return browser.post(f"{ADDRESS}start", {"unit": unit.code}, follow=True)


def test_a_regional_administrator_imports_and_sees_how_far_it_is(base, rita):
    running = begin(rita, base).content.decode()
    assert "runs" in running
    assert 'hx-trigger="every 2s"' in running

    run_pending()
    run = ImportRun.objects.get()
    done = rita.get(f"{ADDRESS}{run.pk}/").content.decode()
    assert "Customers of the ERP" in done
    assert "hx-trigger" not in done
    assert "another customer has the same tax number" in done
    assert "also 200" in done


def test_the_list_names_every_import_with_what_it_brought(base, rita):
    begin(rita, base)
    run_pending()
    listed = rita.get(ADDRESS).content.decode()

    assert str(ImportRun.objects.get().counts["erp"]["opened"]) in listed
    assert "Rita" in listed
    assert "Import customers of" in listed


def test_while_one_runs_no_other_is_offered(base, rita):
    begin(rita, base)

    assert "Import customers of" not in rita.get(ADDRESS).content.decode()
    begin(rita, base)
    assert ImportRun.objects.count() == 1


def test_one_that_was_refused_says_why_and_goes_on_when_told_to(base, rita):
    open_erp(base.erp).break_next("customers", "failed")
    begin(rita, base)
    run_pending()
    page = rita.get(f"{ADDRESS}{ImportRun.objects.get().pk}/").content.decode()
    assert "told to refuse" in page
    assert "Go on" in page

    begin(rita, base)
    run_pending()
    assert ImportRun.objects.get().status == ImportRun.Status.DONE


def test_issues_are_shown_by_kind_and_page_by_page(base, rita):
    run = ImportRun.objects.create(
        business_unit=base.code,
        status="done",
        started_at="2026-03-02T12:00Z",
        moved_at="2026-03-02T12:00Z",
    )
    ImportIssue.objects.bulk_create(
        ImportIssue(run=run, system="erp-br", outside_id=f"N{number:03}", what="no_tax_id")
        for number in range(ISSUES_PAGE + 5)
    )
    ImportIssue.objects.create(run=run, system="crm-br", outside_id="C1", what="same_person")
    address = f"{ADDRESS}{run.pk}/"

    def ids(**query):
        page = rita.get(address, query).content.decode()
        return re.findall(r'<span class="code">([^<]*)</span>', page)

    assert ids()[0] == "N000"
    assert len(ids()) == ISSUES_PAGE
    assert ids(page=2) == [
        *(f"N{number:03}" for number in range(ISSUES_PAGE, ISSUES_PAGE + 5)),
        "C1",
    ]
    assert ids(what="same_person") == ["C1"]
    assert len(ids(what="nonsense", page="x")) == ISSUES_PAGE


def test_every_kind_of_issue_has_words(base, rita):
    begin(rita, base)
    run_pending()

    assert set(ImportIssue.objects.values_list("what", flat=True)) <= ISSUES.keys()


def test_what_is_imported_is_shown_as_text(base, rita):
    run = ImportRun.objects.create(
        business_unit=base.code,
        status="stopped",
        error="<script>alert(1)</script>",
        started_at="2026-03-02T12:00Z",
        moved_at="2026-03-02T12:00Z",
    )
    ImportIssue.objects.create(
        run=run, system="erp-br", outside_id="1", what="kept", about="<img src=x>",
        details={"ours": "<b>ours</b>", "strange": "not shown"},
    )  # fmt: skip
    page = rita.get(f"{ADDRESS}{run.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;b&gt;ours&lt;/b&gt;" in page
    assert "not shown" not in page


def test_an_associate_looks_and_does_not_import(base, carla):
    assert carla.get(ADDRESS).status_code == 200
    assert "Import customers of" not in carla.get(ADDRESS).content.decode()

    refused = begin(carla, base).content.decode()
    assert "Only administrators may import customers." in refused
    assert not ImportRun.objects.exists()


def test_for_who_sells_there_is_no_such_page(base, martin):
    assert martin.get(ADDRESS).status_code == 404
    assert begin(martin, base).status_code == 404


def test_mallory_of_another_unit_sees_none_of_it(base, rita, mallory):
    begin(rita, base)
    run = ImportRun.objects.get()

    assert mallory.get(f"{ADDRESS}{run.pk}/").status_code == 404
    assert base.name not in mallory.get(ADDRESS).content.decode()
    assert begin(mallory, base).status_code == 404


def test_the_pages_ask_little_of_the_database(base, rita, django_assert_max_num_queries):
    begin(rita, base)
    run_pending()
    run = ImportRun.objects.get()

    with django_assert_max_num_queries(12):
        rita.get(ADDRESS)
    with django_assert_max_num_queries(13):
        rita.get(f"{ADDRESS}{run.pk}/")
