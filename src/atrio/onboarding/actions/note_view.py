"""Note what people look at and when they leave: the reports of later need the history of now."""

from __future__ import annotations

from datetime import datetime

from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.timeline.actions import Where, record


def note_view(*, by: Actor, where: Where, now: datetime) -> None:
    """Record that a page was shown; `where.step` is which."""
    record(by=by, what="page.viewed", where=where, now=now, page=where.step)


def note_leave(*, by: Actor, where: Where, seconds: float, now: datetime) -> None:
    """Record that a page was left, and how long it was open."""
    record(
        by=by, what="page.left", where=where, now=now, page=where.step, seconds=round(seconds, 1)
    )


def note_error(*, by: Actor, where: Where, error: Exception, now: datetime) -> None:
    """Record that a page could not be had: refused, or a mistake of ours."""
    what = "page.refused" if isinstance(error, Refused) else "page.failed"
    record(by=by, what=what, where=where, now=now, page=where.step, error=type(error).__name__)
