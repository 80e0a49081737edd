"""What becomes of a record, decided without a database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from atrio.engine.forms.tax_ids import tax_id_module
from atrio.outside.ports import CrmLink, ErpContact, ErpCustomer, TaxId

# As long as the columns are.
NAME, PERSON, EMAIL, DOMAIN, GROUP, NUMBER = 200, 120, 254, 200, 80, 40


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a record was left out or wants a look; `about` says whose, or which value."""

    what: str
    about: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class LeftOut(Exception):
    """The record cannot be taken over."""

    def __init__(self, what: str, about: str = "", **details: str) -> None:
        super().__init__(what)
        self.doubt = Doubt(what, about, details)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person at a company, as a system has them."""

    name: str
    email: str
    phone: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Company:
    """A customer of the ERP, fit to be taken over."""

    number: str
    legal_name: str
    tax_id: TaxId
    address: Mapping[str, Any]
    domain: str
    price_group: str
    people: tuple[Someone, ...]
    doubts: tuple[Doubt, ...]

    @property
    def values(self) -> dict[str, Any]:
        """Return what the ERP says, by the names of our columns."""
        return {
            "legal_name": self.legal_name,
            "address": dict(self.address),
            "domain": self.domain,
            "price_group": self.price_group,
        }


def company_of(customer: ErpCustomer) -> Company:
    """Return the customer as we keep it. Raises LeftOut."""
    name = one_line(customer.legal_name, NAME)
    if not name:
        raise LeftOut("no_name")
    if len(customer.number) > NUMBER:
        raise LeftOut("long_number", customer.number[:NAME])
    tax_id = usable(customer.tax_id)
    if tax_id is None:
        raise LeftOut("no_tax_id", name)
    people: dict[str, Someone] = {}
    doubts = list(_read_people(customer, tax_id.country, people))
    return Company(
        number=customer.number,
        legal_name=name,
        tax_id=tax_id,
        address={part: one_line(text, NAME) for part, text in asdict(customer.address).items()},
        domain=one_line(customer.domain, DOMAIN).lower(),
        price_group=one_line(customer.price_group, GROUP),
        people=tuple(people.values()),
        doubts=tuple(doubts),
    )


def someone_of(link: CrmLink, *, country: str) -> Someone:
    """Return the person of a link of the CRM. Raises LeftOut for one nobody can write to."""
    contact = link.contact
    name = one_line(contact.name, PERSON)
    email = address_of(contact.email)
    if not email:
        what = "wrong_email" if contact.email.strip() else "no_email"
        raise LeftOut(what, name, email=one_line(contact.email, NAME))
    return Someone(name or email, email, phone_of(contact.phone, country), link.is_active)


def usable(tax_id: TaxId | None) -> TaxId | None:
    """Return the tax id if there is one. Raises LeftOut if its digits are wrong."""
    if tax_id is None or not tax_id.number.strip():
        return None
    module = tax_id_module(tax_id.kind)
    if module is None or not module.is_valid(tax_id.number):
        raise LeftOut("wrong_tax_id", one_line(tax_id.number, NAME))
    return replace(tax_id, number=module.compact(tax_id.number))


def takes(*, seen: Any, now: Any, ours: Any) -> bool:
    """Say whether a value that has changed over there is taken over.

    `seen` is what the system said the last time, `ours` what stands here: if the two differ,
    somebody has changed it here since, and that stays.
    """
    return bool(now != seen and ours == seen)


def one_line(text: str, longest: int) -> str:
    """Return a text in one line and in Unicode NFC, without what cannot be stored or seen."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(" " if _is_control(character) else character for character in text)
    return " ".join(text.split())[:longest].rstrip()


@lru_cache(maxsize=10_000)
def address_of(email: str) -> str:
    """Return an email address in lower case, "" if it is none."""
    email = email.strip().lower()
    if len(email) > EMAIL:
        return ""
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email


def phone_of(text: str, country: str) -> str:
    """Return a telephone number in E.164, "" if nobody could be called by it."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read_people(
    customer: ErpCustomer, country: str, people: dict[str, Someone]
) -> Iterator[Doubt]:
    """Put the people into `people`, by address, and yield what is wrong with the others.

    An address without a person is the company's mailbox, and stands under the company's name.
    """
    for contact in customer.contacts:
        name = one_line(contact.name, PERSON)
        email = address_of(contact.email)
        if not email:
            doubt = _unreachable(contact, name)
            if doubt:
                yield doubt
        elif email in people and people[email].name != name:
            yield Doubt("same_email", email, {"kept": people[email].name, "left_out": name})
        elif email not in people:
            name = name or one_line(customer.legal_name, PERSON)
            phone = phone_of(contact.phone, country)
            people[email] = Someone(name, email, phone, contact.is_active)


def _unreachable(contact: ErpContact, name: str) -> Doubt | None:
    if contact.email.strip():
        return Doubt("wrong_email", name, {"email": one_line(contact.email, NAME)})
    # A number without a name is the company's telephone, and nobody is missing.
    return Doubt("no_email", name) if name and contact.is_active else None


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn")
