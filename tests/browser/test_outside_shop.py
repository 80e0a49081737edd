"""Into the outside shop with the sign-in of the house, by real programs and a real browser."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack

import pytest

from atrio.site.demo.shop import SHOP
from atrio.site.machine.goods import goods_for_shop
from tests.assertions.processes import Processes
from tests.browser.guests import Guest

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]
SECRET = "between-the-house-and-the-shop"
# One whom the ERP has known for years, at wholesale prices or not: as the ERP says.
CUSTOMER = (
    "select u.email, e.legal_name, a.price_group from parties_membership m"
    " join identity_user u on u.id = m.user_id join parties_account a on a.id = m.account_id"
    " join parties_legalentity e on e.account_id = a.id"
    " where a.business_unit = 'nordlicht-br' and a.price_group = 'Atacado' order by u.email limit 1"
)


@pytest.fixture
def shop(house, tmp_path):
    """The sample shop beside the house, which knows it."""
    goods = tmp_path / "goods.json"
    goods.write_text(json.dumps(goods_for_shop()))
    with ExitStack() as stack:
        programs = Processes(tmp_path, stack=stack, ATRIO_SAMPLE_SHOP_SECRET=SECRET)
        arguments = ("--issuer", house.url, "--goods", str(goods))
        url = programs.serve("shop", "atrio.site.sample_shop", *arguments, ready="/healthz")
        environment = house.processes.environment
        known = environment["ATRIO_SECRETS"]
        environment["ATRIO_SAMPLE_SHOP"] = url
        environment["ATRIO_SECRETS"] = json.dumps(json.loads(known) | {SHOP: SECRET})
        house.processes.run("demo-data")
        yield url
        del environment["ATRIO_SAMPLE_SHOP"]
        environment["ATRIO_SECRETS"] = known
        house.rows("delete from allauth_idp_oidc_client where id = %s returning id", SHOP)


@pytest.fixture
def alice(browser, house, shop):
    guest = Guest(browser, house.url, elsewhere=(shop,))
    yield guest
    guest.leave()
    assert guest.complaints == []


def test_signed_in_once_one_buys_in_the_outside_shop_and_leaves_both(alice, house, shop):
    page = alice.page
    ((email, company, group),) = house.rows(CUSTOMER)
    # Straight to the shop: it sends one to the house, and the house back.
    page.goto(shop)
    page.locator("a[href='/sign-in']").click()
    page.locator("[name=email]").first.fill(email)
    page.locator("[name=email]").first.press("Enter")
    page.locator("[name=code]").fill(alice.read_code())
    page.locator("[name=code]").press("Enter")
    page.wait_for_url(f"{shop}/")
    assert company in page.locator("#legal-entity").inner_text()
    assert page.locator("#price-group").inner_text() == group

    page.locator("[data-article='HT-PLI-1'] button").click()
    page.locator("#basket form[action='/order'] button").click()
    assert "P-1001" in page.locator("#orders").inner_text()

    # From the cabinet it is one click.
    page.context.clear_cookies(name="sample_shop")
    alice.open("/cabinet/")
    page.locator(f"a[href^='{shop}']").click()
    page.wait_for_url(f"{shop}/")
    assert "P-1001" in page.locator("#orders").inner_text()

    page.locator("form[action='/sign-out'] button").click()
    page.locator("button[value=logout]").click()
    page.wait_for_url(re.compile(rf"{shop}/signed-out"))
    assert page.locator("a[href='/sign-in']").is_visible()
    page.goto(f"{house.url}/cabinet/")
    assert "/sign-in/" in page.url
