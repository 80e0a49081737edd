"""Who may merge, what can be chosen, and what is chosen where nobody chooses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed
from atrio.parties.models import Account, Contact, LegalEntity

# Who sells to a customer has no say in which customer that is.
MAY_MERGE = ("associate", "admin")
UNDO_WITHIN = timedelta(days=30)

Side = Literal["kept", "dropped"]
Choices = Mapping[str, Side]  # "company.address" → whose value holds

# Field → its columns. What is unique changes sides as a whole.
FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "account": {
        "name": ("name",),
        "customer_number": ("customer_number",),
        "price_group": ("price_group",),
    },
    "company": {
        "legal_name": ("legal_name",),
        "trade_name": ("trade_name",),
        "tax_id": ("country", "tax_id_kind", "tax_id"),
        "activity": ("activity",),
        "address": ("address",),
        "domain": ("domain",),
    },
    "contact": {
        "name": ("name",),
        "email": ("email",),
        "phone": ("phone",),
        "language": ("language",),
        "is_active": ("is_active",),
    },
}
UNIQUE = frozenset({"company.tax_id", "contact.email"})
# What the ERP says of the customer it has: it goes with the link that is in use.
BY_LINK = frozenset({"account.customer_number", "account.price_group"})

Row = Account | LegalEntity | Contact


def refuse_unless_may_merge(by: Actor) -> None:
    """Raise NotAllowed for whoever has no say in who is one customer."""
    if not by.has_role(*MAY_MERGE):
        raise NotAllowed(_("Only associates say who is one customer."))


def kind_of(row: Row) -> Literal["account", "company", "contact"]:
    """Return what a row is, as choices name it."""
    match row:
        case Account():
            return "account"
        case LegalEntity():
            return "company"
        case Contact():
            return "contact"


def value_of(row: Row, name: str) -> Any:
    """Return the value of a field; of several columns the last, which is what people read."""
    return getattr(row, FIELDS[kind_of(row)][name][-1])


def proposed(kept: Row, dropped: Row, name: str) -> Side:
    """Return whose value holds unless somebody chooses: the kept one's, if it has one."""
    return "dropped" if not value_of(kept, name) and value_of(dropped, name) else "kept"
