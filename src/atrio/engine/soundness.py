"""Plays every way a process can go, and finds those that get stuck.

Each process and each subprocess is played on its own, as a token game: a gateway may choose any
flow, a task may end well or by any of its boundary events. A way is stuck when a token can
reach no end event any more, and unsafe when a second token arrives where one still stands.

What a non-interrupting boundary event sets off is played on its own, and must keep to itself:
it may be set off again while an earlier one still runs, and that is no harm.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .bpmn import WAITING_KINDS, Flow, Model, Node, Scope
from .problems import Problem
from .structure import check_structure

MOST_MARKINGS = 20_000
_ENDS_ALL = ("error", "terminate")

# Where tokens stand: in a node, or on a flow that waits before a parallel gateway.
Marking = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Move:
    """Takes a token from each place and puts one on each other; or ends everything."""

    takes: frozenset[str]
    puts: tuple[str, ...]
    ends_all: bool = False


@dataclass(slots=True)
class _Played:
    """Every marking that can be reached, with those that lead to it."""

    before: dict[Marking, list[Marking]] = field(default_factory=dict)
    dead: list[Marking] = field(default_factory=list)
    crowded: set[str] = field(default_factory=set)  # places where a second token can arrive
    is_complete: bool = True


def check_graph(model: Model) -> list[Problem]:
    """Return what is wrong with a process as a drawing: its graph, then the ways through it."""
    return check_structure(model) or check_soundness(model)


def check_soundness(model: Model) -> list[Problem]:
    """Return every place at which an application could get stuck or run twice.

    The structure of the model must have been checked.
    """
    return [
        problem
        for scope in model.scopes()
        for problem in (*_Game(scope).problems(), *_spinning(scope, model))
    ]


class _Game:
    """The token game of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._flows = {flow.id: flow for flow in scope.flows}
        self._leaving: dict[str, list[Flow]] = {name: [] for name in scope.nodes}
        self._entering: dict[str, list[Flow]] = {name: [] for name in scope.nodes}
        for flow in scope.flows:
            self._leaving[flow.source].append(flow)
            self._entering[flow.target].append(flow)
        self._guards: dict[str, list[Node]] = {name: [] for name in scope.nodes}
        for node in scope.nodes.values():
            if node.attached_to:
                self._guards[node.attached_to].append(node)
        self._moves: dict[str, list[_Move]] = defaultdict(list)  # by the first place they take
        for node in scope.nodes.values():
            for move in self._moves_of(node):
                self._moves[min(move.takes)].append(move)

    def problems(self) -> Iterator[Problem]:
        """Play from the start event, and from every boundary event that does not interrupt."""
        yield from self._play_from(self._scope.start())
        for guards in self._guards.values():
            for guard in guards:
                if guard.interrupting:
                    continue
                if self._keeps_to_itself(guard):
                    yield from self._play_from(guard)
                else:
                    yield self._problem(
                        guard.id,
                        "what does not interrupt must keep to itself: "
                        "lead it to an end event of its own",
                    )

    def _moves_of(self, node: Node) -> Iterator[_Move]:
        leaving = self._leaving[node.id]
        if node.kind == "parallel":
            yield self._move(frozenset(flow.id for flow in self._entering[node.id]), leaving)
        elif node.kind == "choice":
            for flow in leaving:
                yield self._move(frozenset({node.id}), [flow])
        elif node.kind != "end":
            yield self._move(frozenset({node.id}), leaving)
            for guard in self._guards[node.id]:
                if guard.interrupting:
                    yield self._move(frozenset({node.id}), self._leaving[guard.id])

    def _move(self, takes: frozenset[str], flows: Sequence[Flow]) -> _Move:
        targets = [self._rests_at(flow) for flow in flows]
        ends_all = any(
            target in self._scope.nodes and self._scope.nodes[target].ending in _ENDS_ALL
            for target in targets
        )
        puts = tuple(
            target
            for target in targets
            if target not in self._scope.nodes or self._scope.nodes[target].kind != "end"
        )
        return _Move(takes, puts, ends_all)

    def _rests_at(self, flow: Flow) -> str:
        """Return where a token on a flow comes to rest.

        A node that only hands on the token of its one flow needs no place of its own.
        """
        while True:
            node = self._scope.nodes[flow.target]
            if node.kind == "parallel":
                return flow.id
            only_hands_on = (
                node.kind not in ("choice", "end")
                and len(self._entering[node.id]) == 1
                and not any(guard.interrupting for guard in self._guards[node.id])
            )
            if not only_hands_on:
                return node.id
            flow = self._leaving[node.id][0]

    def _keeps_to_itself(self, guard: Node) -> bool:
        """Say whether only this boundary event leads to what it leads to."""
        reached: set[str] = set()
        waiting = [guard.id]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(flow.target for flow in self._leaving[name])
                waiting.extend(inner.id for inner in self._guards[name])
        entering = [flow.source for name in reached for flow in self._entering[name]]
        return all(source in reached for source in entering)

    def _play_from(self, start: Node) -> Iterator[Problem]:
        played = self._play(start)
        if not played.is_complete:
            yield self._problem(
                start.id, f"more than {MOST_MARKINGS} situations are possible: make it simpler"
            )
            return
        for place in sorted(played.crowded):
            yield self._problem(
                self._node_at(place).id,
                "a second token can arrive while the first is still here: "
                "join parallel flows with a parallel gateway",
            )
        if not played.crowded:
            yield from self._stuck(played)

    def _play(self, start: Node) -> _Played:
        first = frozenset({start.id})
        played = _Played({first: []})
        waiting = deque([first])
        while waiting:
            marking = waiting.popleft()
            can_move = False
            for place in marking:
                for move in self._moves[place]:
                    if not move.takes <= marking:
                        continue
                    can_move = True
                    rest = marking - move.takes
                    played.crowded |= rest.intersection(move.puts)
                    if len(set(move.puts)) < len(move.puts):
                        played.crowded.update(p for p in move.puts if move.puts.count(p) > 1)
                    following = frozenset() if move.ends_all else rest.union(move.puts)
                    if following in played.before:
                        played.before[following].append(marking)
                        continue
                    played.before[following] = [marking]
                    waiting.append(following)
            if marking and not can_move:
                played.dead.append(marking)
            if len(played.before) > MOST_MARKINGS:
                played.is_complete = False
                return played
        return played

    def _stuck(self, played: _Played) -> Iterator[Problem]:
        """Yield the places from which no way leads to the end."""
        good: set[Marking] = set()
        waiting = deque([frozenset[str]()])
        while waiting:
            marking = waiting.popleft()
            if marking not in good:
                good.add(marking)
                waiting.extend(played.before.get(marking, ()))
        joins = {self._node_at(place).id for marking in played.dead for place in marking}
        for name in sorted(joins):
            yield self._problem(
                name, "this parallel gateway can wait for ever for a token that does not come"
            )
        if not joins and (bad := [marking for marking in played.before if marking not in good]):
            name = min(self._node_at(place).id for place in bad[0])
            yield self._problem(name, "from here no way leads to an end event")

    def _node_at(self, place: str) -> Node:
        flow = self._flows.get(place)
        return self._scope.nodes[place if flow is None else flow.target]

    def _problem(self, element: str, reason: str) -> Problem:
        return Problem(self._scope.file, element, reason, self._scope.nodes[element].line)


def _spinning(scope: Scope, model: Model) -> Iterator[Problem]:
    """Yield a node of every circle in which nothing waits: a run would go round without end."""
    ways = {name: list(_ways_at_once(scope, node, model)) for name, node in scope.nodes.items()}
    told: set[str] = set()
    for name in scope.nodes:
        circle = _reached(ways, ways[name])
        if name in circle and not told & circle:
            told.add(name)
            reason = "this circle never waits for anybody: a run would go round without end"
            yield Problem(scope.file, name, reason, scope.nodes[name].line)


def _ways_at_once(scope: Scope, node: Node, model: Model) -> Iterator[str]:
    """Yield the nodes that a token in this one reaches without waiting for anybody."""
    if node.kind in WAITING_KINDS or node.kind == "timer":
        return
    inner = node.inner if node.kind == "subprocess" else model.processes.get(node.target)
    if inner is not None and node.kind in ("subprocess", "process") and _waits(inner, model):
        return
    for name in (node.id, *(guard.id for guard in scope.guards(node.id))):
        yield from (flow.target for flow in scope.leaving(name))


def _waits(scope: Scope, model: Model) -> bool:
    """Say whether every way through a scope waits for somebody."""
    ways = {name: list(_ways_at_once(scope, node, model)) for name, node in scope.nodes.items()}
    reached = _reached(ways, [scope.start().id])
    return not any(scope.nodes[name].kind == "end" for name in reached)


def _reached(ways: Mapping[str, Sequence[str]], starts: Sequence[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(ways[name])
    return reached
