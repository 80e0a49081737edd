"""Our nodes on SpiffWorkflow: its task tree, filled with real tokens only.

The library predicts the future into the tree, reads the wall clock, joins parallel branches by
their history and gives a raised error to every boundary event in reach. These specs keep its
tree and its states and replace those four: nothing is predicted, time and facts come from
outside, a join counts the tokens that wait in front of it, and an error belongs to one task.
"""
# The library is extended by overriding methods whose names begin with an underscore.
# ruff: noqa: SLF001

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .bpmn import WAITING_KINDS, Flow, Model, Node, Scope, TimerRule

OPEN = TaskState.NOT_FINISHED_MASK


class Surroundings(Protocol):
    """What a token may ask while it moves."""

    def holds(self, condition: str) -> bool:
        """Say whether a condition is true of the facts as they are now."""
        ...

    def due_at(self, rule: TimerRule) -> datetime:
        """Return when a timer that starts now is due."""
        ...


class Spec(BpmnTaskSpec):  # type: ignore[misc]  # the library is untyped
    """A node of the drawing. Its children are made when its token leaves, not before."""

    def __init__(self, process: BpmnProcessSpec, name: str, node: Node) -> None:
        super().__init__(process, name, lane=node.lane, bpmn_name=node.name)
        self.node = node

    def _predict_hook(self, my_task: Task) -> None:
        """Predict nothing: the tree holds real tokens only."""

    def _update_hook(self, my_task: Task) -> bool:
        return True  # and no data to inherit: facts live outside

    def _run_hook(self, my_task: Task) -> bool:
        my_task._sync_children(self.chosen(my_task), TaskState.FUTURE)
        return True

    def chosen(self, my_task: Task) -> Sequence[BpmnTaskSpec]:
        """Return the specs that get a token when this one leaves."""
        return list(self.outputs)


class Activity(Spec):
    """Whatever may carry boundary events: when it is over, they no longer listen."""

    def _on_complete_hook(self, my_task: Task) -> None:
        super()._on_complete_hook(my_task)
        stop_listening(my_task)


class Work(Activity):
    """A task that waits until it is told that it is done."""

    def __init__(self, process: BpmnProcessSpec, name: str, node: Node) -> None:
        super().__init__(process, name, node)
        self.manual = True


class Inside(Activity):
    """An embedded subprocess or a called process: runs while its inner workflow has tokens."""

    def __init__(self, process: BpmnProcessSpec, name: str, node: Node, inner: str) -> None:
        super().__init__(process, name, node)
        self.inner = inner

    def _update_hook(self, my_task: Task) -> bool:
        my_task._set_state(TaskState.STARTED)
        my_task.workflow.top_workflow.create_subprocess(my_task, self.inner)
        return False

    def _on_cancel(self, my_task: Task) -> None:
        super()._on_cancel(my_task)
        my_task.workflow.top_workflow.close_inner(my_task)


class Choice(Spec):
    """An exclusive gateway: the first flow whose condition holds, else the default."""

    def __init__(self, process: BpmnProcessSpec, name: str, node: Node) -> None:
        super().__init__(process, name, node)
        self.flows: list[tuple[str | None, str]] = []  # condition, spec's name

    def chosen(self, my_task: Task) -> Sequence[BpmnTaskSpec]:
        """Return the one spec that the facts choose."""
        ask: Surroundings = my_task.workflow.top_workflow.script_engine
        for condition, name in self.flows:
            # The default flow stands last and has no condition.
            if condition is None or ask.holds(condition):
                return [self._wf_spec.task_specs[name]]
        raise AssertionError(f"{self.name} has neither a true condition nor a default flow")


class Parallel(Spec):
    """A parallel gateway: leaves when a token waits on every incoming flow."""

    def _update_hook(self, my_task: Task) -> bool:
        others: dict[str, Task] = {
            task.parent.task_spec.name: task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task.state == TaskState.WAITING and task is not my_task
        }
        arrived = others.keys() | {my_task.parent.task_spec.name}
        if len(arrived) < len(self.inputs):
            my_task._set_state(TaskState.WAITING)
            return False
        for task in others.values():
            task.cancel()
        # Kept, so that a rewind knows which tokens met here.
        my_task.internal_data["joined"] = [task.id for task in others.values()]
        return True


class Timed(Spec):
    """An event that waits for a moment, computed once when the token arrives."""

    def _update_hook(self, my_task: Task) -> bool:
        if my_task.state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)
        if self.node.timer is not None and "due_at" not in my_task.internal_data:
            ask: Surroundings = my_task.workflow.top_workflow.script_engine
            my_task.internal_data["due_at"] = ask.due_at(self.node.timer)
        return False  # only `Run.fire` and `Run.fail` let it go


class Guard(Timed):
    """A boundary event: when it interrupts, its activity and the other guards stop."""

    def _run_hook(self, my_task: Task) -> bool:
        if self.node.interrupting:
            for task in siblings(my_task):
                if task.has_state(OPEN):
                    task.cancel()
        return super()._run_hook(my_task)


class Guarded(Spec):
    """Stands before an activity with boundary events and sets off both."""


class Ending(Spec):
    """An end event. An error is passed on by the run, which knows who catches it."""

    def _on_complete_hook(self, my_task: Task) -> None:
        super()._on_complete_hook(my_task)
        if self.node.ending == "terminate":
            for task in open_tasks(my_task.workflow):
                task.cancel()


class Inner(BpmnSubWorkflow):  # type: ignore[misc]  # the library is untyped
    """The tokens inside one subprocess."""

    def _task_completed_notify(self, task: Task) -> None:
        """Leave it to the run to see when nothing is left to do."""


class Tokens(BpmnWorkflow):  # type: ignore[misc]  # the library is untyped
    """All tokens of one application."""

    def _task_completed_notify(self, task: Task) -> None:
        """Leave it to the run to see when nothing is left to do."""

    def create_subprocess(self, my_task: Task, spec_name: str) -> Inner:
        """Put a token at the start of an inner process."""
        inner = Inner(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = inner
        return inner

    def close_inner(self, my_task: Task) -> None:
        """Cancel whatever is open inside a subprocess and forget it."""
        inner = self.subprocesses.pop(my_task.id, None)
        if inner is not None:
            for task in open_tasks(inner):
                task.cancel()

    def host_of(self, inner: Inner) -> Task:
        """Return the subprocess or call activity in which an inner workflow runs."""
        return inner.parent_workflow.tasks[inner.parent_task_id]

    def find(self, task_id: UUID) -> Task | None:
        """Return a task of the workflow or of any subprocess that runs."""
        for scope in self.scopes():
            if (task := scope.tasks.get(task_id)) is not None:
                return task
        return None

    def scopes(self) -> list[BpmnWorkflow | Inner]:
        """Return the workflow itself and every subprocess that runs, outer ones first."""
        return [self, *self.subprocesses.values()]


def open_tasks(workflow: BpmnWorkflow) -> list[Task]:
    """Return the tokens of one workflow, in the order in which they came."""
    return [task for task in workflow.tasks.values() if task.has_state(OPEN)]


def siblings(my_task: Task) -> list[Task]:
    """Return what was set off together with a task: its boundary events, or their activity."""
    guarded = set_off_by(my_task)
    return [task for task in guarded.children if task is not my_task] if guarded else []


def set_off_by(my_task: Task) -> Task | None:
    """Return what set off a task together with its boundary events, None if it has none.

    The nearest such token need not be its own: what stood between may have been forgotten.
    """
    parent = my_task.parent
    if parent is None or not isinstance(parent.task_spec, Guarded):
        return None
    node, guarded = my_task.task_spec.node, parent.task_spec.node.id
    return parent if guarded in {node.id, node.attached_to} else None


def stop_listening(my_task: Task) -> None:
    """Cancel the boundary events that still wait around an activity."""
    for task in siblings(my_task):
        if task.state == TaskState.WAITING:
            task.cancel()


def build(model: Model) -> dict[str, BpmnProcessSpec]:
    """Return a library spec for every process and subprocess, by id."""
    return {scope.id: _build_scope(scope) for scope in model.scopes()}


def _build_scope(scope: Scope) -> BpmnProcessSpec:
    process = BpmnProcessSpec(name=scope.id, filename=scope.file)
    doors: dict[str, BpmnTaskSpec] = {}  # where a flow into a node leads
    specs: dict[str, Spec] = {}
    for node in scope.nodes.values():
        specs[node.id] = doors[node.id] = _spec(process, node)
    for node in scope.nodes.values():
        if guards := scope.guards(node.id):
            door = doors[node.id] = Guarded(process, f"{node.id}+guards", node)
            for guarded in (node, *guards):
                door.connect(specs[guarded.id])
    process.start.connect(doors[scope.start().id])
    for node in scope.nodes.values():
        for flow in _defaults_last(scope.leaving(node.id), node):
            target = doors[flow.target]
            specs[node.id].connect(target)
            if isinstance(spec := specs[node.id], Choice):
                spec.flows.append((flow.condition, target.name))
    return process


def _spec(process: BpmnProcessSpec, node: Node) -> Spec:
    if node.kind in WAITING_KINDS:
        return Work(process, node.id, node)
    if node.kind == "subprocess":
        return Inside(process, node.id, node, node.id)
    if node.kind == "process":
        return Inside(process, node.id, node, node.target)
    if node.attached_to:
        return Guard(process, node.id, node)
    simple: Mapping[str, type[Spec]] = {
        "start": Spec,
        "end": Ending,
        "choice": Choice,
        "parallel": Parallel,
        "timer": Timed,
    }
    return simple[node.kind](process, node.id, node)


def _defaults_last(flows: Sequence[Flow], node: Node) -> list[Flow]:
    return sorted(flows, key=lambda flow: flow.id == node.default or flow.condition is None)
