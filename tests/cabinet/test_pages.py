"""Home and My company: what they tell a customer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from lxml import html

from atrio.cabinet.words import address, ago, initials, money, tax_id
from atrio.identity.actions import ensure_user
from atrio.parties.models import Account, LegalEntity
from atrio.seller.models import Staff
from tests.parties.customers import Browser


def read(browser, path):
    """Return a page as a tree, and all its words."""
    answer = browser.get(path)
    assert answer.status_code == 200
    page = html.fromstring(answer.content.decode())
    return page, " ".join(page.text_content().split())


def test_home_greets_and_says_what_waits(browser):
    page, words = read(browser, "/cabinet/")

    assert "Good to see you, Alice Prado" in words
    assert "Your prices are ready" in words
    assert page.xpath("//*[@class='todo']//a[@href='/cabinet/shop/']")
    assert "Your account was opened" in words


def test_home_is_quiet_when_nothing_waits(browser):
    Account.objects.update(first_price_at=timezone.now())

    _, words = read(browser, "/cabinet/")

    assert "Nothing. Everything is done" in words
    assert "You saw your own prices for the first time" in words


def test_home_names_the_sales_manager_once_there_is_one(browser, unit):
    assert "Your person here" not in read(browser, "/cabinet/")[1]
    rafael = ensure_user(email="rafael@nordlicht.example", name="Rafael Monteiro", language="en")
    Staff.objects.create(user=rafael, business_unit=unit, role="manager")

    page, words = read(browser, "/cabinet/")

    assert "Rafael Monteiro" in words
    assert page.xpath("//a[@href='mailto:rafael@nordlicht.example']")


def test_my_company_tells_what_is_known_and_who_said_so(browser, alice):
    page, words = read(browser, "/cabinet/company/")

    entity = LegalEntity.objects.get()
    assert tax_id("br_cnpj", entity.tax_id) in words
    assert "Rua das Bromélias, 12 Sala 3 Centro São Paulo – SP, 01310-100 Your terms" in words
    assert "Alice Prado · you" in words
    assert alice.account.customer_number in words
    assert "Atacado" in words
    facts = {fact.findtext("dt"): fact for fact in page.find_class("fact")}
    assert "Company register" in facts["Legal name"].text_content()
    assert "Company register" not in facts["Activity"].text_content()


def test_my_company_shows_nothing_of_mallorys(browser, mallory):
    assert "Marupanga" not in read(browser, "/cabinet/company/")[1]
    _, words = read(Browser().come_in(mallory.user), "/cabinet/company/")
    assert "Ventorim" not in words
    assert "Alice" not in words


def test_what_customers_are_called_is_escaped(browser):
    LegalEntity.objects.update(legal_name="<b>Bold & Sons</b>", address={"street": "<i>"})

    page, words = read(browser, "/cabinet/company/")

    assert "<b>Bold & Sons</b>" in words
    assert not page.xpath("//main//b | //main//i")


@pytest.mark.parametrize(("path", "most"), [("/cabinet/", 16), ("/cabinet/company/", 15)])
def test_pages_take_few_queries(browser, path, most):
    read(browser, path)
    with CaptureQueriesContext(connection) as queries:
        read(browser, path)

    assert len(queries) <= most


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234.5", "BRL", "R$ 1,234.50"),
        ("0.8450", "BRL", "R$ 0.845"),
        ("12.0000", "EUR", "€ 12.00"),
        ("0", "CLP", "CLP 0.00"),
        ("1E+3", "USD", "US$ 1,000.00"),
    ],
)
def test_money_is_written_as_people_read_it(amount, currency, shown):
    assert money(Decimal(amount), currency).replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("de", "1.234,50 €"),
        ("ru", "1 234,50 €"),
        ("fr", "1 234,50 €"),
        ("es", "1 234,50 €"),
        ("pt-br", "€ 1.234,50"),
    ],
)
def test_each_language_has_its_place_for_the_currency(language, shown):
    with override(language):
        written = money(Decimal("1234.5"), "EUR")

    assert (
        written.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
        == shown
    )


def test_names_and_addresses_may_be_short():
    assert [initials(name) for name in ("Carla Maria Duarte", "Carla", "")] == ["CD", "C", ""]
    assert address({}) == ""
    abroad = {"city": "Recife", "postal_code": "1", "country": "BR"}
    assert address(abroad) == "Recife 1\nBRAZIL"
    assert address(abroad, home="BR") == "Recife 1"


def test_times_are_told_in_their_largest_unit():
    now = timezone.now()

    assert ago(now - timedelta(seconds=59), now=now) == "just now"
    assert ago(now - timedelta(days=3, hours=2), now=now) == "3\N{NO-BREAK SPACE}days ago"
    with override("de"):
        assert ago(now - timedelta(days=3), now=now) == "3\N{NO-BREAK SPACE}Tage her"
