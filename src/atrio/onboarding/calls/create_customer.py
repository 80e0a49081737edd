"""erp.create_customer: search, create, read back, link."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID, uuid5

from django.db import transaction

from atrio.kernel.errors import NotYet, OutsideFailure
from atrio.onboarding.calls import Answer, Question, call
from atrio.onboarding.calls.ask_register import tax_id_of
from atrio.onboarding.case import NewFact
from atrio.onboarding.models import Fact
from atrio.outside.actions import link
from atrio.outside.connections import open_erp
from atrio.outside.ports import CustomerDraft, Erp, ErpCustomer, PostalAddress
from atrio.parties.actions import (
    AlreadyCustomer,
    NewCustomer,
    open_account,
    refuse_known_company,
)


def account_id_for(application_id: UUID) -> UUID:
    """Return the id of the account an application opens: the same however often it is asked."""
    return uuid5(application_id, "account")


@call("erp.create_customer", asks="erp")
def create_customer(question: Question) -> Answer:
    """Make sure that the ERP has exactly one customer for this application, and open its account.

    A company that has an account here, or that somebody else created there, is not ours to open
    on a form's word: a person looks.
    """
    account_id, tax_id = account_id_for(question.application_id), tax_id_of(question)
    try:
        refuse_known_company(
            country=tax_id.country,
            tax_id_kind=tax_id.kind,
            tax_id=tax_id.number,
            except_account=account_id,
        )
    except AlreadyCustomer as error:
        raise OutsideFailure(str(error), code="existing_customer") from error

    erp, draft = open_erp(question.asked), _draft(question)
    found = erp.find_customer(reference=draft.reference, tax_id=draft.tax_id)
    if found is None:
        found = _create(erp, draft)
    elif found.reference != draft.reference and not _was_created_by_hand(question, found):
        raise OutsideFailure(
            f"The ERP has this company already, as customer {found.number}",
            code="existing_customer",
        )
    with transaction.atomic():
        open_account(customer=_new_customer(question, draft, found), now=question.now)
        link(
            connection=question.asked,
            kind="account",
            object_id=account_id,
            outside_id=found.number,
            now=question.now,
        )
    return Answer(
        facts=[
            _erp_fact("customer_number", found.number, question.asked.code),
            _erp_fact("price_group", found.price_group, question.asked.code),
        ]
    )


def _erp_fact(name: str, value: str, source: str) -> NewFact:
    return NewFact(f"erp.{name}", value, Fact.Origin.ERP, Fact.Status.VERIFIED, source)


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


def _was_created_by_hand(question: Question, found: ErpCustomer) -> bool:
    """Say whether an associate vouches for a customer that no other application has created."""
    return question.facts.get("repair.action") == "by_hand" and not found.reference


def _draft(question: Question) -> CustomerDraft:
    facts = question.facts
    address = facts.get("company.address") or {}
    known = {part: str(address.get(part) or "") for part in PostalAddress.__dataclass_fields__}
    legal_name = str(facts["company.legal_name"])
    return CustomerDraft(
        reference=question.reference,
        legal_name=legal_name,
        trade_name=str(facts.get("company.trade_name") or ""),
        tax_id=tax_id_of(question),
        address=PostalAddress(**known),
        contact_name=str(facts.get("contact.name") or legal_name),
        email=str(facts.get("contact.email") or ""),
        phone=str(facts.get("contact.phone") or ""),
        language=question.language,
        price_group=str(facts.get("decision.price_group") or ""),
    )


def _new_customer(question: Question, draft: CustomerDraft, found: ErpCustomer) -> NewCustomer:
    return NewCustomer(
        account_id=account_id_for(question.application_id),
        business_unit=question.unit.code,
        price_group=found.price_group,
        legal_name=draft.legal_name,
        trade_name=draft.trade_name,
        country=draft.tax_id.country,
        tax_id_kind=draft.tax_id.kind,
        tax_id=draft.tax_id.number,
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
