"""As much of SOQL as a client like ours speaks, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from atrio.connectors.salesforce.simulator.errors import ApiError
from atrio.connectors.salesforce.simulator.schema import Value, compared

# Returns the value of a path such as "Account.Name"; raises ApiError for one that leads nowhere.
Get = Callable[[str], Value]
Condition = Callable[[Get], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\\n\r]|\\.)*')
      | (?P<name>[A-Za-z_][\w.]*)
      | (?P<number>\d+)
      | (?P<sign><>|!=|<=|>=|[=<>(),])
    )""",
    re.VERBOSE | re.ASCII,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_CONSTANTS: Mapping[str, Value] = {"NULL": None, "TRUE": True, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood."""

    fields: tuple[str, ...]
    table: str
    where: Condition
    limit: int | None


def parse(soql: str) -> Query:
    """Return what a query asks for; raises ApiError(MALFORMED_QUERY)."""
    return _Parser(soql).query()


class _Parser:
    def __init__(self, soql: str) -> None:
        self._tokens = list(_tokens(soql))
        self._place = 0

    def query(self) -> Query:
        self._expect("SELECT")
        fields = [self._take("name")]
        while self._accept(","):
            fields.append(self._take("name"))
        self._expect("FROM")
        table = self._take("name")
        where = self._either() if self._accept("WHERE") else lambda _get: True
        if self._accept("ORDER"):
            self._expect("BY")
            # Rows are given out by id anyway.
            self._expect("ID")
            self._accept("ASC")
        limit = int(self._take("number")) if self._accept("LIMIT") else None
        if self._place != len(self._tokens):
            raise _malformed(f"unexpected token: '{self._tokens[self._place][1]}'")
        return Query(tuple(fields), table, where, limit)

    def _either(self) -> Condition:
        sides = [self._both()]
        while self._accept("OR"):
            sides.append(self._both())
        return _joined(any, sides)

    def _both(self) -> Condition:
        sides = [self._one()]
        while self._accept("AND"):
            sides.append(self._one())
        return _joined(all, sides)

    def _one(self) -> Condition:
        if self._accept("("):
            inner = self._either()
            self._expect(")")
            return inner
        path = self._take("name")
        if self._accept("IN"):
            self._expect("(")
            values = [self._literal()]
            while self._accept(","):
                values.append(self._literal())
            self._expect(")")
            return _is_one_of(path, values)
        sign = self._take("sign")
        value = self._literal()
        if sign == "=":
            return _is_one_of(path, [value])
        if sign in ("!=", "<>"):
            same = _is_one_of(path, [value])
            return lambda get: not same(get)
        if sign == ">" and isinstance(value, str):
            return _is_behind(path, value)
        raise _malformed(f"this simulator does not know {path} {sign}")

    def _literal(self) -> Value:
        kind, token = self._next()
        if kind == "text":
            return _unescaped(token[1:-1])
        if token.upper() in _CONSTANTS:
            return _CONSTANTS[token.upper()]
        raise _malformed(f"unexpected token: '{token}'")

    def _accept(self, word: str) -> bool:
        is_there = self._place < len(self._tokens) and self._is(self._tokens[self._place], word)
        self._place += is_there
        return is_there

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise _malformed(f"expecting '{word}'")

    def _take(self, kind: str) -> str:
        found, token = self._next()
        if found != kind:
            raise _malformed(f"unexpected token: '{token}'")
        return token

    def _next(self) -> tuple[str, str]:
        if self._place == len(self._tokens):
            raise _malformed("unexpected end of query")
        self._place += 1
        return self._tokens[self._place - 1]

    @staticmethod
    def _is(token: tuple[str, str], word: str) -> bool:
        return token[0] != "text" and token[1].upper() == word


def _tokens(soql: str) -> Iterator[tuple[str, str]]:
    rest = soql.rstrip()
    place = 0
    while place < len(rest):
        found = _TOKEN.match(rest, place)
        if found is None:
            raise _malformed(f"unexpected token at {place}: '{rest[place : place + 20]}'")
        place = found.end()
        yield found.lastgroup or "", found.group(found.lastgroup or 0)


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        try:
            return _ESCAPES[found.group(1)]
        except KeyError:
            raise _malformed(f"Illegal string literal: \\{found.group(1)}") from None

    return re.sub(r"\\(.)", character, text)


def _joined(join: Callable[[list[bool]], bool], sides: list[Condition]) -> Condition:
    # Every side is looked at, so that a path which leads nowhere is refused whatever the rows hold.
    return lambda get: join([side(get) for side in sides])


def _is_one_of(path: str, values: list[Value]) -> Condition:
    wanted = [_comparable(path, value) for value in values]
    return lambda get: _comparable(path, get(path)) in wanted


def _is_behind(path: str, value: str) -> Condition:
    least = _comparable(path, value)

    def condition(get: Get) -> bool:
        found = _comparable(path, get(path))
        return isinstance(found, str) and isinstance(least, str) and found > least

    return condition


def _comparable(path: str, value: Value) -> Value:
    """Return a value as SOQL compares it: ids exactly, other texts without regard to case."""
    if not isinstance(value, str):
        return value
    if path.rpartition(".")[2] in ("Id", "AccountId", "ContactId"):
        return compared(value)
    # An empty text and null are the same in SOQL.
    return value.casefold() or None


def _malformed(message: str) -> ApiError:
    return ApiError(400, "MALFORMED_QUERY", message)
