"""What a CRM in memory begins with: the invented base, a crowd, or what a script names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from atrio.connectors.memory.erp_base import crowd
from atrio.outside.invented_base import BaseCustomer, invented_base
from atrio.outside.ports import CrmAccount, CrmContact, CrmLink, TaxId

ACCOUNT, CONTACT = "account-", "contact-"


def link_id(account: str, contact: str) -> str:
    """Return the id of the link between two: there is one at most."""
    return f"link-{sha256(f'{account} {contact}'.encode()).hexdigest()[:12]}"


def base_records() -> Iterator[CrmAccount | CrmLink]:
    """Yield the companies of the invented base that a CRM has, and their people."""
    for place, customer in enumerate(invented_base()):
        # Of a company's doubles the first one has its people.
        accounts = [
            _account(f"{ACCOUNT}base-{place:02}-{turn}", name, customer)
            for turn, name in enumerate(customer.crm_names)
        ]
        yield from accounts
        for contact in customer.contacts if accounts else ():
            identity, person = f"{CONTACT}base-{contact.person.key}", contact.person
            yield CrmLink(
                id=link_id(accounts[0].id, identity),
                account=accounts[0],
                contact=CrmContact(identity, person.name, person.email, person.phone),
                is_active=contact.is_active,
                is_direct=contact.is_direct,
                roles=(contact.role,) if contact.role else (),
            )


def crowd_records(count: int) -> Iterator[CrmLink]:
    """Yield so many further companies with one person each: the ERP's crowd."""
    for customer in crowd(count):
        account = CrmAccount(
            id=f"{ACCOUNT}crowd-{customer.number}",
            name=customer.legal_name,
            tax_id=customer.tax_id,
            domain="",
            phone="",
            customer_number=customer.number,
        )
        (person,) = customer.contacts
        identity = f"{CONTACT}crowd-{customer.number}"
        contact = CrmContact(identity, person.name, person.email, person.phone)
        yield CrmLink(
            id=link_id(account.id, identity),
            account=account,
            contact=contact,
            is_active=True,
            is_direct=True,
            roles=(),
        )


def scripted_records(script: Sequence[Mapping[str, Any]]) -> Iterator[CrmAccount | CrmLink]:
    """Yield what a script says: companies, each with a person or with none.

    A part: `account` (its fields; `tax_id` has `kind` and `number`), `contact`, `is_active`,
    `is_direct`, `roles`. What has the same `id` is the same company, or person.
    """
    for serial, part in enumerate(script):
        said = dict(part["account"])
        said.setdefault("id", f"{ACCOUNT}script-{serial}")
        if tax_id := said.get("tax_id"):
            kind = str(tax_id["kind"])
            said["tax_id"] = TaxId(kind[:2].upper(), kind, str(tax_id["number"]))
        nothing = {"tax_id": None, "domain": "", "phone": "", "customer_number": ""}
        account = CrmAccount(**{**nothing, **said})
        yield account
        if person := part.get("contact"):
            person = {"id": f"{CONTACT}script-{serial}", "phone": "", **person}
            yield CrmLink(
                id=link_id(account.id, person["id"]),
                account=account,
                contact=CrmContact(**person),
                is_active=bool(part.get("is_active", True)),
                is_direct=bool(part.get("is_direct", True)),
                roles=tuple(part.get("roles", ())),
            )


def _account(identity: str, name: str, customer: BaseCustomer) -> CrmAccount:
    return CrmAccount(
        id=identity,
        name=name,
        tax_id=customer.tax_id,
        domain=customer.domain,
        phone=customer.phone,
        customer_number=customer.number,
    )
