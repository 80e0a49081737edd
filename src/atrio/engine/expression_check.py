"""Looks into an expression before it is published: names, functions, and what it answers.

ZEN takes a misspelt name for null and a wrong type for a failure when the expression runs, and
some functions answer differently each time. All of that is found here instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import zen

from .expressions import zen_reason
from .zen_syntax import (
    Binary,
    Call,
    Index,
    List,
    Name,
    NotAllowed,
    Range,
    Ternary,
    Tree,
    Unary,
    Value,
    parse,
    parse_cell,
)

FactKind = Literal["text", "number", "boolean", "date", "money", "list", "object", "any"]
_Type = Literal[FactKind, "null", "range"]

_RETURNS: dict[str, tuple[int, int, _Type]] = {  # least and most arguments, answer
    "len": (1, 1, "number"),
    "abs": (1, 1, "number"),
    "floor": (1, 1, "number"),
    "ceil": (1, 1, "number"),
    "round": (1, 2, "number"),
    "sum": (1, 1, "number"),
    "avg": (1, 1, "number"),
    "min": (1, 1, "number"),
    "max": (1, 1, "number"),
    "number": (1, 1, "number"),
    "upper": (1, 1, "text"),
    "lower": (1, 1, "text"),
    "trim": (1, 1, "text"),
    "string": (1, 1, "text"),
    "split": (2, 2, "list"),
    "keys": (1, 1, "list"),
    "contains": (2, 2, "boolean"),
    "startsWith": (2, 2, "boolean"),
    "endsWith": (2, 2, "boolean"),
    "matches": (2, 2, "boolean"),
    "isNumeric": (1, 1, "boolean"),
}
_CLOSURES: dict[str, _Type] = {
    "some": "boolean",
    "all": "boolean",
    "none": "boolean",
    "one": "boolean",
    "count": "number",
    "filter": "list",
    "map": "list",
}
FUNCTIONS = frozenset(_RETURNS) | frozenset(_CLOSURES)
# They ask the clock, or chance, or read the word "now" in what somebody typed.
_NOT_REPLAYABLE = frozenset(
    {"d", "date", "time", "duration", "dateString", "rand", "now", "today", "year", "month"}
    | {"monthOfYear", "weekOfYear", "dayOfWeek", "dayOfMonth", "dayOfYear", "startOf", "endOf"}
    | {"monthString", "weekdayString", "weekOfMonth"}
)
_SAID: dict[str, str] = {
    "any": "whatever stands there",
    "boolean": "true or false",
    "text": "text",
    "money": "money",
    "null": "null",
    "object": "a group of facts",
}
_MONEY: dict[str, _Type] = {"amount": "number", "currency": "text"}


@dataclass(frozen=True)
class Names:
    """The facts that an expression may name. `kinds` maps dotted names to what they are."""

    kinds: Mapping[str, FactKind] = field(default_factory=dict)
    is_open: bool = False  # any name will do: nothing is known of the facts

    @classmethod
    def of(cls, facts: Mapping[str, FactKind] | Collection[str] | None) -> Names:
        """Build from names with kinds, from bare names, or from None: nothing is known."""
        if facts is None:
            return cls(is_open=True)
        if isinstance(facts, Mapping):
            return cls(dict(facts))
        return cls(dict.fromkeys(facts, "any"))

    def kind(self, path: tuple[str, ...]) -> _Type | None:
        """Return what stands under a dotted name, None if there is no such fact."""
        if self.is_open:
            return "any"
        for length in range(len(path), 0, -1):
            known = self.kinds.get(".".join(path[:length]))
            if known is not None:
                return _inside(known, path[length:])
        group = ".".join(path) + "."
        return "object" if any(name.startswith(group) for name in self.kinds) else None

    def like(self, path: tuple[str, ...]) -> str:
        """Return the known name that is most like a misspelt one, "" if none is."""
        close = difflib.get_close_matches(".".join(path), self.kinds, n=1)
        return close[0] if close else ""


def _inside(kind: FactKind, rest: tuple[str, ...]) -> _Type | None:
    if not rest:
        return kind
    if kind == "money":
        return _MONEY.get(rest[0]) if len(rest) == 1 else None
    return "any" if kind in ("any", "object") else None


def check(
    expression: str,
    names: Names,
    *,
    answers: Literal["boolean", "text", "any"] = "any",
) -> list[str]:
    """Return why a standard expression must not be published; nothing if it may be."""
    if reasons := _compiles(zen.compile_expression, expression):
        return reasons
    try:
        tree = parse(expression)
    except NotAllowed as error:
        return [str(error)]
    checker = _Checker(names)
    found = checker.type_of(tree)
    reasons = checker.told()
    if not reasons and answers != "any" and not _may_be(found, answers, strict=not names.is_open):
        wanted = {"boolean": "true or false", "text": "text"}[answers]
        hint = ": compare it, as in `… == true`" if answers == "boolean" and found == "any" else ""
        reasons.append(f"the answer must be {wanted}, not {_said(found)}{hint}")
    return reasons


def check_cell(cell: str, names: Names, value: tuple[str, ...]) -> list[str]:
    """Return what is wrong with an input cell of the column for the fact `value`."""
    if reasons := _compiles(zen.compile_unary_expression, cell):
        return reasons
    try:
        tests = parse_cell(cell)
    except NotAllowed as error:
        return [str(error)]
    checker = _Checker(names, value=names.kind(value) or "any")
    for test in tests:
        found = checker.type_of(test)
        if found not in ("boolean", "any"):
            checker.reasons.append(f"a test must be true or false, not {_said(found)}")
    return checker.told()


def names_in(tree: Tree) -> Iterator[tuple[str, ...]]:
    """Yield the dotted names of facts in an expression."""
    checker = _Checker(Names(is_open=True))
    checker.type_of(tree)
    yield from checker.named


def _compiles(compiler: Callable[[str], object], text: str) -> list[str]:
    if not text.strip():
        return ["the expression is empty"]
    try:
        compiler(text)
    except RuntimeError as error:
        return [f"this does not compile: {zen_reason(error)}"]
    return []


def _may_be(found: _Type, wanted: str, *, strict: bool) -> bool:
    return found == wanted or (found == "any" and not (strict and wanted == "boolean"))


def _said(kind: _Type) -> str:
    return _SAID.get(kind, f"a {kind}")


class _Checker:
    """Walks a tree, infers what each part answers, and notes what cannot work."""

    def __init__(self, names: Names, *, value: _Type | None = None) -> None:
        self._names = names
        self._value = value  # of `$`, None outside of cells
        self._closures = 0
        self.reasons: list[str] = []
        self.named: list[tuple[str, ...]] = []

    def told(self) -> list[str]:
        """Return every reason once."""
        return list(dict.fromkeys(self.reasons))

    def type_of(self, tree: Tree) -> _Type:  # noqa: C901  # one case for each kind of tree
        match tree:
            case Value(value):
                return _type_of_value(value)
            case Name(path):
                return self._name(path)
            case Index(of, at):
                self.type_of(of)
                self.type_of(at)
                return "any"
            case Unary(operator, operand):
                wanted: _Type = "boolean" if operator == "not" else "number"
                return self._need(operand, wanted, operator)
            case Binary():
                return self._binary(tree)
            case Ternary(condition, yes, no):
                self._need(condition, "boolean", "?")
                first, second = self.type_of(yes), self.type_of(no)
                return first if first == second else "any"
            case List(items):
                for item in items:
                    self.type_of(item)
                return "list"
            case Range(low, high):
                self._need(low, "number", "..")
                self._need(high, "number", "..")
                return "range"
            case Call(function, arguments):
                return self._call(function, arguments)

    def _name(self, path: tuple[str, ...]) -> _Type:
        if path[0] == "#":
            if not self._closures:
                self.reasons.append("# has a meaning only inside some(), all(), filter() …")
            return "any"
        if path[0] == "$":
            if self._value is None:
                self.reasons.append("$ has a meaning only in a table's input cell")
            return self._value if self._value and len(path) == 1 else "any"
        if path[0] == "$root":
            self.reasons.append("$root is not allowed: name the fact itself")
            return "any"
        self.named.append(path)
        kind = self._names.kind(path)
        if kind is None:
            like = self._names.like(path)
            hint = f": did you mean {like}?" if like else ""
            self.reasons.append(f"there is no fact {'.'.join(path)!r}{hint}")
            return "any"
        return kind

    def _binary(self, tree: Binary) -> _Type:
        operator = tree.operator
        if operator in ("and", "or"):
            left = self._need(tree.left, "boolean", operator)
            right = self._need(tree.right, "boolean", operator)
            return "boolean" if left == right == "boolean" else "any"
        left, right = self.type_of(tree.left), self.type_of(tree.right)
        if operator in ("==", "!="):
            self._check_equal(left, right, operator)
            return "boolean"
        if operator in ("in", "not in"):
            if right not in ("list", "range", "any"):
                self.reasons.append(f"what follows `{operator}` must be a list or a range")
            return "boolean"
        if operator == "??":
            return right if left in (right, "null") else "any"
        if operator == "+" and "number" not in (left, right) and "text" in (left, right):
            return "text"
        for found in (left, right):
            self._check_is(found, "number", operator)
        return "boolean" if operator in ("<", ">", "<=", ">=") else "number"

    def _check_equal(self, left: _Type, right: _Type, operator: str) -> None:
        same = {"date": "text"}
        left, right = same.get(left, left), same.get(right, right)  # type: ignore[assignment]
        if "null" in (left, right):
            return
        for found in (left, right):
            if found in ("list", "object", "money", "range"):
                self.reasons.append(f"{_said(found)} cannot be compared with `{operator}`")
                return
        if left != right and "any" not in (left, right):
            self.reasons.append(f"{_said(left)} is never equal to {_said(right)}")

    def _call(self, function: str, arguments: tuple[Tree, ...]) -> _Type:
        if (answer := _CLOSURES.get(function)) is not None:
            if len(arguments) != 2:
                self.reasons.append(f"{function}() takes a list and a condition")
                return answer
            self._check_is(self.type_of(arguments[0]), "list", f"{function}()")
            self._closures += 1
            condition = self.type_of(arguments[1])
            if function != "map":
                self._check_is(condition, "boolean", f"{function}()")
            self._closures -= 1
            return answer
        for argument in arguments:
            self.type_of(argument)
        if (known := _RETURNS.get(function)) is None:
            why = "its answer changes with time" if function in _NOT_REPLAYABLE else "not known"
            self.reasons.append(f"the function {function}() is not allowed: {why}")
            return "any"
        least, most, returned = known
        if not least <= len(arguments) <= most:
            self.reasons.append(f"{function}() does not take {len(arguments)} arguments")
        return returned

    def _need(self, tree: Tree, wanted: _Type, where: str) -> _Type:
        found = self.type_of(tree)
        self._check_is(found, wanted, where)
        return found

    def _check_is(self, found: _Type, wanted: _Type, where: str) -> None:
        if found not in (wanted, "any"):
            hint = ": ZEN orders numbers only" if where in ("<", ">", "<=", ">=") else ""
            self.reasons.append(f"`{where}` needs {_said(wanted)}, not {_said(found)}{hint}")


def _type_of_value(value: float | str | bool | None) -> _Type:  # noqa: FBT001
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "text"
        case _:
            return "number"


__all__ = ["FUNCTIONS", "FactKind", "Names", "check", "check_cell", "names_in"]
