"""registry.find_company: what does the register say of this number?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from atrio.kernel.errors import OutsideFailure
from atrio.onboarding.calls import Answer, NewFinding, Question, call
from atrio.onboarding.calls._customer import TAX_ID, tax_id_of
from atrio.onboarding.case import NewFact
from atrio.onboarding.models import Fact
from atrio.outside.connections import open_registry
from atrio.outside.ports import CompanyRecord


def could_not_ask(question: Question) -> Answer:
    """Unknown is not clear: say that nobody could be asked, and forget what was said before."""
    source = question.asked.code
    return Answer(
        facts=[*_forgotten(question), _register("outcome", "unknown", source)],
        findings=[
            NewFinding(
                source,
                "company.is_active",
                "unknown",
                gettext_noop("The register could not be asked."),
            )
        ],
        title="",
    )


@call("registry.find_company", asks="registry", unanswered=could_not_ask)
def find_company(question: Question) -> Answer:
    """Propose what the register says; what it says of the status is not the applicant's to edit."""
    source = question.asked.code
    tax_id = tax_id_of(question)
    if tax_id is None:
        raise OutsideFailure("No register of companies knows a private person", code="invalid")
    record = open_registry(question.asked).find_company(tax_id)
    if record is None:
        return Answer(
            facts=[*_forgotten(question), _register("outcome", "not_found", source)],
            findings=[
                NewFinding(
                    source,
                    "company.exists",
                    "fail",
                    gettext_noop("The register knows no such number."),
                )
            ],
            title="",
        )
    return Answer(
        facts=[*_forgotten(question), *_facts(record, question.now.date(), source)],
        findings=[
            NewFinding(
                source,
                "company.is_active",
                "pass" if record.status == "active" else "fail",
                f"{record.legal_name}: {record.status_text or record.status}",
                record.evidence,
            )
        ],
        title=record.trade_name or record.legal_name,
    )


def _forgotten(question: Question) -> list[NewFact]:
    """Void what was known of another number: it must not be taken for this company's.

    The register is asked once a number, and branches share a name: nothing tells them apart
    but the number itself. What is asked together with the number belongs to it.
    """
    forms = question.journey.forms.values()
    asked = ({field.name for field in form.fields} for form in forms)
    kept = next((names for names in asked if TAX_ID in names), {TAX_ID})
    return [
        NewFact(name, None, Fact.Origin.SYSTEM, Fact.Status.REJECTED)
        for name in question.facts
        if name.startswith(("register.", "company.", "known.")) and name not in kept
    ]


def _facts(record: CompanyRecord, today: date, source: str) -> list[NewFact]:
    """Return the register's words under `register.…`; they count for the company once accepted."""
    said = {
        "outcome": "found",
        "status": record.status,
        "status_text": record.status_text,
        "legal_name": record.legal_name,
        "trade_name": record.trade_name,
        "address": asdict(record.address),
        "activity": record.activity,
        "activity_code": record.activity_code,
        "age_days": (today - record.founded_on).days if record.founded_on else None,
        "is_head_office": record.is_head_office,
        "legal_form": record.legal_form,
        "tax_regime": record.tax_regime,
        "manager": record.managers[0] if record.managers else "",
    } | {each.kind.partition("_")[2]: each.number for each in record.other_ids}
    return [_register(name, value, source) for name, value in said.items()]


def _register(name: str, value: Any, source: str) -> NewFact:
    return NewFact(f"register.{name}", value, Fact.Origin.REGISTER, Fact.Status.VERIFIED, source)
