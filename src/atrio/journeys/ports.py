"""What a process may call, which facts each call brings, and which messages may come.

Packs are checked against this list, and whoever carries the calls out must carry out all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from atrio.engine.expression_check import FactKind

# What is known of somebody who says to speak for a company.
KNOWN: Mapping[str, FactKind] = MappingProxyType(
    {
        "known.company": "boolean",  # a customer, here or in the CRM or the ERP, has its tax id
        "known.contact": "text",  # linked | former | not_linked | unknown
        "known.domain": "boolean",  # the address is of the company's registered domain
        "known.admin": "boolean",  # somebody at the company may let colleagues in
    }
)
_CUSTOMER: Mapping[str, FactKind] = MappingProxyType(
    {
        "customer.account": "text",  # the account's id here
        "erp.customer_number": "text",
        "erp.price_group": "text",
    }
)
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
            "register.is_head_office": "boolean",  # unknown where the register does not say
            "register.legal_form": "text",
            "register.tax_regime": "text",  # "mei", "simples", "" for none that is known
            "register.manager": "text",  # the first who may sign for it
            "register.kpp": "text",  # of Russia, like the OGRN
            "register.ogrn": "text",
        },
        "crm.find_customer": {**KNOWN, "erp.customer_number": "text"},
        # What is known comes with the error existing_customer.
        "erp.create_customer": {**KNOWN, **_CUSTOMER},
        "parties.ask_admins": {},
        "parties.join_account": _CUSTOMER,
        "crm.save_customer": {},
        "erp.set_credit_line": {},
        "trade.fetch_prices": {},
        "shop.open_access": {},
    }
)
# What may come from outside the process while a step is open: whoever brings it says what it means.
MESSAGES = frozenset({"credit_withdrawn"})
# Who typed the code that proves an address; nothing while the customers do so themselves.
PROOF: Mapping[str, FactKind] = MappingProxyType({"proof.by": "text"})  # customer | associate
# What is known after every decision; a table's other outputs stand beside them.
DECISION: Mapping[str, FactKind] = MappingProxyType(
    {
        "decision.outcome": "text",  # APPROVE | REFER | DECLINE, or what another table says
        "decision.reasons": "list",
        "decision.table_version": "text",
    }
)
