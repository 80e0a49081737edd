"""What other people's programs have choked on."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="session")
def naughty(shared_data):
    """The big list of naughty strings."""
    found = sorted(shared_data.rglob("blns*.json"))
    if not found:
        pytest.skip(f"no list of naughty strings below {shared_data}")
    return [text for text in json.loads(found[0].read_text()) if isinstance(text, str)]
