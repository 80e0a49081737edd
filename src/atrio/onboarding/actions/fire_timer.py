"""Let a timer of the process go off."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from atrio.kernel.actors import SYSTEM
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Step

# By the database's clock, which wakes us, a timer is due; ours may be behind it.
CLOCKS_DIFFER_BY = timedelta(seconds=30)


@transaction.atomic
def fire_timer(*, application_id: UUID, task_id: str, now: datetime) -> None:
    """Fire the timer if the process still waits for it and it is due; else do nothing.

    The firing is kept as a step of its own, so that a replay needs no clock.
    """
    case = open_case(by=SYSTEM, application_id=application_id, now=now)
    timer = next((timer for timer in case.run.timers if timer.task_id == task_id), None)
    if timer is None or timer.due_at > now + CLOCKS_DIFFER_BY:
        return
    step = Step(
        application=case.application,
        element=timer.element,
        kind="timer",
        task_id=task_id,
        opened_at=timer.due_at,
    )
    case.new_steps.append(step)
    case.close(step, "fired")
    case.run.fire(task_id, case.tree, now=now)
    advance_and_save(case)
