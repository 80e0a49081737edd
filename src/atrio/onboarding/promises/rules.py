"""How a clock runs: given, paused, going on, ended. Pure; whoever calls writes the row down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from atrio.engine.calendars import Calendar, Measure
from atrio.journeys.promises import Terms
from atrio.onboarding.promise_models import Promise

Level, Status = Promise.Level, Promise.Status
NOTHING = timedelta(0)
STEP, PERSON = "step:", "person:"

# What changes while a clock runs; all else about it is fixed when it is given.
CHANGING = (
    "status",
    "running_since",
    "spent",
    "paused_since",
    "paused_for",
    "warn_at",
    "due_at",
    "escalate_at",
    "next_at",
    "ended_at",
    "person_id",
    "person",
)


def give(promise: Promise, terms: Terms, *, calendar: Calendar, at: datetime) -> None:
    """Start a clock by its terms."""
    promise.budget, promise.measure = terms.budget, terms.measure
    promise.counted_on = terms.counted_on
    promise.warn_after, promise.escalate_after = terms.warn_after, terms.escalate_after
    promise.escalate_to = terms.escalate_to
    promise.started_at, promise.spent = at, NOTHING
    run_from(promise, calendar=calendar, at=at)


def run_from(promise: Promise, *, calendar: Calendar, at: datetime) -> None:
    """Let a clock run from a moment on, with what is left of its budget."""
    promise.status = Status.RUNNING
    promise.running_since, promise.paused_since, promise.paused_for = at, None, ""
    reckon(promise, calendar=calendar)


def reckon(promise: Promise, *, calendar: Calendar) -> None:
    """Reckon anew when it warns, is due and escalates, as its calendar is now."""
    since, measure = promise.running_since, measure_of(promise)
    if since is None:
        raise ValueError("a clock that stands still is never due")

    def after(amount: timedelta) -> datetime:
        left = max(amount - promise.spent, NOTHING)
        return calendar.add_working_time(since, left, measure=measure)

    promise.due_at = after(promise.budget)
    promise.warn_at = None if promise.warn_after is None else after(promise.warn_after)
    promise.escalate_at = (
        calendar.add_working_time(promise.due_at, promise.escalate_after, measure=measure)
        if promise.escalate_to
        else None
    )
    set_next(promise)


def pause(promise: Promise, *, step: str, calendar: Calendar, at: datetime) -> bool:
    """Stop a clock while the customer owes a step; not one that has run out. Say if it stops."""
    if promise.due_at is None or promise.running_since is None or at >= promise.due_at:
        return False
    promise.spent += _passed(promise, calendar, at)
    promise.status = Status.PAUSED
    promise.running_since, promise.paused_since, promise.paused_for = None, at, step
    promise.warn_at = promise.due_at = promise.escalate_at = promise.next_at = None
    return True


def end(promise: Promise, *, calendar: Calendar, at: datetime, is_kept: bool = True) -> None:
    """End a clock: kept in time or broken; `is_kept` False: nobody waits for it any more."""
    is_late = promise.due_at is not None and at > promise.due_at
    if promise.running_since is not None:
        promise.spent += _passed(promise, calendar, at)
    promise.status = Status.BROKEN if is_late else Status.KEPT if is_kept else Status.CANCELLED
    promise.running_since = promise.paused_since = promise.next_at = None
    promise.ended_at = at


def set_next(promise: Promise) -> None:
    """Set when the next level is reached, the levels that were reached left behind."""
    times = [at for level, at in _times(promise) if level > promise.level]
    promise.next_at = min(times, default=None)


def take_back(promise: Promise, *, now: datetime) -> None:
    """Let levels be reached again that a later deadline has put ahead; nobody hears of them twice.

    What has run out and is due later now runs again.
    """
    passed = (level for level, at in _times(promise) if at <= now)
    promise.level = min(promise.level, max(passed, default=Level.NONE))
    if promise.level < Level.BROKEN:
        promise.status = Status.RUNNING
    set_next(promise)


def reached(promise: Promise, *, now: datetime) -> Iterator[tuple[Promise.Level, datetime]]:
    """Yield the levels that are reached by now and were not before, lowest first."""
    for level, at in _times(promise):
        if promise.level < level and at <= now:
            yield level, at


def pressing(clocks: Mapping[str, Mapping[str, str]]) -> tuple[str, datetime] | None:
    """Return which of an application's clocks is due first, and when; None if none presses.

    A clock that stands still does not press, nor does one whose promise we have done our part for.
    How long somebody may have a step in hand is no promise to anybody.
    """
    due = [
        (datetime.fromisoformat(known["due"]), name)
        for name, known in clocks.items()
        if known.get("due") and not name.startswith(PERSON)
    ]
    return min(due)[::-1] if due else None


def first_due(clocks: Mapping[str, Mapping[str, str]]) -> datetime | None:
    """Return when the first of an application's clocks is due, None if none presses."""
    found = pressing(clocks)
    return found[1] if found else None


def measure_of(promise: Promise) -> Measure:
    """Return how its budget is counted."""
    return "days" if promise.measure == "days" else "hours"


def _times(promise: Promise) -> list[tuple[Promise.Level, datetime]]:
    all_of_them = (
        (Level.WARNED, promise.warn_at),
        (Level.BROKEN, promise.due_at),
        (Level.ESCALATED, promise.escalate_at),
    )
    return [(level, at) for level, at in all_of_them if at is not None]


def _passed(promise: Promise, calendar: Calendar, at: datetime) -> timedelta:
    since = promise.running_since or at
    passed = calendar.working_time_between(since, at, measure=measure_of(promise))
    return max(passed, NOTHING)
