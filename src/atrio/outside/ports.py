"""What we ask of systems we do not run, and the frozen values in which they answer.

A connector is a class that fulfils one of these protocols. Every method may raise
`OutsideBusy` (a later try may work), `NoAnswer` (sent, nothing came back: only a search may
tell whether it was done) or `OutsideFailure` (a person must look).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number a state gave a company: `kind` is the field's name for it, `number` is compact."""

    country: str  # ISO 3166-1 alpha-2, upper case
    kind: str  # "br_cnpj"
    number: str  # no punctuation, upper case: "11222333000181"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address; empty string where a part is not known."""

    street: str = ""
    number: str = ""
    extra: str = ""
    district: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""  # ISO 3166-2 without the country: "SP"
    country: str = ""  # ISO 3166-1 alpha-2


CompanyStatus = Literal["active", "suspended", "unfit", "closed", "void"]


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """What a register says of one company, as of one moment."""

    tax_id: TaxId
    legal_name: str
    trade_name: str
    status: CompanyStatus
    status_text: str  # the register's own word, for people
    address: PostalAddress
    activity_code: str
    activity: str
    legal_form: str
    founded_on: date | None
    is_head_office: bool | None
    email: str
    phone: str
    as_of: datetime
    evidence: str  # the answer as received, for the auditor


class Registry(Protocol):
    """A register of companies."""

    def find_company(self, tax_id: TaxId) -> CompanyRecord | None:
        """Return what the register knows of the number, or None if it knows no such company.

        Not found is an answer; not reached is `OutsideBusy`. The two are never the same.
        """
        ...


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """A customer to be created in the ERP.

    `reference` is ours, deterministic, and can be searched for there.
    """

    reference: str
    legal_name: str
    trade_name: str
    tax_id: TaxId
    address: PostalAddress
    contact_name: str
    email: str
    phone: str  # E.164
    language: str  # "pt-BR"
    price_group: str  # the ERP's name of the price list, "" for its default


@dataclass(frozen=True, slots=True)
class Receipt:
    """The ERP has taken the draft. The customer's number may come now or later."""

    reference: str
    number: str | None


@dataclass(frozen=True, slots=True)
class ErpCustomer:
    """A customer as the ERP has it."""

    number: str
    reference: str  # "" when Atrio did not create it
    legal_name: str
    tax_id: TaxId | None
    email: str
    price_group: str


@dataclass(frozen=True, slots=True)
class ErpArticle:
    """An article of the ERP's catalogue. `list_price` has no customer in it."""

    number: str
    name: str
    description: str
    category: str
    unit: str
    list_price: Decimal
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Ask for the price of `quantity` of an article (in its unit)."""

    article: str  # the article's number
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Price:
    """The price per unit that one customer pays for one article at one quantity."""

    article: str
    quantity: Decimal
    amount: Decimal
    currency: str


class Erp(Protocol):
    """The system in which customers, articles and prices are true."""

    def find_customer(
        self, *, reference: str = "", tax_id: TaxId | None = None
    ) -> ErpCustomer | None:
        """Return the customer with our reference, else the one with the tax id, else None.

        Only the keys that are given are searched for.
        """
        ...

    def create_customer(self, draft: CustomerDraft) -> Receipt:
        """Create the customer and return the ERP's receipt.

        The same `reference` sent twice, one after the other, returns the same receipt.
        """
        ...

    def read_customer(self, number: str) -> ErpCustomer:
        """Return the customer as the ERP has it now; OutsideFailure(code="not_found") if gone."""
        ...

    def articles(self) -> Iterator[ErpArticle]:
        """Yield the whole catalogue that is for sale."""
        ...

    def prices(self, customer: str, questions: Sequence[PriceQuestion]) -> list[Price]:
        """Return the customer's own prices in the order of the questions.

        In one round trip if the product can. `customer` is the ERP's customer number. An article
        without a price is left out.
        """
        ...
