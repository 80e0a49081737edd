"""Two companies become customers of a real ERP, over HTTP, with every process as in production."""

from __future__ import annotations

import re
import time
from contextlib import closing
from decimal import Decimal

import pytest

from atrio.connectors.tryton.rpc import TrytonRpc
from atrio.outside.http import OutsideHttp
from atrio.outside.invented import invented_company, invented_numbers
from atrio.site.machine.play import Customer, become_customer
from tests.onboarding.house import A_DAY
from tests.running_house import running_house
from tests.waiting import eventually

FRESHNESS = 2
# What the question to the ERP and the page's next look may add to the stated freshness.
ON_TOP = 5

pytestmark = [pytest.mark.tryton, pytest.mark.xdist_group("house")]


@pytest.fixture(scope="module")
def running(tmp_path_factory, tryton):
    folder = tmp_path_factory.mktemp("house")
    freshness = {"ATRIO_PRICE_FRESHNESS_SECONDS": str(FRESHNESS)}
    with running_house(folder, tryton=tryton, **freshness) as house:
        yield house


@pytest.fixture
def house(running):
    yield running
    running.processes.tell()


@pytest.fixture(scope="module")
def erp(running):
    """Tryton itself, asked in its own words by its administrator."""
    http = OutsideHttp(running.tryton.url)
    password = running.tryton.snapshot.admin_password
    return TrytonRpc(http, database=running.erp_database, user="admin", password=password)


@pytest.fixture(scope="module")
def alice(running):
    """She buys for a wholesaler."""
    with closing(Buyer(running, "alice@ventorim.example", activity="46")) as buyer:
        yield buyer


@pytest.fixture(scope="module")
def bob(running):
    """He buys for a shop."""
    with closing(Buyer(running, "bob@brisaforte.example", activity="47")) as buyer:
        yield buyer


class Buyer:
    """Somebody who has become a customer a moment ago, and stands in the shop."""

    def __init__(self, house, email, *, activity):
        self.number = next(n for n in invented_numbers() if _activity(n).startswith(activity))
        self.browser = Customer(house.url)
        for said in become_customer(self.browser, number=self.number, email=email):
            self.browser.tell(said)
        ((self.reference,),) = house.rows(
            "select a.reference from onboarding_application a join parties_legalentity e"
            " on e.account_id = a.account_id where e.tax_id = %s",
            self.number,
        )

    def close(self):
        self.browser.close()

    def look_again(self):
        self.browser.open(self.browser.address)

    @property
    def prices(self):
        """What the shop shows now: each article's number and its price."""
        return {
            _text(article, ".//*[@class='article-number']").split()[0]: _amount(price)
            for article in self.browser.page.xpath("//li[@class='article']")
            if (price := _text(article, ".//*[@class='article-price']/strong"))
        }

    @property
    def freshness(self):
        return _text(self.browser.page, "//*[@class='freshness']")


def _activity(number):
    return invented_company(number, as_of=A_DAY).activity_code


def _text(element, path):
    return element.xpath(f"string({path})").strip()


def _amount(text):
    """Read an amount as the page writes it in English: "R$ 1,234.50"."""
    return Decimal(re.fullmatch(r"R\$\s([\d,]+\.\d\d+)", text)[1].replace(",", ""))


def party_of(erp, buyer):
    parties = erp.search_read(
        "party.party",
        [["code", "=", buyer.reference]],
        [
            *("name", "sale_price_list", "sale_price_list.name"),
            *("identifiers.type", "identifiers.code_compact"),
        ],
    )
    assert len(parties) == 1
    return parties[0]


def price_in_tryton(erp, buyer, article):
    (product,) = erp.search_read(
        *("product.product", [["code", "=", article]], ["sale_price_uom"]),
        price_list=party_of(erp, buyer)["sale_price_list"],
        quantity=1,
    )
    return product["sale_price_uom"]


@pytest.mark.parametrize(
    ("who", "price_list"), [("alice", "Atacado"), ("bob", "Varejo")], ids=["wholesale", "retail"]
)
def test_the_new_customer_is_in_the_erp_with_reference_tax_id_and_price_list(
    request, house, erp, who, price_list
):
    buyer = request.getfixturevalue(who)

    party = party_of(erp, buyer)

    # The register writes in capitals.
    legal_name = invented_company(buyer.number, as_of=A_DAY).legal_name.upper()
    assert (party["name"], party["sale_price_list."]["name"]) == (legal_name, price_list)
    assert ("br_vat", buyer.number) in {
        (identifier["type"], identifier["code_compact"]) for identifier in party["identifiers."]
    }


def test_the_prices_on_the_page_are_what_tryton_says(house, erp, alice, bob):
    for buyer in (alice, bob):
        assert len(buyer.prices) == 24
        for article in list(buyer.prices)[:3]:
            assert buyer.prices[article] == price_in_tryton(erp, buyer, article)


def test_two_price_groups_show_two_prices(house, alice, bob):
    common = alice.prices.keys() & bob.prices.keys()

    assert common
    assert all(alice.prices[article] < bob.prices[article] for article in common)


def test_a_price_changed_in_the_erp_changes_the_page_after_the_freshness_it_states(
    house, erp, alice
):
    before = alice.prices
    article = next(iter(before))
    assert f"never older than {FRESHNESS} seconds" in alice.freshness

    set_formula(erp, "Atacado", "list_price * 0.5")
    changed_at = time.monotonic()

    def has_changed():
        alice.look_again()
        return alice.prices.get(article, before[article]) != before[article]

    eventually(has_changed, within=FRESHNESS + ON_TOP)
    took = time.monotonic() - changed_at
    print(f"changed in the ERP, on the page {took:.1f} s later")
    assert alice.prices[article] == price_in_tryton(erp, alice, article) < before[article]


def set_formula(erp, price_list, formula):
    """Change what one price list says for small quantities, as the seller's people would."""
    lines = erp.search_read(
        *("product.price_list.line", [["price_list.name", "=", price_list]], ["quantity"]),
    )
    (line,) = [line["id"] for line in lines if line["quantity"] is None]
    erp.call("product.price_list.line.write", [line], {"formula": formula})
