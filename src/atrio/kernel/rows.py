"""Writing rows of models by statements that are made once.

Django compiles every insert and update anew, which takes it longer than PostgreSQL needs to
carry it out. What an onboarding writes again and again goes this way; for all else Django's own
`create`, `bulk_create` and `save` say the same with less ado.
"""
# Django documents `_meta`, its underscore notwithstanding; names of tables are nobody's input.
# ruff: noqa: SLF001, S608

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model

Fields = Sequence["Field[Any, Any]"]


def insert_all(rows: Sequence[Model]) -> None:
    """Insert rows of one model, whose ids are set, with one statement."""
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    values = [value for row in rows for value in _stored(row, fields)]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_insert(model, len(rows)), values)


def update_row(row: Model, *names: str) -> None:
    """Write the named fields of a row that is there. Raises ObjectDoesNotExist if it is gone."""
    statement, fields = _update(type(row), names)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(statement, _stored(row, fields))
        if cursor.rowcount != 1:
            raise ObjectDoesNotExist(f"{row} is gone")


@lru_cache
def _insert(model: type[Model], rows: int) -> str:
    fields = model._meta.concrete_fields
    row = f"({', '.join(['%s'] * len(fields))})"
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f'insert into "{model._meta.db_table}" ({columns}) values {", ".join([row] * rows)}'


@lru_cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, Fields]:
    known = {field.name: field for field in model._meta.concrete_fields}
    changes = ", ".join(f'"{known[name].column}" = %s' for name in names)
    key = model._meta.pk
    statement = f'update "{model._meta.db_table}" set {changes} where "{key.column}" = %s'
    return statement, [*(known[name] for name in names), key]


def _stored(row: Model, fields: Fields) -> list[Any]:
    """Return the values of a row as the database takes them."""
    database = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields]
