"""The sample shop: one comes in with one's sign-in at the house, buys, and goes."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from atrio.site.demo.shop import SHOP, make_shop
from atrio.site.machine.goods import goods_for_shop
from atrio.site.sample_shop.app import COOKIE, SampleShop
from atrio.site.sample_shop.pages import shop as shop_page
from atrio.site.sample_shop.sign_in import Customer as KnownCustomer
from atrio.site.sample_shop.sign_in import House
from atrio.site.sample_shop.store import Article, Orders, Visit
from atrio.site.sample_shop.words import best_language
from tests.identity.test_openid import HERE, as_the_web_is_served
from tests.parties.customers import Browser, become_customer, make_unit

THERE = "http://polaris.example"
TOOL = "HT-PLI-1"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def customer(db, settings):
    """Alice, of a unit whose customers may go into the sample shop."""
    settings.ATRIO_SAMPLE_SHOP = THERE
    settings.ATRIO_SECRETS = {SHOP: "a-secret-between-house-and-shop"}
    unit = make_unit()
    make_shop(unit.code)
    make_shop(unit.code)  # as every start of the demonstration does
    return become_customer(unit)


@pytest.fixture
def articles():
    return {
        row["number"]: Article(
            row["number"],
            row["names"],
            {group: Decimal(price) for group, price in row["prices"].items()},
        )
        for row in goods_for_shop()
    }


@pytest.fixture
def application(articles, tmp_path):
    """The shop, which reaches the house as it reaches anything on the web."""
    house = House(
        HERE,
        shop=SHOP,
        secret="a-secret-between-house-and-shop",
        transport=lambda: httpx.MockTransport(as_the_web_is_served),
    )
    orders = Orders(tmp_path / "orders.json")
    return SampleShop(house, url=THERE, articles=articles, orders=orders)


@pytest.fixture
def visitor(application):
    """A browser in front of the shop, as many as are wanted."""
    return lambda: httpx.Client(
        transport=httpx.WSGITransport(app=application), base_url=THERE, headers=ENGLISH
    )


def come_in(visitor, browser):
    """Go from the shop to the house and back; return the last answer."""
    way = visitor.get("/sign-in").headers["location"]
    assert way.startswith(f"{HERE}/openid/authorize?")
    back = browser.get(way.removeprefix(HERE))["Location"]
    return visitor.get(back)


def key_in(page):
    return re.search(r"name='key' value='([^']+)'", page.text)[1]


def test_from_the_cabinet_one_comes_in_buys_and_sees_the_order(customer, visitor, application):
    alice, shop = Browser(headers=ENGLISH).come_in(customer.user), visitor()
    assert f'href="{THERE}/sign-in"' in alice.get("/cabinet/").content.decode()

    assert come_in(shop, alice).headers["location"] == "/"
    page = shop.get("/")
    assert "Ventorim Instalações Ltda" in page.text
    assert "<dd id='price-group'>Atacado</dd>" in page.text
    assert "R$53.76" in page.text  # what wholesalers pay for 64.00
    assert "Insulated pliers 1000 V" in page.text

    key = key_in(page)
    assert shop.post("/basket", data={"key": key, "article": TOOL, "count": "2"}).is_redirect
    assert "107.52" in shop.get("/").text
    assert shop.post("/order", data={"key": key}).is_redirect
    # Whoever presses twice orders once.
    assert shop.post("/order", data={"key": key}).is_redirect
    page = shop.get("/")
    assert page.text.count("P-1001") == 1
    assert "P-1002" not in page.text

    colleague = visitor()
    come_in(colleague, alice)
    assert "P-1001" in colleague.get("/").text


def test_orders_outlive_the_shop_and_are_the_accounts_alone(articles, tmp_path):
    alice = known("Ventorim", account="a")
    Orders(tmp_path / "kept.json").place(alice, {TOOL: 3}, articles)

    again = Orders(tmp_path / "kept.json")

    assert [(order.number, order.total) for order in again.of("a")] == [("P-1001", "161.28")]
    assert again.of("b") == []


def test_a_customer_of_another_unit_neither_sees_the_shop_nor_comes_in(customer, visitor):
    mallory = become_customer(make_unit(code="elsewhere"), "mallory@marupanga.example", company="M")
    browser, shop = Browser().come_in(mallory.user), visitor()

    assert "polaris.example" not in browser.get("/cabinet/").content.decode()
    way = shop.get("/sign-in").headers["location"].removeprefix(HERE)
    assert browser.get(way).status_code == 403


def test_nobody_comes_in_by_the_address_that_somebody_else_was_sent_back_to(customer, visitor):
    alice, shop, other = Browser().come_in(customer.user), visitor(), visitor()
    way = shop.get("/sign-in").headers["location"].removeprefix(HERE)
    back = alice.get(way)["Location"]

    assert other.get(back).status_code == 403
    other.get("/sign-in")
    assert other.get(back).status_code == 403
    assert shop.get(back).headers["location"] == "/"
    # The way back leads in once.
    assert shop.get(back).status_code == 403


def test_a_token_for_another_sign_in_lets_nobody_in(customer, visitor, application):
    alice, shop = Browser().come_in(customer.user), visitor()
    way = shop.get("/sign-in").headers["location"].removeprefix(HERE)
    nonce = parse_qs(urlsplit(way).query)["nonce"][0]

    back = alice.get(way.replace(nonce, "x" * len(nonce)))["Location"]

    assert shop.get(back).status_code == 403


def test_the_visit_begins_anew_with_the_sign_in(customer, visitor):
    """Whoever has planted a cookie before knows nothing after."""
    alice, shop = Browser().come_in(customer.user), visitor()
    shop.get("/sign-in")
    before = shop.cookies[COOKIE]

    come_in(shop, alice)

    assert shop.cookies[COOKIE] != before
    assert "Ventorim" not in visitor().get("/", headers={"cookie": f"{COOKIE}={before}"}).text


def test_a_form_that_is_not_the_shops_own_does_nothing(customer, visitor):
    alice, shop = Browser().come_in(customer.user), visitor()
    come_in(shop, alice)

    for address in ("/basket", "/order", "/sign-out"):
        forged = {"article": TOOL, "count": "1", "key": "guessed"}
        assert shop.post(address, data=forged).status_code == 403
    page = shop.get("/")
    assert "Ventorim" in page.text
    typed = {"key": key_in(page), "article": TOOL}
    for wrong in ("", "-1", "1e3", "1000"):
        assert shop.post("/basket", data=typed | {"count": wrong}).status_code == 400
    assert shop.post("/basket", data=typed | {"article": "X", "count": "1"}).status_code == 400


def test_signing_out_ends_the_visit_and_goes_by_the_house(customer, visitor):
    alice, shop = Browser().come_in(customer.user), visitor()
    come_in(shop, alice)

    out = shop.post("/sign-out", data={"key": key_in(shop.get("/"))}).headers["location"]

    said = parse_qs(urlsplit(out).query)
    assert out.startswith(f"{HERE}/openid/logout?")
    assert said["post_logout_redirect_uri"] == [f"{THERE}/signed-out"]
    assert said["id_token_hint"][0].count(".") == 2
    assert "Ventorim" not in shop.get("/").text
    assert "Sign in with" in shop.get("/signed-out").text


def test_while_the_house_is_silent_the_shop_says_so(articles):
    def nobody(_request):
        raise httpx.ConnectError("nobody there")

    house = House(HERE, shop=SHOP, secret="s", transport=lambda: httpx.MockTransport(nobody))
    shop = SampleShop(house, url=THERE, articles=articles, orders=Orders())
    with httpx.Client(transport=httpx.WSGITransport(app=shop), base_url=THERE) as browser:
        answer = browser.get("/sign-in", headers={"accept-language": "de-AT,de;q=0.9"})
        assert answer.status_code == 502
        assert "Die Anmeldung geht gerade nicht" in answer.text
        assert browser.get("/nowhere").status_code == 404


def test_what_the_house_tells_is_text_and_nothing_else(articles):
    evil = "<script>alert(1)</script>"
    visit = Visit(until=0, customer=known(evil, price_group=evil, name=evil, tax_id="'>"))

    page = shop_page("en", visit, articles, [])

    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3


@pytest.mark.parametrize(
    ("customers", "browsers", "spoken"),
    [
        ("pt-br", "de", "pt-br"),
        ("", "fr-CA,fr;q=0.9", "fr"),
        ("xx", "pl, es;q=0.5", "es"),
        ("", "", "en"),
    ],
)
def test_it_speaks_the_customers_language_else_their_browsers(customers, browsers, spoken):
    assert best_language(customers, browsers) == spoken


def known(legal_entity, *, account="a", price_group="Atacado", name="Alice", tax_id=""):
    return KnownCustomer(
        name=name,
        email="alice@ventorim.example",
        language="en",
        account=account,
        legal_entity=legal_entity,
        tax_id=tax_id,
        price_group=price_group,
        id_token="",
    )
