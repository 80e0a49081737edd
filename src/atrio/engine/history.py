"""Forgets what lies too far back to be taken back, so that a long correspondence stays cheap.

The tree of tokens remembers every step, and an applicant may be sent back to a form a hundred
times. Only the last time that a form was done can be opened again; what led to earlier times is
taken out of the tree once it has grown large.
"""
# The library's tree is pruned through its own attributes.
# ruff: noqa: SLF001

from __future__ import annotations

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .specs import Ending, Inner, Tokens, Work, set_off_by

LARGEST_HISTORY = 150  # tasks in one process or subprocess; a plain journey has some forty


def forget(scope: Tokens | Inner) -> None:
    """Take out of a scope what is too far back, if it has grown large."""
    if len(scope.tasks) <= LARGEST_HISTORY:
        return
    met = {task_id for task in scope.tasks.values() for task_id in _joined(task)}
    last = {
        task.task_spec.name: task.id
        for task in scope.tasks.values()
        if task.state == TaskState.COMPLETED and _is_form(task)
    }
    kept = met | set(last.values())
    # Newest first, so that a branch that has ended is taken out from its tip.
    for task in reversed(list(scope.tasks.values())):
        if task.id in kept or task.parent is None or isinstance(task.task_spec, Ending):
            continue
        if task.state == TaskState.CANCELLED and not task._children:
            _take_out(task)
        elif task.state == TaskState.COMPLETED and not _joined(task):
            children = task.children
            if len(children) != 1 or children[0].state != TaskState.COMPLETED:
                continue
            # A form is opened again together with the boundary events around it.
            if not (children[0].id in kept and set_off_by(children[0]) is task):
                _take_out(task)


def _take_out(task: Task) -> None:
    """Remove one task and hand its child, if it has one, to its parent, in the same place."""
    siblings = task.parent._children
    place = siblings.index(task.id)
    siblings[place : place + 1] = task._children
    for child in task.children:
        child._parent = task._parent
    del task.workflow.tasks[task.id]


def _joined(task: Task) -> list[object]:
    return task.internal_data.get("joined", [])  # type: ignore[no-any-return]  # untyped library


def _is_form(task: Task) -> bool:
    return isinstance(task.task_spec, Work) and task.task_spec.node.kind == "user"
