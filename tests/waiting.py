"""Waiting for something to be so, and no longer than it may take."""

from __future__ import annotations

import time


def eventually(condition, *, within=20.0):
    """Return the condition's first true value; fail when there is none in so many seconds."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not so within {within} s"
        time.sleep(0.02)  # between two looks, not instead of one
    return value
