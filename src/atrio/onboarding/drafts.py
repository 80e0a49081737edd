"""Applications that are still being filled in, for those who can help. Every read is scoped.

Whoever was here last comes first: they are likeliest to be reached. Those who may be stuck come
before all others; those who have not been here for a day stand on a page of their own. Every page
costs the same, however many drafts there are: one index holds each business unit's in this order,
and nothing is counted beyond `MOST_COUNTED`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from django.db.models import Q, QuerySet

from atrio.journeys.journey import Journey
from atrio.kernel.actors import Actor
from atrio.onboarding import signals
from atrio.onboarding.case import applications_visible_to
from atrio.onboarding.delegations import names_asked
from atrio.onboarding.models import Application, Fact, Step, Typed
from atrio.onboarding.queries import journey_of
from atrio.onboarding.queue import MOST_COUNTED

DRAFTS_PAGE = 50
# After a day nobody still sits at the form: reminders reach them, a telephone call may not.
A_DAY = timedelta(days=1)

View = Literal["today", "stuck", "earlier"]
VIEWS: tuple[View, ...] = get_args(View)
_ORDER = ("-seen_at", "-id")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why somebody may be stuck; `since` is None for those who are at it."""

    refused: Mapping[str, Mapping[str, Any]]  # said again: field → code, params, times
    came_back: int  # how often, 0 if not often enough to mean something
    idle_since: datetime | None
    returned_from: str = ""  # the address from which our letters come back

    def __bool__(self) -> bool:
        return bool(self.refused or self.came_back or self.idle_since or self.returned_from)


@dataclass(frozen=True, slots=True)
class Draft:
    """An application that is being filled in."""

    application: Application
    tax_id: str  # "" while none is given
    element: str  # the step that stands open, or the system that is asked
    is_with_customer: bool
    since: datetime  # the step has been open
    done: int  # of the customer's own steps
    total: int
    trouble: Trouble
    waits_for: str  # who else at the customer's was asked for the step, "" for nobody


@dataclass(frozen=True, slots=True)
class DraftsPage:
    """Some drafts; `count` of all stops at MOST_COUNTED + 1: "more than"."""

    rows: list[Draft]
    number: int  # of the page, from 1
    count: int

    @property
    def first(self) -> int:
        """Return the place of the first row among all, from 1."""
        return (self.number - 1) * DRAFTS_PAGE + 1

    @property
    def has_next(self) -> bool:
        """Say whether there is a page behind this one."""
        return self.number * DRAFTS_PAGE < min(self.count, MOST_COUNTED)


def count_drafts(by: Actor, *, now: datetime) -> dict[View, int]:
    """Return how many drafts each view has; MOST_COUNTED + 1 means more than that."""
    stuck, others, earlier = (
        _drafts(by).filter(which)[: MOST_COUNTED + 1].count()
        for which in (_stuck(now), _at_it(now), _earlier(now))
    )
    return {"today": min(stuck + others, MOST_COUNTED + 1), "stuck": stuck, "earlier": earlier}


def drafts_page(
    by: Actor, *, view: View, number: int, counts: Mapping[View, int], now: datetime
) -> DraftsPage:
    """Return a page of a view that `count_drafts` has counted; beyond the last it is the last."""
    count = counts[view]
    pages = max(1, -(-min(count, MOST_COUNTED) // DRAFTS_PAGE))
    number = min(max(number, 1), pages)
    start, stop = (number - 1) * DRAFTS_PAGE, number * DRAFTS_PAGE
    if view == "earlier":
        ids = _ids(by, _earlier(now), start, stop)
    else:
        ids = _ids(by, _stuck(now), start, stop)
        if view == "today" and len(ids) < DRAFTS_PAGE:
            before = counts["stuck"]
            ids += _ids(by, _at_it(now), max(start - before, 0), max(stop - before, 0))
    return DraftsPage(_rows(by, ids, now=now), number, count)


def draft_of(by: Actor, application: Application, *, now: datetime) -> Draft | None:
    """Return an application as the draft it still is, None if it is none any longer."""
    if application.status != Application.Status.OPEN or application.submitted_at:
        return None
    return next(iter(_rows(by, [application.pk], now=now)), None)


def _drafts(by: Actor) -> QuerySet[Application]:
    return applications_visible_to(by).filter(
        status=Application.Status.OPEN, submitted_at__isnull=True
    )


def _stuck(now: datetime) -> Q:
    return Q(seen_at__gte=now - A_DAY) & (
        ~Q(signal=signals.NONE) | Q(seen_at__lte=now - signals.IDLE_AFTER)
    )


def _at_it(now: datetime) -> Q:
    return Q(seen_at__gt=now - signals.IDLE_AFTER, signal=signals.NONE)


def _earlier(now: datetime) -> Q:
    return Q(seen_at__lt=now - A_DAY)


def _ids(by: Actor, which: Q, start: int, stop: int) -> list[UUID]:
    """Return the ids at these places, who was here last first."""
    # One ordered piece a unit, then merged: over several units at once no index is in order.
    pieces = [
        _drafts(by)
        .filter(which, business_unit=unit)
        .order_by(*_ORDER)
        .values_list("seen_at", "id")[:stop]
        for unit in sorted(by.business_units)
    ]
    if not pieces or stop <= start:
        return []
    first, *others = pieces
    merged = first.union(*others, all=True).order_by(*_ORDER) if others else first
    return [row[-1] for row in merged[start:stop]]


def _rows(by: Actor, ids: Sequence[UUID], *, now: datetime) -> list[Draft]:
    found = applications_visible_to(by).select_related("owner").defer("state").in_bulk(ids)
    tax_ids = dict(
        Fact.objects.filter(application__in=ids, field="company.tax_id")
        .order_by("id")
        .values_list("application_id", "value")
    )
    steps: dict[UUID, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(application__in=ids, kind__in=("user", "call")).order_by("id"):
        steps[step.application_id].append(step)
    typed = {(t.application_id, t.element): t for t in Typed.objects.filter(application__in=ids)}
    asked = names_asked([one.pk for one in found.values() if one.delegated_at], now=now)
    # Any may have been taken away between the queries, or its step have been answered.
    open_at = {pk: here for pk in ids if pk in found and (here := _where(steps[pk]))}
    return [
        _draft(
            found[pk],
            here,
            steps[pk],
            typed.get((pk, here.element)),
            tax_id=str(tax_ids.get(pk) or ""),
            waits_for=asked.get(here.pk, ""),
            now=now,
        )
        for pk, here in open_at.items()
    ]


def _where(steps: Sequence[Step]) -> Step | None:
    """Return the step that stands open: one of the customer's before a system that is asked."""
    waiting = [step for step in steps if step.closed_at is None]
    own = [step for step in waiting if step.kind == "user"]
    return next(iter(own or waiting), None)


def _draft(
    application: Application,
    here: Step,
    steps: Sequence[Step],
    typed: Typed | None,
    *,
    tax_id: str,
    waits_for: str,
    now: datetime,
) -> Draft:
    done, total = _progress(journey_of(application), steps)
    is_theirs = here.kind == "user" and here.lane == "customer"
    refused = typed.refused if typed else {}
    # Whoever waits for somebody else does not sit at the form.
    is_idle = is_theirs and not waits_for and signals.is_idle(application.seen_at, now)
    returned = application.visits >= signals.MANY_VISITS
    return Draft(
        application=application,
        tax_id=tax_id,
        element=here.element,
        is_with_customer=is_theirs,
        since=here.opened_at,
        done=done,
        total=total,
        trouble=Trouble(
            refused={name: said for name, said in refused.items() if said["times"] > 1},
            came_back=application.visits - 1 if returned else 0,
            idle_since=application.seen_at if is_idle else None,
            returned_from=application.returned_from,
        ),
        waits_for=waits_for,
    )


def _progress(journey: Journey, steps: Sequence[Step]) -> tuple[int, int]:
    """Count the steps that hold an answer, and those every applicant takes or this one met."""
    own = [step for step in steps if step.kind == "user" and step.lane == "customer"]
    met = {step.element for step in own}
    asked = {
        element.id
        for element in journey.elements("user")
        if element.lane == "customer"
        and (element.id in met or not {"detour", "optional"} & element.attributes.keys())
    }
    answered = {step.element for step in own if step.outcome == "completed"}
    again = {step.element for step in own if step.closed_at is None}
    return len((answered - again) & asked), len(asked)
