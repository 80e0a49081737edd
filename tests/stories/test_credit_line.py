"""A credit line from the wish to the cabinet: asked, decided, written to the ERP, shown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from atrio.identity.models import User
from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Application, Promise
from atrio.onboarding.promises.actions import end_what_is_over
from atrio.onboarding.promises.credit import copy_credit_request
from atrio.outside.connections import open_erp
from atrio.parties.models import Account, Membership
from atrio.seller.actions import set_own_day
from atrio.trade.models import CreditLine
from tests.onboarding.house import furnish, hire
from tests.stories.people import application_of, apply_as, browser_of, letter_to

pytestmark = pytest.mark.django_db(transaction=True)
ALICE = "alice@ventorim.example"


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return browser_of(unit_member(unit, "associate"))


def unit_member(unit, role):
    return User.objects.get(pk=hire(unit, f"{role}@nordlicht.example", role).id)


@pytest.fixture
def alice(unit):
    """Alice, in her shop, waiting for a credit line."""
    apply_as("Alice Prado", ALICE, credit__wanted="yes", credit__amount="5000")
    return browser_of(Membership.objects.get().user)


def panel(browser, page="/cabinet/"):
    """Return what a page of the cabinet says of the credit line, "" if nothing."""
    found = html.fromstring(browser.get(page).content).xpath("//section[@aria-labelledby='credit']")
    return " ".join(found[0].text_content().split()) if found else ""


def decide(carla, **said):
    pk = application_of(ALICE).pk
    answers = {f"credit.{name}": value for name, value in said.items()}
    page = carla.post(f"/desk/applications/{pk}/steps/decide_credit/decide", answers)
    assert page.status_code == 302, page.content.decode()
    run_pending()


def test_without_a_wish_nothing_is_said_of_credit(unit):
    apply_as("Alice Prado", ALICE)
    browser = browser_of(Membership.objects.get().user)
    assert panel(browser) == panel(browser, "/cabinet/company/") == ""


def test_while_it_is_open_it_says_by_when_we_decide(alice):
    assert "we decide by" in panel(alice)
    Promise.objects.filter(name="credit_line").update(due_at=timezone.now() - timedelta(hours=1))
    copy_credit_request(application_id=application_of(ALICE).pk, now=timezone.now())
    assert "It takes longer than we promised" in panel(alice)


def test_while_the_customer_owes_something_no_day_is_promised(alice):
    now = timezone.now()
    Promise.objects.filter(name="credit_line").update(
        running_since=None, paused_since=now, due_at=None, next_at=None
    )
    copy_credit_request(application_id=application_of(ALICE).pk, now=now)
    assert "We are waiting for you" in panel(alice)


def test_what_is_granted_is_in_the_erp_and_in_the_cabinet(alice, carla):
    decide(carla, verdict="grant", limit="4000", term="30 dias")
    for page in ("/cabinet/", "/cabinet/company/"):
        said = panel(alice, page)
        assert "R$ 4,000.00" in said
        assert "30 dias" in said
        assert "decide" not in said
    account = Account.objects.get()
    line = open_erp("erp-br").read_credit_line(account.customer_number)
    assert (line.limit, line.payment_term) == (Decimal(4000), "30 dias")
    assert CreditLine.objects.get().source == "erp-br"
    assert Promise.objects.get(name="credit_line").status == "kept"


def test_what_is_denied_says_why_and_how_to_object_and_keeps_its_promise(alice, carla, unit):
    unit_member(unit, "manager")
    decide(carla, verdict="deny", reason="The company is too <b>young</b>.")
    said = panel(alice)
    assert "You pay at once" in said
    assert "The company is too <b>young</b>." in said
    assert "You see it otherwise?" in said
    assert b"mailto:manager@nordlicht.example" in alice.get("/cabinet/").content
    assert "young" in letter_to(ALICE, "credit_denied").text
    assert Promise.objects.get(name="credit_line").status == "kept"


def test_who_has_a_line_keeps_it_while_another_one_is_denied(alice, carla):
    decide(carla, verdict="grant", limit="4000")
    CreditLine.objects.update(request="denied", reason="Not more.")
    said = panel(alice)
    assert "R$ 4,000.00" in said
    assert "cannot raise your credit line" in said


def test_a_changed_calendar_moves_the_day_that_is_told(alice, unit):
    before = CreditLine.objects.get().decide_by
    admin = hire(unit, "admin@nordlicht.example", "admin")
    set_own_day(
        by=admin,
        unit=unit.code,
        on=before.date(),
        openings=[],
        reason="Stocktaking",
        now=timezone.now(),
    )
    run_pending()
    assert CreditLine.objects.get().decide_by > before


def test_what_is_withdrawn_is_no_longer_waited_for(alice):
    Application.objects.update(status="withdrawn", finished_at=timezone.now())
    end_what_is_over()
    run_pending()
    assert panel(alice) == ""


def test_mallory_sees_nothing_of_it(alice, carla, unit):
    decide(carla, verdict="grant", limit="4000")
    apply_as("Mallory Dias", "mallory@marupanga.example", cnpj="99000011000139")
    mallory = Membership.objects.get(user__email="mallory@marupanga.example").user
    assert panel(browser_of(mallory)) == ""


def test_it_costs_a_page_one_statement(alice):
    def statements(page):
        alice.get(page)
        with CaptureQueriesContext(connection) as asked:
            alice.get(page)
        return [one["sql"] for one in asked if "trade_creditline" in one["sql"]], len(asked)

    for page in ("/cabinet/", "/cabinet/company/"):
        of_credit, all_of_them = statements(page)
        assert len(of_credit) == 1
        assert all_of_them <= 16
