"""What becomes of prices when two accounts become one: the ERP is asked anew."""

from __future__ import annotations

from atrio.parties.merging.references import refers
from atrio.trade.models import PersonalPrice

refers(PersonalPrice, "account_id", to="account", how="forgotten")
