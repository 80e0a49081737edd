"""A request for a credit line as those see it who may take it back, beside an open shop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from atrio.kernel.actors import Actor
from atrio.onboarding.models import Application, CreditWithdrawal, Step
from atrio.onboarding.promises.credit import WITHDRAWN
from atrio.onboarding.queries import journey_of

# Screens speak of it and import it from here, never from the models.
__all__ = ["CreditWithdrawal"]


def may_withdraw_credit(application: Application, steps: Iterable[Step] | None = None) -> bool:
    """Say whether a request for a credit line alone may be taken back: until it is decided.

    `steps` are the application's, where they have been read already.
    """
    if application.status != Application.Status.OPEN or application.account_id is None:
        return False
    hosts = journey_of(application).blueprint.listening(WITHDRAWN)
    if not hosts:
        return False
    if steps is None:
        steps = Step.objects.filter(application=application, closed_at=None)
    return any(step.closed_at is None and step.element in hosts for step in steps)


def credit_withdrawn_at(steps: Iterable[Step]) -> datetime | None:
    """Return when a request was taken back, None if it was not."""
    said = f"received:{WITHDRAWN}"
    return next((step.closed_at for step in steps if step.outcome == said), None)


def latest_wish(by: Actor, account_id: UUID) -> CreditWithdrawal | None:
    """Return what an admin of a member's own account has said last, None if nothing."""
    if by.kind != "member" or account_id not in by.accounts:
        return None
    return CreditWithdrawal.objects.filter(account_id=account_id).order_by("-id").first()
