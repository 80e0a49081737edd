"""Accounts: opened once, for a company that has none; seats; the access clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.kernel.ids import new_id
from atrio.parties.actions import (
    AlreadyCustomer,
    NewCustomer,
    give_seat,
    note_first_price,
    open_account,
    refuse_known_company,
)
from atrio.parties.models import Account, Contact, LegalEntity, Membership
from atrio.parties.queries import accounts_visible_to, contacts_of, seat_of
from atrio.timeline.models import Entry
from tests.parties.customers import become_customer, make_unit, seen_by

pytestmark = pytest.mark.django_db
VENTORIM = NewCustomer(
    account_id=new_id(),
    business_unit="nordlicht-br",
    price_group="Atacado",
    legal_name="Ventorim Instalações Ltda",
    trade_name="Ventorim",
    country="BR",
    tax_id_kind="br_cnpj",
    tax_id="99000001000100",
    activity="",
    address={"city": "Recife"},
    contact_name="Alice Prado",
    email="alice@ventorim.example",
    phone="",
    language="pt-BR",
)


def test_an_account_opened_twice_is_one_account():
    now = timezone.now()
    first = open_account(customer=VENTORIM, now=now)

    again = open_account(customer=VENTORIM, now=now + timedelta(hours=1))

    assert again == first
    assert again.opened_at == now
    assert (LegalEntity.objects.count(), Contact.objects.count()) == (1, 1)
    assert (first.name, first.customer_number) == ("Ventorim", "")


def test_a_company_has_one_account():
    open_account(customer=VENTORIM, now=timezone.now())

    with pytest.raises(AlreadyCustomer):
        open_account(customer=replace(VENTORIM, account_id=new_id()), now=timezone.now())

    assert Account.objects.count() == 1


def test_a_company_is_known_to_everybody_but_its_own_account():
    open_account(customer=VENTORIM, now=timezone.now())
    company = {
        "country": VENTORIM.country,
        "tax_id_kind": VENTORIM.tax_id_kind,
        "tax_id": VENTORIM.tax_id,
    }

    refuse_known_company(**company, except_account=VENTORIM.account_id)
    with pytest.raises(AlreadyCustomer):
        refuse_known_company(**company)


def test_a_seat_is_given_once_and_keeps_its_role():
    alice = become_customer(make_unit())

    give_seat(account_id=alice.account.pk, user_id=alice.user.pk, role="reader", now=timezone.now())

    assert Membership.objects.get().role == "admin"


def test_the_access_clock_stops_once_and_only_for_ones_own_account():
    unit = make_unit()
    alice = become_customer(unit)
    mallory = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    now = timezone.now()

    def shown(to):
        with seen_by(to.actor):
            return note_first_price(by=to.actor, account_id=alice.account.pk, now=now)

    assert not shown(mallory)
    assert Account.objects.get(pk=alice.account.pk).first_price_at is None
    assert shown(alice)
    assert not shown(alice)
    entry = Entry.objects.get()
    assert (entry.what, entry.business_unit) == ("price.first_shown", unit.code)


def test_everybody_sees_their_own_accounts():
    unit = make_unit()
    alice = become_customer(unit)
    mallory = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    ours = Actor(kind="staff", id="carla", business_units=frozenset({unit.code}))
    theirs = Actor(kind="staff", id="elsewhere", business_units=frozenset({"elsewhere"}))

    assert list(accounts_visible_to(alice.actor)) == [alice.account]
    assert set(accounts_visible_to(ours)) == {alice.account, mallory.account}
    assert not accounts_visible_to(theirs)
    assert not accounts_visible_to(Actor(kind="applicant", id="x", application=new_id()))
    assert contacts_of(by=mallory.actor, account_id=alice.account.pk) == []


def test_a_user_without_a_seat_sits_nowhere():
    make_unit()

    assert seat_of(Actor(kind="member", id=str(new_id()))) is None
