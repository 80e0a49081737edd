"""Databases with every migration: copies of one that is made once for a whole test run.

`python -m tests.databases` makes that one. It is begun as soon as the server runs, while the tests
are still being collected; whoever wants a copy before it is there waits for it.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

CLONE = Path(__file__).resolve().parents[1]
_TEMPLATE, _LOCK = "migrated", 4712


def address(role, database):
    """Return the address by which a role signs in to a database of the tests' server."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(url._replace(netloc=f"{role}@", path=f"/{database}"))


@contextmanager
def migrated_database(prefix):
    """Make a database with every migration for the length of a `with` block; return its name."""
    name = f"{prefix}_{secrets.token_hex(8)}"
    with _administering() as server:
        if not _has_template(server):
            begin_template().wait()
        server.execute(
            sql.SQL("create database {} template {} owner atrio_owner").format(
                sql.Identifier(name), sql.Identifier(_TEMPLATE)
            )
        )
    try:
        yield name
    finally:
        with _administering() as server:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def begin_template():
    """Begin to make what is copied, in a process of its own."""
    path = os.pathsep.join([str(CLONE), str(CLONE / "src")])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.databases"], cwd=CLONE, env=os.environ | {"PYTHONPATH": path}
    )


def _make_template():
    """Make it under another name first: an attempt that failed must not be taken for it."""
    raw = f"{_TEMPLATE}_{secrets.token_hex(4)}"
    with _administering() as server:
        server.execute("select pg_advisory_lock(%s)", [_LOCK])  # others may want it as well
        if _has_template(server):
            return
        server.execute(sql.SQL("create database {} owner atrio_owner").format(sql.Identifier(raw)))
        _migrate(raw)
        server.execute(
            sql.SQL("alter database {} rename to {}").format(
                sql.Identifier(raw), sql.Identifier(_TEMPLATE)
            )
        )


def _migrate(database):
    os.environ["DATABASE_URL"] = address("atrio_owner", database)
    os.environ["DJANGO_SETTINGS_MODULE"] = "atrio.site.settings"
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    connection.close()


def _has_template(server):
    found = server.execute("select from pg_database where datname = %s", [_TEMPLATE])
    return found.fetchone() is not None


def _administering():
    return psycopg.connect(address("postgres", "postgres"), autocommit=True)


if __name__ == "__main__":
    _make_template()
