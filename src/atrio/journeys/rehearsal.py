"""Plays an example through process, forms and tables alone: no database, no outside systems.

It says whether a pack tells its own stories. `atrio rehearse` plays the same examples through
everything else as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from atrio.engine.forms import fact, nested, validate
from atrio.engine.process import OpenTask, Run

from .examples import Example, Said, Submission
from .journey import Journey

LONGEST = 500  # steps; an example that needs more goes in circles
_START = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a rehearsal has no clock of its own


class WentWrong(Exception):
    """The example does not go the way it says it does; the message says where."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of an example."""

    steps: tuple[str, ...]  # elements done, in order
    ends: tuple[str, ...]
    facts: Mapping[str, Any]


@dataclass(slots=True)
class _Stage:
    journey: Journey
    example: Example
    facts: dict[str, Any]
    answers: list[Submission]
    steps: list[str] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)

    def play(self) -> Run:
        run = self.journey.blueprint.start(self.facts, now=_START)
        while not run.finished and (task := self._next(run)):
            if len(self.steps) > LONGEST:
                raise WentWrong(f"after {LONGEST} steps there is still no end")
            self.take(run, task)
        return run

    def take(self, run: Run, task: OpenTask) -> None:
        match task.kind:
            case "user" if self.answers[0].message:
                self.receive(run, self.answers.pop(0))
                return
            case "user":
                if not self.answer(task):
                    return
            case "call":
                said = self._said(task)
                self.facts = nested(said.facts, onto=self.facts)
                if said.error:
                    self.steps.append(task.element)
                    if not run.fail(task.id, said.error, self.facts, now=_START):
                        raise WentWrong(f"nobody catches {said.error!r} at {task.element}")
                    return
            case "table":
                table = self.journey.tables[task.target]
                decision = table.decide(self.facts) | {"table_version": table.version}
                self.facts = self.facts | {"decision": decision}
        self.steps.append(task.element)
        run.complete(task.id, self.facts, now=_START)

    def receive(self, run: Run, submission: Submission) -> None:
        """Let a message come to the step that waits."""
        wanted = (submission.message, submission.step)
        for listener in run.listeners:
            if (listener.message, listener.attached_to) == wanted:
                run.receive(listener.element, self.facts, now=_START)
                return
        raise WentWrong(f"{submission.step} does not wait for a message {submission.message!r}")

    def answer(self, task: OpenTask) -> bool:
        """Fill in the next form; say whether the step was taken."""
        submission = self.answers.pop(0)
        form = self.journey.form_at(task.element)
        answers = validate(form, submission.form, facts=self.facts, language=self.example.language)
        errors = {name: message.code for name, message in answers.errors.items()}
        if errors != dict(submission.errors):
            raise WentWrong(f"{task.element}: the form answers {errors or 'without errors'}")
        if answers.unknown:
            raise WentWrong(f"{task.element}: the form does not ask for {answers.unknown}")
        if answers.ok:
            self.facts = nested(answers.values, onto=self.facts)
        return answers.ok

    def _next(self, run: Run) -> OpenTask | None:
        """Return what goes on: what needs nobody first, then what the example answers next.

        None where all that is left is for somebody to take or to leave.
        """
        for task in run.open_tasks:
            if task.kind != "user":
                return task
        waiting = {task.element: task for task in run.open_tasks}
        if not self.answers and all("optional" in task.attributes for task in run.open_tasks):
            return None
        if not self.answers:
            raise WentWrong(f"the answers end while {sorted(waiting)} is open")
        if self.answers[0].step not in waiting:
            raise WentWrong(f"{self.answers[0].step} is answered while {sorted(waiting)} is open")
        return waiting[self.answers[0].step]

    def _said(self, task: OpenTask) -> Said:
        answers = self.example.calls.get(task.element, (Said(),))
        place = self.asked.get(task.element, 0)
        self.asked[task.element] = place + 1
        return answers[min(place, len(answers) - 1)]


def play(journey: Journey, example: Example) -> Played:
    """Play an example; raises WentWrong when it does not go as it says it does."""
    policy = {"policy": {**journey.policy, **example.policy}}
    stage = _Stage(journey, example, policy, list(example.answers))
    run = stage.play()
    if stage.answers:
        raise WentWrong(f"{stage.answers[0].step} is answered, but all is over")
    ends = (*run.ends, *(task.element for task in run.open_tasks))
    if set(ends) != example.ends:
        raise WentWrong(f"it ends at {', '.join(ends)}, not at {', '.join(sorted(example.ends))}")
    if example.steps and tuple(stage.steps) != example.steps:
        raise WentWrong(f"the steps were {', '.join(stage.steps)}")
    for name, wanted in example.facts.items():
        if (found := fact(stage.facts, name)) != wanted:
            raise WentWrong(f"{name} is {found!r}, not {wanted!r}")
    return Played(tuple(stage.steps), ends, stage.facts)
