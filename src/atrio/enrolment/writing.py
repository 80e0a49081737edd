"""Inserting many rows with one statement.

The values go as one array for each column, so the statement is the same for one row and for
thousands, and PostgreSQL has nothing to parse but texts. COPY would be about as fast and is
refused where row-level security holds.
"""
# Django documents `_meta`, its underscore notwithstanding; names of tables are nobody's input.
# ruff: noqa: SLF001, S608

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, Model


def insert_set(rows: Sequence[Model], *, unless_there: bool = False) -> None:
    """Insert rows of one model; `unless_there` leaves out those that a constraint forbids."""
    if not rows:
        return
    statement, fields = _insert(type(rows[0]), unless_there=unless_there)
    columns = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)


@cache
def _insert(model: type[Model], *, unless_there: bool) -> tuple[str, Sequence[Field[Any, Any]]]:
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
    statement = (
        f'insert into "{model._meta.db_table}" ({columns}) select * from unnest({arrays})'
        f"{' on conflict do nothing' if unless_there else ''}"
    )
    return statement, fields


def _type(field: Field[Any, Any]) -> str:
    """Return a column's type without its length: a cast would cut what is too long, silently."""
    kind = field.rel_db_type(connection) if field.remote_field else field.db_type(connection)
    return (kind or "").partition("(")[0]
