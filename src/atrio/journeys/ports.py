"""What a process may call, and which facts each call brings.

Packs are checked against this list, and whoever carries the calls out must carry out all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from atrio.engine.expression_check import FactKind

CALLS: Mapping[str, Mapping[str, FactKind]] = MappingProxyType(
    {
        "registry.find_company": {
            "register.outcome": "text",  # found | not_found | unknown: could not be asked
            "register.status": "text",  # as in outside.ports.CompanyStatus
            "register.status_text": "text",
            "register.legal_name": "text",
            "register.trade_name": "text",
            "register.address": "object",
            "register.activity": "text",
            "register.activity_code": "text",
            "register.age_days": "number",  # since the company was founded
        },
        "erp.create_customer": {"erp.customer_number": "text", "erp.price_group": "text"},
        "trade.fetch_prices": {},
        "shop.open_access": {},
    }
)
# What is known after every decision; a table's other outputs stand beside them.
DECISION: Mapping[str, FactKind] = MappingProxyType(
    {
        "decision.outcome": "text",  # APPROVE | REFER | DECLINE
        "decision.reasons": "list",
        "decision.table_version": "text",
    }
)
