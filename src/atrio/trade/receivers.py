"""What becomes of prices and credit lines when two accounts become one."""

from __future__ import annotations

from atrio.parties.merging.references import refers
from atrio.trade.models import CreditLine, PersonalPrice

# The ERP is asked anew.
refers(PersonalPrice, "account_id", to="account", how="forgotten")
# The kept account's own line wins.
refers(CreditLine, "account_id", to="account")
