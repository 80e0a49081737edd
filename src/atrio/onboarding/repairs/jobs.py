"""Try many failures again in the background, one after the other."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from atrio.kernel.queue import job, later
from atrio.onboarding.jobs import BEHIND_WHAT_IS_UNDER_WAY, ONE_AFTER_THE_OTHER
from atrio.onboarding.repairs import actions


@job("onboarding.repair_together")
def repair_together(*, run_id: UUID) -> None:
    """Queue a job for each failure of a run, as gently as where a system has just got up."""
    for place, item_id in enumerate(actions.waiting_items(run_id)):
        later(
            "onboarding.repair_one",
            item_id=item_id,
            once=str(item_id),
            run_in=place * ONE_AFTER_THE_OTHER,
            priority=BEHIND_WHAT_IS_UNDER_WAY,
        )


@job("onboarding.repair_one")
def repair_one(*, item_id: UUID) -> None:
    """Try one failure of a run again."""
    actions.repair_one(item_id=item_id, now=timezone.now())
