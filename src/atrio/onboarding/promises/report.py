"""How promises are kept: by clock, week and person, and who waits where now.

Every figure comes from an index by business unit, so that a page of it costs the same however
long the house has stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from atrio.journeys.queries import compiled
from atrio.kernel.actors import Actor
from atrio.onboarding.models import Application

WEEKS_SHOWN = 8
MAY_COMPARE = ("manager", "regional_admin", "admin")


@dataclass(frozen=True, slots=True)
class ClockKept:
    """How one clock was kept. Times are spent budget: in days, one is a day at work."""

    name: str
    title: str
    kept: int
    broken: int
    median: timedelta
    p95: timedelta
    is_in_days: bool
    customer: float  # shares of the time, 0 to 1
    ours: float
    outside: float

    @property
    def share(self) -> float:
        """Return how much of it was kept, 0 to 1."""
        return self.kept / (self.kept + self.broken)


@dataclass(frozen=True, slots=True)
class WeekKept:
    """How one clock was kept in one week."""

    week: date  # its Monday
    title: str
    name: str
    kept: int
    broken: int
    median: timedelta
    p95: timedelta
    is_in_days: bool


@dataclass(frozen=True, slots=True)
class ClockRunning:
    """The clocks of one name that run now."""

    name: str
    title: str
    running: int
    paused: int
    broken: int
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Applications that wait at one step for one side."""

    step: str
    waiting_on: str
    count: int
    late: int  # whose access is over its time
    longest_since: datetime


@dataclass(frozen=True, slots=True)
class PersonKept:
    """How somebody kept a step's clock."""

    person: str
    name: str
    title: str
    kept: int
    broken: int
    median: timedelta
    is_in_days: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    clocks: list[ClockKept]
    weeks: list[WeekKept]
    running: list[ClockRunning]
    waiting: list[Waiting]
    persons: list[PersonKept]


_KEPT = """
    select name, (array_agg(application_id order by ended_at desc))[1] as example,
           count(*) filter (where status = 'kept') as kept,
           count(*) filter (where status = 'broken') as broken,
           percentile_cont(0.5) within group (order by spent) as median,
           percentile_cont(0.95) within group (order by spent) as p95,
           bool_or(measure = 'days') as is_in_days,
           sum(by_customer), sum(by_us), sum(by_others)
    from onboarding_promise
    where business_unit = any(%(units)s) and ended_at >= %(since)s and status in ('kept', 'broken')
    group by name order by name
"""
_BY_WEEK = """
    select date_trunc('week', ended_at at time zone %(zone)s)::date as week, name,
           count(*) filter (where status = 'kept') as kept,
           count(*) filter (where status = 'broken') as broken,
           percentile_cont(0.5) within group (order by spent) as median,
           percentile_cont(0.95) within group (order by spent) as p95,
           bool_or(measure = 'days') as is_in_days,
           (array_agg(application_id order by ended_at desc))[1] as example
    from onboarding_promise
    where business_unit = any(%(units)s) and ended_at >= %(weeks_since)s
      and status in ('kept', 'broken')
    group by 1, 2 order by 1 desc, 2
"""
_RUNNING = """
    select name, (array_agg(application_id))[1] as example,
           count(*) filter (where status = 'running') as running,
           count(*) filter (where status = 'paused') as paused,
           count(*) filter (where status = 'broken') as broken,
           min(due_at) filter (where status = 'running') as next_due
    from onboarding_promise
    where business_unit = any(%(units)s) and ended_at is null
    group by name order by name
"""
_WAITING = """
    select current_step, waiting_on, count(*), count(*) filter (where promised_at < %(now)s),
           min(updated_at), (array_agg(id order by updated_at desc))[1] as example
    from onboarding_application
    where business_unit = any(%(units)s) and status = 'open'
    group by 1, 2 order by 3 desc, 1, 2
"""
_BY_PERSON = """
    select person, name, count(*) filter (where status = 'kept') as kept,
           count(*) filter (where status = 'broken') as broken,
           percentile_cont(0.5) within group (order by spent) as median,
           bool_or(measure = 'days') as is_in_days
    from onboarding_promise
    where business_unit = any(%(units)s) and ended_at >= %(since)s
      and status in ('kept', 'broken') and name like 'step:%%' and person <> ''
      and (%(everybody)s or person = %(me)s)
    group by person, name order by person, name
"""


def promises_kept(
    by: Actor, *, since: datetime, time_zone: str, language: str, now: datetime
) -> Report:
    """Return how the promises of the actor's business units are kept.

    Those who lead see everybody's figures, the others their own.
    """
    asked = {
        "units": sorted(by.business_units),
        "since": since,
        "weeks_since": now - timedelta(weeks=WEEKS_SHOWN),
        "zone": time_zone,
        "now": now,
        "everybody": by.has_role(*MAY_COMPARE),
        "me": by.label[:120],
    }
    kept, by_week, running, waiting, by_person = (
        _rows(statement, asked) for statement in (_KEPT, _BY_WEEK, _RUNNING, _WAITING, _BY_PERSON)
    )
    # One application each tells what its pack calls a clock or a step.
    clocks = {row[1]: row[-1] for row in by_week} | {row[0]: row[1] for row in (*running, *kept)}
    words = _Words({*clocks.values(), *(row[5] for row in waiting)}, language)
    titles = {name: words.title(example, name) for name, example in clocks.items()}
    return Report(
        clocks=[_clock(row, titles) for row in kept],
        weeks=[WeekKept(row[0], titles[row[1]], *row[1:-1]) for row in by_week],
        running=[ClockRunning(row[0], titles[row[0]], *row[2:]) for row in running],
        waiting=[Waiting(words.step(row[5], row[0]), *row[1:5]) for row in waiting],
        persons=[_person(row, titles) for row in by_person],
    )


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


def _clock(row: Sequence[Any], titles: dict[str, str]) -> ClockKept:
    name, _example, kept, broken, median, p95, is_in_days, *turns = row
    seconds = [turn.total_seconds() if turn else 0.0 for turn in turns]
    whole = sum(seconds) or 1.0
    customer, ours, outside = (part / whole for part in seconds)
    return ClockKept(
        name, titles[name], kept, broken, median, p95, is_in_days, customer, ours, outside
    )


def _person(row: Sequence[Any], titles: dict[str, str]) -> PersonKept:
    person, name, kept, broken, median, is_in_days = row
    return PersonKept(person, name, titles[name], kept, broken, median, is_in_days)


class _Words:
    """What clocks and steps are called in the packs of some applications."""

    def __init__(self, applications: set[UUID], language: str) -> None:
        rows = Application.objects.filter(pk__in=applications).values_list("pk", "release_id")
        self._releases = dict(rows)
        self._language = language

    def title(self, application: UUID, name: str) -> str:
        journey = compiled(self._releases[application])
        return journey.promise_title(name, self._language)

    def step(self, application: UUID, element: str) -> str:
        text = compiled(self._releases[application]).step_text(element, self._language)
        return text.name if text else element
