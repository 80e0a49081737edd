"""The invented base as an ERP has it, and as many more customers as a benchmark wants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from atrio.outside.invented import invented_company, invented_numbers
from atrio.outside.invented_base import BaseCustomer, invented_base
from atrio.outside.ports import ErpContact, ErpCustomer

_FIRST_OF_CROWD = 600_001


def base_customers() -> Iterator[ErpCustomer]:
    """Yield the customers of the invented base, in the order of their numbers."""
    for customer in invented_base():
        if customer.is_in_erp:
            yield _customer(customer)


def crowd(count: int) -> Iterator[ErpCustomer]:
    """Yield so many further customers with one contact each, always the same ones."""
    numbers = islice(invented_numbers(start=_FIRST_OF_CROWD), count)
    for serial, number in enumerate(numbers, start=_FIRST_OF_CROWD):
        company = invented_company(number, as_of=datetime.now(UTC))
        if company is None:
            raise ValueError(f"{number} names no invented company")
        # Companies of the crowd share names, and so domains: the number tells their mail apart.
        email = f"compras.{serial}@crowd.example"
        yield ErpCustomer(
            number=str(serial),
            reference="",
            legal_name=company.legal_name,
            tax_id=company.tax_id,
            email=email,
            price_group="",
            address=company.address,
            contacts=(ErpContact("Compras", email, company.phone),),
        )


def _customer(customer: BaseCustomer) -> ErpCustomer:
    people = [
        ErpContact(c.person.name, c.person.email, c.person.phone, is_active=c.is_active)
        for c in customer.contacts
    ]
    emails = [person.email for person in people if person.email and person.is_active]
    return ErpCustomer(
        number=customer.number,
        reference="",
        legal_name=customer.legal_name,
        tax_id=customer.tax_id,
        email=emails[0] if emails else "",
        price_group=customer.price_group,
        phone=customer.phone,
        domain=customer.domain,
        address=customer.address,
        contacts=(ErpContact("", "", customer.phone), *people),
    )
