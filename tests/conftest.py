"""Fixtures for every test: a real ERP, and real data from outside the project."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.template.base import Template
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from atrio.site.machine.ports import free_port
from atrio.site.machine.tryton.server import PYTHON, Snapshot, Tryton
from tests.chromium import find_chromium
from tests.databases import address, migrated_database

CLONE = Path(__file__).resolve().parents[1]

# A machine that has other things to do is no fault of ours.
settings.register_profile("atrio", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("atrio")

# What migrations have written, and no test changes.
_KEPT = ["django_migrations", "django_content_type", "auth_permission"]
# A table's file has a size as soon as a row was written to it, whoever may read that row.
_WRITTEN_TO = """
    select quote_ident(relname), pg_relation_size(oid) > %s from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
      and pg_relation_size(oid) > 0 and relname <> all(%s)
"""
_MUCH = 1_000_000  # bytes; what has grown to so much is given back, the rest is only emptied


@cache
def _administrator() -> psycopg.Connection[tuple[str, bool]]:
    """Return a connection to this test run's database that no policy, trigger or key stops."""
    return psycopg.connect(
        address("postgres", connection.settings_dict["NAME"]),
        options="-c session_replication_role=replica",
    )


def _empty_what_was_written_to(_test: TransactionTestCase) -> None:
    """Empty the tables that a test which commits has written to, the queue's among them.

    Django truncates all its models' tables, which takes longer than most of our tests: for a few
    rows, deleting them is twenty times faster. As truncating does, it waits for whoever writes.
    """
    server = _administrator()
    with server.transaction():
        tables = server.execute(_WRITTEN_TO, [_MUCH, _KEPT]).fetchall()
        if not tables:
            return
        names = ", ".join(name for name, _ in tables)
        statements = [
            f"lock table {names} in share row exclusive mode",
            *(
                f"truncate {name} cascade" if much else f"delete from {name}"
                for name, much in tables
            ),
        ]
        server.execute(";".join(statements))


# Django offers no other door to what it empties; its stubs do not know of this one.
TransactionTestCase._fixture_teardown = _empty_what_was_written_to  # type: ignore[attr-defined]


_RENDER = Template._render  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _pages_as_they_are(django_test_environment: None) -> None:
    """Take back that Django copies the context of every part of a page: nobody looks at it."""
    Template._render = _RENDER  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Give this process a database of its own: a copy of one that was migrated for all."""
    with migrated_database("tests") as name:
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = name
        yield
        if _administrator.cache_info().currsize:
            _administrator().close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data nobody here wrote; it lies outside the project and may be absent."""
    folder = Path(os.environ.get("ATRIO_SHARED_DATA") or CLONE.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; ATRIO_SHARED_DATA names another folder")
    return folder


@pytest.fixture(scope="session")
def naughty(shared_data: Path) -> list[str]:
    """The big list of naughty strings: what other people's programs have choked on."""
    return list(json.loads((shared_data / "badinput/blns/blns.json").read_text()))


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    """A real Tryton over a copy of the seeded snapshot; the first run ever makes the snapshot."""
    if not PYTHON.exists():
        pytest.fail("Tryton's environment is missing: `make .venv-tryton/.installed` makes it")
    folder = tmp_path_factory.mktemp("tryton")
    snapshot = Snapshot.of_this_seed()
    with Tryton(folder, snapshot=snapshot, port=free_port()).running(log=folder / "log") as server:
        yield server


@pytest.fixture
def tryton_database(tryton: Tryton) -> str:
    """The name of a database of this test's own in the running Tryton, fresh from the snapshot."""
    name = f"test_{uuid.uuid4().hex}"
    tryton.add_database(name)
    return name


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program, for tests of what only a browser can show."""
    found = find_chromium()
    if found is None:
        pytest.fail("there is no Chromium; `make chromium` says how to get one")
    return found
