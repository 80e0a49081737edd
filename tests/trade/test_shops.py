"""A shop elsewhere is told of a unit's customers: all of them, each change once, with patience."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.connectors.adobe_commerce.simulator.app import Instance
from atrio.connectors.adobe_commerce.simulator.app import build_app as build_simulator
from atrio.connectors.adobe_commerce.simulator.store import GROUPS, Store
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.queue import run_pending
from atrio.outside.connections import open_shop
from atrio.outside.events import ConnectionRecovered
from atrio.outside.models import Connection, Delivery, Link
from atrio.outside.ports import CreditLine
from atrio.parties.models import Account, Membership
from atrio.seller.models import BusinessUnit
from atrio.site.demo.shop import COMMERCE_OPTIONS
from atrio.timeline.models import Entry
from atrio.trade.credit import note_credit_line
from atrio.trade.models import ShopCustomer
from atrio.trade.receivers import _wake
from atrio.trade.shops import queries
from atrio.trade.shops.actions import NoSuchShop, choose_shop, try_again
from atrio.trade.shops.jobs import tell_shop, tell_shops
from atrio.trade.shops.queries import due, units_shops
from tests.outside.serving import served
from tests.parties.customers import become_customer, make_unit, seen_by

pytestmark = pytest.mark.django_db
SHOP = "shop-elsewhere"


@pytest.fixture
def unit():
    return make_unit(articles=1)


@pytest.fixture
def ada(unit):
    return Actor(
        "staff",
        str(uuid4()),
        "Ada",
        roles=frozenset({"admin"}),
        business_units=frozenset({unit.code}),
    )


@pytest.fixture
def alice(unit):
    return become_customer(unit)


@pytest.fixture
def shop(unit):
    """The shop in which the unit's customers buy, with the handles that tests turn."""
    Connection.objects.create(
        code=SHOP,
        port="shop",
        product="memory",
        base_url=f"memory:{uuid4()}",
        options={"price_groups": ["Atacado", "Varejo"]},
        created_at=timezone.now(),
    )
    unit.shop = SHOP
    unit.save(update_fields=["shop"])
    return open_shop(SHOP)


def go_on(hours=0):
    """Let the background do what is due, some hours from now."""
    tell_shops()
    return run_pending(until=timezone.now() + timedelta(hours=hours))


def company(shop, customer):
    return shop.find_company(str(customer.account.pk))


def test_an_account_is_told_of_once_with_all_that_the_shop_needs(alice, shop):
    go_on()
    tell_shops()
    go_on()

    found = company(shop, alice)
    assert (found.name, found.price_group) == ("Ventorim Instalações Ltda", "Atacado")
    assert (found.state, found.admin_email) == ("open", "alice@ventorim.example")
    assert found.address.city == "São Paulo"
    assert found.credit_limit is None
    assert shop.calls().count("save_company") == 1
    assert Link.objects.get(connection__code=SHOP).outside_id == found.id
    assert Delivery.objects.get(operation="shop.save_company").key == str(alice.account.pk)
    assert Entry.objects.get(what="account.in_shop").data == {"shop": SHOP, "state": "open"}


def test_price_group_credit_line_and_colleagues_follow_whoever_changed_them(alice, shop):
    go_on()
    Account.objects.update(price_group="Varejo")
    go_on()
    assert company(shop, alice).price_group == "Varejo"

    line = CreditLine(Decimal("1500.50"), "BRL", "30 dias")
    note_credit_line(account_id=alice.account.pk, terms=line, source="erp", now=timezone.now())
    go_on()
    assert company(shop, alice).credit_limit == Decimal("1500.50")

    Membership.objects.all().delete()
    go_on()
    assert company(shop, alice).state == "blocked"
    assert shop.calls().count("save_company") == 4


def test_who_has_no_seat_yet_waits_in_the_shop_as_well(alice, shop):
    Membership.objects.all().delete()
    go_on()
    assert company(shop, alice).state == "waiting"
    go_on()
    assert shop.calls().count("save_company") == 1


def test_who_was_merged_into_another_account_is_blocked(alice, shop, unit):
    go_on()
    other = become_customer(unit, "bob@marupanga.example", company="Marupanga")
    Account.objects.filter(pk=alice.account.pk).update(merged_into=other.account)
    go_on()
    assert company(shop, alice).state == "blocked"
    assert company(shop, other).state == "open"
    go_on()
    assert shop.calls().count("save_company") == 3


def test_while_the_shop_is_busy_it_is_asked_again_by_itself(alice, shop):
    shop.break_next("save_company", "busy", times=2)
    go_on()
    row = ShopCustomer.objects.get()
    assert (row.state, row.tries, row.told) == ("busy", 1, None)
    assert row.try_at > timezone.now()

    assert due(unit="nordlicht-br", shop=SHOP, now=timezone.now(), at_most=9) == []
    ShopCustomer.objects.update(try_at=timezone.now())
    go_on()
    ShopCustomer.objects.update(try_at=timezone.now())
    go_on()

    row.refresh_from_db()
    assert (row.state, row.tries, row.error) == ("told", 0, "")


def test_what_was_done_without_an_answer_makes_no_twin(alice, shop):
    shop.break_next("save_company", "no_answer")
    go_on()
    assert ShopCustomer.objects.get().state == "busy"
    ShopCustomer.objects.update(try_at=timezone.now())
    go_on()
    assert ShopCustomer.objects.get().state == "told"
    assert len(shop.companies()) == 1


def test_once_the_shop_answers_again_nobody_waits_any_longer(alice, shop):
    shop.break_next("save_company", "busy")
    go_on()
    _wake(ConnectionRecovered(connection=SHOP))
    run_pending()
    assert ShopCustomer.objects.get().state == "told"


def test_a_refusal_waits_for_a_person_or_a_change(alice, shop, ada, unit):
    Account.objects.update(price_group="Unheard of")
    go_on()
    go_on(hours=48)
    row = ShopCustomer.objects.get()
    assert (row.state, row.error_code) == ("refused", "misconfigured")
    assert shop.calls().count("save_company") == 1
    [seen] = units_shops(ada)
    assert (seen.told, seen.waiting) == (0, 0)
    [refusal] = seen.refused
    assert (refusal.count, refusal.names) == (1, ["Ventorim Instalações Ltda"])
    assert (refusal.error, refusal.row_id) == ("No price group Unheard of", row.pk)

    assert try_again(by=ada, row_id=row.pk, now=timezone.now()) == 1
    run_pending()
    assert shop.calls().count("save_company") == 2
    Account.objects.update(price_group="Varejo")
    go_on()
    assert company(shop, alice).price_group == "Varejo"
    assert units_shops(ada)[0].refused == []


def test_whom_the_shop_refuses_in_the_same_words_it_is_told_of_together(unit, shop, ada):
    for number in range(5):
        become_customer(unit, f"p{number}@marupanga.example", company=f"M{number}")
    Account.objects.update(price_group="Unheard of")
    go_on()
    [refusal] = units_shops(ada)[0].refused
    assert (refusal.count, len(refusal.names)) == (5, 3)
    connection = Connection.objects.get(code=SHOP)
    connection.options = {}
    connection.save()

    assert try_again(by=ada, row_id=refusal.row_id, now=timezone.now()) == 5
    run_pending()

    assert set(ShopCustomer.objects.values_list("state", flat=True)) == {"told"}
    assert try_again(by=ada, row_id=refusal.row_id, now=timezone.now()) == 0


def test_only_the_units_own_people_have_it_tried_again(alice, shop, ada):
    Account.objects.update(price_group="Unheard of")
    go_on()
    row = ShopCustomer.objects.get()
    now = timezone.now()
    for nobody in (replace(ada, business_units=frozenset({"elsewhere"})), alice.actor):
        with pytest.raises(NotFound):
            try_again(by=nobody, row_id=row.pk, now=now)
    with pytest.raises(NotAllowed):
        try_again(by=replace(ada, roles=frozenset({"manager"})), row_id=row.pk, now=now)


def test_a_unit_without_a_shop_elsewhere_tells_nobody(alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        tell_shops()
    tell_shop(account_id=alice.account.pk)
    assert not ShopCustomer.objects.exists()


def test_customers_of_another_unit_are_none_of_its_business(alice, shop):
    mallory = become_customer(
        make_unit(code="elsewhere", articles=1), "mallory@marupanga.example", company="M"
    )
    go_on()
    assert company(shop, mallory) is None


def test_however_many_there_are_they_are_found_with_the_same_few_statements(
    unit, alice, shop, django_assert_num_queries
):
    for number in range(3):
        become_customer(unit, f"p{number}@marupanga.example", company=f"M{number}")
    with django_assert_num_queries(4 + 4):  # a job for each of them
        tell_shops()


def test_of_a_large_base_a_part_is_compared_at_a_time(unit, shop, monkeypatch):
    for number in range(6):
        become_customer(unit, f"p{number}@marupanga.example", company=f"M{number}")
    go_on()
    Account.objects.update(price_group="Varejo")
    monkeypatch.setattr(queries, "SLICE", 2)
    now = timezone.now()

    turns = [
        set(due(unit="nordlicht-br", shop=SHOP, now=now, at_most=9, turn=turn)) for turn in range(3)
    ]

    assert sum(map(len, turns)) == 6
    assert set.union(*turns) == set(Account.objects.values_list("pk", flat=True))
    new = become_customer(unit)
    for turn in range(3):
        found = due(unit="nordlicht-br", shop=SHOP, now=now, at_most=9, turn=turn)
        assert new.account.pk in found


def test_an_administrator_chooses_the_shop_and_everybody_is_brought_over(alice, shop, ada, unit):
    unit.shop = ""
    unit.save(update_fields=["shop"])

    choose_shop(by=ada, unit=unit.code, shop=SHOP, now=timezone.now())
    run_pending()

    assert company(shop, alice).state == "open"
    told = Entry.objects.get(what="unit.shop_chosen")
    assert told.data == {"before": "", "after": SHOP}
    choose_shop(by=ada, unit=unit.code, shop="", now=timezone.now())
    Account.objects.update(price_group="Varejo")
    go_on()
    assert company(shop, alice).price_group == "Atacado"


def test_a_shop_is_chosen_by_administrators_among_those_of_the_unit(shop, ada, unit):
    now = timezone.now()
    Connection.objects.filter(code=SHOP).update(business_unit="elsewhere")
    with pytest.raises(NoSuchShop):
        choose_shop(by=ada, unit=unit.code, shop=SHOP, now=now)
    with pytest.raises(NoSuchShop):
        choose_shop(by=ada, unit=unit.code, shop=unit.erp, now=now)
    with pytest.raises(NotFound):
        choose_shop(by=ada, unit="elsewhere", shop=SHOP, now=now)
    carla = replace(ada, roles=frozenset({"associate"}))
    with pytest.raises(NotAllowed):
        choose_shop(by=carla, unit=unit.code, shop=SHOP, now=now)


def test_adobe_commerce_is_told_over_http(unit, alice, settings):
    """The whole way, from our tables into a shop of the kind it is meant for."""
    store = Store()
    with served(build_simulator(Instance(store, "token"))) as url:
        Connection.objects.create(
            code=SHOP,
            port="shop",
            product="adobe_commerce",
            base_url=url,
            options=COMMERCE_OPTIONS,
            created_at=timezone.now(),
        )
        settings.ATRIO_SECRETS = {SHOP: "token"}
        BusinessUnit.objects.update(shop=SHOP)
        line = CreditLine(Decimal("1500.50"), "BRL", "30 dias")
        note_credit_line(account_id=alice.account.pk, terms=line, source="erp", now=timezone.now())
        go_on()

    [company], [credit], [admin] = map(store.rows, ("company", "credit", "customer"))
    assert (company["reseller_id"], company["status"]) == (str(alice.account.pk), 1)
    assert company["customer_group_id"] == GROUPS[3]
    assert company["street"] == ["Rua das Bromélias 12", "Sala 3, Centro"]
    assert (credit["credit_limit"], credit["currency_code"]) == (1500.5, "BRL")
    assert (admin["email"], admin["lastname"]) == ("alice@ventorim.example", "Prado")
    assert ShopCustomer.objects.get().outside_id == "1"


def test_the_database_shows_a_customer_only_their_own(alice, shop, unit):
    other = become_customer(unit, "bob@marupanga.example", company="Marupanga")
    go_on()
    assert ShopCustomer.objects.count() == 2
    with seen_by(alice.actor):
        assert [row.account_id for row in ShopCustomer.objects.all()] == [alice.account.pk]
        assert ShopCustomer.objects.update(error="mine") == 0
    assert other.account.pk != alice.account.pk
