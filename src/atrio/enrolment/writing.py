"""Reading and writing many rows with one statement each.

The values travel as one text or one array, so the statement is the same for one row and for
thousands, and neither psycopg nor PostgreSQL has thousands of parameters to look at: that is what
Django's own `in` and `bulk_create` spend their time on. COPY would be as fast and is refused where
row-level security holds.
"""
# Django documents `_meta`, its underscore notwithstanding; names of tables are nobody's input.
# ruff: noqa: SLF001, S608

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import AutoField, Field, Model

Row = TypeVar("Row", bound=Model)


def rows_with(
    model: type[Row], column: str, values: Collection[object], **same: object
) -> list[Row]:
    """Return the rows of which a column has one of the values, and others the `same`, by id.

    Name in `same` what stands before the column in its index. (Looking up value by value would
    be no better: of a table that has just been filled PostgreSQL knows nothing, and for each value
    it may take the wrong index. This way it reads the `same` rows once at worst.)
    """
    if not values:
        return []
    conditions = " and ".join([*(f'"{name}" = %s' for name in same), f'"{column}" = any(%s)'])
    statement = f'select * from "{model._meta.db_table}" where {conditions} order by id'
    return list(model._default_manager.raw(statement, [*same.values(), list(values)]))


def insert_set(rows: Sequence[Model], *, unless_there: bool = False) -> None:
    """Insert rows of one model; `unless_there` leaves out those that a constraint forbids."""
    if not rows:
        return
    statement, names = _insert(type(rows[0]), unless_there=unless_there)
    records = [{column: getattr(row, name) for name, column in names} for row in rows]
    with connection.cursor() as cursor:
        # What JSON has no form for, ids and moments, PostgreSQL reads as Python prints it.
        cursor.execute(statement, [json.dumps(records, default=str, ensure_ascii=False)])


@cache
def _insert(model: type[Model], *, unless_there: bool) -> tuple[str, Sequence[tuple[str, str]]]:
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    typed = ", ".join(f'"{field.column}" {_type(field)}' for field in fields)
    statement = (
        f'insert into "{model._meta.db_table}" ({columns})'
        f" select {columns} from json_to_recordset(%s::json) as given ({typed})"
        f"{' on conflict do nothing' if unless_there else ''}"
    )
    return statement, [(field.attname, str(field.column)) for field in fields]


def _type(field: Field[Any, Any]) -> str:
    """Return a column's type without its length: a cast would cut what is too long, silently."""
    kind = field.rel_db_type(connection) if field.remote_field else field.db_type(connection)
    return (kind or "").partition("(")[0]
