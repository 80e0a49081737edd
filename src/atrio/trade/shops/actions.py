"""Choose a unit's shop, keep what a shop said of an account, have it tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotAllowed, NotFound, OutsideError, OutsideFailure, Refused
from atrio.kernel.queue import later
from atrio.outside.actions import link
from atrio.outside.models import Connection
from atrio.outside.ports import ShopCompany
from atrio.outside.retry import delay
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import own_units_of
from atrio.timeline.actions import Where, record
from atrio.trade.models import ShopCustomer
from atrio.trade.shops.queries import like, shop_customers_visible_to, shops_for

MAY_CHOOSE_SHOP = ("regional_admin", "admin")
MAY_TRY_AGAIN = ("associate", "regional_admin", "admin")
_random = Random()  # noqa: S311 - jitter, not a secret


class NoSuchShop(Refused):
    """The unit has no such shop."""


@transaction.atomic
def choose_shop(*, by: Actor, unit: str, shop: str, now: datetime) -> BusinessUnit:
    """Let a unit's customers buy in this shop from now on, "" for ours alone.

    The shop is told of all of them in the background. One that is not chosen any more is told
    nothing. To choose the present one does nothing. Raises NotFound, NotAllowed, NoSuchShop.
    """
    found = own_units_of(by).select_for_update().filter(code=unit).first()
    if found is None:
        raise NotFound(_("There is no such business unit."))
    if not by.has_role(*MAY_CHOOSE_SHOP):
        raise NotAllowed(_("Only administrators choose a business unit's shop."))
    if shop and shop not in {row.code for row in shops_for(by)[unit]}:
        raise NoSuchShop(_("Please choose one of the shops that are offered."))
    before = found.shop
    if before == shop:
        return found
    found.shop = shop
    found.save(update_fields=["shop"])
    where = Where(business_unit=unit)
    record(by=by, what="unit.shop_chosen", where=where, now=now, before=before, after=shop)
    later("trade.tell_shops", once="chosen")
    return found


@transaction.atomic
def try_again(*, by: Actor, row_id: UUID, now: datetime) -> int:
    """Have a shop told once more of a customer, and of all whom it refuses in the same words.

    Return how many they are. Raises NotFound, NotAllowed.
    """
    row = shop_customers_visible_to(by).filter(pk=row_id).first()
    if row is None:
        raise NotFound(_("There is no such customer in a shop."))
    if not by.has_role(*MAY_TRY_AGAIN):
        raise NotAllowed(_("Only associates and administrators have a shop told again."))
    # One that waits for its next try does not wait any longer.
    waiting = ShopCustomer.objects.filter(pk=row_id, state=ShopCustomer.State.BUSY)
    count = waiting.update(try_at=now) or like(row, by=by).update(
        state=ShopCustomer.State.BUSY, try_at=now
    )
    if count:
        _record(row, by=by, what="account.shop_tried_again", now=now, count=count)
        later("trade.tell_shops", once="again")
    return count


@transaction.atomic
def note_told(
    connection: Connection,
    *,
    account_id: UUID,
    said: Mapping[str, Any],
    company: ShopCompany,
    now: datetime,
) -> None:
    """Keep that a shop has an account as it was said. Raises OutsideFailure("linked_elsewhere")."""
    link(
        connection=connection,
        kind="account",
        object_id=account_id,
        outside_id=company.id,
        now=now,
    )
    row = _row(connection, account_id, said, now)
    before = (row.told or {}).get("state", "")
    row.state, row.told, row.outside_id = ShopCustomer.State.TOLD, dict(said), company.id
    row.tries, row.try_at, row.error_code, row.error = 0, None, "", ""
    row.save()
    if before != said["state"]:
        _record(row, by=SYSTEM, what="account.in_shop", now=now, state=said["state"])


@transaction.atomic
def note_not_told(
    connection: Connection,
    *,
    account_id: UUID,
    said: Mapping[str, Any],
    error: OutsideError,
    now: datetime,
) -> None:
    """Keep that a shop was not told: to be tried again by itself, or for a person to look at."""
    row = _row(connection, account_id, said, now)
    row.tries += 1
    row.error = str(error)
    if isinstance(error, OutsideFailure):
        row.state, row.error_code, row.try_at = ShopCustomer.State.REFUSED, error.code[:40], None
        _record(row, by=SYSTEM, what="account.shop_refused", now=now, code=row.error_code)
    else:
        row.state, row.error_code = ShopCustomer.State.BUSY, "busy"
        row.try_at = now + delay(row.tries, random=_random)
    row.save()


def wake(connection: str, *, now: datetime) -> None:
    """Let everything that waits for a shop which answers again be tried at once."""
    waiting = ShopCustomer.objects.filter(shop=connection, state=ShopCustomer.State.BUSY)
    if waiting.update(try_at=now):
        later("trade.tell_shops", once="recovered")


def _row(
    connection: Connection, account_id: UUID, said: Mapping[str, Any], now: datetime
) -> ShopCustomer:
    """Return the row of an account at a shop, locked, and new if there is none; to be saved."""
    rows = ShopCustomer.objects.select_for_update()
    row, _made = rows.get_or_create(
        account_id=account_id,
        shop=connection.code,
        defaults={"state": ShopCustomer.State.BUSY, "changed_at": now},
    )
    row.tried, row.changed_at = dict(said), now
    return row


def _record(row: ShopCustomer, *, by: Actor, what: str, now: datetime, **data: object) -> None:
    where = Where(account_id=row.account_id, business_unit=row.account.business_unit)
    record(by=by, what=what, where=where, now=now, shop=row.shop, **data)
