"""A run's tokens as bytes: a cache with a version, never the truth.

The steps that an application took are rows; these bytes save replaying them. They hold no
facts and no specs, only where the tokens stand and where they came from.
"""
# The library's tree is written and restored through its own attributes.
# ruff: noqa: SLF001

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .specs import Inner, Tokens

VERSION = b"A1"
_ADDRESSABLE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class UnreadableState(Exception):
    """The bytes were not written by this version for this blueprint: replay the steps instead."""


def dump(tokens: Tokens, fingerprint: str) -> bytes:
    """Write all tokens; ids are kept for those that may be spoken to."""
    numbers: dict[UUID, int] = {}
    for scope in tokens.scopes():
        for task_id in scope.tasks:
            numbers[task_id] = len(numbers)
    written = [fingerprint, tokens.completed, [_scope(scope, numbers) for scope in tokens.scopes()]]
    return VERSION + zlib.compress(json.dumps(written, separators=(",", ":")).encode(), 6)


def _scope(scope: Tokens | Inner, numbers: dict[UUID, int]) -> list[Any]:
    order = {name: index for index, name in enumerate(scope.spec.task_specs)}
    host = None if isinstance(scope, Tokens) else numbers[scope.parent_task_id]
    return [scope.spec.name, host, [_task(task, order, numbers) for task in scope.tasks.values()]]


def _task(task: Task, order: dict[str, int], numbers: dict[UUID, int]) -> list[Any]:
    parent = None if task._parent is None else numbers[task._parent]
    written: list[Any] = [order[task.task_spec.name], task.state, parent]
    details: dict[str, Any] = {}
    if task.has_state(_ADDRESSABLE):
        details["id"] = task.id.hex
    if (due_at := task.internal_data.get("due_at")) is not None:
        details["due"] = due_at.isoformat()
    if joined := task.internal_data.get("joined"):
        details["joined"] = [numbers[task_id] for task_id in joined if task_id in numbers]
    return [*written, details] if details else written


def load(data: bytes, specs: dict[str, BpmnProcessSpec], fingerprint: str) -> Tokens:
    """Restore tokens. Raises UnreadableState."""
    if not data.startswith(VERSION):
        raise UnreadableState(f"unknown version {bytes(data[:2])!r} of a process state")
    try:
        written, completed, scopes = json.loads(zlib.decompress(data[len(VERSION) :]))
    except (zlib.error, ValueError) as error:
        raise UnreadableState(f"a process state is damaged: {error}") from error
    if written != fingerprint:
        raise UnreadableState("this process state belongs to another blueprint")
    tokens = _restore(scopes, specs)
    tokens.completed = completed
    return tokens


def _restore(rows: list[Any], specs: dict[str, BpmnProcessSpec]) -> Tokens:
    (name, _, first), *inner = rows
    top = Tokens(specs[name], specs, deserializing=True)
    tasks: list[Task] = []
    _fill(top, first, tasks)
    for name, host, written in inner:
        scope = Inner(specs[name], tasks[host].id, top, deserializing=True)
        top.subprocesses[tasks[host].id] = scope
        _fill(scope, written, tasks)
    return top


def _fill(scope: Tokens | Inner, rows: list[Any], tasks: list[Task]) -> None:
    names = list(scope.spec.task_specs)
    for row in rows:
        tasks.append(_restore_task(row, scope, names, tasks))
    scope.task_tree = next(iter(scope.tasks.values()))


def _restore_task(
    row: list[Any], scope: Tokens | Inner, names: list[str], tasks: list[Task]
) -> Task:
    spec, state, parent, details = row if len(row) == 4 else (*row, {})
    known = UUID(hex=details["id"]) if "id" in details else None
    host = None if parent is None else tasks[parent]
    task = Task(scope, scope.spec.task_specs[names[spec]], host, state=state, id=known)
    if "due" in details:
        task.internal_data["due_at"] = datetime.fromisoformat(details["due"])
    if "joined" in details:
        task.internal_data["joined"] = [tasks[number].id for number in details["joined"]]
    return task
