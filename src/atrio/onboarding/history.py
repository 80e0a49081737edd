"""Where an application stands, found from its recorded steps alone.

The steps are the truth and the engine's state is a cache of them. When an engine of a later
version cannot read the cache, the steps are taken again on the same release: the same tasks are
open then, under new ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog

from atrio.engine import replay
from atrio.engine.forms import nested
from atrio.engine.process import Run
from atrio.engine.process_state import UnreadableState
from atrio.journeys.journey import Journey
from atrio.onboarding import rules
from atrio.onboarding.models import Application, Fact, Step
from atrio.onboarding.timers import queue_timers

log = structlog.get_logger(__name__)


def run_of(
    application: Application,
    journey: Journey,
    facts: Iterable[rules.FactRow],
    open_steps: Sequence[Step],
    *,
    now: datetime,
) -> Run:
    """Return the application's run from its cache, or from its steps if that cannot be read.

    Then it is kept at once: its tasks and timers have new ids, and those must stay.
    """
    tree = nested(rules.current_facts(facts), onto=journey.policy_facts)
    try:
        return journey.blueprint.resume(bytes(application.state), tree)
    except UnreadableState as error:
        log.warning("application.replayed", why=str(error))
        run = replayed(application, journey)
        _find_again(run, open_steps)
        application.state = run.dump()
        application.save(update_fields=["state"])
        # Who was to wake up for a timer knows it by its old id.
        queue_timers(run, application_id=application.pk, now=now)
        return run


def replayed(application: Application, journey: Journey) -> Run:
    """Return the run to which the recorded steps lead. Raises engine.replay.Diverged."""
    closed = list(
        Step.objects.filter(application=application)
        .exclude(closing=None)
        .exclude(outcome="undone")
        .order_by("closing")
    )
    facts = list(Fact.objects.filter(application=application).order_by("id"))
    return replay.replay(
        journey.blueprint,
        _recorded(closed, facts, journey),
        facts=journey.policy_facts,
        now=application.created_at,
    )


def _recorded(
    closed: Iterable[Step], facts: Sequence[Fact], journey: Journey
) -> Iterable[replay.Step]:
    steps = list(closed)
    closing = {step.pk: step.closing for step in steps}
    for step in steps:
        known = [fact for fact in facts if _was_known(fact, step, closing)]
        yield replay.Step(
            element=step.element,
            outcome=_OUTCOMES[step.outcome.partition(":")[0]],
            at=step.closed_at or step.opened_at,
            facts=nested(rules.current_facts(known), onto=journey.policy_facts),
            code=step.outcome.partition(":")[2],
        )


_OUTCOMES: dict[str, replay.Outcome] = {
    "completed": "complete",
    "failed": "fail",
    "fired": "fire",
    "received": "receive",
    "rewound": "rewind",
    "stopped": "stop",
}


def _was_known(fact: Fact, step: Step, closing: dict[Any, int | None]) -> bool:
    """Say whether a fact was there when the step ended.

    The order in which steps ended says so, whatever the clocks of the machines that served them;
    only what no step has brought, a correction, is told by its moment.
    """
    brought = closing.get(fact.step_id)
    if brought is not None and step.closing is not None:
        return brought <= step.closing
    return step.closed_at is not None and fact.at <= step.closed_at


def _find_again(run: Run, open_steps: Sequence[Step]) -> None:
    """Give the open steps the ids that their tasks have now."""
    waiting = {task.element: task for task in run.open_tasks}
    for step in open_steps:
        if step.element in waiting:
            step.task_id = waiting[step.element].id
            step.save(update_fields=["task_id"])
