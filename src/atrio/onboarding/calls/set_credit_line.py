"""erp.set_credit_line: what an associate has granted is written to the ERP and read back."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from atrio.kernel.errors import OutsideFailure
from atrio.onboarding.calls import Answer, Question, call
from atrio.onboarding.calls._customer import account_of
from atrio.outside.connections import open_erp
from atrio.outside.ports import CreditLine
from atrio.outside.queries import linked_id
from atrio.trade.credit import note_credit_line


@call("erp.set_credit_line", asks="erp")
def set_credit_line(question: Question) -> Answer:
    """Set limit and payment term; done again, nothing changes."""
    granted = question.facts["credit.limit"]
    account_id = account_of(question)
    # The number that this ERP knows them by; another one may have been told first.
    number = linked_id(connection=question.asked, kind="account", object_id=account_id)
    number = number or str(question.facts["erp.customer_number"])
    line = CreditLine(
        limit=Decimal(str(granted["amount"])),
        currency=str(granted["currency"]),
        payment_term=str(question.facts.get("credit.term") or ""),
    )
    erp = open_erp(question.asked)
    erp.set_credit_line(number, line)
    found = erp.read_credit_line(number)
    if found is None or found.limit != line.limit or found.currency != line.currency:
        raise OutsideFailure(
            f"The ERP says {found} of customer {number}, not {line}", code="not_set"
        )
    with transaction.atomic():
        note_credit_line(
            account_id=account_id,
            terms=found,
            source=question.asked.code,
            now=question.now,
        )
    return Answer()
