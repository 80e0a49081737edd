"""Note what people look at and when they leave: the reports of later need the history of now."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q

from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.onboarding import signals
from atrio.onboarding.models import Application
from atrio.timeline.actions import Where, record


def note_view(
    *, by: Actor, where: Where, now: datetime, application: Application | None = None
) -> None:
    """Record that a page was shown; `where.step` is which, `application` whose, if of one."""
    record(by=by, what="page.viewed", where=where, now=now, page=where.step)
    if application:
        _note_presence(application, now)


def note_leave(
    *,
    by: Actor,
    where: Where,
    seconds: float,
    now: datetime,
    application: Application | None = None,
) -> None:
    """Record that a page was left, and how long it was open."""
    record(
        by=by, what="page.left", where=where, now=now, page=where.step, seconds=round(seconds, 1)
    )
    if application:
        _note_presence(application, now)


def _note_presence(application: Application, now: datetime) -> None:
    """Keep when the customer was last here, and count it if they come back.

    Beginning and every answer keep it anyway, in a row that is written then. So this costs whoever
    goes straight through nothing at all, and anybody else one statement a minute. It is bound to
    what was read: of two tabs opened at once, one counts.
    """
    seen_at = application.seen_at
    if application.finished_at or not signals.is_old_news(seen_at, now):
        return
    changes: dict[str, object] = {"seen_at": now}
    if application.submitted_at is None and signals.is_return(seen_at, now):
        changes["visits"] = F("visits") + 1
        if not application.signal and application.visits + 1 >= signals.MANY_VISITS:
            changes["signal"] = signals.CAME_BACK
    before = Q(seen_at=seen_at) if seen_at else Q(seen_at__isnull=True)
    Application.objects.filter(before, pk=application.pk).update(**changes)


def note_error(*, by: Actor, where: Where, error: Exception, now: datetime) -> None:
    """Record that a page could not be had: refused, or a mistake of ours."""
    what = "page.refused" if isinstance(error, Refused) else "page.failed"
    record(by=by, what=what, where=where, now=now, page=where.step, error=type(error).__name__)
