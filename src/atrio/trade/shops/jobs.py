"""Tell shops elsewhere what they are to know, one account after the other."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from atrio.kernel.errors import OutsideError
from atrio.kernel.locks import alone_with
from atrio.kernel.queue import job, later
from atrio.outside.actions import asking
from atrio.outside.connections import open_shop
from atrio.outside.models import Connection
from atrio.trade.shops import actions
from atrio.trade.shops.queries import account_unit, draft_of, due, units_with_shops, wanted

# As many as a worker gets through until it looks again, so that others have their turn.
AT_ONCE = 100
EVERY = timedelta(seconds=10)
PATIENCE = timedelta(minutes=1)  # for all requests of one account together
# A house full of customers who are brought over waits behind those who are on their way in.
BEHIND = -10


@job("trade.tell_shops", every=EVERY)
def tell_shops() -> None:
    """Queue a job for every account of which its unit's shop knows something else than we do."""
    now = timezone.now()
    for unit, shop in units_with_shops():
        if shop.rests_until is not None and shop.rests_until > now:
            continue
        turn = int(now.timestamp() // EVERY.total_seconds())
        for account_id in due(unit=unit, shop=shop.code, now=now, at_most=AT_ONCE, turn=turn):
            once = f"{shop.code}:{account_id}"
            later("trade.tell_shop", account_id=account_id, once=once, priority=BEHIND)


@job("trade.tell_shop")
def tell_shop(*, account_id: UUID) -> None:
    """Tell its unit's shop of one account, if it does not know."""
    unit = account_unit(account_id)
    shop = dict(units_with_shops()).get(unit)
    if shop is None:
        return
    with alone_with(f"{shop.code}:{account_id}", among="shops") as is_ours:
        if is_ours:
            _tell(unit, shop, account_id)


@job("trade.wake_shop")
def wake_shop(*, connection: str) -> None:
    """Go on where a shop answers again."""
    actions.wake(connection, now=timezone.now())


def _tell(unit: str, shop: Connection, account_id: UUID) -> None:
    said = wanted(account_id=account_id, unit=unit, shop=shop.code, now=timezone.now())
    if said is None:
        return
    try:
        with asking(
            connection=shop, operation="shop.save_company", key=str(account_id), within=PATIENCE
        ):
            company = open_shop(shop).save_company(draft_of(account_id, said))
        actions.note_told(
            shop, account_id=account_id, said=said, company=company, now=timezone.now()
        )
    except OutsideError as error:
        actions.note_not_told(
            shop, account_id=account_id, said=said, error=error, now=timezone.now()
        )
