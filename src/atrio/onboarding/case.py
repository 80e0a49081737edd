"""An application while it is being worked on: locked, with its journey, its facts and its run.

Every use case opens a case, changes it by these few verbs and saves it once. The engine says
what comes next; the case turns that into rows: steps, calls, decisions, messages, entries.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from structlog.contextvars import bind_contextvars

from atrio.engine.forms import nested
from atrio.engine.process import OpenTask, Run
from atrio.journeys.journey import Journey
from atrio.journeys.queries import compiled
from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotFound
from atrio.kernel.ids import new_id
from atrio.kernel.rows import insert_all, update_row
from atrio.onboarding import rules
from atrio.onboarding.history import run_of
from atrio.onboarding.models import Application, Call, Fact, Step
from atrio.timeline.actions import Where, entry, record_all
from atrio.timeline.models import Entry


@dataclass(frozen=True, slots=True)
class NewFact:
    """A value about to be kept, with where it comes from."""

    field: str
    value: Any
    origin: str
    status: str = Fact.Status.ACCEPTED
    source: str = ""


@dataclass
class Case:
    """One locked application. `now` is the moment of everything that happens to it here."""

    application: Application
    journey: Journey
    by: Actor
    now: datetime
    fact_rows: list[rules.FactRow]
    open_steps: dict[str, Step]  # by the engine's task id
    run: Run
    is_new: bool = False
    has_opened_account: bool = False
    new_facts: list[Fact] = field(default_factory=list)
    new_steps: list[Step] = field(default_factory=list)
    closed: list[Step] = field(default_factory=list)
    new_calls: list[Call] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    _facts: dict[str, Any] | None = None  # until there are new ones

    @property
    def facts(self) -> dict[str, Any]:
        """Return field → value as it holds now."""
        if self._facts is None:
            self._facts = rules.current_facts(self.fact_rows)
        return self._facts

    @property
    def tree(self) -> dict[str, Any]:
        """Return the facts as expressions see them, the release's policy among them."""
        return nested(self.facts, onto=self.journey.policy_facts)

    @contextmanager
    def as_ourselves(self) -> Iterator[None]:
        """Let what happens in the block be Atrio's doing, not that of whoever set it going."""
        asked_by, self.by = self.by, SYSTEM
        try:
            yield
        finally:
            self.by = asked_by

    def add_facts(self, facts: Iterable[NewFact], *, step: Step | None) -> None:
        """Keep values with their origin."""
        for new in facts:
            row = Fact(
                application=self.application,
                step=step,
                field=new.field,
                value=new.value,
                origin=new.origin,
                source=new.source,
                status=new.status,
                at=self.now,
                by_kind=self.by.kind,
                by_label=self.by.label[:120],
            )
            self.fact_rows.append(row)
            self.new_facts.append(row)
        self._facts = None

    def close(self, step: Step, outcome: str) -> None:
        """Note that a step has ended and how; the engine is told by the caller."""
        self._count_out(step, outcome)
        self.tell(f"step.{outcome.partition(':')[0]}", step=step.element, outcome=outcome)

    def _count_out(self, step: Step, outcome: str) -> None:
        self.application.closed_steps += 1
        step.closing = self.application.closed_steps
        step.closed_at = self.now
        step.outcome = outcome
        step.by_kind = self.by.kind
        step.by_label = self.by.label[:120]
        step.by_id = self.by.id
        self.open_steps.pop(step.task_id, None)
        self.closed.append(step)

    def mark(self, step: Step, outcome: str) -> None:
        """Note how an open step fares without closing it."""
        step.outcome = outcome
        self.open_steps[step.task_id] = step
        Step.objects.filter(pk=step.pk).update(outcome=outcome)

    def open(self, task: OpenTask) -> Step:
        """Note that the process has reached a task."""
        step = Step(
            application=self.application,
            element=task.element,
            kind=task.kind,
            target=task.target,
            lane=task.lane,
            task_id=task.id,
            opened_at=self.now,
        )
        self.open_steps[task.id] = step
        self.new_steps.append(step)
        return step

    def note_rewind(self, element: str) -> None:
        """Note that an answered step was opened again, as a step of its own for a replay."""
        self.close(self._for_a_replay(element, "rewind"), "rewound")

    def note_stop(self, how: str) -> None:
        """Note that the process was ended from outside, as a step of its own for a replay."""
        self._count_out(self._for_a_replay(how, "stop"), "stopped")

    def note_message(self, element: str, message: str) -> None:
        """Note that an event got the message it waited for, as a step of its own for a replay."""
        self._count_out(self._for_a_replay(element, "message"), f"received:{message}")

    def _for_a_replay(self, element: str, kind: str) -> Step:
        step = Step(
            application=self.application,
            element=element,
            kind=kind,
            task_id=new_id().hex,
            opened_at=self.now,
        )
        self.new_steps.append(step)
        return step

    def forget_typed(self, *elements: str) -> None:
        """Let go of what was typed at steps and not accepted: it is over, or about the past."""
        with connection.cursor() as cursor:
            cursor.execute(_FORGET_TYPED, [self.application.pk, list(elements)])

    def note_title(self) -> None:
        """Call the application as its company is called now, or the private person."""
        names = ["company.trade_name", "company.legal_name"]
        if self.journey.pack.customer == "person":
            names = ["contact.name"]
        title = next((self.facts[name] for name in names if self.facts.get(name)), "")
        if title:
            self.application.title = str(title)[:200]

    def tell(self, what: str, *, step: str = "", **data: Any) -> None:
        """Add to the timeline, with everything reports ask by."""
        where = where_of(self.application, step=step)
        self.entries.append(entry(by=self.by, what=what, where=where, now=self.now, **data))

    @property
    def is_settled(self) -> bool:
        """Say whether nothing more needs to happen: what is open may be taken or left."""
        if self.run.finished:
            return True
        elements = {step.element for step in self.open_steps.values()}
        return bool(elements) and elements <= self.journey.optional

    def save(self) -> None:
        """Write everything that has changed, a statement for each kind of thing."""
        application = self.application
        application.state = self.run.dump()
        application.updated_at = self.now
        application.ends = list(self.run.ends)
        application.waiting_on, application.current_step = whose_turn(
            step for step in self.open_steps.values() if step.element not in self.journey.optional
        )
        insert_all(self.new_steps)
        for step in self.closed:
            if step not in self.new_steps:  # hardly ever more than one
                update_row(step, "closing", "closed_at", "outcome", "by_kind", "by_label", "by_id")
        insert_all(self.new_facts)
        insert_all(self.new_calls)
        record_all(self.entries)
        if self.is_new:
            insert_all([application])
        else:
            update_row(application, *_CHANGING)


_CHANGING = (
    "state",
    "updated_at",
    "waiting_on",
    "current_step",
    "closed_steps",
    "ends",
    "status",
    "title",
    "account_id",
    "owner",
    "language",
    "submitted_at",
    "finished_at",
    "clocks",
    "promised_at",
    "seen_at",
    "visits",
    "signal",
    "returned_from",
    "helped_at",
)


def applications_visible_to(by: Actor) -> QuerySet[Application]:
    """Return the applications this actor may see; the one way in for everybody."""
    if by.kind == "applicant":
        return Application.objects.filter(pk__in=[by.application])
    if by.kind == "staff":
        return Application.objects.filter(business_unit__in=by.business_units)
    if by.kind == "integrator":
        rows = Application.objects.filter(business_unit__in=by.business_units)
        return rows.filter(pk=by.application) if by.application else rows
    if by.kind == "system":
        return Application.objects.all()
    return Application.objects.none()


def open_case(
    *,
    by: Actor,
    application_id: UUID | Subquery,
    now: datetime,
    among: QuerySet[Application] | None = None,
) -> Case:
    """Lock the application and load what working on it needs. Raises NotFound.

    `among` is what an actor may work on who sees no applications: a delegate, in one step.
    """
    rows = applications_visible_to(by) if among is None else among
    application = rows.filter(pk=application_id).select_for_update(no_key=True).first()
    if application is None:
        raise NotFound(_("There is no such application."))
    bind_contextvars(application=application.reference)
    journey = compiled(application.release_id)
    held = facts_held(application.pk)
    steps = list(Step.objects.raw(_OPEN_STEPS, [application.pk]))
    run = run_of(application, journey, held, steps, now=now)
    return Case(
        application=application,
        journey=journey,
        by=by,
        now=now,
        fact_rows=held,
        open_steps={step.task_id: step for step in steps},
        run=run,
    )


# Read ten times an onboarding. Django compiles a query anew each time, which costs it several
# times what the database needs to answer these.
_FACTS = "select field, value, status from onboarding_fact where application_id = %s order by id"
_FORGET_TYPED = "delete from onboarding_typed where application_id = %s and element = any(%s)"
_OPEN_STEPS = "select * from onboarding_step where application_id = %s and closed_at is null"


class HeldFact(NamedTuple):
    """As much of a fact as says what holds now."""

    field: str
    value: Any
    status: str


def facts_held(application_id: UUID) -> list[rules.FactRow]:
    """Return the facts of an application, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [application_id])
        return [
            HeldFact(field, None if value is None else json.loads(value), status)
            for field, value, status in cursor.fetchall()
        ]


def where_of(application: Application, *, step: str = "") -> Where:
    """Return the dimensions of what happens to this application."""
    return Where(
        visit=application.visit,
        application_id=application.pk,
        account_id=application.account_id,
        release_id=application.release_id,
        step=step,
        branch=application.branch,
        language=application.language,
        business_unit=application.business_unit,
    )


_TURNS: Mapping[str, str] = {
    "customer": Application.WaitingOn.CUSTOMER,
    "admin": Application.WaitingOn.ADMIN,
    "associate": Application.WaitingOn.ASSOCIATE,
}


def whose_turn(steps: Iterable[Step]) -> tuple[str, str]:
    """Say who has the turn and at which element: a person before an outside system.

    A call that has failed where the process catches nothing waits for an associate's repair.
    """
    open_steps = list(steps)
    for step in open_steps:
        if step.kind == "user":
            return _TURNS.get(step.lane, Application.WaitingOn.ASSOCIATE), step.element
    for step in open_steps:
        if step.outcome.startswith("failed"):
            return Application.WaitingOn.ASSOCIATE, step.element
    for step in open_steps:
        return Application.WaitingOn.OUTSIDE, step.element
    return Application.WaitingOn.NOBODY, ""
