"""Reads ZEN expressions into a tree, so that publication can look into them.

ZEN's own compiler tells only whether a text compiles. The part of the language read here is the
part we allow: what this parser does not know is refused even where ZEN would take it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal


class NotAllowed(Exception):
    """The text is no expression, or uses a part of ZEN that we do not allow."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a text, true, false or null."""

    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A fact by its dotted name; the path starts with `#` in a closure and `$` in a cell."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """An item of a list or a member of an object: `a[0]`."""

    of: Tree
    at: Tree


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x` or `-x`."""

    operator: Literal["not", "-"]
    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; `in` and `not in` are operators too."""

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Ternary:
    """`condition ? yes : no`."""

    condition: Tree
    yes: Tree
    no: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a built-in function."""

    function: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class List:
    """`[a, b]`."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """`[1..10]`; a round bracket leaves its end out."""

    low: Tree
    high: Tree
    with_low: bool
    with_high: bool


Tree = Value | Name | Index | Unary | Binary | Ternary | Call | List | Range

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d[\d_]*(?:\.(?!\.)\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<word>\$root\b|[A-Za-z_][A-Za-z0-9_]*|[#$])"
    r"|(?P<sign>\.\.|==|!=|<=|>=|\?\?|[-+*/%^<>!?:.,()\[\]])"
    r"|(?P<end>$))"
)
_COMPARISONS = ("==", "!=", "<", ">", "<=", ">=", "in", "not in")
_LEVELS = (  # loosest first, as ZEN has them: `??` binds tighter than any arithmetic
    ("or",),
    ("and",),
    _COMPARISONS,
    ("+", "-"),
    ("*", "/", "%"),
    ("^",),
    ("??",),
)
_KEYWORDS = {"true": True, "false": False, "null": None}
_RESERVED = frozenset({"and", "or", "not", "in", *_KEYWORDS})
LONGEST = 2000  # characters
_DEEPEST = 50


def parse(text: str) -> Tree:
    """Parse a standard expression. Raises NotAllowed."""
    parser = _Parser(text)
    tree = parser.expression()
    parser.expect_end()
    return tree


def parse_cell(text: str) -> tuple[Tree, ...]:
    """Parse a table's input cell: tests of `$`, any of which suffices. Raises NotAllowed.

    `> 5, 'a'` becomes `$ > 5` and `$ == 'a'`; a test that speaks of `$` itself stays as it is.
    """
    parser = _Parser(text)
    tests = [parser.test()]
    while parser.take(","):
        tests.append(parser.test())
    parser.expect_end()
    return tuple(tests)


def mentions(tree: Tree, first: str) -> bool:
    """Say whether a name that starts with `first` occurs in a tree."""
    match tree:
        case Name(path):
            return path[0] == first
        case Value():
            return False
        case Call(_, arguments):
            parts: tuple[Tree, ...] = arguments
        case List(items):
            parts = items
        case Unary(_, operand):
            parts = (operand,)
        case Binary(_, left, right):
            parts = (left, right)
        case Index(of, at):
            parts = (of, at)
        case Ternary(condition, yes, no):
            parts = (condition, yes, no)
        case Range(low, high):
            parts = (low, high)
    return any(mentions(part, first) for part in parts)


class _Parser:
    """Recursive descent, by ZEN's order of precedence."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise NotAllowed(f"the expression is longer than {LONGEST} characters")
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def expression(self) -> Tree:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotAllowed("the expression is nested too deeply")
        condition = self._level(0)
        if self.take("?"):
            yes = self.expression()
            self._expect(":")
            condition = Ternary(condition, yes, self.expression())
        self._depth -= 1
        return condition

    def test(self) -> Tree:
        value = Name(("$",))
        for operator in _COMPARISONS:
            if self._take_operator(operator):
                return Binary(operator, value, self._level(_LEVELS.index(_COMPARISONS) + 1))
        tree = self.expression()
        if mentions(tree, "$"):
            return tree
        return Binary("in" if isinstance(tree, Range | List) else "==", value, tree)

    def take(self, sign: str) -> bool:
        kind, text = self._tokens[self._at]
        if kind == "sign" and text == sign:
            self._at += 1
            return True
        return False

    def expect_end(self) -> None:
        kind, text = self._tokens[self._at]
        if kind != "end":
            raise NotAllowed(f"{text!r} is not expected here")

    def _expect(self, sign: str) -> None:
        if not self.take(sign):
            _, text = self._tokens[self._at]
            raise NotAllowed(f"{sign!r} is missing before {text or 'the end'!r}")

    def _take_operator(self, operator: str) -> bool:
        words = operator.split()
        if not words[0].isalpha():
            return self.take(operator)
        ahead = self._tokens[self._at : self._at + len(words)]
        if [text for kind, text in ahead if kind == "word"] != words:
            return False
        self._at += len(words)
        return True

    def _level(self, level: int) -> Tree:
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while operator := next((o for o in _LEVELS[level] if self._take_operator(o)), None):
            # Powers associate to the right, all else to the left.
            left = Binary(operator, left, self._level(level + (operator != "^")))
        return left

    def _unary(self) -> Tree:
        if self._take_operator("not") or self.take("!"):
            return Unary("not", self._unary())
        if self.take("-"):
            operand = self._unary()
            if isinstance(operand, Value) and isinstance(operand.value, float):
                return Value(-operand.value)
            return Unary("-", operand)
        return self._postfix()

    def _postfix(self) -> Tree:
        tree = self._primary()
        while True:
            if self.take("."):
                if isinstance(tree, Call):
                    raise NotAllowed(f"{tree.function}() has no methods here")
                kind, text = self._tokens[self._at]
                if kind != "word" or not isinstance(tree, Name):
                    raise NotAllowed(f"a name must follow the dot, not {text or 'the end'!r}")
                self._at += 1
                tree = Name((*tree.path, text))
            elif self.take("["):
                tree = Index(tree, self.expression())
                self._expect("]")
            else:
                return tree

    def _primary(self) -> Tree:
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return Value(float(text.replace("_", "")))
        if kind == "text":
            return Value(text[1:-1])
        if kind == "word" and text in _KEYWORDS:
            return Value(_KEYWORDS[text])
        if kind == "word" and text not in _RESERVED:
            if self.take("("):
                return Call(text, self._items(")"))
            return Name((text,))
        if kind == "sign" and text in "([":
            return self._bracket(text)
        raise NotAllowed(f"{text!r} is not expected here" if text else "something is missing")

    def _bracket(self, opening: str) -> Tree:
        if opening == "[" and self.take("]"):
            return List(())
        first = self.expression()
        if self.take(".."):
            high = self.expression()
            with_high = self.take("]")
            if not with_high:
                self._expect(")")
            return Range(first, high, with_low=opening == "[", with_high=with_high)
        if opening == "(":
            self._expect(")")
            return first
        if self.take(","):
            return List((first, *self._items("]")))
        self._expect("]")
        return List((first,))

    def _items(self, closing: str) -> tuple[Tree, ...]:
        items: list[Tree] = []
        while not self.take(closing):
            if items:
                self._expect(",")
            items.append(self.expression())
        return tuple(items)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while not tokens or tokens[-1][0] != "end":
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:].strip()
            hint = ": compare with ==" if rest.startswith("=") else ""
            raise NotAllowed(f"{rest[:1]!r} is not allowed in an expression{hint}")
        at = found.end()
        kind = found.lastgroup or "end"
        tokens.append((kind, found[kind].strip()))
    if len(tokens) == 1:
        raise NotAllowed("the expression is empty")
    return tokens
