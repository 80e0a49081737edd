"""Finds where an application stands from nothing but the steps that were recorded.

The steps are the truth and a run's dumped state is a cache of them: replayed on the same
blueprint they open the same tasks. That is what lets an engine be upgraded under applications.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .process import Blueprint, NotOpen, Run

Outcome = Literal["complete", "fail", "fire", "receive", "rewind", "stop"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened at one element, with the facts as they were known then."""

    element: str  # of a task, or of the event that took place; whatever it is called when it stops
    outcome: Outcome
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""  # of a failure


class Diverged(Exception):
    """The blueprint does not lead where the recorded step was taken."""

    def __init__(self, number: int, step: Step, reason: str) -> None:
        super().__init__(f"step {number}, {step.outcome} at {step.element!r}: {reason}")
        self.number = number
        self.step = step


def replay(
    blueprint: Blueprint, steps: Iterable[Step], *, facts: Mapping[str, Any], now: datetime
) -> Run:
    """Start with the facts and the time of the first page, and take every recorded step.

    Raises Diverged at the first step that cannot be taken.
    """
    run = blueprint.start(facts, now=now)
    for number, step in enumerate(steps, start=1):
        try:
            take(run, step)
        except NotOpen as error:
            there = ", ".join(task.element for task in run.open_tasks) or "nothing"
            raise Diverged(number, step, f"{error}; open: {there}") from error
    return run


def take(run: Run, step: Step) -> None:
    """Take one step. Raises NotOpen, and process.CannotRewind."""
    if step.outcome == "rewind":
        run.rewind(step.element, step.facts, now=step.at)
    elif step.outcome == "stop":
        run.stop()
    elif step.outcome == "fire":
        timer = next((timer for timer in run.timers if timer.element == step.element), None)
        if timer is None:
            raise NotOpen(f"no timer {step.element!r} is running")
        run.fire(timer.task_id, step.facts, now=step.at)
    elif step.outcome == "receive":
        run.receive(step.element, step.facts, now=step.at)
    elif step.outcome == "complete":
        run.complete(run.open_at(step.element).id, step.facts, now=step.at)
    elif not run.fail(run.open_at(step.element).id, step.code, step.facts, now=step.at):
        raise NotOpen(f"nobody catches {step.code!r} at {step.element!r}")
