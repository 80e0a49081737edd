"""Connections to systems in memory, each test with its own."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from atrio.outside.models import Connection

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def connect(db):
    """Make a connection: by default to an ERP in memory that no other test knows."""

    def make(code="erp-br", **fields):
        defaults = {
            "port": "erp",
            "product": "memory",
            "base_url": f"memory://{uuid4()}",
            "created_at": NOON,
        }
        return Connection.objects.create(code=code, **{**defaults, **fields})

    return make
