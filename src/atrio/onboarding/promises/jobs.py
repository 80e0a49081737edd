"""Look after the clocks in the background."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from atrio.kernel.queue import job, later
from atrio.onboarding.promises import actions
from atrio.onboarding.promises.credit import copy_credit_request


@job("onboarding.check_promises", every=timedelta(minutes=1))
def check_promises() -> None:
    """End what is over, then warn, break and escalate what is due: first the good news."""
    actions.end_what_is_over()
    while actions.raise_levels(now=timezone.now()) == actions.AT_ONCE:
        pass
    while actions.split_ended() == actions.AT_ONCE:
        pass


@job("onboarding.tell_of_credit")
def tell_of_credit(*, application_id: UUID) -> None:
    """Let the account's cabinet know how its request for a credit line stands."""
    copy_credit_request(application_id=application_id, now=timezone.now())


@job("onboarding.move_promises")
def move_promises(*, business_unit: str, after: UUID | None = None) -> None:
    """Let a changed working calendar move what is due by it, some promises a job."""
    last = actions.move_promises(business_unit=business_unit, after=after, now=timezone.now())
    if last is not None:
        later("onboarding.move_promises", business_unit=business_unit, after=last)
