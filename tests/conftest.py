"""Fixtures for every test: a real ERP, and real data from outside the project."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from atrio.site.machine.places import state_folder
from atrio.site.machine.ports import free_port
from atrio.site.machine.tryton.server import PYTHON, Snapshot, Tryton

CLONE = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data nobody here wrote; it lies outside the project and may be absent."""
    folder = Path(os.environ.get("ATRIO_SHARED_DATA") or CLONE.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; ATRIO_SHARED_DATA names another folder")
    return folder


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    """A real Tryton over a copy of the seeded snapshot; the first run ever makes the snapshot."""
    if not PYTHON.exists():
        pytest.fail("Tryton's environment is missing: `make .installed-tryton` makes it")
    folder = tmp_path_factory.mktemp("tryton")
    snapshot = Snapshot.of_this_seed(state_folder() / "tryton")
    with Tryton(folder, snapshot=snapshot, port=free_port()).running(log=folder / "log") as server:
        yield server


@pytest.fixture
def tryton_database(tryton: Tryton) -> str:
    """The name of a database of this test's own in the running Tryton, fresh from the snapshot."""
    name = f"test_{uuid.uuid4().hex}"
    tryton.add_database(name)
    return name
