"""Which field of Salesforce holds what, and our values from its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stdnum.br import cnpj

from atrio.connectors.salesforce.rest import Row
from atrio.outside.ports import (
    CrmAccount,
    CrmAccountDraft,
    CrmContact,
    CrmContactDraft,
    CrmLink,
    PostalAddress,
    TaxId,
    domain_of,
)

# As people type a number in a CRM; we ask for it as they do and compact.
_AS_TYPED = {"br_cnpj": cnpj.format}
_FIRST_NAME, _LAST_NAME, _ACCOUNT_NAME = 40, 80, 255


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields that an org has made for us, by name; the others are Salesforce's own."""

    reference: str = "AtrioId__c"  # of Account and Contact: an external id, unique
    customer_number: str = "AccountNumber"
    tax_ids: Mapping[str, str] = field(default_factory=lambda: {"br_cnpj": "CNPJ__c"})
    has_codes: bool = False  # state and country are picklists
    roles: Mapping[str, str] = field(default_factory=dict)  # our word → the picklist's

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Fields:
        """Return the fields a connection's options name; ValueError for what can be no name."""
        default = cls()
        fields = cls(
            reference=str(options.get("reference_field", default.reference)),
            customer_number=str(options.get("customer_number_field", default.customer_number)),
            tax_ids=dict(options.get("tax_id_fields", default.tax_ids)),
            has_codes=bool(options.get("state_and_country_picklists", False)),
            roles=dict(options.get("roles", {})),
        )
        for name in (fields.reference, fields.customer_number, *fields.tax_ids.values()):
            # Names go into queries and paths as they are.
            if not re.fullmatch(r"[A-Za-z]\w{0,79}", name, re.ASCII):
                raise ValueError(f"{name!r} is no field's name")
        return fields

    @property
    def of_account(self) -> tuple[str, ...]:
        """The fields that are read of an account."""
        ours = (self.reference, self.customer_number, *self.tax_ids.values())
        return ("Id", "Name", "Website", "Phone", *ours)

    @property
    def of_contact(self) -> tuple[str, ...]:
        """The fields that are read of a contact."""
        return ("Id", "Name", "Email", "Phone", self.reference)

    @property
    def of_link(self) -> tuple[str, ...]:
        """The fields that are read of a link, those of both its ends among them."""
        account = (f"Account.{name}" for name in self.of_account)
        contact = (f"Contact.{name}" for name in self.of_contact)
        return ("Id", "IsActive", "IsDirect", "Roles", *account, *contact)

    def account(self, row: Row) -> CrmAccount:
        """Return the account in a row."""
        return CrmAccount(
            id=row["Id"],
            name=text(row, "Name"),
            tax_id=self._tax_id(row),
            domain=domain_of(text(row, "Website")),
            phone=text(row, "Phone"),
            customer_number=text(row, self.customer_number),
            reference=text(row, self.reference),
        )

    def contact(self, row: Row) -> CrmContact:
        """Return the contact in a row."""
        return CrmContact(
            id=row["Id"],
            name=text(row, "Name"),
            email=text(row, "Email"),
            phone=text(row, "Phone"),
            reference=text(row, self.reference),
        )

    def link(self, row: Row) -> CrmLink:
        """Return the link in a row."""
        ours = {theirs: word for word, theirs in self.roles.items()}
        roles = (role for role in text(row, "Roles").split(";") if role)
        return CrmLink(
            id=row["Id"],
            account=self.account(row["Account"]),
            contact=self.contact(row["Contact"]),
            is_active=bool(row["IsActive"]),
            is_direct=bool(row["IsDirect"]),
            roles=tuple(ours.get(role, role) for role in roles),
        )

    def values_of_account(self, draft: CrmAccountDraft) -> dict[str, object]:
        """Return what the draft says, by field; what it does not say is not there."""
        tax_id = draft.tax_id
        return _said(
            {
                "Name": draft.name[:_ACCOUNT_NAME],
                "Website": draft.domain,
                "Phone": draft.phone,
                self.customer_number: draft.customer_number,
                **self._address(draft.address),
                **({self.tax_ids[tax_id.kind]: tax_id.number} if tax_id else {}),
            }
        )

    def values_of_contact(self, draft: CrmContactDraft) -> dict[str, object]:
        """Return what the draft says, by field, but for the account."""
        first, last = split_name(draft.name)
        return _said(
            {"FirstName": first, "LastName": last, "Email": draft.email, "Phone": draft.phone}
        )

    def joined(self, roles: Iterable[str]) -> str:
        """Return roles as the picklist takes them."""
        return ";".join(dict.fromkeys(self.roles.get(role, role) for role in roles))

    def spellings(self, tax_id: TaxId) -> list[str]:
        """Return how a number may stand in its field."""
        as_typed = _AS_TYPED.get(tax_id.kind, str)(tax_id.number)
        return list(dict.fromkeys([tax_id.number, as_typed]))

    def _tax_id(self, row: Row) -> TaxId | None:
        for kind, name in self.tax_ids.items():
            number = "".join(filter(str.isalnum, text(row, name))).upper()
            if number:
                return TaxId(kind[:2].upper(), kind, number)
        return None

    def _address(self, address: PostalAddress) -> dict[str, str]:
        suffix = "Code" if self.has_codes else ""
        house = f"{address.street}, {address.number}" if address.number else address.street
        return {
            # Salesforce has no field for a district.
            "BillingStreet": "\n".join(filter(None, (house, address.extra, address.district))),
            "BillingCity": address.city,
            "BillingPostalCode": address.postal_code,
            f"BillingState{suffix}": address.region,
            f"BillingCountry{suffix}": address.country,
        }


def one_thing(name: str) -> str:
    """Return of which thing a field is a part: an address, a name, or itself."""
    if name.startswith("Billing"):
        return "Billing"
    return "Name" if name in ("FirstName", "LastName") else name


def has_both_ends(row: Row) -> bool:
    """Say whether our user may see both ends of a link; one they may not see comes as null."""
    return bool(row.get("Account") and row.get("Contact"))


def text(row: Row, name: str) -> str:
    """Return a field as text; Salesforce has null for the empty."""
    value = row.get(name)
    return "" if value is None else str(value)


def split_name(name: str) -> tuple[str, str]:
    """Return first and last name: the last has the last word, and what the first cannot hold.

    Salesforce writes them one after the other, so a name comes back as it was.
    """
    words = name.split()
    first, last = words[:-1], words[-1:]
    while len(" ".join(first)) > _FIRST_NAME:
        last.insert(0, first.pop())
    return " ".join(first), " ".join(last)[:_LAST_NAME]


def _said(values: Mapping[str, str]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}
