"""Fixtures for every test: the database's roles, real data from outside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data nobody here wrote; it lies outside the project and may be absent."""
    folder = Path(os.environ.get("ATRIO_SHARED_DATA") or CLONE.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; ATRIO_SHARED_DATA names another folder")
    return folder
