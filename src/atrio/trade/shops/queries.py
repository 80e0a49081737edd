"""What shops elsewhere are to know of accounts, and where they do not know it yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db.models import QuerySet

from atrio.kernel.actors import Actor
from atrio.outside.models import Connection
from atrio.outside.ports import PostalAddress, ShopCompanyDraft, TaxId
from atrio.parties.models import Account
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import own_units
from atrio.trade.models import ShopCustomer

# What an account's shop is to know, beside what it was told. Who has been merged into another one
# is blocked there. Without anybody who could be its admin there is nothing to be made.
_DIFFERENT = """
    from parties_account as account
    left join trade_shopcustomer as row on row.account_id = account.id and row.shop = %(shop)s
    left join lateral (
        select legal_name, country, tax_id_kind, tax_id, address from parties_legalentity
        where account_id = account.id and merged_into_id is null order by id limit 1
    ) as entity on true
    left join lateral (
        select person.email, person.name from parties_membership as seat
        join identity_user as person on person.id = seat.user_id and person.is_active
        where seat.account_id = account.id order by seat.role <> 'admin', seat.id limit 1
    ) as member on true
    left join lateral (
        select email, name, phone from parties_contact
        where account_id = account.id and is_active and merged_into_id is null
        order by lower(email) is distinct from member.email, id limit 1
    ) as contact on true
    left join trade_creditline as credit on credit.account_id = account.id
    cross join lateral (
        select case when account.merged_into_id is not null
            then row.told || '{"state": "blocked"}'::jsonb
            else jsonb_build_object(
                'name', account.name,
                'legal_name', coalesce(entity.legal_name, account.name),
                'country', coalesce(entity.country, ''),
                'tax_id_kind', coalesce(entity.tax_id_kind, ''),
                'tax_id', coalesce(entity.tax_id, ''),
                'address', coalesce(entity.address, '{}'::jsonb),
                'admin_name', coalesce(nullif(member.name, ''), contact.name, member.email),
                'admin_email', lower(coalesce(member.email, contact.email)),
                'phone', coalesce(contact.phone, ''),
                'price_group', account.price_group,
                'credit_limit', coalesce(credit.limit::text, ''),
                'currency', case when credit.limit is null then '' else credit.currency end,
                'state', case
                    when member.email is not null then 'open'
                    when row.told ->> 'state' in ('open', 'blocked') then 'blocked'
                    else 'waiting'
                end
            )
        end as said
    ) as wanted
    where account.business_unit = %(unit)s
        and wanted.said is not null
        and (account.merged_into_id is not null or coalesce(member.email, contact.email) <> '')
        and wanted.said is distinct from row.told
"""
_DUE = """
    and (row.id is null or row.state = 'told'
        or (row.state = 'busy' and (row.try_at is null or row.try_at <= %(now)s))
        or (row.state = 'refused' and row.tried is distinct from wanted.said))
"""
_REFUSED = """
    select row.error, count(*), (array_agg(account.name order by row.changed_at desc))[1:3],
        (array_agg(row.id order by row.changed_at desc))[1], max(row.changed_at)
    from trade_shopcustomer as row join parties_account as account on account.id = row.account_id
    where row.state = 'refused' and row.shop = %(shop)s and account.business_unit = %(unit)s
    group by row.error_code, row.error order by count(*) desc, max(row.changed_at) desc limit 20
"""
_UNDER_WAY = "and (row.id is null or row.state = 'busy')"
# A comparison takes some 20 microseconds: of a large base a part at a time, in turns, so that it
# costs the database no more than a small one. Who is new, or waits, is looked at every time.
SLICE = 5_000
_IN_TURN = """
    and (row.id is null or row.state = 'busy'
        or mod(abs(hashtext(account.id::text)::bigint), %(slices)s) = %(turn)s)
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Customers whom a shop refuses in the same words."""

    error: str
    count: int
    names: list[str]  # some of them, the latest first
    row_id: UUID  # of the latest
    at: datetime


@dataclass(frozen=True, slots=True)
class UnitsShop:
    """How far the shop of one unit is behind."""

    unit: BusinessUnit
    shop: str
    told: int
    waiting: int
    refused: list[Refusal]  # most customers first


def units_with_shops() -> list[tuple[str, Connection]]:
    """Return the units whose customers buy in a shop elsewhere, each with its connection."""
    units = dict(BusinessUnit.objects.exclude(shop="").values_list("code", "shop"))
    if not units:
        return []
    rows = {row.code: row for row in Connection.objects.filter(code__in=set(units.values()))}
    return [(unit, rows[shop]) for unit, shop in sorted(units.items()) if shop in rows]


def due(*, unit: str, shop: str, now: datetime, at_most: int, turn: int = 0) -> list[UUID]:
    """Return the accounts of which a unit's shop has to be told now, the longest waiting first.

    Of a large base a part is compared, another one at each `turn`.
    """
    slices = -(-Account.objects.filter(business_unit=unit).count() // SLICE) or 1
    found = _ask(
        f"select account.id {_DIFFERENT} {_DUE} {_IN_TURN}"
        " order by row.changed_at nulls first, account.opened_at limit %(at_most)s",
        {
            "unit": unit,
            "shop": shop,
            "now": now,
            "at_most": at_most,
            "slices": slices,
            "turn": turn % slices,
        },
    )
    return [account_id for (account_id,) in found]


def wanted(*, account_id: UUID, unit: str, shop: str, now: datetime) -> dict[str, Any] | None:
    """Return what a shop has to be told of an account now, None if it knows, or it is too early."""
    found = _ask(
        f"select wanted.said::text {_DIFFERENT} {_DUE} and account.id = %(account)s",
        {"unit": unit, "shop": shop, "now": now, "account": account_id},
    )
    return json.loads(found[0][0]) if found else None


def draft_of(account_id: UUID, said: Mapping[str, Any]) -> ShopCompanyDraft:
    """Return what a shop is to know in the words of the port."""
    number = said["tax_id"]
    known = {name: str(said["address"].get(name) or "") for name in PostalAddress.__slots__}
    return ShopCompanyDraft(
        reference=str(account_id),
        name=said["name"],
        legal_name=said["legal_name"],
        tax_id=TaxId(said["country"], said["tax_id_kind"], number) if number else None,
        address=PostalAddress(**known | {"country": known["country"] or said["country"]}),
        admin_name=said["admin_name"],
        admin_email=said["admin_email"],
        phone=said["phone"],
        state=said["state"],
        price_group=said["price_group"],
        credit_limit=Decimal(said["credit_limit"]) if said["credit_limit"] else None,
        currency=said["currency"],
    )


def shops_for(by: Actor) -> dict[str, list[Connection]]:
    """Return for each of the actor's units, by code, the shops its customers could buy in."""
    units = own_units(by)
    found = Connection.objects.filter(
        port=Connection.Port.SHOP, business_unit__in=["", *(unit.code for unit in units)]
    )
    rows = list(found.order_by("code"))
    return {
        unit.code: [row for row in rows if row.business_unit in ("", unit.code)] for unit in units
    }


def shop_customers_visible_to(by: Actor) -> QuerySet[ShopCustomer]:
    """Return what shops were told of the customers of the units that somebody works for."""
    rows = ShopCustomer.objects.select_related("account")
    if by.kind != "staff":
        return rows.none()
    return rows.filter(account__business_unit__in=by.business_units)


def like(row: ShopCustomer, *, by: Actor) -> QuerySet[ShopCustomer]:
    """Return the customers whom a shop refuses in the same words as this one, at the same unit."""
    return shop_customers_visible_to(by).filter(
        shop=row.shop,
        state=ShopCustomer.State.REFUSED,
        error_code=row.error_code,
        error=row.error,
        account__business_unit=row.account.business_unit,
    )


def units_shops(by: Actor) -> list[UnitsShop]:
    """Return how far the shops of the actor's units are behind; three statements for each."""
    found = []
    for unit in own_units(by):
        if not unit.shop:
            continue
        rows = shop_customers_visible_to(by).filter(
            shop=unit.shop, account__business_unit=unit.code
        )
        ((behind,),) = _ask(
            f"select count(*) {_DIFFERENT} {_UNDER_WAY}",
            {"unit": unit.code, "shop": unit.shop},
        )
        told = rows.filter(told__isnull=False).count()
        refused = _ask(_REFUSED, {"unit": unit.code, "shop": unit.shop})
        refusals = [Refusal(*values) for values in refused]
        found.append(UnitsShop(unit, unit.shop, told, behind, refusals))
    return found


def in_shops(by: Actor, account_id: UUID) -> list[ShopCustomer]:
    """Return what shops were told of one account."""
    return list(shop_customers_visible_to(by).filter(account_id=account_id).order_by("shop"))


def account_unit(account_id: UUID) -> str:
    """Return the business unit of an account, "" if it is not there any more."""
    found = Account.objects.filter(pk=account_id).values_list("business_unit", flat=True)
    return found.first() or ""


def _ask(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
