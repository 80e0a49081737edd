"""What a customer may read in the cabinet of the credit line that they have asked for.

The request is an application's, and members see no applications: what concerns them is copied to
their account. A pack's promise of this name says when they hear from us, and the facts
`credit.verdict` and `credit.reason` what they heard.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from atrio.kernel.queue import later
from atrio.onboarding.case import Case, facts_held
from atrio.onboarding.events import Moved
from atrio.onboarding.models import Promise, Step
from atrio.onboarding.rules import current_facts
from atrio.trade.credit import note_credit_request
from atrio.trade.models import CreditLine

CREDIT_LINE = "credit_line"
# The message with which a process hears that the request was taken back.
WITHDRAWN = "credit_withdrawn"
# The call that enters a line in the ERP.
_SETS = "erp.set_credit_line"
_Request = CreditLine.Request


def tell_of_credit(application_id: UUID) -> None:
    """Queue the copying; several changes at once are copied once."""
    later("onboarding.tell_of_credit", application_id=application_id, once=str(application_id))


def follows_credit(case: Case) -> bool:
    """Say whether an application promises a credit line to an account that is there."""
    return CREDIT_LINE in case.application.clocks and case.application.account_id is not None


def credit_moved(case: Case, *, ran: bool) -> tuple[Moved, ...]:
    """Say what has become here of the request for a credit line, as others may want to know.

    `ran` says whether the promise's clock ran before the case has moved. Of a request that ends
    with its application nothing is said: the application's own end is.
    """
    runs = CREDIT_LINE in case.application.clocks
    outcomes = {step.outcome for step in case.closed}
    if runs and not ran:
        return ("credit_line.requested",)
    if any(step.target == _SETS and step.outcome == "completed" for step in case.closed):
        return ("credit_line.approved",)
    if runs or not ran:
        return ()
    if f"received:{WITHDRAWN}" in outcomes:
        return ("credit_line.withdrawn",)
    # What keeps the promise may come long after the line is there.
    steps = Step.objects.filter(application=case.application, target=_SETS, outcome="completed")
    return () if steps.exists() else ("credit_line.declined",)


def withdrawal_of_credit(application_id: UUID) -> Step | None:
    """Return the step with which the request alone was taken back, None if it was not."""
    return Step.objects.filter(
        application=application_id, kind="message", outcome=f"received:{WITHDRAWN}"
    ).first()


@transaction.atomic
def copy_credit_request(*, application_id: UUID, now: datetime) -> None:
    """Write down for the account how the application's request for a credit line stands."""
    promise = (
        Promise.objects.select_related("application")
        .defer("application__state")
        .filter(application=application_id, name=CREDIT_LINE, started_at__lte=now)
        .order_by("-started_at")
        .first()
    )
    if promise is None or promise.application.account_id is None:
        return
    request, reason = _standing(promise)
    note_credit_request(
        account_id=promise.application.account_id,
        request=request,
        asked_at=promise.started_at,
        decide_by=promise.due_at if promise.ended_at is None else None,
        reason=reason,
    )


def _standing(promise: Promise) -> tuple[CreditLine.Request, str]:
    facts = current_facts(facts_held(promise.application_id))
    if promise.ended_at is None and facts.get("credit.verdict") == "grant":
        return _Request.GRANTED, ""
    if promise.ended_at is None:
        return (_Request.ASKED if promise.paused_since is None else _Request.PAUSED), ""
    if promise.application.finished_at and promise.application.status != "done":
        return _Request.NONE, ""  # withdrawn or expired: nobody has decided
    if withdrawal_of_credit(promise.application_id):
        return _Request.NONE, ""
    is_denied = facts.get("credit.verdict") == "deny"
    return _Request.DENIED, str(facts.get("credit.reason") or "") if is_denied else ""
