"""The port of ERPs: where customers, articles and prices are true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from atrio.outside.ports.values import PostalAddress, TaxId


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """A customer to be created in the ERP.

    `reference` is ours, deterministic, and can be searched for there.
    """

    reference: str
    legal_name: str
    trade_name: str
    tax_id: TaxId  # its number is "" for a private person
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
class ErpContact:
    """A way to reach somebody at a customer; "" where the ERP knows nothing."""

    name: str  # "" for what reaches the company and nobody in particular
    email: str  # as somebody typed it
    phone: str  # as somebody typed it
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ErpCustomer:
    """A customer as the ERP has it; "" where the ERP knows nothing."""

    number: str
    reference: str  # "" when Atrio did not create it
    legal_name: str
    tax_id: TaxId | None
    email: str
    price_group: str
    phone: str = ""  # as somebody typed it
    domain: str = ""  # "nordlicht.example": lower case, without scheme and "www."
    address: PostalAddress = field(default_factory=PostalAddress)
    contacts: tuple[ErpContact, ...] = ()  # former ones too, marked


@dataclass(frozen=True, slots=True)
class CreditLine:
    """How much a customer may owe, and by when they must pay."""

    limit: Decimal
    currency: str  # ISO 4217
    payment_term: str  # the ERP's name of it, "" for its default


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
        """Return the customer as the ERP has it now; OutsideFailure(code="not_found") if gone.

        A person may have typed the number: spaces do not count, and case only between two.
        """
        ...

    def customers(self, *, after: str = "") -> Iterator[ErpCustomer]:
        """Yield every customer, page by page, always in the same order.

        To go on where an earlier run ended, say which number was the last one it took; if that
        customer is gone, all of them may come again.
        """
        ...

    def payment_terms(self) -> list[str]:
        """Return the names of the payment terms that a customer may be given."""
        ...

    def set_credit_line(self, customer: str, line: CreditLine) -> None:
        """Give the customer this limit and payment term; the same twice does no harm.

        Raises OutsideFailure: "not_found", or "invalid" for a term or a currency that the ERP
        does not have or for an amount that it cannot keep.
        """
        ...

    def read_credit_line(self, customer: str) -> CreditLine | None:
        """Return the customer's credit line as the ERP has it now, None without a limit."""
        ...

    def probe(self) -> None:
        """Ask something cheap that has no effect; return if the ERP answers sensibly."""
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


def spellings(number: str) -> tuple[str, ...]:
    """Return what a customer number that a person typed may mean, the likeliest first."""
    squeezed = "".join(number.split())
    return tuple(dict.fromkeys((number.strip(), squeezed, squeezed.upper())))
