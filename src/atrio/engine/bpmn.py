"""BPMN as we understand it: the part of the standard that our engine keeps its word about.

`read` turns files into a frozen `Model` and says of everything else why it is refused. What is
not on the lists below is refused, not ignored: a construct that is drawn but does nothing is a
promise to the reader of the drawing that nobody keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from .durations import Form

Kind = Literal[
    "start",
    "end",
    "user",
    "call",
    "table",
    "notice",
    "choice",  # exclusive gateway
    "parallel",  # parallel gateway
    "timer",  # intermediate or boundary
    "error",  # boundary
    "message",  # boundary
    "subprocess",  # embedded
    "process",  # call activity
]
WAITING_KINDS: frozenset[Kind] = frozenset({"user", "call", "table", "notice"})
ACTIVITY_KINDS: frozenset[Kind] = WAITING_KINDS | {"subprocess", "process"}


@dataclass(frozen=True, slots=True)
class TimerRule:
    """When a timer is due: an ISO 8601 literal or a ZEN expression that yields one."""

    form: Form
    expression: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Who acts: a lane of the drawing."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow, with its condition if it has one."""

    id: str
    source: str
    target: str
    condition: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node. What does not apply to its kind is empty."""

    id: str
    name: str
    kind: Kind
    line: int
    lane: str = ""
    target: str = ""  # the form, call, table, notice or process that it names
    attributes: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # every other atrio: attribute
    default: str = ""  # a choice's default flow
    attached_to: str = ""  # a boundary event's host
    interrupting: bool = True  # a boundary event's
    error: str = ""  # the code a boundary error event catches ("" is any) or an end event raises
    message: str = ""  # the name of the message a boundary event waits for
    ending: Literal["", "plain", "error", "terminate"] = ""  # how an end event ends
    timer: TimerRule | None = None
    inner: Scope | None = None  # an embedded subprocess's content


@dataclass(frozen=True, slots=True)
class Scope:
    """A process or an embedded subprocess: nodes in document order, and flows between them."""

    id: str
    name: str
    file: str
    line: int
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]

    def start(self) -> Node:
        """Return the start event; a checked scope has exactly one."""
        return next(node for node in self.nodes.values() if node.kind == "start")

    def leaving(self, node_id: str) -> tuple[Flow, ...]:
        """Return the flows that leave a node, in document order."""
        return tuple(flow for flow in self.flows if flow.source == node_id)

    def entering(self, node_id: str) -> tuple[Flow, ...]:
        """Return the flows that enter a node, in document order."""
        return tuple(flow for flow in self.flows if flow.target == node_id)

    def guards(self, host_id: str) -> tuple[Node, ...]:
        """Return the boundary events attached to an activity."""
        return tuple(node for node in self.nodes.values() if node.attached_to == host_id)

    def with_inner(self) -> Iterator[Scope]:
        """Yield this scope and every subprocess embedded in it."""
        yield self
        for node in self.nodes.values():
            if node.inner is not None:
                yield from node.inner.with_inner()


@dataclass(frozen=True, slots=True)
class Model:
    """All processes of a pack; `entry` is the one that an application runs."""

    processes: Mapping[str, Scope]
    entry: str
    lanes: tuple[Lane, ...] = field(default=())

    def scopes(self) -> Iterator[Scope]:
        """Yield every process and every embedded subprocess."""
        for process in self.processes.values():
            yield from process.with_inner()

    def nodes(self) -> Iterator[Node]:
        """Yield the nodes as an application meets them: a called process follows its call."""
        yield from self._nodes_of(self.processes[self.entry])

    def _nodes_of(self, scope: Scope) -> Iterator[Node]:
        for node in scope.nodes.values():
            yield node
            if node.inner is not None:
                yield from self._nodes_of(node.inner)
            elif node.kind == "process":
                yield from self._nodes_of(self.processes[node.target])
