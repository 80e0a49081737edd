"""Keep what an account may owe, and how its request for more stands. The background does this."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from atrio.outside.ports import CreditLine as Terms
from atrio.trade.models import CreditLine


def note_credit_line(*, account_id: UUID, terms: Terms, source: str, now: datetime) -> None:
    """Keep the line that the ERP says an account has, as it was read back."""
    CreditLine.objects.update_or_create(
        account_id=account_id,
        defaults={
            "limit": terms.limit,
            "currency": terms.currency,
            "payment_term": terms.payment_term,
            "source": source,
            "set_at": now,
            "request": CreditLine.Request.NONE,
            "reason": "",
        },
    )


def note_credit_request(
    *,
    account_id: UUID,
    request: CreditLine.Request,
    asked_at: datetime,
    decide_by: datetime | None = None,
    reason: str = "",
) -> None:
    """Keep how an account's request for a line stands; a line set since then has answered it."""
    row, _ = CreditLine.objects.select_for_update().get_or_create(account_id=account_id)
    if row.set_at is not None and row.set_at >= asked_at:
        request, decide_by, reason = CreditLine.Request.NONE, None, ""
    row.request, row.asked_at, row.decide_by, row.reason = request, asked_at, decide_by, reason
    row.save(update_fields=["request", "asked_at", "decide_by", "reason"])
