"""The shop elsewhere at the desk: chosen, behind, refusing, and told again by one button."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone
from lxml import html

from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Application
from atrio.outside.models import Connection
from atrio.parties.models import Account
from atrio.seller.models import BusinessUnit
from atrio.trade.models import ShopCustomer
from atrio.trade.shops.jobs import tell_shops
from tests.desk.conftest import seated
from tests.onboarding.house import hire
from tests.parties.customers import become_customer

pytestmark = pytest.mark.django_db(transaction=True)
SHOP = "shop-elsewhere"


@pytest.fixture
def shop(unit):
    return Connection.objects.create(
        code=SHOP,
        port="shop",
        product="memory",
        base_url=f"memory:{uuid4()}",
        options={"price_groups": ["Atacado"]},
        created_at=timezone.now(),
    )


@pytest.fixture
def regina(unit):
    return seated(hire(unit, "regina@nordlicht.example", "regional_admin"))


def form_to(visitor, part, path="/desk/systems/"):
    page = html.fromstring(visitor.get(path).content)
    return next((form for form in page.forms if part in form.action), None)


def words(visitor, path="/desk/systems/"):
    return " ".join(html.fromstring(visitor.get(path).content).text_content().split())


def test_an_administrator_chooses_where_customers_buy(regina, carla, shop, unit):
    form = form_to(regina, "shop-of")
    assert form.fields["shop"] == ""
    answer = regina.post(form.action, {"shop": SHOP}, follow=True).content.decode()

    assert f"{SHOP} is told of all customers of Nordlicht Supplies Brasil now" in answer
    assert BusinessUnit.objects.get().shop == SHOP
    assert form_to(carla, "shop-of") is None
    assert f"{SHOP} knows 0 customers" in words(carla)
    # The shop stands among the systems that the unit asks.
    assert form_to(carla, f"systems/{SHOP}/ask") is not None

    answer = regina.post(form.action, {"shop": ""}, follow=True).content.decode()
    assert "buy in our own shop alone now" in answer


def test_a_shop_that_is_not_offered_is_refused_in_words(regina, shop, unit):
    answer = regina.post(form_to(regina, "shop-of").action, {"shop": "erp-br"}, follow=True)
    assert "Please choose one of the shops that are offered." in answer.content.decode()


def test_without_any_shop_elsewhere_the_page_says_nothing_of_it(regina, unit):
    assert "Where customers buy" not in words(regina)


def test_what_the_shop_refused_is_told_again_by_one_button(carla, shop, unit):
    BusinessUnit.objects.update(shop=SHOP)
    customer = become_customer(unit, price_group="")
    Account.objects.update(price_group="Unheard of")
    tell_shops()
    run_pending()

    said = words(carla)
    assert "Ventorim Instalações Ltda" in said
    assert "No price group Unheard of" in said
    Account.objects.update(price_group="Atacado")
    answer = carla.post(form_to(carla, "shop-customers").action, follow=True).content.decode()
    assert "The shop is told of 1 customer once more." in answer
    run_pending()
    row = ShopCustomer.objects.get(account=customer.account)
    assert (row.state, row.told["price_group"]) == ("told", "Atacado")
    assert "knows 1 customer" in words(carla)


def test_the_case_says_how_the_customer_stands_in_the_shop(carla, shop, referred):
    BusinessUnit.objects.update(shop=SHOP)
    customer = become_customer(BusinessUnit.objects.get(), price_group="")
    Application.objects.filter(pk=referred.pk).update(account_id=customer.account.pk)
    path = f"/desk/applications/{referred.pk}/"
    assert "In the shop elsewhere" not in words(carla, path)
    Account.objects.update(price_group="Atacado")
    tell_shops()
    run_pending()

    assert f"open there {SHOP}" in words(carla, path)
    ShopCustomer.objects.update(state="refused", error="No such thing")
    assert "refused: a person has to look" in words(carla, path)
    assert form_to(carla, "shop-customers", path) is not None
