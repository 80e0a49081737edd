"""The environment in which tests and type checks read Atrio's settings."""

from __future__ import annotations

import os

SETTINGS = {
    "SECRET_KEY": "tests-only-" + "x" * 40,
    "DATABASE_URL": "postgresql://atrio_owner@/atrio?host=/nowhere",
    "ATRIO_TESTING": "1",
    # Outside systems of tests listen here, each at a port of its own.
    "ATRIO_CONNECTIONS_TO": "127.0.0.1,::1",
    "ATRIO_HEARTBEAT_SECONDS": "2",
    "DEBUG": "0",
    "PUBLIC_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
}


def use_test_environment(**more: str) -> None:
    """Put the settings into this process's environment, whatever the developer's shell says."""
    os.environ.update(SETTINGS | more)
