"""Let a timer of the process go off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from atrio.kernel.actors import SYSTEM
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Step


@transaction.atomic
def fire_timer(*, application_id: UUID, task_id: str, now: datetime) -> None:
    """Fire the timer if the process still waits for it and it is due; else do nothing.

    The firing is kept as a step of its own, so that a replay needs no clock.
    """
    case = open_case(by=SYSTEM, application_id=application_id, now=now)
    timer = next((t for t in case.run.timers if t.task_id == task_id and t.due_at <= now), None)
    if timer is None:
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
