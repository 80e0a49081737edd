"""What several calls need to know: which account, which tax id, and what is known of somebody."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID, uuid5

from atrio.engine.forms import nested, placed
from atrio.engine.forms.tax_ids import recognised
from atrio.onboarding.calls import Question
from atrio.onboarding.case import NewFact
from atrio.onboarding.models import Fact
from atrio.outside.ports import PostalAddress, TaxId
from atrio.parties.queries import Acquaintance

TAX_ID = "company.tax_id"
# A private person is known by an address that they have proved to be theirs, and no number.
PERSON = "person"


def identity_of(question: Question) -> TaxId:
    """Return by what our books know the customer: a tax id, or a private person's address."""
    return tax_id_of(question) or person_with(email_of(question), address_of(question).country)


def person_with(email: str, country: str) -> TaxId:
    """Return what stands for a private person's address where companies have a number."""
    return TaxId(country, PERSON, sha256(email.lower().encode()).hexdigest()[:32])


def name_of(question: Question) -> str:
    """Return what the customer is called by law."""
    facts = question.facts
    return str(facts.get("company.legal_name") or facts.get("contact.name") or "")


def address_of(question: Question) -> PostalAddress:
    """Return the customer's postal address; its country is the journey's where none is said."""
    said = question.facts.get("company.address") or question.facts.get("contact.address") or {}
    known = {part: str(said.get(part) or "") for part in PostalAddress.__dataclass_fields__}
    return PostalAddress(**known | {"country": known["country"] or question.journey.pack.country})


def tax_id_of(question: Question) -> TaxId | None:
    """Return the company's tax id as the applicant gave it, of the kind their form asks for.

    None for a private person, who has none that we ask for.
    """
    if question.journey.pack.customer == "person":
        return None
    field = placed(question.journey.field(TAX_ID), nested(question.facts))
    number = str(question.facts[TAX_ID])
    kind, compact = recognised(number, kind=field.kind, country=field.country)
    return TaxId(field.country, kind, compact)


def email_of(question: Question) -> str:
    """Return the applicant's address, "" as long as there is none."""
    return str(question.facts.get("contact.email") or "")


def new_account_id(application_id: UUID) -> UUID:
    """Return the id of an account that an application opens: the same however often it is asked."""
    return uuid5(application_id, "account")


def account_of(question: Question) -> UUID:
    """Return the account the application has come to."""
    return UUID(str(question.facts["customer.account"]))


def customer_facts(
    account_id: UUID, *, number: str, price_group: str, source: str
) -> list[NewFact]:
    """Return what is known once somebody is a customer."""
    return [
        NewFact("customer.account", str(account_id), Fact.Origin.SYSTEM, Fact.Status.VERIFIED),
        NewFact("erp.customer_number", number, Fact.Origin.ERP, Fact.Status.VERIFIED, source),
        NewFact("erp.price_group", price_group, Fact.Origin.ERP, Fact.Status.VERIFIED, source),
    ]


def known_facts(
    *,
    company: bool,
    contact: str = "unknown",
    is_of_domain: bool = False,
    has_admin: bool = False,
    origin: str = Fact.Origin.SYSTEM,
    source: str = "",
) -> list[NewFact]:
    """Return what is known of somebody who says to speak for a company."""
    said = {"company": company, "contact": contact, "domain": is_of_domain, "admin": has_admin}
    return [
        NewFact(f"known.{name}", value, origin, Fact.Status.VERIFIED, source)
        for name, value in said.items()
    ]


def facts_of(known: Acquaintance) -> list[NewFact]:
    """Return what our own books say of a company that is a customer."""
    return [
        *known_facts(
            company=True,
            contact=known.contact,
            is_of_domain=known.is_of_domain,
            has_admin=known.has_admin,
        ),
        NewFact("known.account", str(known.account_id), Fact.Origin.SYSTEM, Fact.Status.VERIFIED),
    ]
