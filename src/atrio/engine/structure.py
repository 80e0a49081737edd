"""The rules of a sound drawing that one look at its graph can tell."""

from __future__ import annotations

from collections.abc import Iterator

from .bpmn import ACTIVITY_KINDS, Flow, Model, Node, Scope
from .problems import Problem


def check_structure(model: Model) -> list[Problem]:
    """Return everything wrong with how nodes and flows hang together."""
    problems = [problem for scope in model.scopes() for problem in _Scope(scope, model).check()]
    return problems + list(_check_calls(model))


class _Scope:
    """The checks of one process or subprocess."""

    def __init__(self, scope: Scope, model: Model) -> None:
        self._scope = scope
        self._model = model

    def check(self) -> Iterator[Problem]:
        yield from self._check_ends()
        for flow in self._scope.flows:
            yield from self._check_flow(flow)
        if broken := [flow for flow in self._scope.flows if not self._is_whole(flow)]:
            for flow in broken:
                yield self._problem(flow, "a flow must lead from node to node of one process")
            return
        starts = [node for node in self._scope.nodes.values() if node.kind == "start"]
        for node in self._scope.nodes.values():
            yield from self._check_degree(node)
            yield from self._check_kind(node)
        if len(starts) == 1:
            yield from self._check_reach(starts[0])

    def _check_ends(self) -> Iterator[Problem]:
        for kind, name in (("start", "start event"), ("end", "end event")):
            found = [node for node in self._scope.nodes.values() if node.kind == kind]
            if not found or (kind == "start" and len(found) > 1):
                wanted = "exactly one" if kind == "start" else "at least one"
                reason = f"there must be {wanted} {name}, not {len(found)}"
                yield Problem(self._scope.file, self._scope.id, reason, self._scope.line)

    def _is_whole(self, flow: Flow) -> bool:
        return flow.source in self._scope.nodes and flow.target in self._scope.nodes

    def _check_flow(self, flow: Flow) -> Iterator[Problem]:
        source = self._scope.nodes.get(flow.source)
        if source is None:
            return
        same = [other for other in self._scope.leaving(flow.source) if other.target == flow.target]
        if len(same) > 1 and same[0] is not flow:
            yield self._problem(flow, f"{flow.source!r} and {flow.target!r} are already connected")
        splits = source.kind == "choice" and len(self._scope.leaving(source.id)) > 1
        if flow.condition is not None and not splits:
            yield self._problem(
                flow, "a condition counts only behind an exclusive gateway that splits"
            )
        elif splits and flow.id == source.default and flow.condition is not None:
            yield self._problem(flow, "the default flow has no condition: it is what is left")
        elif splits and flow.id != source.default and not flow.condition:
            yield self._problem(flow, "a flow behind an exclusive gateway needs a condition")

    def _check_degree(self, node: Node) -> Iterator[Problem]:
        entering = len(self._scope.entering(node.id))
        leaving = len(self._scope.leaving(node.id))
        if (node.kind == "start" or node.attached_to) and entering:
            yield self._problem(node, "no flow can lead into this event")
        elif node.kind != "start" and not node.attached_to and not entering:
            yield self._problem(node, "no flow leads here")
        if node.kind == "end" and leaving:
            yield self._problem(node, "no flow can leave an end event")
        elif node.kind != "end" and not leaving:
            yield self._problem(node, "no flow leaves: draw one to an end event")
        elif node.kind not in ("choice", "parallel") and leaving > 1:
            yield self._problem(node, "only a gateway may have two flows out")

    def _check_kind(self, node: Node) -> Iterator[Problem]:
        leaving = self._scope.leaving(node.id)
        splits = node.kind == "choice" and len(leaving) > 1
        if splits and node.default not in {flow.id for flow in leaving}:
            yield self._problem(node, "there is no default flow: there may be no way on")
        if node.attached_to:
            host = self._scope.nodes.get(node.attached_to)
            if host is None or host.kind not in ACTIVITY_KINDS:
                yield self._problem(node, "a boundary event must sit on a task or a subprocess")
            elif node.kind in ("error", "message"):
                same = [
                    other
                    for other in self._scope.guards(host.id)
                    if (other.kind, other.error, other.message)
                    == (node.kind, node.error, node.message)
                ]
                if same[0] is not node:
                    reason = f"{same[0].id!r} catches the same {node.kind} already"
                    yield self._problem(node, reason)
        if node.ending == "error" and not _is_caught(self._model, self._scope, node.error):
            yield self._problem(node, f"nobody catches the error {node.error!r}")

    def _check_reach(self, start: Node) -> Iterator[Problem]:
        reached: set[str] = set()
        waiting = [start.id]
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            waiting.extend(flow.target for flow in self._scope.leaving(name))
            waiting.extend(guard.id for guard in self._scope.guards(name))
        for node in self._scope.nodes.values():
            # What no flow leads to has been told already.
            if node.id not in reached and (self._scope.entering(node.id) or node.attached_to):
                yield self._problem(node, "this can never be reached from the start event")

    def _problem(self, thing: Node | Flow, reason: str) -> Problem:
        return Problem(self._scope.file, thing.id, reason, thing.line)


def _check_calls(model: Model) -> Iterator[Problem]:
    """Every process but the first is called once, and none calls itself."""
    callers: dict[str, list[tuple[Scope, Node]]] = {name: [] for name in model.processes}
    for scope in model.scopes():
        for node in scope.nodes.values():
            if node.kind != "process":
                continue
            if node.target not in callers:
                reason = f"there is no process {node.target!r} in this pack"
                yield Problem(scope.file, node.id, reason, node.line)
            else:
                callers[node.target].append((scope, node))
    for name, places in callers.items():
        process = model.processes[name]
        if name != model.entry and not places:
            yield Problem(process.file, name, "no call activity calls this process", process.line)
        for scope, node in places[1:]:
            # An element's id says where an application stands; called twice, it would not.
            reason = f"{places[0][1].id!r} calls {name!r} already: a process is called in one place"
            yield Problem(scope.file, node.id, reason, node.line)
        if places and _calls_itself(model, name):
            scope, node = places[0]
            yield Problem(scope.file, node.id, f"{name!r} would call itself", node.line)


def _calls_itself(model: Model, name: str) -> bool:
    seen: set[str] = set()
    waiting = list(_called_by(model, name))
    while waiting:
        other = waiting.pop()
        if other == name:
            return True
        if other not in seen:
            seen.add(other)
            waiting.extend(_called_by(model, other))
    return False


def _called_by(model: Model, name: str) -> Iterator[str]:
    process = model.processes.get(name)
    if process is not None:
        for scope in process.with_inner():
            yield from (node.target for node in scope.nodes.values() if node.kind == "process")


def _is_caught(model: Model, scope: Scope, code: str) -> bool:
    """Say whether a boundary event around a scope catches an error, at any distance."""
    seen: set[str] = set()
    inside = scope.id
    while inside not in seen:
        seen.add(inside)
        for outer in model.scopes():
            for host in outer.nodes.values():
                is_host = (host.inner is not None and host.inner.id == inside) or (
                    host.kind == "process" and host.target == inside
                )
                if not is_host:
                    continue
                if any(g.kind == "error" and g.error in ("", code) for g in outer.guards(host.id)):
                    return True
                inside = outer.id
                break
            else:
                continue
            break
    return False
