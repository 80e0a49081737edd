"""The shop as a customer sees it."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import dateformat, timezone
from lxml import html

from atrio.cabinet.words import money
from atrio.kernel.queue import run_pending
from atrio.parties.models import Account
from atrio.timeline.models import Entry
from atrio.trade.actions import fetch_first_prices
from atrio.trade.models import Article, PersonalPrice
from atrio.trade.queries import price_freshness
from tests.parties.customers import Browser, become_customer, erp_of, make_unit

SHOP = "/cabinet/shop/"


def shop(browser, **query):
    """Return the shop's page as a tree, and the response it came in."""
    answer = browser.get(SHOP, query)
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode()), answer


def prices(page):
    return page.xpath("//*[@class='article-price']/strong/text()")


def text(page):
    return " ".join(page.text_content().split())


def test_the_page_shows_the_customers_own_prices_and_says_how_old_they_are(browser, alice):
    asked = timezone.now()
    fetch_first_prices(account_id=alice.account.pk, now=asked)

    page, answer = shop(browser)

    first = Article.objects.order_by("name", "id").first()
    paid = PersonalPrice.objects.get(article=first).amount
    assert prices(page)[0] == money(paid, "BRL")
    assert len(prices(page)) == 24
    instead_of = page.xpath("string((//*[@class='article-price'])[1]/s)")
    assert money(first.list_price, "BRL") in instead_of
    local = asked.astimezone(ZoneInfo("America/Sao_Paulo"))
    said = dateformat.time_format(local, "P")  # "7 p.m." on the hour, "noon" at noon
    assert f"Your prices, from the ERP, at {said}" in text(page)
    assert "never older than 15 minutes" in text(page)
    assert "no-store" in answer["Cache-Control"]


def test_prices_that_are_not_there_are_asked_for_and_appear_by_themselves(browser, unit):
    page, _ = shop(browser)

    assert prices(page) == []
    assert "asking for your price…" in text(page)
    offers = page.get_element_by_id("offers")
    assert offers.get("hx-trigger") == "load delay:1s"
    refresh = page.xpath("//noscript/meta[@http-equiv='refresh']/@content")
    assert refresh == [f"1;url={offers.get('hx-get')}"]

    run_pending()
    page = html.fromstring(browser.get(offers.get("hx-get")).content.decode())
    assert len(prices(page)) == 24
    assert page.get_element_by_id("offers").get("hx-get") is None
    assert not page.xpath("//noscript/meta")
    assert erp_of(unit).calls().count("prices") == 1


def test_prices_older_than_the_page_promises_are_not_shown(browser, alice):
    old = timezone.now() - price_freshness()
    fetch_first_prices(account_id=alice.account.pk, now=old)

    page, _ = shop(browser)

    assert prices(page) == []
    assert "never older than 15 minutes" in text(page)


@pytest.mark.parametrize(
    ("asked", "seconds", "is_slow"),
    [("", 1, False), ("3", 3, False), ("6", 30, True), ("99999999", 30, True), ("-1", 1, False),
     ("٣", 3, False), ("²", 1, False), ("x", 1, False)],
)  # fmt: skip
def test_the_page_asks_again_ever_more_politely(browser, asked, seconds, is_slow):
    page, _ = shop(browser, asked=asked)

    assert page.get_element_by_id("offers").get("hx-trigger") == f"load delay:{seconds}s"
    assert ("The ERP does not answer at the moment" in text(page)) == is_slow


def test_an_erp_without_an_answer_leaves_a_whole_page(browser, unit):
    erp_of(unit).break_next("prices", "busy", times=2)
    shop(browser)
    run_pending()

    page, _ = shop(browser)

    assert len(page.find_class("article")) == 24
    assert "Asking the ERP for your prices…" in text(page)


def test_a_price_is_asked_for_when_the_erp_has_none(browser, alice):
    fetch_first_prices(account_id=alice.account.pk, now=timezone.now())
    PersonalPrice.objects.update(amount=None)

    page, _ = shop(browser)

    assert "Price on request" in text(page)
    assert page.get_element_by_id("offers").get("hx-get") is None
    assert Account.objects.get().first_price_at is None


def test_the_first_price_shown_stops_the_access_clock_once(browser, alice):
    shop(browser)
    assert Account.objects.get().first_price_at is None

    fetch_first_prices(account_id=alice.account.pk, now=timezone.now())
    shop(browser)
    stopped = Account.objects.get().first_price_at
    shop(browser)

    assert stopped is not None
    assert Account.objects.get().first_price_at == stopped
    entry = Entry.objects.get(what="price.first_shown")
    assert (entry.account_id, entry.by_id) == (alice.account.pk, str(alice.user.pk))


def test_an_article_dearer_than_its_list_price_does_not_boast(browser, alice):
    fetch_first_prices(account_id=alice.account.pk, now=timezone.now())
    PersonalPrice.objects.update(amount=Decimal("9999.1250"))

    page, _ = shop(browser)

    assert prices(page)[0] == "R$\N{NO-BREAK SPACE}9,999.125"
    assert not page.xpath("//*[@class='article-price']/s")


def test_pages_follow_one_another(browser):
    first, _ = shop(browser)
    assert "1–24 of 30" in text(first)
    (following,) = first.xpath("//a[@rel='next']/@href")

    second = html.fromstring(browser.get(following).content.decode())
    assert "25–30 of 30" in text(second)
    assert second.xpath("//a[@rel='prev']/@href") == [SHOP]


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999999999999999", "1.5", "\0"])
def test_a_page_that_is_not_there_is_the_nearest_one(browser, page):
    found, _ = shop(browser, page=page)

    assert found.find_class("article")


def test_searching_and_choosing_a_category_go_together(browser):
    searched, _ = shop(browser, q="lampada")
    assert {
        name.split()[0] for name in searched.xpath("//article//h2/text() | //li//h2/text()")
    } == {"Lâmpada"}
    (category,) = searched.xpath("//*[@class='chips']//a[starts-with(., 'Comando')]/@href")

    both = html.fromstring(browser.get(category).content.decode())
    assert both.get_element_by_id("query").get("value") == "lampada"
    assert both.xpath("string(//*[@class='chips']//a[@aria-current]/text())").strip() == "Comando"


def test_finding_nothing_is_explained(browser):
    page, _ = shop(browser, q="<script>alert(1)</script>")

    assert "Nothing found" in text(page)
    assert page.get_element_by_id("query").get("value") == "<script>alert(1)</script>"
    assert page.xpath(f"//main//a[@href='{SHOP}'][contains(., 'Show everything')]")


def test_an_empty_catalogue_explains_itself(browser):
    Article.objects.update(is_for_sale=False)

    page, _ = shop(browser)

    assert "The shelves are being filled" in text(page)


def test_no_string_breaks_the_search(browser, naughty):
    # Every one of them is searched for in tests/trade; a page each for some will do.
    for string in naughty[::10]:
        query = dict.fromkeys(("q", "category", "page", "asked"), string)
        assert browser.get(SHOP, query).status_code == 200


@pytest.mark.parametrize("are_fresh", [True, False])
def test_the_number_of_queries_does_not_grow_with_the_catalogue(are_fresh, db):
    counts = []
    for articles in (30, 600):
        unit = make_unit(code=f"unit-{articles}", articles=articles)
        customer = become_customer(unit, f"buyer{articles}@ventorim.example")
        fetch_first_prices(account_id=customer.account.pk, now=timezone.now())
        browser = Browser().come_in(customer.user)
        # What a process keeps for half a minute is asked anew: else it may end between two counts.
        caches["process"].clear()
        shop(browser)
        if not are_fresh:
            PersonalPrice.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            shop(browser)
        counts.append(len(queries) - 2)  # the browser's own: it takes on a role and gives it back

    assert counts[0] == counts[1]
    assert counts[0] <= 15


def test_mallory_sees_her_own_prices_and_no_others(browser, alice, mallory):
    fetch_first_prices(account_id=alice.account.pk, now=timezone.now())
    assert prices(shop(browser)[0])

    assert prices(shop(Browser().come_in(mallory.user))[0]) == []
