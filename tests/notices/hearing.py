"""Hearing events, as a package above would."""

from __future__ import annotations

from contextlib import contextmanager

from atrio.kernel.events import _RECEIVERS


@contextmanager
def heard(event):
    """Collect the events of a class that are announced meanwhile."""
    events = []
    _RECEIVERS[event].append(events.append)
    try:
        yield events
    finally:
        _RECEIVERS[event].remove(events.append)
