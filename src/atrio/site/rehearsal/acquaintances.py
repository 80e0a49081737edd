"""The customers that an example says are known before it begins: here, in the CRM, in the ERP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from atrio.engine.forms import nested, placed
from atrio.engine.forms.tax_ids import recognised
from atrio.identity.actions import ensure_user
from atrio.journeys.examples import Example
from atrio.journeys.journey import Journey
from atrio.kernel.ids import new_id
from atrio.onboarding.calls._customer import person_with
from atrio.outside.actions import link
from atrio.outside.models import Connection
from atrio.outside.ports import TaxId
from atrio.parties.actions import NewCustomer, give_seat, open_account
from atrio.parties.models import Account, Contact, LegalEntity

ADMIN = "admin@rehearsal.invalid"
_NAME = "Orvalume Rehearsal"


def said_of_the_known(example: Example, element: str) -> Mapping[str, Any]:
    """Return what a call finds out about somebody, {} if it finds nobody."""
    for answer in example.calls.get(element, ()):
        if answer.facts.get("known.company") or answer.facts.get("known.contact") == "not_linked":
            return answer.facts
    return {}


def answered(example: Example, field: str) -> str:
    """Return what the applicant says in a field, as it is stored."""
    for submission in reversed(example.answers):
        if field in submission.form and not submission.errors:
            said = str(submission.form[field])
            return "".join(filter(str.isalnum, said)).upper() if field == "company.tax_id" else said
    return ""


def crm_records(example: Example, element: str) -> list[dict[str, Any]]:
    """Return the CRM's records of an applicant whom it knows at another company."""
    if said_of_the_known(example, element).get("known.contact") != "not_linked":
        return []
    person = {"name": "Known", "email": answered(example, "contact.email")}
    return [{"account": {"name": "Elsewhere Rehearsal"}, "contact": person}]


def tax_id_said(example: Example, journey: Journey) -> TaxId:
    """Return the tax id with which the example comes, of the kind that the journey's form takes.

    Of a private person their address, by which our books know them.
    """
    if journey.pack.customer == "person":
        email, country = (answered(example, f"contact.{name}") for name in ("email", "country"))
        return person_with(email, country)
    said = {
        name: value
        for submission in example.answers
        if not submission.errors
        for name, value in submission.form.items()
    }
    field = placed(journey.field("company.tax_id"), nested(said))
    number = answered(example, "company.tax_id")
    kind, compact = recognised(number, kind=field.kind, country=field.country)
    return TaxId(field.country, kind, compact)


def erp_records(example: Example, element: str, journey: Journey) -> list[dict[str, Any]]:
    """Return the customer that only the ERP has."""
    said = said_of_the_known(example, element)
    if not said:
        return []
    email, tax_id = answered(example, "contact.email"), tax_id_said(example, journey)
    return [
        {
            "number": str(said["erp.customer_number"]),
            "legal_name": _NAME,
            "tax_id": {"kind": tax_id.kind, "number": tax_id.number},
            "email": email if said["known.contact"] == "linked" else ADMIN,
        }
    ]


def make_known(
    example: Example,
    element: str,
    *,
    unit: str,
    journey: Journey,
    erp: Connection,
    now: datetime,
) -> None:
    """Open the account of a company that is a customer before the example begins."""
    said = said_of_the_known(example, element)
    if not said.get("known.company"):
        return
    email, tax_id = answered(example, "contact.email"), tax_id_said(example, journey)
    number = f"M{sha256(tax_id.number.encode()).hexdigest()[:12]}-0"
    account = open_account(
        customer=NewCustomer(
            account_id=new_id(),
            business_unit=unit,
            price_group="",
            legal_name=_NAME,
            trade_name="",
            country=tax_id.country,
            tax_id_kind=tax_id.kind,
            tax_id=tax_id.number,
            activity="",
            address={},
            contact_name="Admin",
            email=ADMIN,
            phone="",
            language="en",
            customer_number=number,
        ),
        now=now,
    )
    link(connection=erp, kind="account", object_id=account.pk, outside_id=number, now=now)
    _make_people(account, said, email, now)


def _make_people(account: Account, said: Mapping[str, Any], email: str, now: datetime) -> None:
    if said["known.contact"] in {"linked", "former"}:
        is_active = said["known.contact"] == "linked"
        Contact.objects.create(
            account=account, name="Known", email=email, language="en", is_active=is_active
        )
    if said["known.domain"]:
        LegalEntity.objects.filter(account=account).update(domain=email.rpartition("@")[2])
    if said["known.admin"]:
        user = ensure_user(email=ADMIN, name="Admin", language="en")
        give_seat(account_id=account.pk, user_id=user.pk, role="admin", now=now)
