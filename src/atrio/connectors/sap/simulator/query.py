"""`$filter` and its companions: comparisons joined by `and`, `or` and brackets, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from atrio.connectors.sap.simulator.errors import ApiError, no_property
from atrio.connectors.sap.simulator.schema import SETS, EntitySet, Row

Condition = Callable[[Row], bool]

_WORD = re.compile(r"\s*(\(|\)|'(?:[^']|'')*'|[\w/.]+)")
_KNOWN = {"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$inlinecount", "$format"}
_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of an entity set."""

    where: Condition
    expand: tuple[str, ...]
    select: tuple[str, ...]  # paths; empty for everything
    order: tuple[tuple[str, bool], ...]  # field, whether downwards
    top: int | None
    skip: int
    counts: bool


def parse(table: EntitySet, said: Mapping[str, str]) -> Query:
    """Return the query in an address; raises ApiError for what is not there or not understood."""
    unknown = {name for name in said if name.startswith("$")} - _KNOWN
    if unknown:
        raise _malformed(f"The query option {min(unknown)} is not known")
    paths = {name: _listed(said.get(name, "")) for name in ("$expand", "$select")}
    for path in paths["$expand"]:
        along(table, path)
    for path in paths["$select"]:
        way, _, name = path.rpartition("/")
        holder = along(table, way) if way else table
        if name not in holder.properties and name not in holder.navigations and name != "*":
            raise no_property(holder.name, name)
        if way and not any(way == one or one.startswith(f"{way}/") for one in paths["$expand"]):
            raise _malformed(f"{way} is selected but not expanded")
    return Query(
        where=_Filter(table, said["$filter"]).condition() if "$filter" in said else lambda _: True,
        expand=paths["$expand"],
        select=paths["$select"],
        order=tuple(_ordered(table, one) for one in _listed(said.get("$orderby", ""))),
        top=_number(said["$top"]) if "$top" in said else None,
        skip=_number(said.get("$skip", "0")),
        counts=said.get("$inlinecount") == "allpages",
    )


def along(table: EntitySet, path: str) -> EntitySet:
    """Return where a path of navigations leads."""
    for name in path.split("/"):
        if name not in table.navigations:
            raise no_property(table.name, name)
        table = SETS[table.navigations[name].target]
    return table


def comparable(table: EntitySet, name: str, value: object) -> str:
    """Return a value as it is compared: an object's number with zeros in front, as it is kept."""
    field = table.properties[name]
    text = str(value).lower() if field.type == "Edm.Boolean" else str(value or "")
    if field.length == 10 and field.is_upper and text.isdecimal():
        return text.zfill(10)
    return text.upper() if field.is_upper else text


def literal(word: str) -> str:
    """Return the text in quotes, or the word itself."""
    return word[1:-1].replace("''", "'") if word.startswith("'") else word


class _Filter:
    """A reader of one filter, from its first word to its last."""

    def __init__(self, table: EntitySet, text: str) -> None:
        self._table = table
        self._words: list[str] = []
        place = 0
        while text[place:].strip():
            word = _WORD.match(text, place)
            if word is None:
                raise _malformed(f"Invalid filter at position {place}")
            self._words.append(word[1])
            place = word.end()

    def condition(self) -> Condition:
        condition = self._any()
        if self._words:
            raise _malformed(f"Invalid filter at '{self._words[0]}'")
        return condition

    def _any(self) -> Condition:
        terms = [self._all()]
        while self._next() == "or":
            self._take()
            terms.append(self._all())
        return terms[0] if len(terms) == 1 else lambda row: any(term(row) for term in terms)

    def _all(self) -> Condition:
        terms = [self._one()]
        while self._next() == "and":
            self._take()
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else lambda row: all(term(row) for term in terms)

    def _one(self) -> Condition:
        if self._next() == "(":
            self._take()
            inner = self._any()
            if self._take() != ")":
                raise _malformed("A bracket is not closed")
            return inner
        name, operator, said = self._take(), self._take(), self._take()
        if name not in self._table.properties:
            raise no_property(self._table.name, name)
        if operator not in _COMPARE:
            raise _malformed(f"Invalid operator '{operator}'")
        value = comparable(self._table, name, literal(said))
        compare = _COMPARE[operator]
        return lambda row: compare(comparable(self._table, name, row[name]), value)

    def _next(self) -> str:
        return self._words[0] if self._words else ""

    def _take(self) -> str:
        if not self._words:
            raise _malformed("The filter ends too early")
        return self._words.pop(0)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _ordered(table: EntitySet, text: str) -> tuple[str, bool]:
    name, _, way = text.partition(" ")
    if name not in table.properties:
        raise no_property(table.name, name)
    return name, way.strip() == "desc"


def _number(text: str) -> int:
    if not text.isdecimal():
        raise _malformed(f"'{text}' is no number")
    return int(text)


def _malformed(message: str) -> ApiError:
    return ApiError(400, "005056A509B11ED1BEB8EC9FF4B6C2DE", message)
