"""Runs a blueprint: where an application stands, what is open, and what moves it on.

A `Blueprint` is compiled once per release and shared by all threads. A `Run` is one
application's way through it: made by `start` or `resume`, told what happened by `complete`,
`fail`, `fire` and `receive`, and written back by `dump`. Facts and the time come from the
caller; a run never asks a clock, so the same steps always lead to the same place.

    blueprint = Blueprint.compile({"process.bpmn": content})
    run = blueprint.start(facts, now=now)
    run.complete(run.open_at("ask_company").id, facts, now=now)
    state = run.dump()
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from .bpmn import Kind, Lane, Model
from .bpmn_reading import read
from .problems import Problem, Unpublishable
from .process_state import UnreadableState
from .run import CannotRewind, Listener, NotOpen, OpenTask, Run, Timer, Uncaught
from .soundness import check_graph
from .specs import build


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node of the blueprint."""

    id: str
    name: str
    kind: Kind
    lane: str  # the lane's id, "" outside of all lanes
    target: str  # the form, call, table, notice or process that it names
    attributes: Mapping[str, str]  # every other atrio: attribute


class Blueprint:
    """A compiled process with everything it calls. Immutable; safe to share between threads."""

    def __init__(self, model: Model, specs: dict[str, BpmnProcessSpec], fingerprint: str) -> None:
        self.model = model
        self.lanes: tuple[Lane, ...] = model.lanes
        self.elements: tuple[Element, ...] = tuple(
            Element(node.id, node.name, node.kind, node.lane, node.target, node.attributes)
            for node in model.nodes()
        )
        self.fingerprint = fingerprint
        self._specs = specs

    @classmethod
    def compile(cls, files: Mapping[str, bytes], *, entry: str | None = None) -> Blueprint:
        """Compile BPMN files (name → content); `entry` is needed when it is not plain.

        Raises Unpublishable with everything that is wrong as far as the files alone tell;
        `publication.check_process` knows the rest of the pack as well.
        """
        model, problems = read(files, entry=entry)
        if model is not None and not problems:
            problems = check_graph(model)
        if model is None or problems:
            raise Unpublishable(problems)
        specs = build(model)
        return cls(model, specs, _fingerprint(files, specs))

    def listening(self, message: str) -> frozenset[str]:
        """Return the tasks and subprocesses that end when a message comes."""
        return frozenset(
            node.attached_to
            for node in self.model.nodes()
            if node.kind == "message" and node.message == message
        )

    def start(self, facts: Mapping[str, Any], *, now: datetime) -> Run:
        """Start an application and move it to where it first has to wait."""
        return Run.started(self._specs, self.model.entry, self.fingerprint, facts, now)

    def resume(self, state: bytes, facts: Mapping[str, Any]) -> Run:
        """Take up what `Run.dump` wrote. Raises UnreadableState."""
        return Run.resumed(self._specs, state, self.fingerprint, facts)


def _fingerprint(files: Mapping[str, bytes], specs: Mapping[str, BpmnProcessSpec]) -> str:
    """Name the blueprint and the way it was built: tokens refer to specs by their place."""
    digest = hashlib.sha256()
    for file, content in sorted(files.items()):
        digest.update(file.encode() + b"\0" + content + b"\0")
    for name, spec in specs.items():
        digest.update("\0".join([name, *spec.task_specs]).encode() + b"\n")
    return digest.hexdigest()[:16]


__all__ = [
    "Blueprint",
    "CannotRewind",
    "Element",
    "Lane",
    "Listener",
    "NotOpen",
    "OpenTask",
    "Problem",
    "Run",
    "Timer",
    "Uncaught",
    "Unpublishable",
    "UnreadableState",
]
