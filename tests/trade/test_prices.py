"""A customer's own prices: the ERP's, shown while they are fresh and never longer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from atrio.kernel.errors import OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.outside.models import Connection, Link
from atrio.trade.actions import ask_for_prices, fetch_first_prices, fetch_missing_prices
from atrio.trade.models import Article, PersonalPrice
from atrio.trade.queries import PAGE_SIZE, catalogue_page, price_freshness
from tests.parties.customers import become_customer, erp_of, make_unit, seen_by

pytestmark = pytest.mark.django_db


def look(customer, unit, *, account=None, at=None, **more):
    """Return the catalogue's page as the customer sees it, in the database's view of them."""
    with seen_by(customer.actor):
        return catalogue_page(
            by=customer.actor,
            account_id=(account or customer.account).pk,
            erp=unit.erp,
            now=at or timezone.now(),
            **more,
        )


def prices_on(page):
    return {offer.article.number: offer.amount for offer in page.offers if offer.as_of}


def test_two_price_groups_pay_different_prices_for_one_article():
    unit = make_unit()
    alice = become_customer(unit, price_group="Atacado")
    bob = become_customer(unit, "bob@lumivasto.example", price_group="Varejo")
    for customer in (alice, bob):
        fetch_first_prices(account_id=customer.account.pk, now=timezone.now())

    wholesale, retail = (prices_on(look(customer, unit)) for customer in (alice, bob))
    assert wholesale.keys() == retail.keys()
    assert len(retail) == PAGE_SIZE
    assert all(wholesale[number] < retail[number] for number in retail)


def test_no_price_is_shown_before_it_was_asked_for():
    unit = make_unit()
    alice = become_customer(unit)

    page = look(alice, unit)
    assert not page.has_prices
    assert page.as_of is None
    assert len(page.stale) == PAGE_SIZE


def test_a_price_is_shown_for_as_long_as_it_is_fresh_and_no_longer():
    unit = make_unit()
    alice = become_customer(unit)
    asked = timezone.now()
    fetch_first_prices(account_id=alice.account.pk, now=asked)

    almost = asked + price_freshness() - timedelta(milliseconds=1)
    page = look(alice, unit, at=almost)
    assert page.has_prices
    assert page.as_of == asked
    assert look(alice, unit, at=asked + price_freshness()).stale


def test_a_price_changed_in_the_erp_shows_once_the_old_one_is_no_longer_fresh():
    unit = make_unit()
    alice = become_customer(unit, price_group="Atacado")
    began = timezone.now()
    fetch_first_prices(account_id=alice.account.pk, now=began)
    before = prices_on(look(alice, unit))
    erp_of(unit).change_price_group("Atacado", Decimal("0.5"))

    later = began + price_freshness()
    fetch_missing_prices(
        account_id=alice.account.pk,
        search="",
        category="",
        page=1,
        now=began + timedelta(seconds=1),
    )
    assert prices_on(look(alice, unit)) == before
    fetch_missing_prices(account_id=alice.account.pk, search="", category="", page=1, now=later)
    after = prices_on(look(alice, unit, at=later))
    assert all(after[number] < before[number] for number in before)


def test_only_what_is_not_fresh_is_asked_for_again():
    unit = make_unit(articles=10)
    alice = become_customer(unit)
    now = timezone.now()
    fetch_first_prices(account_id=alice.account.pk, now=now)
    old = Article.objects.get(number="A-0003")
    PersonalPrice.objects.filter(article=old).update(as_of=now - price_freshness())

    came = fetch_missing_prices(
        account_id=alice.account.pk, search="", category="", page=1, now=now
    )
    assert came == 1
    assert look(alice, unit).stale == []


def test_an_article_without_a_price_is_not_asked_for_for_ever():
    unit = make_unit(articles=3)
    alice = become_customer(unit)
    # The mirror knows an article that the ERP has meanwhile forgotten.
    Connection.objects.filter(code=unit.erp).update(options={"articles": 2})

    fetch_first_prices(account_id=alice.account.pk, now=timezone.now())

    page = look(alice, unit)
    assert page.stale == []
    assert prices_on(page)["A-0003"] is None


def test_however_often_a_page_is_looked_at_one_question_waits():
    unit = make_unit()
    alice = become_customer(unit)
    with seen_by(alice.actor):
        for search in ("lâmpada", "LAMPADA", " lampada "):
            ask_for_prices(account_id=alice.account.pk, search=search, category="", page=1)
        ask_for_prices(account_id=alice.account.pk, search="", category="", page=2)

    assert run_pending() == 2
    assert erp_of(unit).calls().count("prices") == 2
    assert look(alice, unit, search="lampada").stale == []


def test_an_erp_that_does_not_answer_leaves_the_question_open():
    unit = make_unit()
    alice = become_customer(unit)
    erp_of(unit).break_next("prices", "busy")
    with seen_by(alice.actor):
        ask_for_prices(account_id=alice.account.pk, search="", category="", page=1)

    run_pending()

    assert look(alice, unit).stale


def test_an_account_the_erp_does_not_know_gets_no_price():
    unit = make_unit()
    alice = become_customer(unit)
    Link.objects.all().delete()

    with pytest.raises(OutsideFailure) as refused:
        fetch_first_prices(account_id=alice.account.pk, now=timezone.now())

    assert refused.value.code == "not_linked"


def test_mallory_sees_none_of_alices_prices_even_with_her_accounts_id():
    unit = make_unit()
    alice = become_customer(unit)
    mallory = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    fetch_first_prices(account_id=alice.account.pk, now=timezone.now())
    assert look(alice, unit).has_prices

    assert not look(mallory, unit, account=alice.account).has_prices
