"""The port of shops that are not ours: which companies may buy there, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from atrio.outside.ports.values import PostalAddress, TaxId

ShopState = Literal[
    "waiting",  # known there, and nobody may buy yet
    "open",
    "blocked",
]


@dataclass(frozen=True, slots=True)
class ShopCompanyDraft:
    """A customer as the shop is to have them."""

    reference: str  # ours, for ever the same for the same customer: the account's uuid
    name: str
    legal_name: str
    tax_id: TaxId | None
    address: PostalAddress
    admin_name: str  # who buys first, and lets colleagues in
    admin_email: str
    phone: str  # E.164, "" if unknown
    state: ShopState
    price_group: str = ""  # the ERP's word for it, "" for list prices
    credit_limit: Decimal | None = None  # None: they pay at once
    currency: str = ""  # ISO 4217; "" without a limit


@dataclass(frozen=True, slots=True)
class ShopCompany:
    """A customer as the shop has them."""

    id: str  # the shop's
    reference: str
    name: str
    admin_email: str
    state: ShopState
    price_group: str
    credit_limit: Decimal | None = None
    currency: str = ""
    address: PostalAddress = field(default_factory=PostalAddress)


class Shop(Protocol):
    """A shop in which our customers buy, and which somebody else has built."""

    def find_company(self, reference: str) -> ShopCompany | None:
        """Return the company with our reference, None if the shop has none."""
        ...

    def save_company(self, draft: ShopCompanyDraft) -> ShopCompany:
        """Make or change the company until it is as the draft says, and return it as it is then.

        The same reference is one company, however often and whatever was done of it before. Who
        is its admin is said when it is made; afterwards the shop's own people decide that. A
        company that was open and is to wait is blocked. Raises OutsideFailure: "misconfigured"
        for a price group or a currency the shop does not know, "taken" if the admin's address
        belongs to another company there, "duplicate" if several bear our reference, "invalid".
        """
        ...

    def probe(self) -> None:
        """Ask something cheap that has no effect; return if the shop answers and lets us in."""
        ...
