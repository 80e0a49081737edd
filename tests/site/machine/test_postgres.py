"""PostgreSQL from the wheel: where it runs, what a crash leaves, who may do what."""

from __future__ import annotations

import os

import psycopg


def test_runs():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("select current_user").fetchone() == ("atrio_owner",)
