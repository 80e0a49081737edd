"""Read the promises of one application, and what a changed calendar has moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from atrio.engine.calendars import Measure
from atrio.journeys.journey import Journey
from atrio.journeys.promises import ACCESS
from atrio.journeys.queries import compiled
from atrio.kernel.actors import Actor
from atrio.onboarding.models import Application, Promise
from atrio.onboarding.promises import rules
from atrio.onboarding.promises.rules import PERSON, STEP
from atrio.onboarding.rules import ClockSplit
from atrio.timeline.models import Entry


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One clock as screens show it. Exact for the desk; the customer is told the day."""

    name: str
    title: str  # "" for the access clock, which every surface names itself
    is_of_person: bool
    status: str  # running | paused | kept | broken | cancelled
    budget: timedelta
    measure: Measure
    counted_on: str  # always | working
    started_at: datetime
    due_at: datetime | None  # None while it stands still
    left: timedelta | None  # negative: over by so much; None when nobody waits any longer
    rest: timedelta  # of the budget, when it was started last or stood still
    paused_since: datetime | None
    paused_for: str  # what the customer owes, as it is called
    person: str
    is_warned: bool
    ended_at: datetime | None
    turns: ClockSplit | None  # once it has ended


def promises_of(
    application: Application, journey: Journey, *, language: str, now: datetime
) -> list[PromiseView]:
    """Return every promise given to an application, in the order they were given."""
    rows = Promise.objects.filter(application=application).order_by("started_at", "id")
    return [_view(row, journey, language, now) for row in rows]


def promises_to_customer(
    application: Application, journey: Journey, *, language: str, now: datetime
) -> list[PromiseView]:
    """Return what the customer was promised by name and still waits for.

    Asks nothing where there is no such promise.
    """
    ids = [known["id"] for name, known in application.clocks.items() if _is_named(name)]
    if not ids:
        return []
    rows = Promise.objects.filter(pk__in=ids, ended_at=None).order_by("started_at", "id")
    return [_view(row, journey, language, now) for row in rows]


def _is_named(name: str) -> bool:
    return name != ACCESS and not name.startswith((STEP, PERSON))


def _view(row: Promise, journey: Journey, language: str, now: datetime) -> PromiseView:
    owed = journey.step_text(row.paused_for, language) if row.paused_for else None
    return PromiseView(
        name=row.name,
        title=journey.promise_title(row.name, language),
        is_of_person=row.name.startswith(PERSON),
        status=row.status,
        budget=row.budget,
        measure=rules.measure_of(row),
        counted_on=row.counted_on,
        started_at=row.started_at,
        due_at=row.due_at,
        left=None if row.ended_at or row.due_at is None else row.due_at - now,
        rest=max(row.budget - row.spent, rules.NOTHING),
        paused_since=row.paused_since,
        paused_for=owed.name if owed else row.paused_for,
        person=row.person,
        is_warned=row.level >= Promise.Level.WARNED,
        ended_at=row.ended_at,
        turns=_turns(row),
    )


def _turns(row: Promise) -> ClockSplit | None:
    if row.by_customer is None or row.by_us is None or row.by_others is None:
        return None
    return ClockSplit(
        customer=row.by_customer.total_seconds(),
        ours=row.by_us.total_seconds(),
        outside=row.by_others.total_seconds(),
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that a changed calendar has moved."""

    application_id: UUID
    reference: str
    company: str
    name: str
    title: str
    before: datetime
    after: datetime


MOST_MOVED = 50


def moved_lately(by: Actor, *, business_unit: str, language: str) -> tuple[list[Moved], int]:
    """Return what the unit's last change of calendar has moved, and how many there are in all.

    At most MOST_MOVED are named.
    """
    if business_unit not in by.business_units:
        return [], 0
    told = Entry.objects.filter(business_unit=business_unit)
    changed = told.filter(what="calendar.changed").order_by("-at").first()
    if changed is None:
        return [], 0
    moves = told.filter(what="promise.moved", at__gte=changed.at).order_by("-id")
    shown = list(moves[:MOST_MOVED])
    count = len(shown) if len(shown) < MOST_MOVED else moves.count()
    ids = [entry.application_id for entry in shown]
    about = Application.objects.defer("state").in_bulk(ids)
    return [
        Moved(
            application_id=application.pk,
            reference=application.reference,
            company=application.title,
            name=entry.data["promise"],
            title=compiled(application.release_id).promise_title(entry.data["promise"], language),
            before=datetime.fromisoformat(entry.data["before"]),
            after=datetime.fromisoformat(entry.data["due"]),
        )
        for entry in shown
        if (application := about.get(entry.application_id)) is not None
    ], count
