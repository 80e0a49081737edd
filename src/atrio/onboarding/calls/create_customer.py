"""erp.create_customer: search, create, read back, link."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from atrio.kernel.errors import NotYet, OutsideFailure
from atrio.onboarding.calls import (
    Answer,
    Question,
    Surprise,
    call,
    see_that_it_is_wanted,
)
from atrio.onboarding.calls._customer import (
    address_of,
    customer_facts,
    email_of,
    facts_of,
    identity_of,
    known_facts,
    name_of,
    new_account_id,
    tax_id_of,
)
from atrio.onboarding.case import NewFact
from atrio.onboarding.models import Fact
from atrio.outside.actions import link
from atrio.outside.connections import open_erp
from atrio.outside.ports import CustomerDraft, Erp, ErpCustomer, TaxId
from atrio.parties.actions import NewCustomer, open_account
from atrio.parties.queries import acquaintance
from atrio.parties.rules import is_of_domain


def customer_left_behind(question: Question) -> str:
    """Return the number of the customer that the ERP has made for this very application."""
    found = open_erp(question.asked).find_customer(
        reference=question.reference, tax_id=tax_id_of(question)
    )
    return found.number if found and found.reference == question.reference else ""


@call("erp.create_customer", asks="erp", leaves_behind=customer_left_behind)
def create_customer(question: Question) -> Answer:
    """Make sure that the ERP has exactly one customer for this application, and open its account.

    A company that has an account here, or that the ERP has from elsewhere, is not ours to open
    on a form's word: `existing_customer`, with what is known of whoever asks.
    """
    account_id = new_account_id(question.application_id)
    _refuse_whom_we_know(question, except_account=account_id)
    erp, draft = open_erp(question.asked), _draft(question)
    found = erp.find_customer(reference=draft.reference, tax_id=tax_id_of(question))
    if number := _made_by_hand(question):
        found = _believed(erp, number, draft, found)
    elif found is None:
        found = _create(erp, draft)
    elif found.reference != draft.reference:
        raise _is_customer_already(question, found)
    with transaction.atomic():
        see_that_it_is_wanted(question)
        # Another one, if ours was merged into it while the ERP took its time.
        account = open_account(customer=_new_customer(question, draft, found), now=question.now)
        link(
            connection=question.asked,
            kind="account",
            object_id=account.pk,
            outside_id=found.number,
            now=question.now,
        )
    return Answer(
        facts=customer_facts(
            account.pk,
            number=found.number,
            price_group=found.price_group,
            source=question.asked.code,
        )
    )


def _refuse_whom_we_know(question: Question, *, except_account: UUID) -> None:
    identity = identity_of(question)
    known = acquaintance(
        country=identity.country,
        tax_id_kind=identity.kind,
        tax_id=identity.number,
        email=email_of(question),
        except_account=except_account,
    )
    if known:
        raise Surprise(
            "This company has an account already",
            code="existing_customer",
            answer=Answer(facts=facts_of(known)),
        )


def _is_customer_already(question: Question, found: ErpCustomer) -> Surprise:
    """Return what stops us, with what the ERP knows of the applicant."""
    email = email_of(question)
    people = {person.email.casefold(): person.is_active for person in found.contacts}
    people.setdefault(found.email.casefold(), True)
    contact = {True: "linked", False: "former", None: "unknown"}[people.get(email.casefold())]
    source = question.asked.code
    facts = known_facts(
        company=True,
        contact=contact if email else "unknown",
        is_of_domain=is_of_domain(email, found.domain),
        origin=Fact.Origin.ERP,
        source=source,
    )
    facts.append(
        NewFact("erp.customer_number", found.number, Fact.Origin.ERP, Fact.Status.VERIFIED, source)
    )
    return Surprise(
        f"The ERP has this company already, as customer {found.number}",
        code="existing_customer",
        answer=Answer(facts=facts),
    )


def _made_by_hand(question: Question) -> str:
    """Return the number under which an associate has created the customer, "" if none has."""
    facts = question.facts
    is_by_hand = facts.get("repair.action") == "by_hand"
    return str(facts.get("repair.customer_number") or "").strip() if is_by_hand else ""


def _believed(
    erp: Erp, number: str, draft: CustomerDraft, found: ErpCustomer | None
) -> ErpCustomer:
    """Read back what a person has created, and believe it only if it is this company.

    A customer of ours that has come late after all, beside theirs, is one too many.
    """
    theirs = erp.read_customer(number)
    is_theirs = (
        theirs.tax_id == draft.tax_id
        if draft.tax_id.number
        else theirs.email.casefold() == draft.email.casefold()
    )
    if not is_theirs:
        raise OutsideFailure(
            f"Customer {theirs.number} is {theirs.legal_name}, not {draft.legal_name}",
            code="wrong_customer",
        )
    if found and found.number != theirs.number and found.reference == draft.reference:
        raise OutsideFailure(
            f"The ERP has this company twice: {found.number}, which we made, and {theirs.number}",
            code="two_customers",
        )
    return theirs


def _create(erp: Erp, draft: CustomerDraft) -> ErpCustomer:
    receipt = erp.create_customer(draft)
    if receipt.number is None:
        # Taken, not done: the next attempt searches for it.
        raise NotYet("The ERP has taken the customer and not numbered it yet")
    customer = erp.read_customer(receipt.number)
    if customer.reference != draft.reference:
        raise OutsideFailure(
            f"The ERP returned customer {customer.number} for another reference",
            code="wrong_customer",
        )
    return customer


def _draft(question: Question) -> CustomerDraft:
    facts, address = question.facts, address_of(question)
    return CustomerDraft(
        reference=question.reference,
        legal_name=name_of(question),
        trade_name=str(facts.get("company.trade_name") or ""),
        tax_id=tax_id_of(question) or TaxId(address.country, "", ""),
        address=address,
        contact_name=str(facts.get("contact.name") or name_of(question)),
        email=str(facts.get("contact.email") or ""),
        phone=str(facts.get("contact.phone") or ""),
        language=question.language,
        price_group=str(facts.get("decision.price_group") or ""),
    )


def _new_customer(question: Question, draft: CustomerDraft, found: ErpCustomer) -> NewCustomer:
    identity = identity_of(question)
    return NewCustomer(
        account_id=new_account_id(question.application_id),
        business_unit=question.unit.code,
        price_group=found.price_group,
        legal_name=draft.legal_name,
        trade_name=draft.trade_name,
        country=identity.country,
        tax_id_kind=identity.kind,
        tax_id=identity.number,
        activity=str(question.facts.get("company.activity") or ""),
        address=asdict(draft.address),
        contact_name=draft.contact_name,
        email=draft.email,
        phone=draft.phone,
        language=draft.language,
        customer_number=found.number,
        sources=_said_by_the_register(question),
    )


def _said_by_the_register(question: Question) -> dict[str, str]:
    """Return what the applicant took over from the register as it stood there."""
    names = ("legal_name", "trade_name", "activity", "address")
    facts = question.facts
    return {
        name: "register"
        for name in names
        if facts.get(f"company.{name}")
        and facts[f"company.{name}"] == facts.get(f"register.{name}")
    }
