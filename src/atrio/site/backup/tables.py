"""What the database has: tables, who sees all of their rows, numbers that are counted on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from atrio.kernel.database import connection_options
from atrio.site.backup.archive import Unfit

Server = psycopg.Connection[Any]

# As text, values are the same whatever the server's settings are.
_AS_TEXT = """
    set datestyle = 'ISO'; set timezone = 'UTC'; set intervalstyle = 'postgres';
    set extra_float_digits = 1; set bytea_output = 'hex'; set client_encoding = 'UTF8';
"""
# What is unlogged is lost with a crash anyway.
_COLUMNS = """
    select table_.relname, array_agg(column_.attname::text order by column_.attnum)
    from pg_class as table_ join pg_attribute as column_ on column_.attrelid = table_.oid
    where table_.relnamespace = 'public'::regnamespace and table_.relkind = 'r'
      and table_.relpersistence = 'p'
      and column_.attnum > 0 and not column_.attisdropped and column_.attgenerated = ''
    group by 1 order by 1
"""
# Superusers see everything; others what a policy without a condition shows to one of their roles.
_HIDDEN = """
    select relname from pg_class as table_
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relpersistence = 'p' and (
        not has_table_privilege(oid, 'select')
        or row_security_active(oid) and not exists (
            select from pg_policy
            where polrelid = table_.oid and polpermissive and polcmd in ('*', 'r')
              and pg_get_expr(polqual, polrelid) = 'true'
              and exists (
                  select from unnest(polroles) as role
                  where role = 0 or pg_has_role(role, 'usage')
              )
        )
    )
    order by 1
"""
_SEQUENCES = """
    select sequencename::text from pg_sequences where schemaname = 'public' order by 1
"""
_IS_EMPTY = """
    select not exists (
        select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')
    )
"""


@contextmanager
def connected() -> Iterator[Server]:
    """Open a connection to the database for the length of a `with` block, in one transaction."""
    with psycopg.connect(**connection_options()) as server:
        server.execute(_AS_TEXT.encode())
        server.commit()
        yield server


def columns_of_tables(server: Server) -> dict[str, list[str]]:
    """Return the tables in order of their names, each with the columns that have values."""
    return dict(server.execute(_COLUMNS.encode()).fetchall())


def sequences(server: Server) -> dict[str, list[Any]]:
    """Return what the database counts by."""
    return {
        name: list(
            server.execute(
                sql.SQL("select last_value, is_called from {}").format(sql.Identifier(name))
            ).fetchone()
            or ()
        )
        for (name,) in server.execute(_SEQUENCES.encode()).fetchall()
    }


def is_empty(server: Server) -> bool:
    """Say whether there is nothing in the database."""
    (empty,) = server.execute(_IS_EMPTY.encode()).fetchone() or (False,)
    return bool(empty)


def demand_full_sight(server: Server) -> None:
    """Raise Unfit where the role that has signed in would not be shown every row."""
    hidden = [name for (name,) in server.execute(_HIDDEN.encode()).fetchall()]
    if hidden:
        raise Unfit(
            f"The role of DATABASE_URL does not see all of {', '.join(hidden[:5])}: "
            "sign in as atrio_owner or atrio_worker."
        )


def copied_out(
    server: Server, table: str, columns: list[str]
) -> Iterator[bytes | bytearray | memoryview]:
    """Return all rows of a table as text, in the order in which they lie."""
    with server.cursor().copy(_copy(table, columns, "to stdout")) as copy:
        yield from copy


def copied_in(server: Server, table: str, columns: list[str], pieces: Iterator[bytes]) -> None:
    """Add rows to a table."""
    with server.cursor().copy(_copy(table, columns, "from stdin")) as copy:
        for piece in pieces:
            copy.write(piece)


def row_count(server: Server, table: str) -> int:
    """Return how many rows a table has."""
    statement = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
    (count,) = server.execute(statement).fetchone() or (0,)
    return int(count)


def _copy(table: str, columns: list[str], direction: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy {} ({}) {}").format(sql.Identifier(table), names, sql.SQL(direction))
