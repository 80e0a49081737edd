"""parties.join_account: an applicant who may speak for a customer comes to its account."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from atrio.kernel.errors import OutsideFailure
from atrio.onboarding.calls import Answer, Question, call, see_that_it_is_wanted
from atrio.onboarding.calls._customer import (
    customer_facts,
    email_of,
    identity_of,
    new_account_id,
    tax_id_of,
)
from atrio.outside.actions import asking, link
from atrio.outside.connections import connection_row, open_erp
from atrio.outside.models import Connection
from atrio.outside.ports import ErpCustomer
from atrio.parties.actions import NewCustomer, note_contact, open_account
from atrio.parties.queries import account_with
from atrio.trade.queries import erp_of


@call("parties.join_account")
def join_account(question: Question) -> Answer:
    """Note the applicant at their company's account; open it if only the ERP knew the customer."""
    _see_that_control_is_proved(question)
    account_id = _account(question)
    facts = question.facts
    with transaction.atomic():
        see_that_it_is_wanted(question)
        account = note_contact(
            account_id=account_id,
            name=str(facts.get("contact.name") or ""),
            email=email_of(question),
            phone=str(facts.get("contact.phone") or ""),
            language=question.language,
        )
    return Answer(
        facts=customer_facts(
            account_id,
            number=account.customer_number,
            price_group=account.price_group,
            source=erp_of(account),
        )
    )


def _see_that_control_is_proved(question: Question) -> None:
    """Return unless the way in rests on a code that one of ours typed, whatever a table says.

    Raises OutsideFailure: then a person has to look.
    """
    facts = question.facts
    if facts.get("decision.outcome") == "PROVED" and facts.get("proof.by") == "associate":
        raise OutsideFailure(
            "One of ours typed the code: that proves nothing about a customer", code="not_proved"
        )


def _account(question: Question) -> UUID:
    known = identity_of(question)
    found = account_with(country=known.country, tax_id_kind=known.kind, tax_id=known.number)
    return found or _take_over(question, connection_row(question.unit.erp))


def _take_over(question: Question, connection: Connection) -> UUID:
    """Open the account of a customer that so far only the ERP has."""
    with asking(
        connection=connection,
        operation="erp.read_customer",
        key=question.key,
        attempt=question.attempt,
        application_id=question.application_id,
        call_id=question.call_id,
    ):
        theirs = open_erp(connection).read_customer(str(question.facts["erp.customer_number"]))
    if theirs.tax_id != tax_id_of(question):
        raise OutsideFailure(
            f"Customer {theirs.number} is {theirs.legal_name}: another company",
            code="wrong_customer",
        )
    account_id = new_account_id(question.application_id)
    with transaction.atomic():
        see_that_it_is_wanted(question)
        open_account(customer=_as_in_the_erp(question, theirs, account_id), now=question.now)
        link(
            connection=connection,
            kind="account",
            object_id=account_id,
            outside_id=theirs.number,
            now=question.now,
        )
    return account_id


def _as_in_the_erp(question: Question, theirs: ErpCustomer, account_id: UUID) -> NewCustomer:
    identity, facts = identity_of(question), question.facts
    return NewCustomer(
        account_id=account_id,
        business_unit=question.unit.code,
        price_group=theirs.price_group,
        legal_name=theirs.legal_name,
        trade_name=str(facts.get("company.trade_name") or ""),
        country=identity.country,
        tax_id_kind=identity.kind,
        tax_id=identity.number,
        activity=str(facts.get("company.activity") or ""),
        address=asdict(theirs.address),
        contact_name=str(facts.get("contact.name") or theirs.legal_name),
        email=email_of(question),
        phone=str(facts.get("contact.phone") or ""),
        language=question.language,
        customer_number=theirs.number,
        sources={"legal_name": "erp", "address": "erp"},
    )
