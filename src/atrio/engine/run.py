"""One application's way through a blueprint, moved on by what it is told.

A run never asks a clock and never looks facts up: both come from the caller, so that the same
steps always lead to the same place.
"""
# The library's tasks are moved through its own state methods.
# ruff: noqa: SLF001

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .bpmn import Kind, TimerRule
from .durations import due_at, is_literal
from .expressions import Undecidable, evaluate_converted, zen_facts
from .history import forget
from .process_state import dump, load
from .specs import Spec, Tokens, open_tasks, set_off_by, siblings

log = logging.getLogger(__name__)

OpenKind = Literal["user", "call", "table", "notice"]


class NotOpen(Exception):
    """No such task is open: it was done before, withdrawn, or never reached."""


class CannotRewind(Exception):
    """The step cannot be taken back: it lies in a finished part, or other work has joined since."""


class Uncaught(Exception):
    """An error end event was reached that no boundary event catches."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that waits until it is told what came of it."""

    id: str  # stable through dump and resume
    element: str
    name: str
    kind: OpenKind
    target: str
    lane: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that runs; `attached_to` is the element it watches, "" when it stands in a flow."""

    task_id: str
    element: str
    due_at: datetime
    attached_to: str
    interrupting: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """A boundary event that waits for a message; `attached_to` is the element it would end."""

    element: str
    message: str
    attached_to: str


class Run:
    """One application's way through a blueprint. Belongs to one thread at a time."""

    _now: datetime  # of the last move; a token that moves starts its timers from it

    def __init__(self, tokens: Tokens, fingerprint: str, facts: Mapping[str, Any]) -> None:
        self._tokens = tokens
        self._fingerprint = fingerprint
        self._facts = zen_facts(facts)
        tokens.script_engine = self  # whom tokens ask when they move

    @classmethod
    def started(
        cls,
        specs: dict[str, BpmnProcessSpec],
        entry: str,
        fingerprint: str,
        facts: Mapping[str, Any],
        now: datetime,
    ) -> Run:
        """Put a token at the start of the process `entry` and move it on. Use `Blueprint.start`."""
        run = cls(Tokens(specs[entry], specs), fingerprint, facts)
        run._advance(now)
        return run

    @classmethod
    def resumed(
        cls,
        specs: dict[str, BpmnProcessSpec],
        state: bytes,
        fingerprint: str,
        facts: Mapping[str, Any],
    ) -> Run:
        """Take up what `dump` wrote. Use `Blueprint.resume`."""
        return cls(load(state, specs, fingerprint), fingerprint, facts)

    @property
    def open_tasks(self) -> tuple[OpenTask, ...]:
        """What waits to be done, oldest first."""
        return tuple(
            _open_task(task)
            for scope in self._tokens.scopes()
            for task in scope.tasks.values()
            if task.state == TaskState.READY and task.task_spec.manual
        )

    @property
    def timers(self) -> tuple[Timer, ...]:
        """The timers that run. Whoever keeps them calls `fire` when one is due."""
        return tuple(
            Timer(
                task_id=task.id.hex,
                element=task.task_spec.name,
                due_at=task.internal_data["due_at"],
                attached_to=task.task_spec.node.attached_to,
                interrupting=task.task_spec.node.interrupting,
            )
            for scope in self._tokens.scopes()
            for task in scope.tasks.values()
            if task.state == TaskState.WAITING and "due_at" in task.internal_data
        )

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The messages that are waited for. Whoever brings one calls `receive`."""
        nodes = (task.task_spec.node for task in self._listening())
        return tuple(Listener(node.id, node.message, node.attached_to) for node in nodes)

    @property
    def finished(self) -> bool:
        """Say whether nothing is left to do."""
        return bool(self._tokens.completed)

    @property
    def ends(self) -> tuple[str, ...]:
        """The end events of the process itself that were reached, in that order."""
        return tuple(
            task.task_spec.name
            for task in self._tokens.tasks.values()
            if task.state == TaskState.COMPLETED and _kind(task) == "end"
        )

    def open_at(self, element: str) -> OpenTask:
        """Return the open task at an element, the oldest if there are several. Raises NotOpen."""
        for task in self.open_tasks:
            if task.element == element:
                return task
        raise NotOpen(f"nothing is open at {element!r}")

    def complete(
        self, task_id: str, facts: Mapping[str, Any] | None = None, *, now: datetime
    ) -> None:
        """Record that an open task is done; `facts` replace the ones known. Raises NotOpen."""
        task = self._work(task_id)
        self._renew(facts)
        task.run()
        self._advance(now)

    def fail(
        self, task_id: str, code: str, facts: Mapping[str, Any] | None = None, *, now: datetime
    ) -> bool:
        """Raise an error at one open task; say whether a boundary event has caught it.

        The task's own boundary events are asked first, then those of the subprocesses around
        it; an event for this code before one for any. If nobody catches, nothing has changed:
        the task is still open. Raises NotOpen.
        """
        task = self._work(task_id)
        guard = self._guard_for(task, code)
        if guard is None:
            return False
        self._renew(facts)
        self._let_go(guard, now)
        self._advance(now)
        return True

    def fire(self, task_id: str, facts: Mapping[str, Any] | None = None, *, now: datetime) -> None:
        """Let a timer go off, whatever its due time was. Raises NotOpen when it runs no more."""
        task = self._tokens.find(UUID(hex=task_id))
        if task is None or task.state != TaskState.WAITING or "due_at" not in task.internal_data:
            raise NotOpen(f"no timer {task_id} is running")
        self._renew(facts)
        self._let_go(task, now)
        self._advance(now)

    def receive(
        self, element: str, facts: Mapping[str, Any] | None = None, *, now: datetime
    ) -> None:
        """Bring the boundary event `element` the message it waits for. Raises NotOpen."""
        guard = next((task for task in self._listening() if task.task_spec.name == element), None)
        if guard is None:
            raise NotOpen(f"nobody listens at {element!r}")
        self._renew(facts)
        self._let_go(guard, now)
        self._advance(now)

    def rewind(
        self, element: str, facts: Mapping[str, Any] | None = None, *, now: datetime
    ) -> None:
        """Open a finished user task again, the last time it was done; undo all that came of it.

        What ran beside it stays. Does nothing when the task is open. Raises CannotRewind when
        it was never finished, lies in a subprocess that is over, or when a parallel gateway has
        since joined its branch with another.
        """
        if any(task.element == element for task in self.open_tasks):
            return
        task = self._last_done(element)
        root = set_off_by(task) or task
        self._refuse_torn_joins(root)
        self._renew(facts)
        for dropped in _below(root):
            self._tokens.close_inner(dropped)
        root._drop_children(force=True)
        root._set_state(TaskState.FUTURE)
        root.task_spec._update(root)
        self._advance(now)

    def stop(self) -> None:
        """End from outside, wherever the tokens stand: nothing is open any more, no timer runs.

        The ends that were reached before stay reached. Stopped again, nothing changes.
        """
        for scope in reversed(self._tokens.scopes()):
            for task in open_tasks(scope):
                task.cancel()
        self._tokens.completed = True

    def dump(self) -> bytes:
        """Write where the application stands: some hundred bytes, without its facts."""
        return dump(self._tokens, self._fingerprint)

    def holds(self, condition: str) -> bool:
        """Say whether a condition is true of the facts; one that cannot be decided is not.

        A fact that is missing makes a comparison undecidable. The default flow is then taken,
        which is why every gateway has one, drawn to the careful side.
        """
        try:
            return evaluate_converted(condition, self._facts) is True
        except Undecidable as error:
            log.warning("A condition could not be decided and counts as not true: %s", error)
            return False

    def due_at(self, rule: TimerRule) -> datetime:
        """Return when a timer that starts now is due. Raises Undecidable."""
        text = rule.expression
        if not is_literal(rule.form, text):
            text = self._computed(text)
        try:
            return due_at(rule.form, text, self._now)
        except (ValueError, OverflowError) as error:
            raise Undecidable(rule.expression, str(error)) from error

    def _computed(self, expression: str) -> str:
        answer = evaluate_converted(expression, self._facts)
        if not isinstance(answer, str):
            raise Undecidable(expression, f"a timer needs ISO 8601 text, not {answer!r}")
        return answer

    def _listening(self) -> list[Task]:
        return [
            task
            for scope in self._tokens.scopes()
            for task in scope.tasks.values()
            if task.state == TaskState.WAITING and _kind(task) == "message"
        ]

    def _renew(self, facts: Mapping[str, Any] | None) -> None:
        if facts is not None:
            self._facts = zen_facts(facts)

    def _work(self, task_id: str) -> Task:
        task = self._tokens.find(UUID(hex=task_id))
        if task is None or task.state != TaskState.READY or not task.task_spec.manual:
            raise NotOpen(f"no task {task_id} is open")
        return task

    def _advance(self, now: datetime) -> None:
        """Run everything that needs no one."""
        self._now = now
        while (task := self._next()) is not None:
            task.run()
            if isinstance(task.task_spec, Spec) and task.task_spec.node.ending == "error":
                self._pass_on(task)
        for scope in self._tokens.scopes():
            forget(scope)

    def _next(self) -> Task | None:
        """Return the next token that moves by itself; close the scopes that have none left."""
        for scope in reversed(self._tokens.scopes()):
            is_open = False
            for task in scope.tasks.values():
                if task.state == TaskState.READY and not task.task_spec.manual:
                    return task
                is_open = is_open or task.has_state(TaskState.NOT_FINISHED_MASK)
            if not is_open and scope is not self._tokens:
                host = self._tokens.host_of(scope)
                self._tokens.close_inner(host)
                host._ready()
                return host
            if not is_open:
                self._tokens.completed = True
        return None

    def _pass_on(self, ending: Task) -> None:
        code = ending.task_spec.node.error
        at_top = ending.workflow is self._tokens
        guard = None if at_top else self._guard_for(self._tokens.host_of(ending.workflow), code)
        if guard is None:
            raise Uncaught(f"{ending.task_spec.name} ends with {code!r}, which nobody catches")
        self._let_go(guard, self._now)

    def _let_go(self, event: Task, now: datetime) -> None:
        """Run an event at once: what it interrupts must not first come to an end of its own."""
        self._now = now
        event._ready()
        event.run()

    def _guard_for(self, task: Task, code: str) -> Task | None:
        """Return the boundary event that catches an error: nearest first, the exact code first."""
        guards = [
            guard
            for guard in siblings(task)
            if guard.state == TaskState.WAITING and _kind(guard) == "error"
        ]
        for wanted in (code, ""):
            for guard in guards:
                if guard.task_spec.node.error == wanted:
                    return guard
        if task.workflow is self._tokens:
            return None
        return self._guard_for(self._tokens.host_of(task.workflow), code)

    def _last_done(self, element: str) -> Task:
        if not self.finished:
            for scope in self._tokens.scopes():
                for task in reversed(scope.tasks.values()):
                    if task.task_spec.name == element and task.state == TaskState.COMPLETED:
                        if _kind(task) != "user":
                            raise CannotRewind(f"{element!r} is not a user task")
                        return cast("Task", task)
        raise CannotRewind(f"{element!r} has not been done, or is in a part that is over")

    def _refuse_torn_joins(self, root: Task) -> None:
        """A join belongs to all its branches: undo it wholly or not at all."""
        below = {task.id for task in _below(root)}
        for task in root.workflow.tasks.values():
            met = {task.id, *task.internal_data.get("joined", ())}
            if met & below and not met <= below:
                raise CannotRewind(
                    f"{root.task_spec.node.id!r} cannot be opened again: "
                    f"its branch has met another at {task.task_spec.name!r}"
                )


def _kind(task: Task) -> Kind | None:
    return task.task_spec.node.kind if isinstance(task.task_spec, Spec) else None


def _below(root: Task) -> list[Task]:
    found: list[Task] = []
    waiting = list(root.children)
    while waiting:
        task = waiting.pop()
        found.append(task)
        waiting.extend(task.children)
    return found


def _open_task(task: Task) -> OpenTask:
    node = task.task_spec.node
    return OpenTask(
        id=task.id.hex,
        element=node.id,
        name=node.name,
        kind=node.kind,
        target=node.target,
        lane=node.lane,
        attributes=node.attributes,
    )
