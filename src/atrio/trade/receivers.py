"""What becomes of prices and credit lines when two accounts become one, and of shops that wake."""

from __future__ import annotations

from atrio.kernel.events import on
from atrio.kernel.queue import later
from atrio.outside.events import ConnectionRecovered
from atrio.parties.merging.references import refers
from atrio.trade.models import CreditLine, PersonalPrice, ShopCustomer

# The ERP is asked anew.
refers(PersonalPrice, "account_id", to="account", how="forgotten")
# The kept account's own line wins.
refers(CreditLine, "account_id", to="account")
# The shop has to be told of either: that one is blocked now, and what the other one is.
refers(ShopCustomer, "account_id", to="account", how="stays")


@on(ConnectionRecovered)
def _wake(event: ConnectionRecovered) -> None:
    later("trade.wake_shop", connection=event.connection, once=event.connection)
