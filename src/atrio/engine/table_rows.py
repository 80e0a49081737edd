"""Plays every combination of values through a table's rows, to find gaps and hidden rows.

Values that no cell tells apart count as one: between two numbers that occur, one is tried; of all
texts that do not occur, one; and a missing value always, since a fact may be missing.
"""

from __future__ import annotations

import itertools
import math
import operator as operators
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .tables import Grid
from .zen_syntax import Binary, List, Name, NotAllowed, Range, Tree, Value, parse_cell

MOST_COMBINATIONS = 50_000
Plain = float | str | bool | None


def check_rows(grid: Grid) -> Iterator[tuple[str, str]]:
    """Yield element and reason of every gap and hidden row, where the table is plain enough."""
    if grid.hit_policy != "first":
        return
    fields = [column.field for column in grid.inputs]
    axes = [_axis([row[column.id] for row in grid.rows]) for column in grid.inputs]
    if len(set(fields)) < len(fields) or math.prod(map(len, axes)) > MOST_COMBINATIONS:
        return
    tests = [[_test(row[column.id]) for column in grid.inputs] for row in grid.rows]
    heard: set[int] = set()
    gap: Sequence[_Point] | None = None
    for points in itertools.product(*axes):
        answer, is_sure = _first(tests, points)
        heard.update(answer)
        if not is_sure and not answer and gap is None:
            gap = points
    if gap is not None:
        yield grid.id, f"no row fits {_said(fields, gap)}"
    for number, row in enumerate(tests):
        if number not in heard and all(test is not None for test in row):
            reason = "this row is never reached: earlier rows fit wherever it does"
            yield f"{grid.id}/row {number + 1}", reason


@dataclass(frozen=True, slots=True)
class _Point:
    """A value that stands for all that behave like it; `said` is how to speak of it."""

    value: Plain
    said: str


_Test = tuple[Tree, ...]  # any of which suffices; empty when anything will do


def _first(
    tests: Sequence[Sequence[_Test | None]], points: Sequence[_Point]
) -> tuple[list[int], bool]:
    """Return the rows that may be the first to fit, and whether the last of them surely does."""
    may: list[int] = []
    for number, row in enumerate(tests):
        fits = [
            None if test is None else _fits(test, point)
            for test, point in zip(row, points, strict=True)
        ]
        if False in fits:
            continue
        may.append(number)
        if None not in fits:
            return may, True
    return may, False


def _test(cell: str) -> _Test | None:
    """Return a cell's tests, None when they are more than plain comparisons."""
    if not cell:
        return ()
    try:
        tests = parse_cell(cell)
    except NotAllowed:
        return None
    return tests if all(_is_plain(test) for test in tests) else None


def _is_plain(test: Tree) -> bool:
    match test:
        case Binary("and" | "or", left, right):
            return _is_plain(left) and _is_plain(right)
        case Binary(operator, Name(("$",)), Value(value)):
            return operator in ("==", "!=") or (
                operator in ("<", "<=", ">", ">=") and isinstance(value, float)
            )
        case Binary("in" | "not in", Name(("$",)), List(items)):
            return all(isinstance(item, Value) for item in items)
        case Binary("in" | "not in", Name(("$",)), Range(low, high)):
            return all(
                isinstance(end, Value) and isinstance(end.value, float) for end in (low, high)
            )
    return False


class _CellFails(Exception):
    """ZEN cannot compare these: the cell fails, and its row is skipped."""


def _fits(tests: _Test, point: _Point) -> bool:
    try:
        return not tests or any(_holds(test, point.value) for test in tests)
    except _CellFails:
        return False


def _holds(test: Tree, value: Plain) -> bool:
    match test:
        case Binary("and", left, right):
            return _holds(left, value) and _holds(right, value)
        case Binary("or", left, right):
            return _holds(left, value) or _holds(right, value)
        case Binary("==", _, Value(other)):
            return _same(value, other)
        case Binary("!=", _, Value(other)):
            return not _same(value, other)
        case Binary("in", _, items):
            return _among(value, items)
        case Binary("not in", _, items):
            return not _among(value, items)
        case Binary(operator, _, Value(float() as other)):
            if not isinstance(value, float):
                raise _CellFails
            return _ORDERS[operator](value, other)
    return False


_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def _among(value: Plain, items: Tree) -> bool:
    match items:
        case List(members):
            return any(isinstance(item, Value) and _same(value, item.value) for item in members)
        case Range(Value(float() as low), Value(float() as high), with_low, with_high):
            if not isinstance(value, float):
                raise _CellFails
            above = value >= low if with_low else value > low
            below = value <= high if with_high else value < high
            return above and below
    return False


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _axis(cells: Sequence[str]) -> list[_Point]:
    """Return one point for every stretch of values that the cells of a column tell apart."""
    known: list[Plain] = []
    for cell in cells:
        for test in _test(cell) or ():
            known.extend(_values(test))
    points = [_Point(None, "missing")]
    if any(isinstance(value, bool) for value in known):
        points += [_Point(value, str(value).lower()) for value in (True, False)]
    if texts := sorted({value for value in known if isinstance(value, str)}):
        points += [_Point(text, repr(text)) for text in texts]
        points.append(_Point("\0", "any other text"))
    if numbers := sorted({value for value in known if isinstance(value, float)}):
        points += _stretches(numbers)
    if len(points) == 1 and any(cells):
        points.append(_Point("\0", "anything else"))
    return points


def _stretches(numbers: Sequence[float]) -> list[_Point]:
    """Return every number, one between each two, and one beyond each end."""
    points = [_Point(numbers[0] - 1, f"less than {numbers[0]:g}")]
    for low, high in itertools.pairwise(numbers):
        points.append(_Point(low, f"{low:g}"))
        points.append(_Point((low + high) / 2, f"between {low:g} and {high:g}"))
    last = numbers[-1]
    return [*points, _Point(last, f"{last:g}"), _Point(last + 1, f"more than {last:g}")]


def _values(test: Tree) -> Iterator[Plain]:
    match test:
        case Value(value):
            yield value
        case Binary(_, left, right):
            yield from _values(left)
            yield from _values(right)
        case List(items):
            for item in items:
                yield from _values(item)
        case Range(low, high):
            yield from _values(low)
            yield from _values(high)


def _said(fields: Sequence[str], points: Sequence[_Point]) -> str:
    return " and ".join(
        f"{field} {point.said}" for field, point in zip(fields, points, strict=True)
    )
