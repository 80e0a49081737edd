"""Decides whether a pack's process and tables may be published.

What the engine would pass over, run otherwise than drawn, or fail on half way is found here and
refused, with the file, the element and a reason its author can act on. An application never
meets a blueprint or a table that was not checked.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from .bpmn import Node, Scope
from .bpmn_reading import read
from .durations import is_literal
from .expression_check import FactKind, Names, check
from .problems import Problem
from .soundness import check_graph
from .table_check import check_table

_TARGETS = {"user": "form", "call": "call", "table": "table", "notice": "notice"}


def check_process(
    files: Mapping[str, bytes],
    *,
    forms: Collection[str],
    calls: Collection[str],
    tables: Collection[str],
    notices: Collection[str],
    facts: Mapping[str, FactKind] | Collection[str],
    messages: Collection[str] = (),
    entry: str | None = None,
) -> list[Problem]:
    """Return everything that stands against publishing BPMN files (name → content).

    The other arguments are what the pack and this installation know: a target or a fact that is
    not among them is refused. `facts` are dotted names, with what each is where that is known.
    """
    model, problems = read(files, entry=entry)
    if model is None:
        return sorted(set(problems))
    # Where nodes were refused, the graph has holes that say nothing new.
    is_whole = not problems
    known = {"form": forms, "call": calls, "table": tables, "notice": notices}
    names = Names.of(facts)
    for scope in model.scopes():
        problems.extend(_check_targets(scope, known))
        problems.extend(_check_messages(scope, messages))
        problems.extend(_check_expressions(scope, names))
    return sorted({*problems, *check_graph(model)} if is_whole else set(problems))


def check_decision(
    file: str, content: bytes, *, facts: Mapping[str, FactKind] | Collection[str]
) -> list[Problem]:
    """Return everything that stands against publishing a decision table (JDM)."""
    return sorted(set(check_table(file, content, Names.of(facts))))


def _check_targets(scope: Scope, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    for node in scope.nodes.values():
        what = _TARGETS.get(node.kind)
        if what is None or not node.target or node.target in known[what]:
            continue
        close = difflib.get_close_matches(node.target, known[what], n=1)
        hint = f": did you mean {close[0]}?" if close else ""
        reason = f"there is no {what} {node.target!r}{hint}"
        yield Problem(scope.file, node.id, reason, node.line)


def _check_messages(scope: Scope, messages: Collection[str]) -> Iterator[Problem]:
    for node in scope.nodes.values():
        if node.kind == "message" and node.message and node.message not in messages:
            known = ", ".join(sorted(messages)) or "none"
            reason = f"nobody sends a message {node.message!r}; known are: {known}"
            yield Problem(scope.file, node.id, reason, node.line)


def _check_expressions(scope: Scope, names: Names) -> Iterator[Problem]:
    for flow in scope.flows:
        if flow.condition:
            for reason in check(flow.condition, names, answers="boolean"):
                yield Problem(scope.file, flow.id, reason, flow.line)
    for node in scope.nodes.values():
        for reason in _timer_reasons(node, names):
            yield Problem(scope.file, node.id, reason, node.line)


def _timer_reasons(node: Node, names: Names) -> list[str]:
    rule = node.timer
    if rule is None or is_literal(rule.form, rule.expression):
        return []
    wanted = "duration such as PT30M" if rule.form == "duration" else "moment with its offset"
    return [
        f"{rule.expression!r} is no ISO 8601 {wanted}, and no expression that yields one: {reason}"
        for reason in check(rule.expression, names, answers="text")
    ]


__all__ = ["Problem", "check_decision", "check_process"]
