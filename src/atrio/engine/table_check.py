"""Refuses decision tables that could be silent, or that say what nobody will ever hear.

ZEN skips a row when one of its cells fails, so a broken cell or a misspelt name would quietly
decide otherwise. Where the cells are plain (numbers, texts, true and false, ranges), the rows
are also checked against every combination of values: a combination without a row is a gap, a
row that earlier rows leave nothing for is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator

from .expression_check import FactKind, Names, check, check_cell
from .problems import Problem, Unpublishable
from .table_rows import check_rows
from .tables import Column, Grid, Table, formulas, grids, outputs_of, read


def check_table(name: str, content: bytes, names: Names) -> list[Problem]:
    """Return why a decision must not be published. `names` are the facts it may read."""
    try:
        document = read(name, content)
        Table.compile(name, content)
    except Unpublishable as error:
        return list(error.problems)
    problems = [
        Problem(name, f"{node}/{key}", reason)
        for node, key, expression in formulas(document)
        for reason in check(expression, Names(is_open=True))
    ]
    # A later node may read what an earlier one said.
    said: dict[str, FactKind] = dict.fromkeys(outputs_of(document), "any")
    reading = names if names.is_open else Names({**said, **names.kinds})
    for grid in grids(document):
        problems.extend(_check_cells(name, grid, reading))
        if not problems:
            problems.extend(Problem(name, place, reason) for place, reason in check_rows(grid))
    return problems


def _check_cells(name: str, grid: Grid, names: Names) -> Iterator[Problem]:
    if not grid.rows or not grid.outputs:
        yield Problem(name, grid.id, "a table needs at least one row and one output")
    for column in grid.inputs:
        if column.field:
            for reason in check(column.field, names):
                yield Problem(name, f"{grid.id}/{column.name or column.id}", reason)
    for number, row in enumerate(grid.rows, start=1):
        for column in (*grid.inputs, *grid.outputs):
            place = f"{grid.id}/row {number}/{column.name or column.id}"
            if column in grid.inputs:
                reasons = _input_reasons(row[column.id], column, names)
            else:
                reasons = _output_reasons(row[column.id], names)
            yield from (Problem(name, place, reason) for reason in reasons)


def _input_reasons(cell: str, column: Column, names: Names) -> list[str]:
    if not cell:
        return []  # anything will do
    if column.field:
        return check_cell(cell, names, tuple(column.field.split(".")))
    return check(cell, names, answers="boolean")


def _output_reasons(cell: str, names: Names) -> list[str]:
    return check(cell, names) if cell else ["an output is missing: every row says all of them"]
