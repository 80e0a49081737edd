"""Note what people look at and when they leave: the reports of later need the history of now."""

from __future__ import annotations

from datetime import datetime

from atrio.kernel.actors import Actor
from atrio.onboarding.case import where_of
from atrio.onboarding.models import Application
from atrio.timeline.actions import Where, record


def note_view(
    *, by: Actor, application: Application | None, where: Where, step: str, now: datetime
) -> None:
    """Record that a page was shown; before there is an application, `where` carries the visit."""
    place = where_of(application, step=step) if application else where
    record(by=by, what="page.viewed", where=place, now=now, page=step)


def note_leave(
    *,
    by: Actor,
    application: Application | None,
    where: Where,
    step: str,
    seconds: float,
    now: datetime,
) -> None:
    """Record that a page was left, and how long it was open."""
    place = where_of(application, step=step) if application else where
    record(by=by, what="page.left", where=place, now=now, page=step, seconds=round(seconds, 1))
