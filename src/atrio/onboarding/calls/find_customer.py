"""crm.find_customer: is the company a customer already, and does anybody know this person?

Asked while the applicant looks for their code, so that nobody waits for it. What it finds is
never shown to the applicant, and the page is the same whatever it finds.
"""

from __future__ import annotations

from collections.abc import Sequence

from atrio.onboarding.calls import Answer, Question, call
from atrio.onboarding.calls._customer import (
    email_of,
    facts_of,
    identity_of,
    known_facts,
    tax_id_of,
)
from atrio.onboarding.case import NewFact
from atrio.onboarding.models import Fact
from atrio.outside.connections import open_crm
from atrio.outside.ports import Crm, CrmAccount
from atrio.parties.queries import Acquaintance, acquaintance
from atrio.parties.rules import is_of_domain


def from_our_books(question: Question) -> Answer:
    """Return what we know without asking the CRM."""
    known = _acquaintance(question)
    return Answer(facts=facts_of(known) if known else known_facts(company=False))


@call("crm.find_customer", asks="crm", unanswered=from_our_books)
def find_customer(question: Question) -> Answer:
    """Put together what our own books and the CRM know.

    A company that the CRM has without a customer's number is a prospect and no customer yet.
    """
    if question.connection is None:
        return from_our_books(question)
    crm, email = open_crm(question.connection), email_of(question)
    known = _acquaintance(question)
    tax_id = tax_id_of(question)
    accounts = crm.find_accounts(tax_id) if tax_id else []
    in_crm = _closeness(crm, accounts, email)
    number = next((account.customer_number for account in accounts if account.customer_number), "")
    facts = [
        *(facts_of(known) if known else ()),
        *known_facts(
            company=known is not None or bool(number),
            contact=_closer(known.contact if known else "unknown", in_crm),
            is_of_domain=any(is_of_domain(email, account.domain) for account in accounts)
            or (known is not None and known.is_of_domain),
            has_admin=known is not None and known.has_admin,
            origin=Fact.Origin.CRM,
            source=question.connection.code,
        ),
    ]
    if number and not known:
        source = question.connection.code
        facts.append(
            NewFact("erp.customer_number", number, Fact.Origin.CRM, Fact.Status.VERIFIED, source)
        )
    return Answer(facts=facts)


def _acquaintance(question: Question) -> Acquaintance | None:
    identity = identity_of(question)
    return acquaintance(
        country=identity.country,
        tax_id_kind=identity.kind,
        tax_id=identity.number,
        email=email_of(question),
    )


def _closeness(crm: Crm, accounts: Sequence[CrmAccount], email: str) -> str:
    """Say how the CRM knows the person: at this company, formerly at it, elsewhere, not at all."""
    contacts = crm.find_contacts(email) if email else []
    here = {account.id for account in accounts}
    links = [link for contact in contacts for link in crm.links(contact=contact.id)]
    activities = {link.is_active for link in links if link.account.id in here}
    if activities:
        return "linked" if True in activities else "former"
    return "not_linked" if contacts else "unknown"


def _closer(in_books: str, in_crm: str) -> str:
    """Put two words for one person together: whom the CRM calls gone is not let in by our books."""
    if in_crm == "former" or "linked" not in {in_books, in_crm}:
        return in_crm if in_crm != "unknown" else in_books
    return "linked"
