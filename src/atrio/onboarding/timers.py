"""Wake up when a process's timers are due."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from atrio.engine.process import Run
from atrio.kernel.queue import later


def queue_timers(run: Run, *, application_id: UUID, now: datetime) -> None:
    """Queue a job for each timer that runs; one that waits already is not queued twice."""
    for timer in run.timers:
        later(
            "onboarding.fire_timer",
            application_id=application_id,
            task_id=timer.task_id,
            run_in=timer.due_at - now,
            once=f"{application_id}:{timer.task_id}",
        )
