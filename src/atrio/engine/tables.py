"""Decision tables in GoRules' JDM format, decided by zen-engine.

A table says what follows from the facts, and every answer names the table's version, so that a
decision can be explained years later. `table_check` refuses what must not be published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import zen

from .expressions import Undecidable, plain, zen_facts, zen_reason
from .problems import Problem, Unpublishable

LARGEST_FILE = 1_000_000  # bytes
ALLOWED_NODES = frozenset({"inputNode", "outputNode", "decisionTableNode", "expressionNode"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: an input's `field` is a fact, an output's a name in the answer."""

    id: str
    name: str
    field: str


@dataclass(frozen=True, slots=True)
class Grid:
    """One decision table as it is drawn: cells by row and column id, "" where anything will do."""

    id: str
    name: str
    hit_policy: str  # "first" or "collect"
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Mapping[str, str], ...]


class Table:
    """A compiled decision. Immutable; safe to share between threads."""

    def __init__(self, name: str, content: bytes, document: Mapping[str, Any]) -> None:
        self.name = name
        self.version = hashlib.sha256(content).hexdigest()[:12]
        self.outputs = outputs_of(document)
        self._kept = {_group(output) for output in self.outputs}
        self._promised = {_group(output) for output in outputs_of(document, last_only=True)}
        self._decision = zen.ZenEngine().create_decision(json.dumps(document))

    @classmethod
    def compile(cls, name: str, content: bytes) -> Table:
        """Compile a JDM file. Raises Unpublishable."""
        document = read(name, content)
        try:
            table = cls(name, content, document)
            table._decision.validate()
        except RuntimeError as error:
            raise Unpublishable([Problem(name, "", zen_reason(error))]) from error
        return table

    def decide(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs, and under `table` the name and version that answered.

        Raises Undecidable when no row fits or a cell fails.
        """
        try:
            answer = plain(self._decision.evaluate(zen_facts(facts))["result"])
        except RuntimeError as error:
            raise Undecidable(self.name, zen_reason(error)) from error
        outputs = {name: value for name, value in answer.items() if name in self._kept}
        if missing := self._promised - outputs.keys():
            raise Undecidable(self.name, f"no row fits: {', '.join(sorted(missing))} is not said")
        return outputs | {"table": {"name": self.name, "version": self.version}}


def read(name: str, content: bytes) -> dict[str, Any]:
    """Read a JDM file and refuse what is not one, or has nodes we do not run.

    Raises Unpublishable.
    """
    if len(content) > LARGEST_FILE:
        raise Unpublishable([Problem(name, "", f"the file is larger than {LARGEST_FILE} bytes")])
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unpublishable([Problem(name, "", f"this is not JSON: {error}")]) from error
    parts = [document.get(part) for part in ("nodes", "edges")] if _is_object(document) else [None]
    if not all(isinstance(part, list) and all(map(_is_object, part)) for part in parts):
        raise Unpublishable([Problem(name, "", "this is not a decision: it needs nodes and edges")])
    problems = [
        Problem(name, str(node.get("id", "")), reason)
        for node in document["nodes"]
        if (reason := _refusal(node))
    ]
    if problems:
        raise Unpublishable(problems)
    return cast("dict[str, Any]", document)


def _refusal(node: Mapping[str, Any]) -> str:
    """Return why a node is not run, "" when it is: its members have the shape we rely on."""
    kind = node.get("type")
    if kind == "functionNode":
        return "code is not run: use tables and expressions"
    if kind not in ALLOWED_NODES:
        return f"a node of type {kind!r} is not supported"
    if not isinstance(node.get("id"), str):
        return "a node needs an id"
    if kind in ("inputNode", "outputNode"):
        return ""
    content: Any = node.get("content")
    members = _MEMBERS[kind]
    if not _is_object(content) or not all(
        isinstance(content.get(member), list) and all(map(_has(*texts), content[member]))
        for member, texts in members.items()
    ):
        return f"the content must have {', '.join(members)}"
    if content.get("inputField") or content.get("executionMode", "single") != "single":
        return "a node that loops over a list, or renames its input, is not supported"
    if content.get("hitPolicy", "first") not in ("first", "collect"):
        return f"the hit policy {content['hitPolicy']!r} is not supported"
    if content.get("hitPolicy") == "collect" and not content.get("outputPath"):
        return "a table that collects needs an output path to put the list at"
    return ""


_MEMBERS: dict[str, dict[str, tuple[str, ...]]] = {
    "decisionTableNode": {"inputs": ("id",), "outputs": ("id", "field"), "rules": ()},
    "expressionNode": {"expressions": ("key", "value")},
}


def _is_object(thing: Any) -> bool:
    return isinstance(thing, dict)


def _has(*texts: str) -> Callable[[Any], bool]:
    return lambda item: _is_object(item) and all(isinstance(item.get(text), str) for text in texts)


def grids(document: Mapping[str, Any]) -> tuple[Grid, ...]:
    """Return the tables of a document that `read` has accepted."""
    found = []
    for node in document["nodes"]:
        if node["type"] == "decisionTableNode":
            content = node["content"]
            columns = [column["id"] for side in ("inputs", "outputs") for column in content[side]]
            found.append(
                Grid(
                    id=node["id"],
                    name=str(node.get("name", "")),
                    hit_policy=str(content.get("hitPolicy", "first")),
                    inputs=_columns(content["inputs"]),
                    outputs=_columns(content["outputs"]),
                    rows=tuple(
                        {column: str(rule.get(column) or "").strip() for column in columns}
                        for rule in content["rules"]
                    ),
                )
            )
    return tuple(found)


def formulas(document: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return node, key and expression of every expression node."""
    return tuple(
        (node["id"], item["key"], item["value"])
        for node in document["nodes"]
        if node["type"] == "expressionNode"
        for item in node["content"]["expressions"]
    )


def outputs_of(document: Mapping[str, Any], *, last_only: bool = False) -> tuple[str, ...]:
    """Return the dotted names that a decision answers with.

    `last_only` leaves out what earlier nodes say, which may not reach the end.
    """
    ends = {node["id"] for node in document["nodes"] if node["type"] == "outputNode"}
    last = {edge.get("sourceId") for edge in document["edges"] if edge.get("targetId") in ends}
    names: list[str] = []
    for node in document["nodes"]:
        content = node.get("content") or {}
        if last_only and node["id"] not in last:
            continue
        if path := content.get("outputPath"):
            names.append(path)
        elif node["type"] == "decisionTableNode":
            names += [column["field"] for column in content["outputs"]]
        elif node["type"] == "expressionNode":
            names += [item["key"] for item in content["expressions"]]
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _group(output: str) -> str:
    """Return where an output stands in the answer: "limit" for "limit.amount"."""
    return output.partition(".")[0]


def _columns(content: list[Mapping[str, Any]]) -> tuple[Column, ...]:
    return tuple(
        Column(
            id=column["id"],
            name=str(column.get("name", "")),
            field=str(column.get("field") or "").strip(),
        )
        for column in content
    )
