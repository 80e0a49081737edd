"""Two customers made one and taken apart again; Carla does it, and Martin, who sells, does not."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.ids import new_id
from atrio.notices.models import Message
from atrio.outside.actions import link
from atrio.outside.models import Connection, Link
from atrio.parties.actions import open_account
from atrio.parties.matching.keeping import keep_keys
from atrio.parties.merging.actions import (
    NotTogether,
    UndoRefused,
    merge_accounts,
    merge_companies,
    merge_contacts,
    undo_merge,
)
from atrio.parties.merging.telling_apart import dismiss_pair, reopen_pair
from atrio.parties.models import Account, Contact, LegalEntity, Membership, Pair
from atrio.parties.queries import accounts_visible_to, contacts_visible_to, living_account
from atrio.timeline.models import Entry
from atrio.trade.models import Article, PersonalPrice
from tests.parties.customers import become_customer, make_unit, take_seat
from tests.parties.test_open_account import VENTORIM

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(days=3)


def staff(*roles, unit="nordlicht-br"):
    return Actor(
        kind="staff",
        id="carla",
        label="Carla",
        roles=frozenset(roles),
        business_units=frozenset({unit}),
    )


CARLA = staff("associate")


@pytest.fixture
def unit():
    return make_unit()


@pytest.fixture
def kept(unit):
    return become_customer(unit, company="Ventorim Instalações Ltda").account


@pytest.fixture
def dropped(unit):
    """The same company, as somebody typed it years ago: another tax id, one colleague more."""
    account = become_customer(
        unit, "alice@ventorim.example", company="VENTORIN INSTALACOES", price_group="Varejo"
    ).account
    Contact.objects.create(
        account=account, name="Bob Teixeira", email="bob@ventorim.example", language="pt-BR"
    )
    return account


def merge(kept, dropped, *, by=CARLA, choices=None, same_company=True, now=NOW):
    companies = [LegalEntity.objects.get(account=account).pk for account in (kept, dropped)]
    return merge_accounts(
        by=by,
        keep=kept.pk,
        drop=dropped.pk,
        same_company=tuple(companies) if same_company else None,
        choices=choices or {},
        reason="Same owner, same house",
        now=now,
    )


def undo(merged, *, by=CARLA, now=LATER):
    return undo_merge(by=by, merge_id=merged.pk, reason="It was another one", now=now)


def everything():
    """Return all that a merge may touch, to be compared with what an undo leaves."""
    return {
        model: list(model.objects.order_by("pk").values())
        for model in (Account, LegalEntity, Contact, Membership, Link, Message)
    }


def without_marks(rows):
    return {
        model: [{k: v for k, v in row.items() if k != "needs_keys"} for row in rows[model]]
        for model in rows
    }


def test_what_belonged_to_the_dropped_one_belongs_to_the_kept_one(kept, dropped):
    carol = take_seat(dropped, "carol@ventorim.example", name="Carol", role="buyer")
    Message.objects.create(
        key="1", notice="welcome", to="x@ventorim.example", language="en", subject="", text="",
        account_id=dropped.pk, created_at=NOW,
    )  # fmt: skip

    merge(kept, dropped)

    assert set(Membership.objects.filter(account=kept).values_list("user_id", flat=True)) >= {
        carol.user.pk
    }
    assert Message.objects.get().account_id == kept.pk
    assert [c.name for c in contacts_visible_to(CARLA).order_by("name")] == [
        "Alice Prado",
        "Bob Teixeira",
    ]


def test_the_dropped_one_is_seen_no_more_and_its_id_leads_on(kept, dropped):
    merge(kept, dropped)

    assert list(accounts_visible_to(CARLA)) == [kept]
    assert living_account(dropped.pk) == kept.pk
    assert living_account(kept.pk) == kept.pk


def test_one_company_written_down_twice_becomes_one(kept, dropped):
    merge(kept, dropped)

    (entity,) = LegalEntity.objects.filter(merged_into=None)
    assert entity.account == kept
    assert entity.merged.count() == 1


def test_two_companies_of_one_customer_stay_two(kept, dropped):
    merge(kept, dropped, same_company=False)

    assert set(LegalEntity.objects.values_list("account", "merged_into")) == {(kept.pk, None)}


def test_values_are_chosen_one_by_one(kept, dropped):
    wrong, right = (LegalEntity.objects.get(account=one).tax_id for one in (kept, dropped))
    LegalEntity.objects.filter(account=kept).update(domain="", trade_name="Ventorim")
    LegalEntity.objects.filter(account=dropped).update(
        domain="ventorim.example", sources={"legal_name": "erp"}
    )

    merge(kept, dropped, choices={"company.tax_id": "dropped", "company.legal_name": "dropped"})

    entity, tombstone = LegalEntity.objects.order_by("merged_into__id", "pk")
    if entity.merged_into:
        entity, tombstone = tombstone, entity
    assert (entity.tax_id, entity.legal_name) == (right, "VENTORIN INSTALACOES")
    assert entity.sources["legal_name"] == "erp"
    # Nobody chose: what one of them lacks is taken from the other.
    assert (entity.trade_name, entity.domain) == ("Ventorim", "ventorim.example")
    # Whoever searches by the number that was wrong still finds who it is.
    assert (tombstone.tax_id, tombstone.merged_into) == (wrong, entity)


def test_the_link_in_use_wins_and_the_other_is_kept_beside_it(unit, kept, dropped):
    numbers = {row.object_id: row.outside_id for row in Link.objects.all()}

    merged = merge(kept, dropped, choices={"account.price_group": "dropped"})

    kept.refresh_from_db()
    assert (kept.customer_number, kept.price_group) == (numbers[kept.pk], "Atacado")
    assert merged.aliases == [{"system": unit.erp, "id": numbers[dropped.pk]}]
    # A late word from the ERP about its other customer still finds whose it is.
    assert living_account(Link.objects.get(outside_id=numbers[dropped.pk]).object_id) == kept.pk


def test_a_link_that_the_kept_one_lacks_follows(kept, dropped):
    crm = Connection.objects.create(code="crm", port="crm", product="memory", created_at=NOW)
    link(connection=crm, kind="account", object_id=dropped.pk, outside_id="001A", now=NOW)

    merge(kept, dropped)

    assert Link.objects.get(connection=crm).object_id == kept.pk


def test_prices_of_the_dropped_one_are_forgotten_and_asked_for_anew(unit, kept, dropped):
    article = Article.objects.first()
    for account in (kept, dropped):
        PersonalPrice.objects.create(
            account=account, article=article, amount=1, currency="BRL", as_of=NOW
        )

    merge(kept, dropped)

    assert [price.account for price in PersonalPrice.objects.all()] == [kept]


def test_a_seat_in_both_keeps_the_role_it_has_at_the_kept_one(kept, dropped):
    take_seat(dropped, "carol@ventorim.example", name="Carol", role="admin")
    take_seat(kept, "carol@ventorim.example", name="Carol", role="reader")

    merge(kept, dropped)

    seats = Membership.objects.filter(account=kept, user__email="carol@ventorim.example")
    assert [seat.role for seat in seats] == ["reader"]


def test_old_and_new_values_stand_in_the_timeline_of_both(kept, dropped):
    merge(kept, dropped, choices={"account.name": "dropped"})

    entries = Entry.objects.filter(what="account.merged")
    assert set(entries.values_list("account_id", flat=True)) == {kept.pk, dropped.pk}
    data = entries.first().data
    assert {
        "model": "parties.Account",
        "field": "name",
        "old": "Ventorim Instalações Ltda",
        "new": "VENTORIN INSTALACOES",
    } in data["values"]
    assert data["reason"] == "Same owner, same house"


def test_an_undo_puts_everything_back(kept, dropped):
    take_seat(dropped, "carol@ventorim.example", name="Carol", role="buyer")
    before = everything()
    merged = merge(
        kept,
        dropped,
        choices={
            "company.tax_id": "dropped",
            "company.address": "dropped",
            "account.name": "dropped",
        },
    )
    assert without_marks(everything()) != without_marks(before)

    undone = undo(merged)

    assert without_marks(everything()) == without_marks(before)
    assert (undone.not_undone, undone.undone_by) == ([], "Carla")
    assert Entry.objects.filter(what="account.merge_undone").count() == 2


def test_an_undo_leaves_what_was_changed_since_and_says_so(kept, dropped):
    bob = Contact.objects.get(name="Bob Teixeira")
    merged = merge(kept, dropped, choices={"account.name": "dropped"})
    Account.objects.filter(pk=kept.pk).update(name="Ventorim do Brasil")
    Contact.objects.filter(pk=bob.pk).delete()

    undone = undo(merged)

    kept.refresh_from_db()
    assert kept.name == "Ventorim do Brasil"
    assert sorted(undone.not_undone) == ["parties.Account.name", "parties.Contact: 1"]
    assert set(accounts_visible_to(CARLA)) == {kept, dropped}


def test_an_undo_works_once_and_for_thirty_days(kept, dropped):
    merged = merge(kept, dropped)

    with pytest.raises(UndoRefused):
        undo(merged, now=NOW + timedelta(days=30))
    undo(merged, now=NOW + timedelta(days=30) - timedelta(seconds=1))
    with pytest.raises(UndoRefused):
        undo(merged)


def test_what_stands_on_a_merge_is_undone_first(unit, kept, dropped):
    third = become_customer(unit, "carol@ventorim.example", company="Ventorim Holding").account
    first = merge(kept, dropped, same_company=False)
    second = merge_accounts(by=CARLA, keep=third.pk, drop=kept.pk, choices={}, reason="", now=NOW)
    assert living_account(dropped.pk) == third.pk

    with pytest.raises(UndoRefused):
        undo(first)
    undo(second)
    undo(first)
    assert accounts_visible_to(CARLA).count() == 3


def test_two_contacts_of_one_account_become_one_with_the_address_that_was_chosen(kept):
    alice = Contact.objects.get()
    twin = Contact.objects.create(
        account=kept, name="Prado, Alice", email="prado@ventorim.example", phone="+551133334444",
        language="en",
    )  # fmt: skip
    Contact.objects.filter(pk=alice.pk).update(phone="", is_active=False)

    merged = merge_contacts(
        by=CARLA,
        keep=alice.pk,
        drop=twin.pk,
        choices={"contact.email": "dropped"},
        reason="",
        now=NOW,
    )

    (contact,) = contacts_visible_to(CARLA)
    assert (contact.pk, contact.email) == (alice.pk, "prado@ventorim.example")
    assert (contact.phone, contact.is_active) == ("+551133334444", True)
    undo(merged)
    assert {c.email for c in contacts_visible_to(CARLA)} == {alice.email, twin.email}


def test_a_company_that_one_account_has_twice_becomes_one(kept, dropped):
    merge(kept, dropped, same_company=False)
    one, other = LegalEntity.objects.order_by("pk")

    merge_companies(by=CARLA, keep=one.pk, drop=other.pk, choices={}, reason="", now=NOW)

    assert LegalEntity.objects.get(merged_into=None) == one


def test_whoever_opens_the_account_again_gets_what_it_was_merged_into():
    opened = open_account(customer=VENTORIM, now=NOW)
    other = Account.objects.create(name="Kept", business_unit=opened.business_unit, opened_at=NOW)
    merge_accounts(by=CARLA, keep=other.pk, drop=opened.pk, choices={}, reason="", now=NOW)

    assert open_account(customer=VENTORIM, now=NOW) == other


@pytest.mark.parametrize("role", ["manager", "process_owner", "regional_admin"])
def test_who_sells_or_draws_says_nothing_about_who_is_one_customer(kept, dropped, role):
    merged = merge(kept, dropped)
    keep_keys()
    for forbidden in (
        lambda: undo(merged, by=staff(role)),
        lambda: merge_accounts(
            by=staff(role), keep=kept.pk, drop=kept.pk, choices={}, reason="", now=NOW
        ),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


def test_mallory_finds_nothing_to_merge(kept, dropped):
    mallory = staff("associate", "admin", unit="elsewhere")
    merged = merge(kept, dropped)
    contact = Contact.objects.first().pk
    strangers = [mallory, SYSTEM, Actor(kind="member", id="x", accounts=frozenset({kept.pk}))]

    for stranger in strangers:
        with pytest.raises(NotFound):
            merge_accounts(by=stranger, keep=kept.pk, drop=new_id(), choices={}, reason="", now=NOW)
        with pytest.raises((NotFound, NotTogether)):
            merge_contacts(by=stranger, keep=contact, drop=contact, choices={}, reason="", now=NOW)
        with pytest.raises(NotFound):
            undo(merged, by=stranger)


def test_what_is_one_already_or_anothers_is_not_merged(unit, kept, dropped):
    with pytest.raises(NotTogether):
        merge_accounts(by=CARLA, keep=kept.pk, drop=kept.pk, choices={}, reason="", now=NOW)
    one, other = (Contact.objects.filter(account=a).first().pk for a in (kept, dropped))
    with pytest.raises(NotTogether):
        merge_contacts(by=CARLA, keep=one, drop=other, choices={}, reason="", now=NOW)
    one, other = (LegalEntity.objects.get(account=a).pk for a in (kept, dropped))
    with pytest.raises(NotTogether):
        merge_companies(by=CARLA, keep=one, drop=other, choices={}, reason="", now=NOW)
    with pytest.raises(NotFound):
        merge_accounts(
            by=CARLA,
            keep=kept.pk,
            drop=dropped.pk,
            same_company=(other, one),
            choices={},
            reason="",
            now=NOW,
        )
    merge(kept, dropped)
    with pytest.raises(NotFound):
        merge_accounts(by=CARLA, keep=kept.pk, drop=dropped.pk, choices={}, reason="", now=NOW)


def test_customers_of_two_units_stay_two(kept):
    elsewhere = become_customer(
        make_unit(code="elsewhere"), "mallory@marupanga.example", company="Marupanga S.A."
    ).account
    both = Actor(
        kind="staff",
        id="carla",
        roles=frozenset({"associate"}),
        business_units=frozenset({"nordlicht-br", "elsewhere"}),
    )

    with pytest.raises(NotTogether):
        merge_accounts(by=both, keep=kept.pk, drop=elsewhere.pk, choices={}, reason="", now=NOW)


@pytest.fixture
def pair(kept):
    Contact.objects.create(
        account=kept, name="Prado, Alice", email="prado@ventorim.example", language="en"
    )
    keep_keys()
    return Pair.objects.get()


def test_what_a_person_told_apart_stays_apart(kept, pair):
    dismiss_pair(by=CARLA, pair_id=pair.pk, now=NOW)
    Contact.objects.filter(email="prado@ventorim.example").update(phone="+5511912345678")
    keep_keys()

    pair.refresh_from_db()
    assert (pair.status, pair.dismissed_by) == ("dismissed", "Carla")
    assert "phone" in {evidence["about"] for evidence in pair.evidence}
    reopen_pair(by=CARLA, pair_id=pair.pk, now=NOW)
    pair.refresh_from_db()
    assert pair.status == "open"
    told = list(Entry.objects.order_by("id").values_list("what", flat=True))
    assert told == ["contact.told_apart", "contact.told_apart_no_more"]


def test_a_pair_that_was_merged_is_no_pair_until_it_is_undone(kept, pair):
    merged = merge_contacts(
        by=CARLA, keep=pair.one_id, drop=pair.other_id, choices={}, reason="", now=NOW
    )
    keep_keys()
    assert not Pair.objects.exists()

    undo(merged)
    keep_keys()
    assert Pair.objects.count() == 1


def test_mallory_and_martin_tell_nobody_apart(pair):
    with pytest.raises(NotFound):
        dismiss_pair(by=staff("associate", unit="elsewhere"), pair_id=pair.pk, now=NOW)
    with pytest.raises(NotAllowed):
        dismiss_pair(by=staff("manager"), pair_id=pair.pk, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_associates_at_once_merge_them_once():
    unit = make_unit()
    ours = [
        become_customer(unit, f"{name}@ventorim.example", company=name).account.pk
        for name in ("alice", "bob")
    ]
    outcomes = []

    def merge_into(keep, drop):
        try:
            merge_accounts(by=CARLA, keep=keep, drop=drop, choices={}, reason="", now=NOW)
            outcomes.append("merged")
        except NotFound:
            outcomes.append("gone")
        finally:
            connection.close()

    threads = [Thread(target=merge_into, args=pair) for pair in (ours, ours[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["gone", "merged"]
    assert Account.objects.filter(merged_into=None).count() == 1
