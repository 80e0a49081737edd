"""A day that passes in a moment: every moment that a database holds is moved into the past."""

from __future__ import annotations

import psycopg
from psycopg import sql

_MOMENTS = """
    select table_name, array_agg(column_name::text)
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER'
      and data_type = 'timestamp with time zone' and column_name <> 'heartbeat'
    group by table_name order by table_name
"""
# An application also keeps in JSON when each of its promises is due.
_CLOCKS = """
    update onboarding_application set clocks = (
        select jsonb_object_agg(key, case when value ->> 'due' <> '' then jsonb_set(
            value, '{due}', to_jsonb((value ->> 'due')::timestamptz - %s::interval)
        ) else value end) from jsonb_each(clocks)
    ) where clocks <> '{}'
"""


def move_clock_on(administrator_url: str, by: str) -> None:
    """Let every moment be an interval longer ago, as if all clocks had gone on by it.

    All but the heartbeats: who runs a job at this moment is alive.
    """
    with psycopg.connect(administrator_url, autocommit=True) as connection:
        tables = connection.execute(_MOMENTS).fetchall()
        with connection.transaction():
            # What a trigger thinks of it does not matter: nothing has changed but the time.
            connection.execute("set local session_replication_role = replica")
            for table, columns in tables:
                moved = sql.SQL(", ").join(
                    sql.SQL("{0} = {0} - {1}::interval").format(sql.Identifier(column), by)
                    for column in columns
                )
                update = sql.SQL("update {} set {}").format(sql.Identifier(table), moved)
                connection.execute(update)
            if any(table == "onboarding_application" for table, _columns in tables):
                connection.execute(_CLOCKS, [by])
