"""Row-level security: who the database believes is asking.

Four roles, made by whoever runs the cluster (`site/machine/roles.sql`):

    atrio_owner    migrates and owns the tables; FORCE ROW LEVEL SECURITY binds it as well
    atrio_web      the web process; sees one application or the rows of some accounts
    atrio_staff    taken on by the web process while it serves a member of staff
    atrio_integrator  … while it looks something up for a program: only rows of the key's units
    atrio_worker   the background; sees everything, because it belongs to nobody

A policy per role, never an OR inside one: PostgreSQL would scan the table for it.
The context lives in the transaction, so a pooled connection carries none of it to the next
request. It is a backstop: every read goes through a scoped query first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.migrations import RunSQL

from atrio.kernel.actors import Actor


def connection_options() -> dict[str, Any]:
    """Return what psycopg is told for a connection of our own to Django's database."""
    options = connection.get_connection_params()
    return {name: options[name] for name in options.keys() - {"cursor_factory", "context"}}


_SET_CONTEXT = """
    select set_config('role', %s, true),
           set_config('atrio.application', %s, true),
           set_config('atrio.accounts', %s, true),
           set_config('atrio.user', %s, true),
           set_config('atrio.units', %s, true)
"""


@contextmanager
def acting_as(by: Actor) -> Iterator[None]:
    """Open a transaction in which the database shows only what `by` may see.

    The context ends with the transaction. Nested calls are refused by the database role:
    a web process cannot become the worker.
    """
    with transaction.atomic():
        set_context(by)
        yield


def set_context(by: Actor) -> None:
    """Tell the database who asks, for the rest of the transaction that is open."""
    with connection.cursor() as cursor:
        cursor.execute(_SET_CONTEXT, _context(by))


def _context(by: Actor) -> tuple[str, str, str, str, str]:
    role = {"staff": "atrio_staff", "system": "atrio_worker"}.get(by.kind, "atrio_web")
    # A program that was let into one application is shown as much of it as its applicant is.
    if by.kind == "integrator" and by.application is None:
        role = "atrio_integrator"
    return (
        role,
        str(by.application or ""),
        "{" + ",".join(str(account) for account in sorted(by.accounts, key=str)) + "}",
        by.id if by.kind in {"member", "integrator"} else "",
        "{" + ",".join(sorted(by.business_units)) + "}" if by.kind == "integrator" else "",
    )


# How a row shows whom it belongs to, as the web role's policy reads it.
OF_APPLICATION = "{column} = nullif(current_setting('atrio.application', true), '')::uuid"
OF_ACCOUNTS = (
    "{column} = any(coalesce(nullif(current_setting('atrio.accounts', true), ''), '{{}}')::uuid[])"
)
OF_USER = "{column}::text = current_setting('atrio.user', true)"
OF_UNITS = (
    "{column} = any(coalesce(nullif(current_setting('atrio.units', true), ''), '{{}}')::text[])"
)


def protect(table: str, *, rule: str, column: str, web_may_write: bool = True) -> RunSQL:
    """Return the migration step that puts a table under row-level security.

    `rule` is one of the `OF_…` constants. The web role sees (and, if `web_may_write`, writes)
    only the rows the rule admits; staff and worker see all; nobody else sees any.
    """
    ours = rule.format(column=column)
    forward = f"""
        alter table {table} enable row level security;
        alter table {table} force row level security;
        create policy {table}_staff on {table} to atrio_staff using (true) with check (true);
        create policy {table}_worker on {table} to atrio_worker using (true) with check (true);
        create policy {table}_web on {table} {"" if web_may_write else "for select"} to atrio_web
            using ({ours}) {f"with check ({ours})" if web_may_write else ""};
    """
    backward = f"""
        drop policy {table}_web on {table};
        drop policy {table}_worker on {table};
        drop policy {table}_staff on {table};
        alter table {table} no force row level security;
        alter table {table} disable row level security;
    """
    return RunSQL(forward, backward)


def let_integrators_see(table: str, *, rule: str, column: str) -> RunSQL:
    """Return the migration step that lets programs look up the rows of a table the rule admits."""
    return RunSQL(
        f"""
        grant select on {table} to atrio_integrator;
        create policy {table}_integrator on {table} for select to atrio_integrator
            using ({rule.format(column=column)});
        """,
        f"drop policy {table}_integrator on {table}; revoke all on {table} from atrio_integrator",
    )


def let_web_insert(table: str) -> RunSQL:
    """Return the migration step that lets the web role add rows it may not read back."""
    return RunSQL(
        f"create policy {table}_web_insert on {table} for insert to atrio_web with check (true)",
        f"drop policy {table}_web_insert on {table}",
    )
