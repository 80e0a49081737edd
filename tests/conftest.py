"""Fixtures for every test: a real ERP, and real data from outside the project."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from atrio.site.machine.ports import free_port
from atrio.site.machine.tryton.server import PYTHON, Snapshot, Tryton
from tests.chromium import find_chromium

CLONE = Path(__file__).resolve().parents[1]

# A machine that has other things to do is no fault of ours.
settings.register_profile("atrio", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("atrio")

# What migrations have written, and no test changes.
_KEPT = ["django_migrations", "django_content_type", "auth_permission"]
# A table's file has a size as soon as a row was written to it, whoever may read that row.
_WRITTEN_TO = """
    select quote_ident(relname) from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
      and pg_relation_size(oid) > 0 and relname <> all(%s)
"""


def _empty_what_was_written_to(_test: TransactionTestCase) -> None:
    """Empty the tables that a test which commits has written to, the queue's among them.

    Django empties all its models' tables, which takes longer than most of our tests.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN_TO, [_KEPT])
        if tables := [name for (name,) in cursor]:
            cursor.execute(f"truncate {', '.join(tables)} cascade")


# Django offers no other door to what it empties; its stubs do not know of this one.
TransactionTestCase._fixture_teardown = _empty_what_was_written_to  # type: ignore[attr-defined]


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
